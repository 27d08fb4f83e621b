"""The header of a table: which of its first lines it is, and the names that it gives to the columns."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from mlpcli.data.reading.lines.shapes import (
    are_names,
    is_header,
    is_measured,
    is_missing,
    is_series,
    is_unit,
    is_word,
    measured_columns,
)
from mlpcli.data.spelling import cleaned
from mlpcli.errors import Sentence, count

MOST_ABOVE = 50
"""Lines that may stand before a header."""
MOST_BELOW = 10
"""Lines below a table that may have another number of cells."""


class Line(NamedTuple):
    """A row of the first lines and the line on which it begins, from 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Shape:
    """The rows of one width among the first lines, and the header above them."""

    first: int
    """Position of the first row of that width."""
    end: int
    width: int
    _: KW_ONLY
    header: int | None = None
    """Position of the row with the names; None if it is not certain."""
    names: tuple[str, ...] | None = None
    """The names, where they are not the cells of that row."""
    surplus: bool = False
    """Whether each row but the header ends in a delimiter."""
    kind: str = ""
    """What is unusual about the header, for the note."""
    likely: int = 0
    """Lines before the row that may be the header."""

    @property
    def is_uniform(self) -> bool:
        return self.first == 0 and self.header == 0 and not self.kind

    def is_clear(self, rows: Sequence[Line]) -> bool:
        """Whether the header is told by what stands in the rows."""
        if self.kind:
            return True
        return self.is_uniform and is_header(rows[0].cells, [row.cells for row in rows[1 : self.end]])

    def notes(self, rows: Sequence[Line], before: int) -> Iterator[str]:
        """What is unusual, for the user."""
        assert self.header is not None
        lines = before + rows[self.header].number
        if self.kind == "above":
            above = rows[self.header].number - 1
            what = count(before + above, "skipped line")
            note = "the header is line {:,}, after {} ({skip} {})"
            yield Sentence(note, lines, what, before + above)
        elif self.kind == "joined":
            yield Sentence("names repeat in line {:,}, so they are joined with the names above them", lines)
        elif self.kind == "short":
            yield Sentence("line {:,} has one name fewer than there are columns; the first is unnamed", lines)
        if self.surplus or self.kind == "surplus":
            yield "the delimiter at the end of each row is ignored"
        if self.kind == "header surplus":
            yield Sentence("the delimiter at the end of line {:,} is ignored", lines)


def shape_of(rows: Sequence[Line], *, fixed: bool, no_header: bool) -> Shape | None:
    """The table in the first lines; None if no two cells stand side by side.

    `fixed`: the first row is the header, or with `no_header` data.
    """
    widths = Counter(len(row.cells) for row in rows)
    width = max(widths, key=lambda each: (each > 1) * widths[each], default=1)
    if width == 1:
        return None if fixed else _titled_column(rows)
    end = len(rows)
    while end > 1 and len(rows[end - 1].cells) != width and len(rows) - end < MOST_BELOW:
        end -= 1
    first = end
    while first and len(rows[first - 1].cells) == width:
        first -= 1
    shape = Shape(first, end, width)
    if first == 0:
        uniform = Shape(0, end, width, header=0)
        return uniform if fixed else _second_header(rows, 0, uniform) or uniform
    if end - first < 2 or no_header:
        return shape
    found = _one_cell_more_or_less(rows, shape)
    if found is not None and (not fixed or found.header == 0):
        return found
    if fixed or first > MOST_ABOVE or end - first < 3 or _is_table(rows[:first]):
        return shape
    below = [row.cells for row in rows[first + 1 : end]]
    kind = Shape(first, end, width, header=first, kind="above")
    if second := _second_header(rows, first, kind):
        return second
    if is_header(rows[first].cells, below):
        return kind
    if found := _below_labels(rows, shape):
        return found
    titled = all(len(row.cells) == 1 for row in rows[:first])
    likely = titled or are_names(rows[first].cells)
    return Shape(first, end, width, likely=rows[first].number - 1 if likely else 0)


def _below_labels(rows: Sequence[Line], shape: Shape) -> Shape | None:
    """The header below lines of a label and its value, in a table of two columns as well."""
    first, end, width = shape.first, shape.end, shape.width
    for position in range(first + 1, min(first + MOST_BELOW, end - 2)):
        if not is_word(rows[position - 1].cells[0]):
            return None
        cells, below = rows[position].cells, [row.cells for row in rows[position + 1 : end]]
        if are_names(cells) and any(is_word(cells[each]) for each in measured_columns(below, width)):
            return Shape(position, end, width, header=position, kind="above")
    return None


