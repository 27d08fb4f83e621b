"""Sums of the target by level of a column, as other rows have them: out of fold.

A training row gets what the other inner folds say of its level; with times, what earlier rows say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.encoders import CategoryEncoder, NumberEncoder
from mlpcli.data.encoders.base import ALL_ROWS, ONLY_FOLD
from mlpcli.data.encoders.level_means import FIRST, UNSEEN
from mlpcli.data.split import folds
from mlpcli.model.tasks import Multiclass, Multilabel, Regression, Task
from mlpcli.preparation.splitting import RowTraits

INNER_FOLDS = 5
MOST_MEANS = 5
"""Classes, labels or targets; with more the columns become too many."""


class LearnedRows(NamedTuple):
    """Training rows with their target, and how some of them are kept from telling others."""

    truth: Array
    """(rows, means) in units of the loss, one column for each mean: 0 or 1, or standardised numbers."""
    weights: Array
    """(rows,) of mean 1."""
    inner: Array
    """(rows,) the inner fold, from 0."""
    times: Array | None
    """(rows,): only earlier rows tell, instead of other folds."""
    blocks: Mapping[str, Array]
    """Positions of the rows that the networks of each block learn from."""


def _truth_of(task: Task, truth: Array) -> Array | None:
    """(rows, means) as in `LearnedRows`; None if there would be more than `MOST_MEANS`."""
    if isinstance(task, Regression):
        values = task.loss_targets(truth).astype(np.float64)
    elif isinstance(task, Multilabel):
        values = truth.astype(np.float64)
    else:
        assert isinstance(task, Multiclass)
        if task.outputs > MOST_MEANS:
            return None
        values = (truth[:, None] == np.arange(len(task.labels))[-task.outputs :]).astype(np.float64)
    return values if values.shape[1] <= MOST_MEANS else None


def learned_rows(
    task: Task,
    truth: Array,
    traits: RowTraits,
    fold_rows: Sequence[tuple[Array, Array]],
    generator: np.random.Generator,
    *,
    weights: Array | None,
) -> LearnedRows | None:
    """Of training rows with their truth, weights and traits, and the folds as of `Split`.

    None if there would be too many means, or the rows cannot be parted: they are of one group.
    """
    means, inner = _truth_of(task, truth), _inner_folds(traits, generator)
    if means is None or inner is None:
        return None
    everything = np.arange(traits.rows)
    blocks = {str(number): kept for number, (kept, _) in enumerate(fold_rows)}
    blocks = {**blocks, ALL_ROWS: everything} if blocks else {ONLY_FOLD: everything}
    weights = np.ones(traits.rows) if weights is None else weights / weights.mean()
    return LearnedRows(means, weights, inner, traits.times, blocks)


def _inner_folds(traits: RowTraits, generator: np.random.Generator) -> Array | None:
    """(rows,) the inner fold of each row; None if they cannot be parted.

    Groups are kept whole, and so are equal rows where there are no groups.
    """
    number = min(INNER_FOLDS, traits.units)
    if number < 2:
        return None
    fold_of = np.zeros(traits.rows, np.intp)
    alike = traits.alike if traits.keeps_equal else None
    parted = folds(np.arange(traits.rows), number, generator, None, traits.groups, alike)
    for fold, (_, held) in enumerate(parted):
        fold_of[held] = fold
    return fold_of


@dataclass(frozen=True)
class Candidate:
    """A column with its levels: each training row's row in a table of means."""

    encoder: CategoryEncoder | NumberEncoder
    levels: tuple[str, ...]
    values: Array
    rows: Array
    """(training rows,)"""
    prior_rows: float
    """Rows of the mean of all that a level's mean is drawn to."""

    @property
    def size(self) -> int:
        """Rows of the table."""
        return FIRST + len(self.levels) + len(self.values)


