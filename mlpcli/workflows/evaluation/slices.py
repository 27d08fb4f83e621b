"""Rows by the values of a column, for metrics of each: values as they are, or quarters of the numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import Reading
from mlpcli.errors import count
from mlpcli.headlines import HEADLINES
from mlpcli.number_text import text

MOST = 20
"""Different values that are slices of their own."""
BINS = 4
MISSING, OTHERS = "(missing)", "(others)"


@dataclass(frozen=True, repr=False)
class SliceScores:
    """Metrics of some of the rows, as those of all."""

    rows: int
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    reasons: dict[str, str]
    intervals: dict[str, tuple[float, float] | None] | None

    def __repr__(self) -> str:
        metrics = [
            f"{name} {text(self.metrics[name])}"
            for names in HEADLINES.values()
            for name in names
            if self.metrics.get(name) is not None
        ]
        return f"SliceScores({', '.join([count(self.rows, 'row'), *dict.fromkeys(metrics)])})"


class Slicer:
    """Gathers columns chunk by chunk: four or eight bytes a row, and each different text once."""

    def __init__(self, columns: Sequence[str], numbers: Collection[str], reading: Reading) -> None:
        """`numbers` are those of the columns that are numbers to the model."""
        self._columns, self._numbers, self._reading = columns, numbers, reading
        self._gathered: dict[str, list[Array]] = {name: [] for name in columns}
        self._levels: dict[str, dict[str, int]] = {name: {} for name in columns}

    def add(self, frame: Frame) -> None:
        """The next rows."""
        for name in self._columns:
            cells = frame[name]
            number = name in self._numbers
            self._gathered[name].append(cells.numbers()[0] if number else self._codes(name, cells))

    def slices(self) -> dict[str, dict[str, Array]]:
        """{column: {value: row numbers}}, every row in one slice of each column."""
        return {name: self._of_column(name) for name in self._columns}

    def _codes(self, name: str, cells: Cells) -> Array:
        texts, levels = cells.texts(), self._levels[name]
        by_level = np.array([levels.setdefault(text, len(levels)) for text in texts.levels], np.int32)
        codes = texts.spread(by_level, -1)
        codes[texts.missing()] = -1
        return codes

    def _of_column(self, name: str) -> dict[str, Array]:
        gathered = np.concatenate(self._gathered[name]) if self._gathered[name] else np.empty(0)
        if name in self._numbers:
            return _of_numbers(gathered)
        levels = np.array([*self._levels[name], None], dtype=object)[:-1]
        texts = Texts(gathered.astype(np.int32), levels)
        used = sorted(str(text) for text in texts.used())
        each = Texts(np.arange(len(levels), dtype=np.int32), levels, self._reading)
        values, unreadable = each.numbers()
        if not unreadable.any():
            if len(used) > MOST:
                return _of_numbers(texts.spread(values, np.nan))
            by_text = dict(zip(levels, values, strict=True))
            used.sort(key=lambda text: float(by_text[text]))
        return _of_texts(texts, used)


def _of_texts(texts: Texts, used: list[str]) -> dict[str, Array]:
    counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.levels))
    number = {text: code for code, text in enumerate(texts.levels)}
    own = used
    if len(used) > MOST:
        largest = sorted(used, key=lambda text: -int(counts[number[text]]))[: MOST - 1]
        own = [text for text in used if text in set(largest)]
    slices = {text: np.flatnonzero(texts.codes == number[text]) for text in own}
    left = np.isin(texts.codes, [number[text] for text in own] + [-1], invert=True)
    return _with(_with(slices, OTHERS, np.flatnonzero(left)), MISSING, np.flatnonzero(texts.codes < 0))


def _of_numbers(values: Array) -> dict[str, Array]:
    there = ~np.isnan(values)
    distinct = np.unique(values[there])
    slices: dict[str, Array] = {}
    if len(distinct) <= MOST:
        for value in distinct:
            slices = _with(slices, _exact(value), np.flatnonzero(values == value))
    else:
        edges = np.unique(np.quantile(values[there], np.arange(1, BINS) / BINS))
        texts = _short(edges, distinct)
        bins = np.searchsorted(edges, values)
        for number in range(len(edges) + 1):
            slices = _with(slices, _label(texts, number), np.flatnonzero((bins == number) & there))
    return _with(slices, MISSING, np.flatnonzero(~there))


def _exact(value: float) -> str:
    """The shortest text that is no other number."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e16 else repr(float(value))


def _short(edges: Array, values: Array) -> list[str]:
    """The edges in as few digits, six at least, as divide the values in the same way."""
    for digits in range(6, 17):
        texts = [f"{edge:.{digits}g}" for edge in edges]
        read = np.array([float(text) for text in texts])
        if (np.searchsorted(read, values) == np.searchsorted(edges, values)).all():
            return texts
    return [_exact(edge) for edge in edges]


def _label(edges: Sequence[str], number: int) -> str:
    if number == 0:
        return f"up to {edges[0]}"
    if number == len(edges):
        return f"over {edges[-1]}"
    return f"over {edges[number - 1]} to {edges[number]}"


def _with(slices: dict[str, Array], label: str, rows: Array) -> dict[str, Array]:
    """One slice more, if it has rows; a label that exists already gets brackets more."""
    while len(rows) and label in slices and label[0] == "(":
        label = f"({label})"  # a value that is spelled so
    if len(rows):
        slices[label] = np.sort(np.concatenate([slices[label], rows])) if label in slices else rows
    return slices
