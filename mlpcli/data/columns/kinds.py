"""Infer the kinds of columns from their cells, each with a reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.dates.durations import certainly_durations
from mlpcli.data.columns.dates.formats import compact_dates, open_readings, settled_orders
from mlpcli.data.columns.dates.forms import COMPACT
from mlpcli.data.columns.dates.orders import order_of
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.free_text import FEWEST_TEXTS, free_text, is_mostly_distinct
from mlpcli.data.columns.numbers.code_numbers import code_numbers
from mlpcli.data.columns.numbers.numerals import described_form
from mlpcli.data.columns.strays import PLURALS, form_of_numbers, is_mostly, may_be, nearly
from mlpcli.data.form import HOURS_MINUTES, PLAIN, Form
from mlpcli.data.schema import (
    BOOLEAN,
    CATEGORY,
    CHOSEN,
    DATE,
    IDENTIFIER,
    NUMBER,
    TEXT,
    Column,
)
from mlpcli.data.spelling import TRUTH, are_booleans

IDENTIFIER_ROWS = 20
"""Below this many rows, unique values say nothing about a column."""
IDENTIFIER_SHARE = 0.95
PROSE_WORDS = 4
"""Words in a cell, on average, from which text that hardly repeats is no category."""
UNNAMED_FIRST = "Unnamed: 0"
_TWO_FIELDS = re.compile(r" *[-+]?[0-9]{1,9}:[0-9]{2} *", re.ASCII)


def infer_columns(sample: Frame, names: Sequence[str], chosen: Mapping[str, str]) -> list[Column]:
    """A Column for each name; `chosen` are kinds given by the user."""
    return [
        chosen_column(name, chosen[name], sample[name])
        if name in chosen
        else infer_column(name, sample[name], first=name == sample.names[0])
        for name in names
    ]


def chosen_column(name: str, kind: str, cells: Cells) -> Column:
    """A column of the kind that the user wants; how its cells are written is inferred."""
    form = PLAIN
    if isinstance(cells, Texts) and kind == NUMBER:
        form = form_of_numbers(cells)
    elif kind == DATE:
        form = Form(formats=cells.formats())
    return Column(name, kind, CHOSEN, form)


def infer_column(name: str, cells: Cells, *, first: bool = False) -> Column:
    """Infer a column's kind; `first`: it is that of the table."""
    present = cells[~cells.missing()]
    if not len(present):
        return Column(name, CATEGORY, "no value in the rows examined")
    if isinstance(present, Texts):
        present = present.compact()
        found = _boolean(name, present) or _number_text(name, present) or _date(name, present)
        return found or _text(name, present)
    assert isinstance(present, Numbers)
    return _number(name, present, first=first)


def with_orders(columns: Sequence[Column], frame: Frame) -> tuple[list[Column], set[str]]:
    """The columns, those of dates in the order of day, month and year that other columns settle; and the
    names of those of which more than one order is possible still."""
    ordered = {
        column.name: cells
        for column in columns
        if column.kind == DATE
        and isinstance(cells := frame[column.name], Texts)
        and any(map(order_of, column.form.formats))
    }
    orders: dict[str, str] = {}
    for column in columns:
        if column.name in ordered:
            orders |= settled_orders(ordered[column.name].used(), column.form.formats)
    found, still_open = list[Column](), set[str]()
    for column in columns:
        if column.name in ordered:
            levels = ordered[column.name].used()
            if open_readings(levels, column.form.formats):
                dated = _dated(
                    column.name, ordered[column.name], ordered[column.name].formats(orders), orders
                )
                column = replace(dated, reason=CHOSEN) if column.reason == CHOSEN else dated
                if open_readings(levels, column.form.formats, orders):
                    still_open.add(column.name)
        found.append(column)
    return found, still_open


def _boolean(name: str, present: Texts) -> Column | None:
    counts = present.counts()
    words, _ = present.words(BOOLEAN)
    levels = present.levels[~words & (counts > 0)].tolist()
    if not are_booleans(levels) or not is_mostly(BOOLEAN, present):
        return None
    truths = {TRUTH[level.casefold()] for level in levels}
    if words.any() and (len(truths) < 2 or 2 * counts[~words].sum() < len(present)):
        return None  # NC and ND beside NO are states
    *others, last = sorted({level.lower() for level in levels})
    said = f"{', '.join(others)} and {last}" if others else last
    return Column(name, BOOLEAN, f"only {said}")


def _number_text(name: str, present: Texts) -> Column | None:
    """Numbers or durations in text, or numbers that are names."""
    if not may_be(NUMBER, present):
        return None
    form = form_of_numbers(present)
    if form.clock and not certainly_durations(present.levels):
        form = PLAIN  # times of the day
    read = present.under(present.reading.formed(form))
    if not is_mostly(NUMBER, read):
        return None
    values = read.numbers()[0]
    values = values[~np.isnan(values)]
    distinct = len(np.unique(values))
    if form.clock:
        reason = f"durations such as {_first(read, NUMBER)}, in seconds, {distinct:,} distinct"
        if form.clock == HOURS_MINUTES and any(map(_TWO_FIELDS.fullmatch, read.levels)):
            reason += "; 1:30 is read as hours and minutes (minutes and seconds are also possible)"
        return Column(name, NUMBER, reason, form)
    words, unreadable = read.words(NUMBER)
    silent = words & ~unreadable
    if why := code_numbers(read.levels[~silent], read.counts()[~silent]):
        return _named(name, present, why)
    column = _number(name, Numbers(values, present.reading), described_form(read.levels[~words], form))
    return replace(column, form=form) if column.kind == NUMBER else column


