"""Statistics of the cells of one column, exact over all rows."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.schema import DATE, NUMBER, Column
from mlpcli.workflows.description.result import Histogram, Statistics

BINS = 24
"""Of a histogram; whole numbers over a smaller range have one each."""
LARGE = 1e100
"""Values from which on sums of squares may overflow."""
TOP = 5
"""Values that are named."""


def statistics_of(cells: Cells, column: Column) -> Statistics:
    """The statistics of a column's cells as values of its kind."""
    if column.kind == DATE:
        return of_values(cells.dates(column.form.formats)[0], of_dates=True)
    if column.kind == NUMBER or isinstance(cells, Numbers):
        return of_values(cells.numbers()[0])
    assert isinstance(cells, Texts)
    return of_texts(cells)


def of_texts(cells: Texts) -> Statistics:
    """Statistics of categories, booleans, identifiers and texts."""
    counts = np.where(cells.level_missing(), 0, cells.counts()) if len(cells.levels) else np.zeros(0, int)
    most = _most_frequent(counts)
    return Statistics(
        missing=len(cells) - int(counts.sum()),
        distinct=int(np.count_nonzero(counts)),
        top=tuple((str(cells.levels[level]), int(counts[level])) for level in most if counts[level]),
    )


def of_values(values: Array, *, of_dates: bool = False) -> Statistics:
    """Statistics of numbers or dates (rows,), NaN where there is none; the array is sorted."""
    rows = len(values)
    values.sort()  # NaN goes last
    values = values[: rows - np.count_nonzero(np.isnan(values))]
    if not len(values):
        return Statistics(missing=rows, distinct=0)
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    counts = np.diff(np.append(starts, len(values)))
    most = _most_frequent(counts)
    finite = values[slice(*np.searchsorted(values, [-np.finfo(np.float64).max, np.inf]))]
    mean, deviation = _mean_and_deviation(finite)
    return Statistics(
        missing=rows - len(values),
        distinct=len(starts),
        minimum=float(values[0]),
        median=_median(values),
        maximum=float(values[-1]),
        mean=mean,
        deviation=deviation,
        histogram=histogram_of(finite, of_dates=of_dates) if len(finite) else None,
        top=tuple((float(values[starts[run]]), int(counts[run])) for run in most.tolist()),
    )


def _most_frequent(counts: Array) -> Array:
    """The places of the largest counts, the first of equal ones first."""
    if len(counts) <= TOP:
        return np.argsort(-counts, kind="stable")
    least = np.partition(counts, -TOP)[-TOP]
    above, equal = np.flatnonzero(counts > least), np.flatnonzero(counts == least)
    places = np.sort(np.concatenate([above, equal[: TOP - len(above)]]))
    return np.asarray(places[np.argsort(-counts[places], kind="stable")])


def _median(ordered: Array) -> float:
    """The middle value; the mean of the two middle ones may not overflow."""
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return float(low) if low == high else float(low / 2 + high / 2)


def _mean_and_deviation(ordered: Array) -> tuple[float | None, float | None]:
    """Of ascending finite values, as large as they may be."""
    if not len(ordered):
        return None, None
    scale = float(np.abs(ordered[[0, -1]]).max())
    if scale < LARGE:
        return float(ordered.mean()), float(ordered.std())
    return float((ordered / scale).mean() * scale), float((ordered / scale).std() * scale)


def histogram_of(ordered: Array, *, of_dates: bool = False) -> Histogram:
    """Counts of ascending finite values in bins of equal width from the smallest to the largest."""
    low, high = float(ordered[0]), float(ordered[-1])
    if not of_dates and high - low < BINS and bool((ordered == np.floor(ordered)).all()):
        edges = np.arange(low - 0.5, high + 1.0)
    elif low == high:
        edges = np.array([low, high])
    else:
        edges = low / BINS * np.arange(BINS, -1, -1) + high / BINS * np.arange(BINS + 1)
        edges[0], edges[-1] = low, high
    # The last bin has both its edges.
    places = np.searchsorted(ordered, edges[1:-1], side="left")
    counts = np.diff(np.concatenate([[0], places, [len(ordered)]]))
    return Histogram(edges, counts)
