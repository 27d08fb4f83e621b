"""The way in which a new table is written, told by what training had in the same columns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TypeAlias

import numpy as np

from mlpcli.data.columns.cells import Cells, Texts
from mlpcli.data.columns.dates.formats import open_readings
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.numbers.decimal_marks import decimal_mark_like
from mlpcli.data.columns.readings import Reading
from mlpcli.data.form import PLAIN, Form
from mlpcli.errors import Sentence

LOOKED_AT, CELLS_LOOKED_AT = 1_000, 200_000
"""Rows by which the way of writing is told, fewer of many columns; of a stream those that come first."""

FirstRows: TypeAlias = Callable[[Reading, Sequence[str], Collection[str]], tuple[Frame, set[str]]]
"""The first rows under a reading: some columns, of which some are wanted as numbers; and those of the latter
that are not written as plain numbers."""


@dataclass(frozen=True)
class Known:
    """The columns of a model, as far as they tell how a new table is written."""

    names: Collection[str] = ()
    """Of inputs, target and weight."""
    _: KW_ONLY
    decimal: str = "."
    """The decimal mark of the training table."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Lowest and highest value of the columns of numbers."""
    empties: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False
    """Whether cells are read as by versions before 0.3: no new table is looked at."""


def reading_like(
    known: Known, reading: Reading, first_rows: FirstRows, there: Collection[str], *, decimal_given: bool
) -> tuple[Reading, list[str]]:
    """The reading of a new table with the columns `there`; notes on what is otherwise than in training."""
    notes: list[str] = []
    ranges = {name: each for name, each in known.ranges.items() if name in there}
    frame, written = first_rows(reading, list(ranges), ranges)
    odd = [name for name, each in ranges.items() if name in written or _is_odd(frame[name], each)]
    texts = {name: cells.texts() for name, cells in first_rows(reading, odd, ())[0].columns.items()}
    forms = dict(known.forms)
    levels = {name: (cells[~cells.missing()].used(), *ranges[name]) for name, cells in texts.items()}
    shared = [each for name, each in levels.items() if not forms.get(name, PLAIN).decimal]
    usual = reading.decimal
    if shared and not decimal_given and (mark := decimal_mark_like(shared, usual)) != usual:
        what = "comma" if mark == "," else "point"
        note = f"numbers have a decimal {what}, unlike in training ({{decimal}} overrides it)"
        notes.append(Sentence(note))
        reading = replace(reading, decimal=mark)
    for name, each in levels.items():
        if (own := forms.get(name, PLAIN).decimal) and (mark := decimal_mark_like([each], own)) != own:
            forms[name] = replace(forms[name], decimal=mark)
            notes.append(f"numbers in {name!r} are read with another decimal mark than in training")
    for name, cells in texts.items():
        if _has_new_percent(cells, ranges[name], forms.get(name, PLAIN)):
            forms[name] = replace(forms.get(name, PLAIN), hundredths=True)
            notes.append(f"percentages in {name!r} are read as fractions, as in training")
        elif _lost_percent(cells, ranges[name], forms.get(name, PLAIN)):
            notes.append(
                f"numbers in {name!r} are read unchanged: they have no percent sign, unlike in training, and "
                "none is above 1"
            )
    dates = [name for name, form in forms.items() if form.formats and name in there]
    frame, _ = first_rows(reading, dates, ())
    for name in dates:
        if formats := _formats(frame[name].texts(), forms[name].formats):
            forms[name] = replace(forms[name], formats=formats)
            notes.append(f"dates in {name!r} are read in another format than in training")
    return replace(reading, forms=forms), notes


def _is_odd(cells: Cells, values: tuple[float, float]) -> bool:
    """Whether some cells are no numbers, or most are out of the range of training."""
    if isinstance(cells, Texts):
        return True
    numbers = cells.numbers()[0]
    there = numbers[~np.isnan(numbers)]
    out = (there < values[0]) | (there > values[1])
    return bool(out.mean() > 0.5) if len(there) else False


def _has_new_percent(cells: Texts, values: tuple[float, float], form: Form) -> bool:
    """Whether all cells have a percent sign, and training had fractions in a column without."""
    levels = cells[~cells.missing()].used().tolist()
    are_fractions = -1 <= values[0] <= values[1] <= 1 and not (form.hundredths or form.unit)
    return are_fractions and bool(levels) and all("%" in level for level in levels)


def _lost_percent(cells: Texts, values: tuple[float, float], form: Form) -> bool:
    """Whether cells without a percent sign look like fractions, where training had percent signs."""
    if form.unit != "%" or form.hundredths or values[1] <= 1:
        return False
    bare = np.array(["%" not in level for level in cells.levels.tolist()], dtype=np.bool_)
    numbers = cells.numbers()[0][cells.spread(bare, False)]
    numbers = numbers[~np.isnan(numbers)]
    return bool(len(numbers) and (np.abs(numbers) <= 1).all() and (numbers % 1 > 0).any())


def _formats(cells: Texts, known: tuple[str, ...]) -> tuple[str, ...]:
    """The formats of dates that the known ones do not read, where only one reading is possible; else ()."""
    unreadable = int(cells.dates(known)[1].sum())
    if not unreadable:
        return ()
    guessed = cells.formats()
    if not guessed or int(cells.dates(guessed)[1].sum()) >= unreadable:
        return ()
    if open_readings(cells.used(), guessed):
        return ()
    return (*guessed, *(format for format in known if format not in guessed))
