"""Copy what a program needs of the modules of mlpcli, so that it runs without them.

Top-level functions, classes and constants are copied as they are written, with comments and docstrings, and
whatever they name with them. Annotations are left out, as are the checks of `zip`: Python 3.9 runs the copy.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import TypeAlias

PACKAGE = "mlpcli"
ELSEWHERE = frozenset({"np"})
"""Names that the program has by itself."""
BUILT_IN = frozenset({"bool", "float", "int", "str"})
_IGNORED = re.compile(rb"  # (?:type: ignore\[[^\]]*\]|noqa[^\n#]*)")
"""Comments for tools that check mlpcli."""


@dataclass(frozen=True)
class CopiedCode:
    """The code of some names, and the imports that it needs."""

    imports: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    """For each module what it is, and the code copied from it, in an order in which it runs."""


@dataclass
class _Module:
    name: str
    source: bytes
    tree: ast.Module
    starts: list[int]
    """The place of each line in the source."""
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each name the module that it comes from, and its name there; "" for a module itself."""

    def place(self, line: int, column: int) -> int:
        """Of a line from 1 and a column in bytes."""
        return self.starts[line - 1] + column

    def span(self, node: "_Placed") -> tuple[int, int]:
        """Where the text of a node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)


_Placed: TypeAlias = ast.stmt | ast.expr | ast.arg


def copied(wanted: Iterable[tuple[str, str]]) -> CopiedCode:
    """The code of names, each of a module, and of all that it needs."""
    needed: dict[str, set[str]] = {}
    imports: set[tuple[str, str]] = set()
    waiting = list(wanted)
    while waiting:
        module_name, name = waiting.pop()
        module = _module(module_name)
        if name in needed.setdefault(module_name, set()):
            continue
        needed[module_name].add(name)
        for each in _names_in(module.definitions[name]):
            if each in module.definitions:
                waiting.append((module_name, each))
            elif each in module.imports and each not in ELSEWHERE:
                source, original = module.imports[each]
                if source.partition(".")[0] == PACKAGE:
                    waiting.append((source, original))
                else:
                    imports.add((source, original))
    order = _in_order(needed)
    new_names = _new_names(order, needed)
    sections = tuple(
        (_title(_module(name)), "\n".join(_code(_module(name), needed[name], new_names[name])))
        for name in order
    )
    return CopiedCode(tuple(_import_lines(imports)), sections)


@lru_cache(maxsize=64)
def _module(name: str) -> _Module:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    with open(spec.origin, "rb") as file:
        source = file.read().replace(b"\r\n", b"\n")
    starts = [0]
    for line in source.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    module = _Module(name, source, ast.parse(source), starts)
    for node in module.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            module.definitions[node.name] = node
        elif isinstance(node, ast.Import):
            module.imports |= {each.name: (each.name, "") for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            module.imports |= {each.asname or each.name: (node.module, each.name) for each in node.names}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            module.definitions |= dict.fromkeys(names, node)
    return module


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all in it but annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from _without_annotations(each)


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in _without_annotations(node) if isinstance(each, ast.Name)}


def _in_order(needed: dict[str, set[str]]) -> list[str]:
    """The modules, each behind those that it imports from."""
    order: list[str] = []

    def add(name: str) -> None:
        if name in order:
            return
        for source, _ in _module(name).imports.values():
            if source in needed and source != name:
                add(source)
        if name not in order:
            order.append(name)

    for name in sorted(needed):
        add(name)
    return order


def _new_names(order: list[str], needed: dict[str, set[str]]) -> dict[str, dict[str, str]]:
    """For each module the names that are others in the copy, as two modules have them."""
    taken: dict[str, str] = {}
    changed: dict[str, dict[str, str]] = {name: {} for name in order}
    for module in order:
        for name in sorted(needed[module]):
            new = name
            if name in taken:
                assert name[0] == "_" or name.isupper(), f"{name} may be a variable as well"
                new = f"{name}_of_{module.rpartition('.')[2]}"
                changed[module][name] = new
            taken[new] = module
    for module in order:
        for name, (source, original) in _module(module).imports.items():
            if original in changed.get(source, {}):
                changed[module][name] = changed[source][original]
            else:
                assert source not in changed or name == original, f"{name} is imported under another name"
    return changed


def _title(module: _Module) -> str:
    return (ast.get_docstring(module.tree) or "").partition("\n")[0]


def _code(module: _Module, names: set[str], new_names: dict[str, str]) -> Iterator[str]:
    body = module.tree.body
    for place, node in enumerate(body):
        if not any(module.definitions.get(name) is node for name in names):
            continue
        start, end = module.span(node)
        decorators = getattr(node, "decorator_list", [])
        if decorators:
            start = min(start, module.span(decorators[0])[0] - 1)  # with the @
        following = body[place + 1] if place + 1 < len(body) else None
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            edits = [*_edits(module, node, new_names)]
            text = _edited(module.source, start, end, edits)
            described = str(following.value.value)
            yield _comment(described) + _spaced(text, node)
        else:
            yield _spaced(_edited(module.source, start, end, [*_edits(module, node, new_names)]), node)


def _comment(text: str) -> str:
    return "".join(f"# {line.strip()}\n" for line in text.strip().split("\n"))


def _spaced(text: str, node: ast.stmt) -> str:
    return f"\n\n{text}\n\n" if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else text


def _edits(module: _Module, node: ast.stmt, new_names: dict[str, str]) -> Iterator[tuple[int, int, bytes]]:
    """Places in the source, and what stands there in the copy."""
    for each in ast.walk(node):
        if isinstance(each, ast.arg) and each.annotation is not None:
            yield module.span(each)[0] + len(each.arg.encode()), module.span(each.annotation)[1], b""
        elif isinstance(each, ast.FunctionDef):
            if each.returns is not None:
                start, end = module.span(each.returns)
                yield module.source.rindex(b"->", 0, start) - 1, end, b""
            if each is node and each.name in new_names:
                start = module.source.index(b"def ", module.span(each)[0]) + 4
                yield start, start + len(each.name.encode()), new_names[each.name].encode()
        elif isinstance(each, ast.ClassDef):
            if each is node and each.name in new_names:
                start = module.source.index(b"class ", module.span(each)[0]) + 6
                yield start, start + len(each.name.encode()), new_names[each.name].encode()
        elif isinstance(each, ast.AnnAssign):
            is_field = isinstance(node, ast.ClassDef) and each in node.body
            start, end = module.span(each.annotation)
            if each.value is None and not is_field:
                yield *module.span(each), b"pass"  # a variable was only given its type
            elif not is_field:
                yield module.span(each.target)[1], end, b""
            elif not (isinstance(each.annotation, ast.Name) and each.annotation.id in BUILT_IN):
                yield start, end, b"object"
    for each in _without_annotations(node):
        if isinstance(each, ast.Name) and each.id in new_names:
            yield *module.span(each), new_names[each.id].encode()
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "zip":
            for keyword in each.keywords:
                start = module.span(keyword.value)[0]
                yield module.source.rindex(b",", 0, start), module.span(keyword.value)[1], b""
        elif isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name) and each.value.id == "list":
            start, end = module.span(each)
            yield start, end, b"list"


def _edited(source: bytes, start: int, end: int, edits: list[tuple[int, int, bytes]]) -> str:
    for first, last, new in sorted(set(edits), reverse=True):
        source = source[:first] + new + source[last:]
        end += len(new) - (last - first)
    text = source[start:end]
    return _IGNORED.sub(b"", text).decode()


def _import_lines(imports: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name in sorted({name for name, original in imports if not original}):
        yield f"import {name}"
    by_module: dict[str, list[str]] = {}
    for name, original in sorted(imports):
        if original:
            by_module.setdefault(name, []).append(original)
    for name, originals in by_module.items():
        yield f"from {name} import {', '.join(originals)}"
