"""Rows at the end of a table that are no data: totals, averages and footers filled up with empty cells."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mlpcli.data.reading.lines.kinds import FOOTER, TOTAL
from mlpcli.data.reading.lines.shapes import (
    Row,
    is_footer,
    is_missing,
    is_number,
    is_sum,
    is_total,
    is_word,
    measured_columns,
)

LONGEST_END = 8
"""Rows at the end that may be none."""
FEWEST_ABOVE = 3
"""Rows of data, for a total to be told from these."""
FEWEST_UNNAMED, FEWEST_FOR_ONE = 5, 20
"""The same, for one without a word, and for one of which only a single number agrees."""

Sums: TypeAlias = dict[int, tuple[float, int]]
TotalOf: TypeAlias = Callable[[int], tuple[float, int] | None]
"""Sum and number of the numbers in a column, of all rows; None if not known."""

DATA = ("", False)
NEARLY, EXACTLY = 1e-3, 1e-9
"""Relative difference of a sum with a word beside it, of rounded values maybe, and of one without."""
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


@dataclass
class End:
    """Positions of the last rows that are no data, for certain or likely, and what each is."""

    certain: set[int] = field(default_factory=set)
    likely: set[int] = field(default_factory=set)
    kinds: dict[int, str] = field(default_factory=dict)


def end_of(rows: Sequence[Row], reference: Sequence[Row], total_of: TotalOf) -> End:
    """The rows at the end that are no data; `reference`: rows of the table by which they are told."""
    return _Judge(rows, reference, total_of).end()


class _Judge:
    """Compare the last rows with those above."""

    def __init__(self, rows: Sequence[Row], reference: Sequence[Row], total_of: TotalOf) -> None:
        self._rows, self._total_of = rows, total_of
        whole = len(rows) >= 2 * LONGEST_END
        above = rows[:-LONGEST_END] if whole else rows[: max(len(rows) // 2, FEWEST_ABOVE)]
        self._usual = (
            above if reference is rows else [*reference[: len(reference) - LONGEST_END or 1], *above]
        )
        first = len(rows)
        while first > max(len(rows) - LONGEST_END, 0) and any(map(is_total, rows[first - 1])):
            first -= 1
        self._first = first
        """The first of the rows with words for totals at the end."""

    def _are_filled(self) -> bool:
        """Whether rows of data have more than one cell."""
        return all(sum(not is_missing(cell) for cell in row) > 1 for row in self._usual)

    def _is_measured(self, column: int) -> bool:
        """Whether a column is of numbers or dates."""
        return bool(measured_columns([[row[column]] for row in self._usual], 1))

    def end(self) -> End:
        found = End()
        if len(self._rows) == 1 and self._is_total_alone(self._rows[0]):
            found.certain = {0}
            found.kinds = dict.fromkeys(found.certain, TOTAL)
            return found
        if len(self._usual) < FEWEST_ABOVE:
            return found
        least = max(len(self._rows) - LONGEST_END, FEWEST_ABOVE)
        for position in range(len(self._rows) - 1, least - 1, -1):
            kind, certain = self._kind(position)
            if not kind:
                break
            (found.certain if certain else found.likely).add(position)
            found.kinds[position] = kind
        return found

    def _is_total_alone(self, row: Row) -> bool:
        """Whether the only row of a table is a total: a word for one in front, no other words."""
        there = [cell for cell in row if not is_missing(cell)]
        return bool(there) and is_sum(there[0]) and not any(map(is_word, there[1:]))

    def _kind(self, position: int) -> tuple[str, bool]:
        """What a row is, "" if data, and whether that is certain."""
        row = self._rows[position]
        there = [each for each in range(len(row)) if not is_missing(row[each])]
        labels = [each for each in there if is_total(row[each])]
        words = [each for each in there if is_word(row[each])]
        if labels:
            return self._labelled(position, labels, words, there)
        if len(there) == 1 and len(row) > 1 and words:
            text = row[there[0]].strip()
            if is_footer(text) and not any(is_footer(other[there[0]]) for other in self._usual):
                over_numbers = self._is_measured(there[0])
                return (FOOTER, True) if over_numbers or (there[0] == 0 and self._are_filled()) else DATA
            return (FOOTER, False) if " " in text and self._is_measured(there[0]) else DATA
        if words or not there or len(there) == len(row) or len(self._usual) < FEWEST_UNNAMED:
            return DATA
        empty = (each for each in range(len(row)) if is_missing(row[each]))
        if all(any(is_missing(other[each]) for other in self._usual) for each in empty):
            return DATA
        if not all(is_number(row[each]) for each in there):
            return DATA
        agree = all(self._is_sum(position, each) for each in there)
        enough = len(there) > 1 or len(self._usual) >= FEWEST_FOR_ONE
        return (TOTAL, True) if agree and enough else DATA

    def _is_sum(self, position: int, column: int) -> bool:
        """Whether a number, with no word beside it, is the sum of its column and above all cells there."""
        value = abs(number_of(self._rows[position][column]) or 0.0)
        above = (abs(number_of(row[column]) or 0.0) for row in self._usual)
        return value > max(above) and self._is_aggregate(position, column, EXACTLY, average=False)

    def _labelled(
        self, position: int, labels: Sequence[int], words: Sequence[int], there: Sequence[int]
    ) -> tuple[str, bool]:
        """The same of a row with words for totals: certain with a sum, or where one stands over numbers."""
        row = self._rows[position]
        over_numbers = [each for each in labels if self._is_measured(each)]
        if any(is_sum(row[each]) or _names_total(row[each]) for each in over_numbers):
            return TOTAL, True
        if not over_numbers and not all(self._is_new(position, each) for each in labels):
            return DATA
        numbers = [each for each in there if each not in words and self._is_measured(each)]
        if any(self._is_aggregate(position, each, NEARLY) for each in numbers):
            return TOTAL, True
        if over_numbers:
            return TOTAL, False
        in_front = labels[0] == there[0] and is_sum(row[labels[0]])
        return (TOTAL, False) if in_front and len(words) == len(labels) else DATA

    def _is_new(self, position: int, column: int) -> bool:
        """Whether no row above has the same word there."""
        word = self._rows[position][column].strip().casefold()
        above = (self._rows[: min(self._first, position)], self._usual)
        return not any(other[column].strip().casefold() == word for rows in above for other in rows)

    def _is_aggregate(self, position: int, column: int, within: float, *, average: bool = True) -> bool:
        """Whether a number is the sum of its column above or, if an `average` is meant too, that."""
        cell = self._rows[position][column]
        value, whole = number_of(cell), self._total_of(column)
        if value is None or whole is None:
            return False
        apart = [number_of(row[column]) for row in self._rows[min(self._first, position) :]]
        there = [each for each in apart if each is not None]
        total, number = whole[0] - sum(there), whole[1] - len(there)
        if number < FEWEST_ABOVE:
            return False
        digits = len(cell.strip().rpartition(".")[2]) if "." in cell else 0
        rounded = 0.51 * 10.0**-digits
        aggregates = (total, total / number) if average else (total,)
        return any(abs(value - wanted) <= max(rounded, within * abs(wanted)) for wanted in aggregates)


def _names_total(cell: str) -> bool:
    """Whether a cell names what is summed up, such as `Total 2019`."""
    return " " in cell.strip() and is_sum(cell.split()[0])


def number_of(cell: str) -> float | None:
    """The value of a cell that is written as a number, else None; a comma that may be decimal is."""
    text = cell.strip().strip("$€£¥% ").replace("\u2212", "-")
    decimal_comma = text.replace(".", "").replace(",", ".")
    grouped = _GROUPED.fullmatch(text) is not None
    for form in (text, text.replace(",", "") if grouped else decimal_comma):
        try:
            return float(form)
        except ValueError:
            continue
    return None
