"""Relation of one column to a target: the share of the target that the column alone tells, out of fold.

Each held-out fold is predicted by what the other folds say of the same bin or level: the mean, or the shares
of the classes, shrunk towards those of all rows (Micci-Barreca 2001). A level that occurs once tells nothing
of held-out rows, so identifiers come out near 0. The share of a number is R2. That of classes is the
uncertainty coefficient (Theil 1970): the part of the entropy by which log loss falls, which is R2 of McFadden
(1974) out of fold. All is reckoned from sums by fold and bin, without a pass over the rows for each fold.
"""

from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.schema import DATE, NUMBER, Column

R_SQUARED, UNCERTAINTY = "r2", "uncertainty_coefficient"
FOLDS = 5
LEAST_ROWS = 20
"""Rows below which nothing is said."""
BINS = (8, 64, 256)
"""Quantile bins of numbers, at the most, that are tried; the best counts, as does the best of `SHRINKING`."""
ROWS_PER_BIN = 8
SHRINKING = (1.0, 10.0, 100.0)
"""Rows that the prior counts as."""
MOST_LEVELS, MOST_CLASSES = 1000, 100
"""The most frequent ones; all others are one."""
NOISE = 0.005
"""Shares below this are chance, as the best of some trials is taken."""


def keys_of(cells: Cells, column: Column) -> Array | None:
    """What a column is binned by: numbers (rows,), NaN where there is none; None for levels."""
    if column.kind == DATE:
        return cells.dates(column.form.formats)[0]
    if column.kind == NUMBER or isinstance(cells, Numbers):
        return cells.numbers()[0]
    return None


