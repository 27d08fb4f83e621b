"""Texts that users read are in plain English: no literal of the package has a phrase with a plainer one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mlpcli

PACKAGE = Path(mlpcli.__file__).parent
PLAIN = {
    r"\b(is|are|was|were) (said|told|drawn)\b": "name who does it, or leave it out",
    r"^Of (the )?[a-z]": "begin with a noun or a verb",
    r"\b[Bb]eside\b": "next to, compared with",
    r"(?<!here )\b(is|are) no (?!longer\b|more\b)": "is not a",
    r"\b(is|are) none\b": "is not one",
    r"\bso many\b": "give the number",
    r"\btells? (?!you)": "predicts, shows",
    r"\bsays? little\b": "unreliable",
    r"\bstands? (there|twice|between|beside|by|in)\b": "occurs, is",
    r"\bbehind\b": "after",
    r"\blooked at\b|\blook whether\b|\bLook (at|whether)\b": "check, examined",
    r"\b[Mm]end\b": "fix",
    r"\bmakes? no sense\b|\bcannot be understood\b": "is invalid",
    r"\b(is|are) not (that|those) of\b": "does not match",
    r"\bblanks?\b": "spaces",
    r"\ba leak\?": "Target leak?",
    r"\bare possible too\b|\bis possible too\b": "also possible",
    r"\btakes? \w+ \w+ apart\b": "splits",
    r"\bto a decade\b": "per decade",
    r"\b[Ff]etch\b": "download",
    r"\bas do \d|\bas do \{": "and 2 more",
    r"\bof another (run|target|type)\b": "belongs to another run, has another target",
    r"\bgoes? with\b": "cannot be combined with",
    r"\bonly of \w+ and\b": "only for",
}
"""Phrases, as patterns, and what to say instead."""
MOST_OF_A_TEXT = 600
"""Longer literals are patterns or lists of words."""


def test_no_text_has_a_phrase_with_a_plainer_one() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {text!r} ({plainer})"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, text in _texts(path)
        for pattern, plainer in PLAIN.items()
        if re.search(pattern, text)
    ]
    assert not found, "\n".join(found)


def test_the_rule_finds_a_phrase(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        '"""It is said."""\nraise ValueError(f"{name} is told: {2} is no " "row")\n'
    )
    ((line, text),) = _texts(tmp_path / "a.py")
    assert (line, text) == (2, "{} is told: {} is no row")
    assert [pattern for pattern in PLAIN if re.search(pattern, text)] == list(PLAIN)[0:4:3]


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each literal of several words that is no docstring; `{}` for values in it."""
    tree = ast.parse(path.read_text())
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        text = "" if id(node) in passed else _text(node)
        if " " in text.strip() and len(text) <= MOST_OF_A_TEXT:
            assert isinstance(node, ast.expr)
            yield node.lineno, text


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "{}" for part in node.values)
    return ""
