"""The columns of a described table, a line each, fitted to the width of the screen."""

import re
from typing import TYPE_CHECKING

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import DATE, TEXT
from mlpcli.number_text import short
from mlpcli.render.console import Screen
from mlpcli.render.formatting import clock, moment, share
from mlpcli.text_width import cut, padded, printable, width_of

if TYPE_CHECKING:
    from mlpcli.workflows.description.result import ColumnDescription, Description

HEIGHTS = "▁▂▃▄▅▆▇█"
PLAIN_HEIGHTS = ".:-=+*#@"
"""Where the stream has no blocks."""
WIDE = 104
"""Width from which there is room for the reason of each kind."""
LONGEST_NAME = {False: 17, True: 30}
BARS = {False: 8, True: 24}
"""Of a histogram, on a narrow and on a wide screen."""
EVEN_BARS = (4, 6, 8, 12, 24)
"""Numbers of bars that take as many bins each."""
LEAST_REASON = 19
"""Cells for the reason of a kind, on a wide screen."""
LEAST_VALUES, LEAST_NAME = 12, 8
"""Cells for values and name on a narrow screen, on which kinds and counts are left out first."""
VALUES = 64
"""The most that is shown of values in a pipe."""
EPOCH = "1970-01-01"
"""The day of times that have none."""
REPEATED_COUNT = re.compile(r", [\d,]+ (different|levels)\b")


def described_table(
    screen: Screen, description: "Description", conspicuous: set[str]
) -> list[tuple[str, str]]:
    """A headline and a line for each column, each with its style."""
    return DescribedTable(screen, description).lines(conspicuous)


SHOWN_TEXT = 60
"""Characters of a text."""


