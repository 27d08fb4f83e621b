"""Numbers and dates that stand for a missing value: conventional ones, repeated, and far from all others."""

from collections.abc import Callable, Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.encoders import Encoder
from mlpcli.data.encoders.dates import DateEncoder
from mlpcli.data.encoders.numbers import NumberEncoder
from mlpcli.data.schema import DATE, NUMBER, Column
from mlpcli.errors import Sentence
from mlpcli.preparation.cell_findings import limited
from mlpcli.preparation.finding import SENTINEL, Finding
from mlpcli.text_width import shell_word

NEGATIVE = (-1.0, -9.0, -99.0, -999.0, -999.9, -999.25, -9999.0, -99999.0, -999999.0)
POSITIVE = (999.0, 9999.0, 99999.0, 999999.0, 9999999.0, 99999999.0, 999999999.0)
NO_SIZE = 1e20
"""Any number beyond: 1e30, or the 9.97e36 of netCDF files."""
DATES = (
    *("0001-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01"),
    *("2099-12-31", "2999-12-31", "9999-12-31"),
)
FEWEST_CELLS, FEWEST_OTHERS = 3, 5
"""Cells of the value, and other distinct values."""
FAR = 3.0
"""Multiples of the range of the others, the distance to them: -999 below numbers that may be negative, 9999
above percentages. The 99999 of US incomes, which is meant as "as much or more", is at 1.4."""
FAR_DATE, FREQUENT = 0.25, 2.0
"""The same of dates, and how much more frequent it is than any other date."""
MOST_MARKS = 3
"""Values at each end."""
DAY = 86_400.0


def sentinels(encoders: Sequence[Encoder], frame: Frame, targets: Sequence[str] = ()) -> list[Finding]:
    """Findings about inputs and number `targets` of a frame that still has its columns."""
    found = list[tuple[str, Finding]]()
    for each in encoders:
        if isinstance(each, NumberEncoder) and each.kind == NUMBER:
            if _is_conventional(each.lowest) or _is_conventional(each.highest):
                found += _of_numbers(each.name, "column", frame)
        elif isinstance(each, DateEncoder) and any(map(_is_date, _ends(each))):
            found += _of_dates(each.name, each.formats, frame)
    for name in targets:
        found += _of_numbers(name, "target", frame)
    return limited(found)


def sentinels_in(columns: Sequence[Column], frame: Frame, targets: Sequence[str] = ()) -> list[Finding]:
    """The same about columns without encoders, as of a table without target."""
    found = list[tuple[str, Finding]]()
    for each in columns:
        if each.kind == NUMBER:
            found += _of_numbers(each.name, "column", frame)
        elif each.kind == DATE:
            found += _of_dates(each.name, each.form.formats, frame)
    for name in targets:
        found += _of_numbers(name, "target", frame)
    return limited(found)


def _ends(encoder: DateEncoder) -> tuple[float, float]:
    """The first and the last date of training in seconds."""
    return encoder.days.lowest * DAY, encoder.days.highest * DAY


def _of_numbers(name: str, what: str, frame: Frame) -> list[tuple[str, Finding]]:
    cells = frame[name]
    if cells.reading.form.clock:
        return []
    values = cells.numbers()[0]
    values = values[np.isfinite(values)]
    findings = []
    for mark, others in _marks(values, _is_conventional):
        if _is_far(mark, others):
            word = f"{mark:.0f}" if abs(mark) < NO_SIZE and mark % 1 == 0 else f"{mark:.6g}"
            usual = f"from {others.min():.6g} to {others.max():.6g}"
            number = int((values == mark).sum())
            findings.append((name, _finding(f"{what} {name!r}", word, number, len(values), usual)))
    return findings


def _of_dates(name: str, formats: Sequence[str], frame: Frame) -> list[tuple[str, Finding]]:
    cells = frame[name]
    seconds = cells.dates(cells.reading.form.formats or tuple(formats))[0]
    known = seconds[~np.isnan(seconds)]
    findings = []
    for mark, others in _marks(known, _is_date):
        number = int((known == mark).sum())
        most = np.unique(others, return_counts=True)[1].max()
        if _distance(mark, others) >= FAR_DATE * np.ptp(others) and number >= FREQUENT * most:
            word = cells.example(int(np.flatnonzero(seconds == mark)[0]))
            days = np.array([others.min(), others.max()]).astype("datetime64[s]").astype("datetime64[D]")
            where, usual = f"column {name!r}", f"from {days[0]} to {days[1]}"
            findings.append((name, _finding(where, word, number, len(known), usual)))
    return findings


def _finding(where: str, word: str, number: int, rows: int, usual: str) -> Finding:
    text = f"{where} is {word} in {number:,} of {rows:,} rows and {usual} in the others. Missing value?"
    return Finding(
        SENTINEL, text, Sentence("{missing} {} reads it as missing in every column", shell_word(word))
    )


def _marks(values: Array, known: Callable[[float], bool]) -> list[tuple[float, Array]]:
    """The repeated known values at both ends, with all values that are none of these."""
    others, marks = values, list[float]()
    for end in (np.min, np.max):
        for _ in range(MOST_MARKS):
            if not (len(others) and known(mark := float(end(others)))):
                break
            marks.append(mark)
            others = others[others != mark]
    if not marks or len(np.unique(others)) < FEWEST_OTHERS:
        return []
    return [(mark, others) for mark in marks if (values == mark).sum() >= FEWEST_CELLS]


def _is_conventional(value: float) -> bool:
    return value in NEGATIVE or value in POSITIVE or abs(value) >= NO_SIZE


def _is_date(seconds: float) -> bool:
    days = np.array(DATES, dtype="datetime64[D]").astype(np.float64)
    return bool(np.isin(seconds / DAY, days))


def _is_far(mark: float, others: Array) -> bool:
    if mark < 0 and others.min() >= 0:
        # Whole numbers from -1 on may be steps, such as a change of rank.
        return mark != -1.0 or bool((others % 1 != 0).mean() >= 0.5)
    return _distance(mark, others) >= FAR * float(np.ptp(others))


def _distance(mark: float, others: Array) -> float:
    return float(max(others.min() - mark, mark - others.max()))
