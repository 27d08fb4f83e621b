"""Columns of many levels told by the target: means of the target by level, made of other rows.

Micci-Barreca (2001), out of fold as in Pargent et al. (2022, arXiv 2104.00629): a training row gets what the
other inner folds say of its level; with times, what earlier rows say. All other rows get what the rows say
from which their network learns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells
from mlpcli.data.columns.frame import Frame
from mlpcli.data.encoders import CategoryEncoder, Encoder, NumberEncoder
from mlpcli.data.encoders.level_means import (
    FIRST,
    LOG_LOSS,
    MOST_LEVELS,
    R_SQUARED,
    UNSEEN,
    LevelMeans,
)
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import NUMBER
from mlpcli.data.spelling import keys
from mlpcli.data.split import folds
from mlpcli.model.tasks import Multiclass, Multilabel, Regression, Task
from mlpcli.preparation.splitting import RowTraits

INNER_FOLDS = 5
PRIOR_ROWS = (3.0, 10.0, 30.0, 100.0)
"""That the mean of all rows may count as; what predicts best out of fold is taken. Against 10 alone: 1 - AUC
of clothing_reviews 0.319 instead of 0.326."""
FEW_LEVELS = 20
"""Up to so many, all of them kept, the network learns each from its own column."""
MOST_MEANS = 5
"""Classes, labels or targets; with more the columns become too many."""
ROWS_PER_VALUE = 3
"""Of a number whose values may be codes, at least."""
BINS = 20
"""Neighbouring values together: what the order of a number's values tells."""
LEAST_GAIN = 0.002
"""Share of the loss that the means of a column must take away."""
LEAST_SHARE_OF_CODES = 0.2
"""Of the gain, what the values of a number must add to what bins of them tell. Ids of teachers, schools and
shops add two thirds and more; ages, hours, ratings and capital gains are left to be numbers."""
STANDARD_ERRORS = 3.0
"""That a gain must be from 0; as the best of several prior weights is taken, two would be too few."""
MOST_STORED = 500_000
"""Levels of all columns together."""
ALL, ONLY = "all", "0"
"""The block of means by all training rows, beside those of folds or without any."""


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
    blocks = {**blocks, ALL: everything} if blocks else {ONLY: everything}
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
    prior_rows: float = PRIOR_ROWS[0]

    @property
    def size(self) -> int:
        """Rows of the table."""
        return FIRST + len(self.levels) + len(self.values)


def _candidates(encoders: Sequence[Encoder], frame: Frame, train: Array) -> Iterator[tuple[int, Candidate]]:
    """The columns of many levels, with their places among the encoders."""
    for place, each in enumerate(encoders):
        found: Candidate | None = None
        if isinstance(each, CategoryEncoder):
            found = _levels(each, frame[each.name][train])
        elif isinstance(each, NumberEncoder) and each.kind == NUMBER:
            found = _codes(each, frame[each.name][train])
        if found is not None:
            yield place, found


def _levels(encoder: CategoryEncoder, cells: Cells) -> Candidate | None:
    texts = cells.texts()
    counts = np.where(texts.level_missing(), 0, texts.counts()) if len(texts.levels) else np.zeros(0)
    by_key: dict[str, int] = {}
    for key, count in zip(
        keys(texts.levels, encoder.matching, texts.reading.decimal), counts.tolist(), strict=True
    ):
        if count:
            by_key[key] = by_key.get(key, 0) + count
    if len(by_key) <= FEW_LEVELS and len(by_key) <= len(encoder.levels):
        return None
    if max(by_key.values(), default=0) < 2:
        return None
    often = sorted(by_key, key=lambda key: (-by_key[key], key))[:MOST_LEVELS]
    means = _unfilled(tuple(sorted(often)), np.empty(0))
    return Candidate(encoder, means.levels, means.values, encoder.told_rows(cells, means))