class Statistics:
    """Sums over the rows of one block, by row of a table."""

    def __init__(self, learned: LearnedRows, kept: Array) -> None:
        self._learned, self.kept = learned, kept
        self._weights = learned.weights[kept]
        self._truth = learned.truth[kept]

    def out_of_fold(self, column: Candidate) -> tuple[Array, Array, Array]:
        """What other rows say of each kept row: prior (kept, means), the level's deviation from it (kept,
        means), and the level's count (kept,)."""
        size, own = column.size, column.rows[self.kept]
        if self._learned.times is not None:
            return self._earlier(own, self._learned.times[self.kept], column.prior_rows)
        inner = self._learned.inner[self.kept]
        n_inner = int(inner.max(initial=0)) + 1
        places = inner * size + own

        def others(weights: Array) -> Array:
            sums = np.bincount(places, weights, n_inner * size).reshape(n_inner, size)
            return np.asarray(sums.sum(axis=0) - sums)

        counts = np.maximum(others(self._weights), 0.0)
        priors, deviations = [], []
        for truth in self._truth.T:
            sums = others(self._weights * truth)
            prior = sums.sum(axis=1) / np.maximum(counts.sum(axis=1), np.finfo(np.float64).tiny)
            priors.append(prior[inner])
            by_level = _deviation(sums, counts, prior[:, None], column.prior_rows)
            deviations.append(by_level.ravel()[places])
        told = counts.ravel()[places]
        return _known(np.stack(priors, axis=1), np.stack(deviations, axis=1), told, own)

    def _earlier(self, rows: Array, times: Array, prior_rows: float) -> tuple[Array, Array, Array]:
        """The same by the rows of earlier times alone."""
        by_time = np.zeros(len(rows), np.intp)
        counts = _sums_before(rows, times, self._weights)
        all_counts = _sums_before(by_time, times, self._weights)
        priors, deviations = [], []
        for truth in self._truth.T:
            prior = _sums_before(by_time, times, self._weights * truth)
            prior /= np.maximum(all_counts, np.finfo(np.float64).tiny)
            sums = _sums_before(rows, times, self._weights * truth)
            priors.append(prior)
            deviations.append(_deviation(sums, counts, prior, prior_rows))
        return _known(np.stack(priors, axis=1), np.stack(deviations, axis=1), counts, rows)

    def table(self, column: Candidate) -> tuple[Array, Array]:
        """What all kept rows say of each level: deviations (size, means) and counts (size,)."""
        size, own = column.size, column.rows[self.kept]
        counts = np.bincount(own, self._weights, size)
        counts[UNSEEN] = 0.0
        deviations = []
        for truth in self._truth.T:
            prior = np.average(truth, weights=self._weights)
            sums = np.bincount(own, self._weights * truth, size)
            deviations.append(_deviation(sums, counts, float(prior), column.prior_rows))
        found = np.stack(deviations, axis=1)
        found[UNSEEN] = 0.0
        return found, counts


def _deviation(sums: Array, counts: Array, prior: Array | float, prior_rows: float) -> Array:
    """(sum + prior rows × prior) / (count + prior rows) - prior."""
    return np.asarray((sums - counts * prior) / (counts + prior_rows))


def _known(prior: Array, deviations: Array, counts: Array, rows: Array) -> tuple[Array, Array, Array]:
    """With nothing said of levels that are not in the table: together they are none."""
    unknown = rows == UNSEEN
    deviations[unknown], counts[unknown] = 0.0, 0.0
    return prior, deviations, counts


def _sums_before(rows: Array, times: Array, weights: Array) -> Array:
    """For each row the sum of the weights of rows with the same of `rows` and an earlier time."""
    order = np.lexsort((times, rows))
    rows, times, ordered = rows[order], times[order], weights[order]
    before = np.concatenate([[0.0], np.cumsum(ordered)])[:-1]
    place = np.arange(len(order))
    starts = np.ones(len(order), bool)
    starts[1:] = rows[1:] != rows[:-1]
    first_of_level = np.maximum.accumulate(np.where(starts, place, 0))
    starts[1:] |= times[1:] != times[:-1]
    first_of_time = np.maximum.accumulate(np.where(starts, place, 0))
    sums = np.empty(len(order))
    sums[order] = before[first_of_time] - before[first_of_level]
    return sums
