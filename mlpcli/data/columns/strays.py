"""Strays: cells of a column that are not of the kind that most of its cells are of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.dates.durations import guess_clock
from mlpcli.data.columns.missing_words import says_nothing
from mlpcli.data.columns.numbers.numerals import number_form, read_numerals
from mlpcli.data.form import Form
from mlpcli.data.schema import BOOLEAN, DATE, NUMBER, Column

KIND_SHARE = 0.9
"""Of the cells that do not say that there is nothing, those of one kind from which on others are strays.

Of the columns of 31 tables none is between 77 and 94 % numbers."""
DIGITS_SHARE = 0.05
"""Of the same, the strays with digits, which may be numbers in another notation (`5'6"` beside 66), up to
which a column is of the kind: with 6 % a table was seen to lose by it."""
NEARLY_SHARE = 0.5
"""As `KIND_SHARE`, from which on a column of text is told to be nearly of the kind."""
VALUES_SHARE = 0.1
"""Of all cells that are not missing, those that must be values: one 5 beside many words makes no numbers."""
LOOKED_AT = 40
"""Characters of a stray in which digits are looked for."""
FEW_ROWS = 500
"""Of a column, by which it is told that it is surely none of numbers or dates."""
PLURALS = {NUMBER: "numbers", DATE: "dates", BOOLEAN: "true/false values"}


def shown(word: str) -> str:
    """A word as messages show it; a backslash is one."""
    return repr(word[:LOOKED_AT]).replace("\\\\", "\\")


@dataclass(frozen=True)
class Strays:
    """Cells of a column that are not of the kind that most of its cells are of."""

    kind: str
    """That of most."""
    words: Mapping[str, int]
    """By how often they occur, the most frequent first."""
    row: int
    """The first."""
    cell: str
    """That row's, as messages show it."""
    share: float
    """Of the cells that have a value, those of the kind."""


def words_of(column: Column, cells: Texts) -> Strays | None:
    """The texts of a number, boolean or date column that are none; they count as missing."""
    if column.kind not in (NUMBER, BOOLEAN, DATE):
        return None
    words, unreadable = cells.words(column.kind, column.form.formats)
    return _strays(column.kind, cells, words, _share(cells, words, unreadable))


def nearly(cells: Texts) -> Strays | None:
    """The texts that keep a column of text from being numbers or dates as most of its cells."""
    for kind in (NUMBER, DATE):
        if may_be(kind, cells):
            read, words, unreadable = _as_kind(kind, cells)
            share = _share(read, words, unreadable)
            if share >= NEARLY_SHARE and not _are_few(read, words, unreadable):
                return _strays(kind, read, unreadable, share)
    return None


def may_be(kind: str, cells: Texts) -> bool:
    """Whether a column may be one of numbers or dates, or nearly so, judged by some rows if it has many."""
    if len(cells) <= FEW_ROWS:
        return True
    few = cells[:: len(cells) // FEW_ROWS + 1].compact()
    return _share(*_as_kind(kind, few)) >= NEARLY_SHARE / 2


def _as_kind(kind: str, cells: Texts) -> tuple[Texts, Array, Array]:
    """The cells read as numbers or dates, and the masks of `Texts.words`."""
    if kind == NUMBER:
        cells = cells.under(cells.reading.formed(form_of_numbers(cells)))
        return cells, *cells.words(NUMBER)
    return cells, *cells.words(kind, cells.formats())


def _strays(kind: str, cells: Texts, words: Array, share: float) -> Strays | None:
    """The levels of a mask (levels,), beside the share of cells that are of the kind; None without any."""
    counts = cells.counts()
    if not (strays := np.flatnonzero(words & (counts > 0))).size:
        return None
    order = strays[np.argsort(-counts[strays], kind="stable")]
    row = int(np.argmax(cells.spread(words, False)))
    told = {str(cells.levels[level]): int(counts[level]) for level in order.tolist()}
    return Strays(kind, told, row, cells.shown(row), share)


def _share(cells: Texts, words: Array, unreadable: Array) -> float:
    """Of the cells that have a value, those that are of a kind."""
    counts = cells.counts()
    silent = cells.level_missing() | (words & ~unreadable)
    present = int(counts[~silent].sum())
    return 1.0 - int(counts[unreadable].sum()) / present if present else 0.0


def is_mostly(kind: str, present: Texts, formats: tuple[str, ...] = ()) -> bool:
    """Whether most of the cells are of a kind, and the others strays."""
    return _are_few(present, *present.words(kind, formats))


def _are_few(cells: Texts, words: Array, unreadable: Array) -> bool:
    """Whether the cells that are not of a kind are few, and fewer have digits."""
    counts = cells.counts()
    spoken = counts[~cells.level_missing()].sum()
    if _share(cells, words, unreadable) < KIND_SHARE or counts[words].sum() > (1.0 - VALUES_SHARE) * spoken:
        return False
    with_digits = unreadable.copy()
    with_digits[unreadable] = [any(map(str.isdigit, level[:LOOKED_AT])) for level in cells.levels[unreadable]]
    return _share(cells, words, with_digits) >= 1.0 - DIGITS_SHARE


def form_of_numbers(cells: Texts) -> Form:
    """How the numbers of a column are written, or its durations."""
    present = cells[~cells.missing()].compact()
    spoken = ~says_nothing(present.levels)
    levels, counts = present.levels[spoken], present.counts()[spoken]
    if clock := guess_clock(levels, counts):
        return Form(clock=clock)
    # The mark of the column; another than the table's if the form has one.
    mark, own = cells.reading.decimal, cells.reading.form.decimal
    form = number_form(levels, counts, mark)
    marks = sum(("." in level) + ("," in level) for level in levels[:FEW_ROWS])
    if marks and _unread(levels, counts, mark, form) > (1.0 - KIND_SHARE) * counts.sum():
        other = "," if mark == "." else "."
        its_form = number_form(levels, counts, other)
        if _unread(levels, counts, other, its_form) <= (1.0 - KIND_SHARE) * counts.sum():
            return replace(its_form, decimal="" if own else other)
    return replace(form, decimal=own)


def _unread(levels: Array, counts: Array, decimal: str, form: Form) -> int:
    """The rows of the levels that are no numbers."""
    return int(counts[np.isnan(read_numerals(levels, decimal, form))].sum())
