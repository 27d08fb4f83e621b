"""Results of the Python API as one screen of text, and as a small table in a notebook.

Names and cells may come from files that nobody has looked at: control characters are escaped, and HTML too.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from typing import Any

from mlpcli.number_text import same_precision
from mlpcli.text_width import cut, padded, printable, width_of, wrapped

LINES, COLUMNS = 24, 80
INDENT, GAP = 2, 2
WIDEST_CELL = 30
LONGEST_TEXT = 400
"""Characters of a fact or cell, where it is not cut to a line."""
LONGEST_NAME = 12
"""Columns of the name of a fact."""
LONGEST_FACT = 2
"""Lines of a fact."""
LEAST_ROWS = 4
"""Lines that are kept for a table, however many facts there are."""
MORE = "..."


@dataclass(frozen=True)
class ResultTable:
    """Cells by row; all columns but the first `texts` are aligned to the right."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1
    more: int = 0
    """Rows that are not among `rows`."""


@dataclass(frozen=True)
class ResultText:
    """A title, named facts and a table. Facts without a text are left out."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    table: ResultTable | None = None
    attributes: Iterable[str] = field(default=())
    """Names of attributes that have more."""

    def __str__(self) -> str:
        """At most LINES lines of COLUMNS columns; what is left out is counted."""
        lines = [cut(printable(self.title[:LONGEST_TEXT]), COLUMNS, MORE)]
        more = wrapped(self._more(), COLUMNS - INDENT)[:LONGEST_FACT] if self._more() else []
        room = LINES - len(lines) - len(more)
        facts = self._facts()
        rows = len(self.table.rows) + 1 + bool(self.table.more) if self.table is not None else 0
        room -= min(rows, max(room - len(facts), LEAST_ROWS))
        if len(facts) > room:
            facts = [*facts[: room - 1], MORE]
        lines += [" " * INDENT + line for line in facts]
        if self.table is not None:
            lines += _table_lines(self.table, LINES - len(lines) - len(more))
        return "\n".join([*lines, *(" " * INDENT + line for line in more)])

    def html(self) -> str:
        """A table for a notebook: text alone, without scripts, styles of its own or anything from outside."""
        rows = [f"<tr><th>{_safe(name)}</th><td>{_safe(said)}</td></tr>" for name, said in self._named]
        parts = [f"<p><b>{_safe(self.title)}</b></p>", f"<table>{''.join(rows)}</table>" if rows else ""]
        if self.table is not None:
            head = "".join(f"<th>{_safe(each)}</th>" for each in self.table.headers)
            shown = self.table.rows[:LINES]
            body = ["".join(f"<td>{_safe(cell)}</td>" for cell in row) for row in shown]
            left = len(self.table.rows) - len(shown) + self.table.more
            parts.append(f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in body)}</table>")
            parts.append(f"<p>{_left_out(left)}</p>" if left else "")
        parts.append(f"<p>{_safe(self._more())}</p>" if self._more() else "")
        return f"<div>{''.join(parts)}</div>"

    @property
    def _named(self) -> list[tuple[str, str]]:
        return [(name, said) for name, said in self.facts if said]

    def _facts(self) -> list[str]:
        names = [cut(printable(name), LONGEST_NAME, MORE) for name, _ in self._named]
        width = max(map(width_of, names), default=0)
        room = COLUMNS - INDENT - width - GAP
        lines = []
        for name, (_, said) in zip(names, self._named, strict=True):
            first, *rest = wrapped(printable(said[:LONGEST_TEXT]), room)
            lines.append(f"{padded(name, width)}{' ' * GAP}{first}")
            if len(rest) >= LONGEST_FACT:
                rest = [*rest[: LONGEST_FACT - 2], cut(rest[LONGEST_FACT - 2] + " " * room, room, MORE)]
            lines += [" " * (width + GAP) + line for line in rest]
        return lines

    def _more(self) -> str:
        names = [f".{each}" for each in self.attributes]
        return f"See {', '.join(names)}" if names else ""


class Shown(ABC):
    """A result that shows itself: in a terminal, a log and a notebook."""

    @abstractmethod
    def _shown(self) -> ResultText:
        """The text of the result."""

    def __repr__(self) -> str:
        return str(self._shown())

    def _repr_html_(self) -> str:
        return self._shown().html()


class ScoresByName(dict[str, dict[str, Any]], Shown):
    """Scores of classes or targets by name, shown as a table; pandas.DataFrame(scores).T makes one."""

    def _shown(self) -> ResultText:
        first = dict(islice(self.items(), LINES))
        names = list(next(iter(first.values()), ()))
        columns = [same_precision(each.get(name) for each in first.values()) for name in names]
        rows = [list(row) for row in zip(first, *columns, strict=True)]
        return ResultText("Scores by name", table=ResultTable(["", *names], rows, more=len(self) - len(rows)))

    __repr__ = Shown.__repr__


def listed(names: Sequence[str], most: int = 5) -> str:
    """Names as 'a', 'b' and 3 more."""
    shown = ", ".join(map(repr, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def _safe(text: str) -> str:
    return escape(printable(cut(text, LONGEST_TEXT, MORE)))


def _left_out(rows: int) -> str:
    return f"{MORE} and {rows:,} more"


def _table_lines(table: ResultTable, most: int) -> list[str]:
    """The lines of a table, with as many rows and columns as there is room for."""
    rows, left = table.rows, table.more
    if 1 + len(rows) + bool(left) > most:
        rows = table.rows[: max(most - 2, 0)]
        left += len(table.rows) - len(rows)
    cells = [
        [cut(printable(cell[:LONGEST_TEXT]), WIDEST_CELL, MORE) for cell in row]
        for row in (table.headers, *rows)
    ]
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    shown = _fitting(widths)
    lines = []
    for row in cells:
        parts = [
            MORE if place is None else padded(row[place], widths[place], right=place >= table.texts)
            for place in shown
        ]
        lines.append((" " * INDENT + (" " * GAP).join(parts)).rstrip())
    return lines + ([" " * INDENT + _left_out(left)] if left else [])


def _fitting(widths: Sequence[int]) -> list[int | None]:
    """The columns of these widths that fit, from both ends, and None for those left out in the middle."""
    room = COLUMNS - INDENT + GAP
    if sum(widths) + GAP * len(widths) <= room:
        return list(range(len(widths)))
    room -= len(MORE) + GAP
    left, right = list[int](), list[int]()
    while True:
        place = len(left) if len(left) <= len(right) else len(widths) - 1 - len(right)
        room -= widths[place] + GAP
        if room < 0 and left:
            return [*left, None, *right]
        left, right = ([*left, place], right) if len(left) <= len(right) else (left, [place, *right])