def _date(name: str, present: Texts) -> Column | None:
    if not may_be(DATE, present):
        return None
    formats = present.formats()
    if not formats or not is_mostly(DATE, present, formats):
        return None
    return _dated(name, present, formats)


def _dated(
    name: str, cells: Texts, formats: tuple[str, ...], orders: Mapping[str, str] | None = None
) -> Column:
    reason = f"dates such as {_first(cells, DATE, formats)}"
    if len(formats) > 1:
        reason += f", in {len(formats)} formats{_both_orders(cells, formats)}"
    if doubt := open_readings(cells.used(), formats, orders or {}):
        reason += f", {doubt[0]}; {' or '.join(doubt[1:])} is also possible"
    return Column(name, DATE, reason, Form(formats=formats))


def _both_orders(cells: Texts, formats: tuple[str, ...]) -> str:
    """A word on dates that two of the formats read as different days, as 03/04 beside 31/01 and 01/31."""
    with_order = [format for format in formats if order_of(format)]
    for number, one in enumerate(with_order):
        for other in with_order[number + 1 :]:
            first, second = cells.dates((one,))[0], cells.dates((other,))[0]
            either = ~np.isnan(first) & ~np.isnan(second) & (first != second)
            if either.any():
                example = cells.shown(int(np.argmax(either)))
                return f"; {int(either.sum()):,} cells such as {example} could be either"
    return ""


def _first(cells: Texts, kind: str, formats: tuple[str, ...] = ()) -> str:
    """The first cell that is of a kind, as messages show it."""
    none = cells.words(kind, formats)[0] | cells.level_missing()
    return cells.shown(int(np.argmin(cells.spread(none, True))))


def _number(name: str, cells: Numbers, written: str = "", *, first: bool = False) -> Column:
    """`written` says in words how the numbers are, such as ` in kg`."""
    values = cells.numbers()[0]
    values = values[~np.isnan(values)]
    ordered = np.sort(values)
    distinct = len(np.unique(ordered))
    whole = bool(np.all(np.isfinite(ordered))) and bool(np.all(ordered == np.floor(ordered)))
    unique = len(ordered) >= IDENTIFIER_ROWS and distinct == len(ordered)
    # The sample of a long file has a place or two where rows are left out.
    if whole and unique and np.count_nonzero(np.diff(ordered) != 1) <= min(2, len(ordered) // 1000):
        return Column(name, IDENTIFIER, "unique, consecutive whole numbers: an identifier")
    if whole and unique and first and name == UNNAMED_FIRST and bool((np.diff(values) > 0).all()):
        return Column(name, IDENTIFIER, "unnamed first column of increasing whole numbers: row numbers")
    if whole and compact_dates(values):
        return Column(name, DATE, f"dates such as '{values[0]:.0f}'", Form(formats=(COMPACT,)))
    if whole and unique and ordered[0] >= 1e7 and ordered[-1] < 2.0**53:
        digits = np.array([f"{value:.0f}" for value in values.tolist()], dtype=object)
        if why := code_numbers(digits, np.ones(len(digits), np.int64)):
            return Column(name, IDENTIFIER, why)
    return Column(name, NUMBER, f"{'whole' if whole else 'decimal'} numbers{written}, {distinct:,} distinct")


def _text(name: str, present: Texts) -> Column:
    if reason := free_text(present):
        return Column(name, TEXT, reason)
    words = float(np.mean([len(level.split()) for level in present.levels]))
    if is_mostly_distinct(present) and words >= PROSE_WORDS:
        reason = f"{words:.0f} words on average, too few of which repeat and differ for a text"
        if len(present) < FEWEST_TEXTS:
            reason = f"{words:.0f} words on average in only {len(present)} cells, too few for a text"
        return Column(name, IDENTIFIER, reason)
    none = present.words(NUMBER)[0]
    example = present.text(int(np.argmax(present.spread(none, False))))
    return _named(name, present, f"text such as {example[:40]!r}")


def _named(name: str, present: Texts, why: str) -> Column:
    """A category or, if nearly every row has another text, an identifier."""
    distinct = present.distinct()
    if distinct > IDENTIFIER_SHARE * len(present) and len(present) >= IDENTIFIER_ROWS:
        what = "text" if why.startswith("text") else why
        reason = f"{what}, {distinct:,} distinct values in {len(present):,} rows: an identifier"
        if (found := nearly(present)) is not None:
            reason += f", although {found.share:.0%} of them are {PLURALS[found.kind]}"
        return Column(name, IDENTIFIER, reason)
    return Column(name, CATEGORY, f"{why}, {distinct:,} distinct values")