def _codes(encoder: NumberEncoder, cells: Cells) -> Candidate | None:
    values = encoder.read(cells)[0]
    there = values[~np.isnan(values)]
    if not len(there) or (there % 1 != 0).any():
        return None
    known, counts = np.unique(there, return_counts=True)
    if not FEW_LEVELS < len(known) <= len(there) / ROWS_PER_VALUE:
        return None
    means = _unfilled((), np.sort(known[np.argsort(-counts, kind="stable")[:MOST_LEVELS]]))
    return Candidate(encoder, (), means.values, means.rows_of_values(values))


def _unfilled(levels: tuple[str, ...], values: Array) -> LevelMeans:
    return LevelMeans(
        levels=levels, values=values, folds=(), cells=np.empty((0, 0, 0)), gain=0.0, measure=LOG_LOSS
    )


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


def losses(task: Task, truth: Array, means: Array) -> Array:
    """(rows,) squared errors, or log losses, of means (rows, means)."""
    if isinstance(task, Regression):
        return np.asarray(((truth - means) ** 2).sum(axis=1))
    means = np.clip(means, 1e-6, 1.0 - 1e-6)
    if isinstance(task, Multiclass) and truth.shape[1] > 1:
        return np.asarray(-(truth * np.log(means)).sum(axis=1))
    return np.asarray(-(truth * np.log(means) + (1.0 - truth) * np.log1p(-means)).sum(axis=1))


def _is_real(gains: Array, weights: Array, least: float) -> bool:
    """Whether paired gains (rows,) are more than chance, and than the least mean."""
    total = weights.sum()
    mean = float((weights * gains).sum() / total)
    error = float(np.sqrt((weights * (gains - mean) ** 2).sum())) / float(total)
    return mean > least and mean > STANDARD_ERRORS * error


def told_by_target(
    encoder: FeatureEncoder, frame: Frame, train: Array, task: Task, learned: LearnedRows
) -> "tuple[FeatureEncoder, ToldCells]":
    """The encoder with means for the columns that are told by the target, and those of training rows.

    A column gets them if they predict the target, out of fold, better than no column does; a number only if
    they also do so better than what the order of its values tells.
    """
    encoders = list(encoder.encoders)
    told = [
        (place, *found)
        for place, each in _candidates(encoders, frame, train)
        if (found := _best(task, learned, each)) is not None
    ]
    cells = ToldCells(learned, {})
    stored = 0
    for place, column, gain in sorted(told, key=lambda each: -each[2]):
        stored += column.size
        if stored <= MOST_STORED:
            means, scales = _means(task, learned, column, gain)
            encoders[place] = replace(column.encoder, told=means)
            cells.columns[column.encoder.name] = (column, scales)
    return FeatureEncoder(encoders), cells


def _best(task: Task, learned: LearnedRows, column: Candidate) -> tuple[Candidate, float] | None:
    """The column with the better of `PRIOR_ROWS`, and the share of the loss that its means take away; None if
    that is chance, or little."""
    scored = np.ones(len(learned.truth), bool)
    if learned.times is not None:
        scored = learned.times > learned.times.min()  # the first rows have no earlier ones
    if not scored.any():
        return None
    everything = Statistics(learned, np.arange(len(scored)))
    truth, weights = learned.truth[scored], learned.weights[scored]

    def tried(column: Candidate) -> tuple[Array, Array]:
        prior, deviations, _ = everything.out_of_fold(column)
        prior, deviations = prior[scored], deviations[scored]
        return losses(task, truth, prior), losses(task, truth, prior + deviations)

    columns = [replace(column, prior_rows=rows) for rows in PRIOR_ROWS]
    trials = [tried(each) for each in columns]
    sums = [float(weights @ with_means) for _, with_means in trials]
    best = int(np.argmin(sums))
    without, with_means = trials[best]
    loss = float(np.average(without, weights=weights))
    if not _is_real(without - with_means, weights, LEAST_GAIN * loss):
        return None
    gain = float(np.average(without - with_means, weights=weights)) / loss
    if len(column.values):
        least = max(LEAST_GAIN, LEAST_SHARE_OF_CODES * gain) * loss
        for bins in (_of_as_many_rows(column), _of_as_many_values(column)):
            _, by_order = tried(_in_bins(column, bins))
            if not _is_real(by_order - with_means, weights, least):
                return None
    return columns[best], gain