class DescribedTable:
    """Columns of a table beside one another, each as wide as it needs to be."""

    def __init__(self, screen: Screen, description: "Description") -> None:
        self._columns, self._rows = description.columns, description.rows
        self._limit = screen.width if screen.terminal else 0
        """Width of the screen; 0 for a pipe, in which nothing is cut."""
        self._wide = not self._limit or self._limit >= WIDE
        self._heights = HEIGHTS if screen.shows(HEIGHTS) else PLAIN_HEIGHTS
        self._ellipsis = "…" if screen.shows("…") else "..."
        self._with_relation = any(each.relation is not None for each in self._columns)
        # Columns of numbers are aligned with one another.
        numbers = [self._numbers(each) for each in self._columns if self._has_numbers(each)]
        self._widths = [max(map(len, column)) for column in zip(*numbers, strict=True)]

    def lines(self, conspicuous: set[str]) -> list[tuple[str, str]]:
        """A headline and a line for each column, with styles."""
        columns = self._columns
        longest = LONGEST_NAME[self._wide] if self._limit else 1_000
        head = ["  column", "kind", "missing", "distinct"]
        table = [
            [
                f"{self._mark(each, conspicuous)} {cut(printable(each.name), longest, self._ellipsis)}",
                each.kind,
                share(each.statistics.missing, self._rows),
                f"{each.statistics.distinct:,}",
            ]
            for each in columns
        ]
        relations = ["predicts", *map(self._relation, columns)]
        relation = max(map(len, relations)) if any(relations[1:]) else 0
        gap = 2 if self._wide else 1
        texts = list(zip(head, *table, strict=True))
        while True:
            widths = [max(map(width_of, cells)) for cells in texts]
            room = self._limit - sum(widths) - gap * (len(widths) + bool(relation)) - relation
            if not self._limit or room >= LEAST_VALUES or len(texts) == 1:
                break
            texts.pop()  # the name and the values say most
        if self._limit and room < LEAST_VALUES:
            widths[0] = max(widths[0] + room - LEAST_VALUES, LEAST_NAME)
            room = LEAST_VALUES
        most = (room - gap - LEAST_REASON if self._wide else room) if self._limit else VALUES
        shown = [self._values(each, max(most, 6)) for each in columns]
        values = max([*map(width_of, shown), 6])
        if self._limit:
            values = max(min(values, most), 6) if self._wide else max(most, 6)
        reasons = ["" if not self._wide else "reason", *(self._reason(each) for each in columns)]
        found = []
        for number, cells in enumerate(zip(*texts, strict=True)):
            parts = [
                padded(cut(cell, width, self._ellipsis), width, right=place > 1)
                for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ]
            text = "values" if not number else shown[number - 1]
            parts.append(padded(cut(text, values, self._ellipsis), values))
            if relation:
                parts.append(padded(relations[number], relation, right=True))
            line = (" " * gap).join(parts)
            if self._wide:
                left = self._limit - width_of(line) - gap if self._limit else 1_000
                line += " " * gap + cut(reasons[number], max(left, 0), self._ellipsis)
            line = cut(line, self._limit, self._ellipsis) if self._limit else line
            style = "dim" if not number else self._style(columns[number - 1], conspicuous)
            found.append((line.rstrip(), style))
        return found

    def _mark(self, column: "ColumnDescription", conspicuous: set[str]) -> str:
        if column.name in conspicuous:
            return "!"
        return "-" if column.use in ("left out", "dropped") else " "

    def _style(self, column: "ColumnDescription", conspicuous: set[str]) -> str:
        return {"!": "yellow", "-": "dim"}.get(self._mark(column, conspicuous), "")

    def _relation(self, column: "ColumnDescription") -> str:
        if column.use in ("target", "weight", "group"):
            return column.use
        return "" if column.relation is None else f"{column.relation:.2f}"

    def _reason(self, column: "ColumnDescription") -> str:
        if column.use == "left out":
            return ""  # said in place of its values
        reason = REPEATED_COUNT.sub("", column.reason)
        return printable(f"dropped; {reason}" if column.use == "dropped" else reason)

    def _values(self, column: "ColumnDescription", room: int) -> str:
        """The range with a histogram, or the most frequent values; of a column left out the reason."""
        if column.use == "left out":
            return printable(f"left out: {column.reason}")
        if column.kind == TEXT and column.statistics.top:
            return printable(f"such as {str(column.statistics.top[0][0])[:SHOWN_TEXT]!r}")
        if self._has_numbers(column):
            numbers = self._numbers(column)
            fitted = zip(numbers, self._widths, strict=True)
            text = " ".join(padded(each, width, right=True) for each, width in fitted)
            return self._with_bars(column, text, room)
        if column.kind == DATE and column.statistics.minimum is not None:
            return self._with_bars(column, self._dates(column, room), room)
        present = self._rows - column.statistics.missing
        several = (f"{value} {share(number, present)}" for value, number in column.statistics.top)
        return printable(", ".join(several))

    def _has_numbers(self, column: "ColumnDescription") -> bool:
        return column.kind != DATE and column.statistics.minimum is not None and column.use != "left out"

    def _numbers(self, column: "ColumnDescription") -> tuple[str, str, str]:
        """Minimum, median and maximum."""
        statistics, told = column.statistics, clock if column.form.clock else short
        assert statistics.minimum is not None
        assert statistics.median is not None
        assert statistics.maximum is not None
        return told(statistics.minimum), told(statistics.median), told(statistics.maximum)

    def _dates(self, column: "ColumnDescription", room: int) -> str:
        """First and last date, in as much detail as there is room."""
        statistics = column.statistics
        assert statistics.minimum is not None
        assert statistics.maximum is not None
        first, last = moment(statistics.minimum), moment(statistics.maximum)
        if first.startswith(f"{EPOCH} ") and last.startswith(f"{EPOCH} "):
            return f"{first.removeprefix(EPOCH)[1:]} to {last.removeprefix(EPOCH)[1:]}"
        ways = [(first[:length], last[:length]) for length in (19, 10, 7, 4)]
        told = [f"{one} to {other}" for one, other in ways if one != other] or [first]
        beside = [text for text in told if len(text) + 1 + EVEN_BARS[0] <= room]
        return next(iter([*beside, *(text for text in told if len(text) <= room), first]))

    def _with_bars(self, column: "ColumnDescription", text: str, room: int) -> str:
        most = min(BARS[self._wide], room - width_of(text) - 1)
        bars = max((each for each in EVEN_BARS if each <= most), default=0)
        if not bars or column.statistics.histogram is None:
            return text
        drawn = self._bars(column.statistics.histogram.counts, bars)
        return f"{drawn:{bars}} {text}"

    def _bars(self, counts: Array, most: int) -> str:
        """A histogram of at most so many characters; blank where there is nothing."""
        joined = -(-len(counts) // most)
        counts = np.add.reduceat(counts, np.arange(0, len(counts), joined))
        levels = np.ceil(counts / counts.max() * len(self._heights)).astype(int)
        return "".join(self._heights[level - 1] if level else " " for level in levels.tolist())