def binnings(cells: Cells, column: Column) -> list[Array]:
    """Bins of each row (rows,), in as many ways as are tried; rows without a value are a bin of their own."""
    values = keys_of(cells, column)
    if values is None:
        assert isinstance(cells, Texts)
        return [_most_frequent(np.where(cells.missing(), -1, cells.codes) + 1, MOST_LEVELS)]
    known = ~np.isnan(values)
    edges = np.unique(values[known])
    if len(edges) > BINS[-1]:
        most = max(min(BINS[-1], len(values) // ROWS_PER_BIN), 2)
        shares = np.linspace(0, 1, most + 1)[1:-1]
        edges = np.unique(np.quantile(values[known], shares, method="higher"))
    fine = np.searchsorted(edges, values, side="right")
    n_bins = len(edges) + 1
    # Coarser bins are neighbours together.
    found = [fine, *(fine * most // n_bins for most in BINS if most < n_bins)]
    return [np.where(known, bins + 1, 0) for bins in found]


def _most_frequent(codes: Array, most: int) -> Array:
    """Codes from 0 on, the rare ones of too many as one."""
    _, codes, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if len(counts) <= most:
        return np.asarray(codes)
    order = np.argsort(-counts, kind="stable")
    number = np.full(len(counts), most - 1)
    number[order[: most - 1]] = np.arange(most - 1)
    return np.asarray(number[codes])


class Relations:
    """Relations of columns to one target, over the same folds."""

    def __init__(self, truth: Array, folds: Array, *, classes: bool) -> None:
        """`truth` (rows,) numbers or class codes; `folds` (rows,) numbers from 0 on."""
        self._folds, self._n_folds = folds, int(folds.max(initial=0)) + 1
        self._classes = classes
        if classes:
            self._truth = _most_frequent(truth, MOST_CLASSES)
        else:
            scale = np.abs(truth).max(initial=0.0) or 1.0
            spread = (truth / scale).std() or 1.0
            self._truth = (truth / scale - (truth / scale).mean()) / spread

    @property
    def measurable(self) -> bool:
        """Whether there are enough rows, and two different values in them."""
        return len(self._truth) >= LEAST_ROWS and bool((self._truth != self._truth[0]).any())

    def of(self, cells: Cells, column: Column) -> float | None:
        """The share, from 0 to 1, that a column tells; None if the rows do not say."""
        if not self.measurable:
            return None
        values = None if self._classes else keys_of(cells, column)
        shares = [0.0]
        for bins in binnings(cells, column):
            if self._classes:
                shares += self._entropy_shares(bins)
            else:
                shares += self._variance_shares(bins, np.zeros(len(bins)))
                if values is not None:
                    shares += self._variance_shares(bins, _standardized(values))
        best = min(max(shares), 1.0)
        return best if best >= NOISE else 0.0

    def _sums(self, bins: Array, weights: Array | None = None) -> Array:
        """Sums by fold and bin, or counts (folds, bins)."""
        n_bins = int(bins.max()) + 1
        sums = np.bincount(self._folds * n_bins + bins, weights, minlength=self._n_folds * n_bins)
        return sums.reshape(self._n_folds, n_bins).astype(np.float64)

    def _entropy_shares(self, bins: Array) -> list[float]:
        """1 - log loss / log loss of the classes' shares, each out of fold, for each of `SHRINKING`."""
        n_classes = int(self._truth.max()) + 1
        held = self._sums(bins * n_classes + self._truth)
        held = np.pad(held, ((0, 0), (0, -held.shape[1] % n_classes))).reshape(self._n_folds, -1, n_classes)
        kept = held.sum(axis=0) - held
        prior = kept.sum(axis=1, keepdims=True) + 0.5
        prior /= prior.sum(axis=2, keepdims=True)
        of_all = -(held * np.log(prior)).sum()
        shares = []
        for rows in SHRINKING:
            told = (kept + rows * prior) / (kept.sum(axis=2, keepdims=True) + rows)
            shares.append(1.0 + float((held * np.log(told)).sum() / of_all))
        return shares

    def _variance_shares(self, bins: Array, values: Array) -> list[float]:
        """R2 of a line through the values and the bins' means of what it leaves, each out of fold."""
        counts = self._sums(bins)
        y, yy = self._sums(bins, self._truth), self._sums(bins, self._truth**2)
        x, xx = self._sums(bins, values), self._sums(bins, values**2)
        xy = self._sums(bins, values * self._truth)

        def others(sums: Array) -> Array:
            """Sums (folds, 1) over the other folds and all bins."""
            return np.asarray((sums.sum() - sums.sum(axis=1))[:, None])

        rows = others(counts)
        mean_x, mean_y = others(x) / rows, others(y) / rows
        spread = others(xx) / rows - mean_x**2
        slope = np.divide(
            others(xy) / rows - mean_x * mean_y, spread, out=np.zeros_like(spread), where=spread > 1e-12
        )
        start = mean_y - slope * mean_x
        left = y.sum(axis=0) - y - start * (counts.sum(axis=0) - counts) - slope * (x.sum(axis=0) - x)
        of_all = (yy - 2 * mean_y * y + counts * mean_y**2).sum()
        shares = []
        for weight in SHRINKING:
            told = start + left / (counts.sum(axis=0) - counts + weight)
            squares = yy + slope**2 * xx + told**2 * counts - 2 * (slope * xy + told * y - told * slope * x)
            shares.append(1.0 - float(squares.sum() / of_all))
        return shares


def _standardized(values: Array) -> Array:
    """Mean 0 and variance 1; 0 where there is no finite value."""
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros(len(values))
    scale = np.abs(values[finite]).max() or 1.0
    scaled = np.where(finite, values / scale, 0.0)
    spread = scaled[finite].std() or 1.0
    return np.where(finite, (scaled - scaled[finite].mean()) / spread, 0.0)


def strongest(relations: Sequence[float | None], names: Sequence[str]) -> tuple[float | None, str]:
    """The largest of a column's relations and the name of its target, if there are several."""
    best, name = None, ""
    for relation, target in zip(relations, names, strict=True):
        if relation is not None and (best is None or relation > best):
            best, name = relation, target
    return best, name if len(names) > 1 else ""