def _of_as_many_rows(column: Candidate) -> Array:
    """(values,) the bin of each of the numbers of a column, with about as many rows in each."""
    counts = np.bincount(column.rows, minlength=column.size)[FIRST:]
    before = np.cumsum(counts) - counts
    return np.asarray(before * BINS // max(int(counts.sum()), 1))


def _of_as_many_values(column: Candidate) -> Array:
    """(values,) the bin of each of the numbers of a column, with about as many values in each."""
    return np.arange(len(column.values)) * BINS // len(column.values)


def _in_bins(column: Candidate, bins: Array) -> Candidate:
    """A column of numbers with bins (values,) in the place of its values."""
    by_row = np.concatenate([np.arange(FIRST), FIRST + bins])
    return replace(column, rows=by_row[column.rows], values=np.arange(float(BINS)))


class Scales(NamedTuple):
    """Centre and scale (columns,) of the cells."""

    centre: Array
    scale: Array


def _raw(deviations: Array, counts: Array) -> Array:
    """(rows, columns): the deviations, and the logarithm of the counts.

    Without counts clothing_reviews 1 - AUC 0.322 instead of 0.319, school_scores 1 - R2 0.319 and 0.309. They
    are passed on as they are: embedded as numbers, inspections has RMSE 4.48 instead of 4.42, school_scores
    0.328.
    """
    return np.column_stack([deviations, np.log1p(counts)])


def _means(task: Task, learned: LearnedRows, column: Candidate, gain: float) -> tuple[LevelMeans, Scales]:
    """The table of all blocks, and by which its cells were scaled."""
    blocks = {name: Statistics(learned, kept) for name, kept in learned.blocks.items()}
    first = next(iter(blocks.values()))
    _, deviations, counts = first.out_of_fold(column)
    raw = _raw(deviations, counts)
    weights = learned.weights[first.kept]
    centre = np.average(raw, axis=0, weights=weights)
    spread = np.sqrt(np.average((raw - centre) ** 2, axis=0, weights=weights))
    # Means keep their zero, which says that nothing is known.
    centre[:-1] = 0.0
    scales = Scales(centre, np.where(spread > 1e-9, spread, 1.0))
    tables = [_raw(*each.table(column)) for each in blocks.values()]
    cells = (np.stack(tables, axis=1) - scales.centre) / scales.scale
    means = LevelMeans(
        levels=column.levels,
        values=column.values,
        folds=tuple(blocks),
        cells=cells,
        gain=gain,
        measure=R_SQUARED if isinstance(task, Regression) else LOG_LOSS,
    )
    return means, scales


@dataclass(frozen=True)
class ToldCells:
    """The cells of training rows in columns that are told by the target."""

    learned: LearnedRows
    columns: dict[str, tuple[Candidate, Scales]]
    """By the name of the column."""

    def write(self, encoder: FeatureEncoder, features: Array) -> None:
        """Overwrite those of the rows (training rows, width) from which a network of the block learns."""
        first = 0
        for each in encoder.encoders:
            start, first = first, first + each.width
            if each.name not in self.columns:
                continue
            column, scales = self.columns[each.name]
            width = len(scales.scale)
            start += column.encoder.own_width
            for number, kept in enumerate(self.learned.blocks.values()):
                statistics = Statistics(self.learned, kept)
                _, deviations, counts = statistics.out_of_fold(column)
                cells = (_raw(deviations, counts) - scales.centre) / scales.scale
                block = slice(start + number * width, start + (number + 1) * width)
                features[kept, block] = cells
