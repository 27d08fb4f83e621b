"""Pages of the manual as their readers and their tests see them: headings, examples, checks.

Behind a block of `sh` or `python` a page says in a comment, which no reader sees, what must then be true:

    <!-- check
    shown("accuracy") > 0.95
    -->

Each line is an expression in the names of `tests.manual.checks`. A block of `text` right behind an example is
its output; `from=WORD lines=4 width=80` behind the word `text` cuts it. `<!-- file NAME -->` in front of any
other block makes a file of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mlpcli

ROOT = Path(__file__).parent.parent.parent
MANUAL = Path(mlpcli.__file__).parent / "manual"
"""That of the package which is tested, which may be an installed one."""
README = ROOT / "README.md"
PAGES = [README, *sorted(MANUAL.glob("*.md")), ROOT / "sample_data" / "README.md"]
RUN = ("sh", "python")
_COMMENT = re.compile(r"<!-- (check|file)\s(.*?)\s*-->", re.DOTALL)


@dataclass
class Block:
    """A fenced block, with the comments and the output that belong to it."""

    page: Path
    line: int
    """Number of its first fence."""
    heading: str
    kind: str
    text: str
    file: str = ""
    """The file that is made of it."""
    checks: list[str] = field(default_factory=list)
    shown: list["Shown"] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.page.parent.name}/{self.page.name}, line {self.line}: {self.heading}"


@dataclass
class Shown:
    """Output of an example as the page shows it."""

    first: int
    """Number of its first line in the page, counted from 0."""
    lines: list[str]
    options: str

    def cut(self, output: str) -> list[str]:
        """The lines of an output that the page shows."""
        found = dict(re.findall(r"(\w+)=(\S+)", self.options))
        lines = [line.rstrip() for line in output.rstrip().splitlines()]
        if "from" in found:
            word = found["from"].replace("_", " ")
            starts = [number for number, line in enumerate(lines) if word in line]
            assert starts, f"no line has {word!r}:\n{output}"
            lines = lines[starts[0] :]
        while lines and not lines[0]:
            del lines[0]
        most, width = int(found.get("lines", len(lines))), int(found.get("width", 1000))
        shown = [line if len(line) <= width else line[:width].rstrip() + " ..." for line in lines[:most]]
        while shown and not shown[-1]:
            del shown[-1]
        return shown + (["..."] if len(lines) > most and "from" not in found else [])


def blocks_of(page: Path) -> list[Block]:
    """All fenced blocks of a page but outputs, in order."""
    return list(_blocks(page))


def _blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text().splitlines()
    heading, file, last, number = "", "", None, 0
    while number < len(lines):
        line, start = lines[number], number
        number += 1
        if line.startswith("#"):
            heading, last = line.lstrip("# "), None
        elif line.startswith("<!-- "):
            while not lines[number - 1].endswith("-->"):
                number += 1
            match = _COMMENT.fullmatch("\n".join(lines[start:number]))
            assert match is not None, f"{page}, line {start + 1}: no comment of the tests"
            if match[1] == "file":
                file = match[2].strip()
            else:
                assert last is not None, f"{page}, line {start + 1}: a check of no example"
                last.checks += match[2].strip().splitlines()
        elif line.startswith("```"):
            while lines[number] != "```":
                number += 1
            inside, (kind, _, options) = lines[start + 1 : number], line[3:].partition(" ")
            number += 1
            if kind == "text" and last is not None:
                last.shown.append(Shown(start + 1, inside, options))
                continue
            block = Block(page, start + 1, heading, kind, "\n".join(inside) + "\n", file)
            last, file = block if kind in RUN or file else None, ""
            yield block
        elif line.strip():
            last = None if line.strip() and not line.startswith("<!--") else last


def normal(lines: list[str]) -> list[str]:
    """Lines without what another machine may show otherwise: numbers, and the dots and letters of curves."""
    axes = [re.sub(r"^( *[\d.,e+-]* [┤│]).*", r"\1", line) for line in lines]
    plain = [re.sub(r"[⠀-⣿▁-▏]", "", line) for line in axes]
    return [re.sub(r"\s+", " ", re.sub(r"[-+]?\d[\d,.]*(e[-+]?\d+)?", "0", line)).strip() for line in plain]