def _titled_column(rows: Sequence[Line]) -> Shape | None:
    """A table of one column below a title and a blank line."""
    for position in range(1, min(MOST_BELOW, len(rows) - 4)):
        above, below = rows[:position], [row.cells for row in rows[position + 1 :]]
        if any(is_measured(row.cells[0]) or set(row.cells[0]) & set("\r\n") for row in above):
            return None
        blank = any(row.number - before.number > 1 for before, row in pairwise(rows[: position + 1]))
        if blank and measured_columns(below, 1) and is_header(rows[position].cells, below):
            return Shape(position, len(rows), 1, header=position, kind="above")
    return None


def _is_table(rows: Sequence[Line]) -> bool:
    """Whether some rows begin with a table of their own."""
    width = len(rows[0].cells)
    same = next((end for end, row in enumerate(rows) if len(row.cells) != width), len(rows))
    if all(row.cells[0].rstrip().endswith(":") for row in rows[:same]):
        return False  # labels and their values
    return width > 1 and same > 2 and is_header(rows[0].cells, [row.cells for row in rows[1:same]])


def _one_cell_more_or_less(rows: Sequence[Line], shape: Shape) -> Shape | None:
    """The header right above the rows of one width, which has one cell more or less than these."""
    first, end, width = shape.first, shape.end, shape.width
    header, below = rows[first - 1].cells, [row.cells for row in rows[first:end]]
    found = partial(Shape, first, end, header=first - 1)
    if is_header(below[0], below[1:]) and measured_columns(below[1:], width):
        return None
    if len(header) == width + 1 and not header[-1].strip() and are_names(header[:-1]):
        return found(width, names=tuple(header[:-1]), kind="header surplus")
    if len(header) != width - 1 or not are_names(header):
        return None
    if not any(row[-1].strip() for row in below) and width > 2:
        return found(width - 1, surplus=True, kind="surplus")
    names = ["", *header]
    labels = [row[0].strip() for row in below]
    are_labels = len(set(labels)) == len(labels) and (all(map(is_word, labels)) or is_series(labels))
    if width > 2 and are_labels and is_header(names, below):
        return found(width, names=tuple(names), kind="short")
    return None


def _second_header(rows: Sequence[Line], top: int, shape: Shape) -> Shape | None:
    """The header below a title that fills its row with empty cells, or below the names of groups."""
    groups = [cleaned(cell) for cell in rows[top].cells]
    there = [name for name in groups if name]
    doubled = len(set(there)) < len(there)
    if not doubled and all(groups[1:]):
        # Those of pandas may be single where the names below are not.
        names = [cell for cell in rows[top + 1].cells[1:] if cell.strip()] if shape.end > top + 1 else []
        if groups[0] or len(set(names)) == len(names) or not all(map(is_word, names)):
            return None
        doubled = True
    for position in range(top + 1, min(top + MOST_BELOW, shape.end - 2)):
        cells = rows[position].cells
        filled = sum(bool(cell.strip()) for cell in cells)
        below = [row.cells for row in rows[position + 1 : shape.end]]
        if filled and all(is_unit(cell) or is_missing(cell) for cell in cells):
            return None
        more = filled > len(there) or (doubled and filled == len(there))
        if more and is_header(cells, below) and measured_columns(below, shape.width):
            return _below(rows, top, position, shape)
        if 2 * filled > shape.width:
            return None
    return None


def _below(rows: Sequence[Line], top: int, header: int, shape: Shape) -> Shape:
    """The header at a position, joined with the names of groups above where it has a name twice."""
    names = [cleaned(cell) for cell in rows[header].cells]
    first, end, width = shape.first, shape.end, shape.width
    if len(set(names)) == len(names):
        return Shape(first, end, width, header=header, kind="above")
    group, joined = "", []
    for name, above in zip(names, rows[header - 1].cells, strict=True):
        group = cleaned(above) or group
        joined.append(f"{group} {name}".strip())
    last = header
    follow = [cell.strip() for cell in rows[header + 1].cells]
    if width > 2 and follow[0] and not any(follow[1:]) and not names[0]:
        joined[0], last = follow[0], header + 1  # pandas writes the name of the index below
    return Shape(first, end, width, header=last, names=tuple(joined), kind="joined")
