"""Columns of many levels told by the target: means of the target by level, made of other rows.

Micci-Barreca (2001), out of fold as in Pargent et al. (2022, arXiv 2104.00629): a training row gets what the
other inner folds say of its level; with times, what earlier rows say. All other rows get what the rows say
from which their network learns.
"""

from collections.abc import Iterator, Sequence
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
    LevelMeans,
)
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import NUMBER
from mlpcli.data.spelling import keys
from mlpcli.model.tasks import Multiclass, Regression, Task
from mlpcli.preparation.target_statistics import Candidate, LearnedRows, Statistics

PRIOR_ROWS = (3.0, 10.0, 30.0, 100.0)
"""That the mean of all rows may count as; what predicts best out of fold is taken. Against 10 alone: 1 - AUC
of clothing_reviews 0.319 instead of 0.326."""
FEW_LEVELS = 20
"""Up to so many, all of them kept, the network learns each from its own column."""
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
    return Candidate(encoder, means.levels, means.values, encoder.told_rows(cells, means), PRIOR_ROWS[0])


def _codes(encoder: NumberEncoder, cells: Cells) -> Candidate | None:
    values = encoder.read(cells)[0]
    there = values[~np.isnan(values)]
    if not len(there) or (there % 1 != 0).any():
        return None
    known, counts = np.unique(there, return_counts=True)
    if not FEW_LEVELS < len(known) <= len(there) / ROWS_PER_VALUE:
        return None
    means = _unfilled((), np.sort(known[np.argsort(-counts, kind="stable")[:MOST_LEVELS]]))
    return Candidate(encoder, (), means.values, means.rows_of_values(values), PRIOR_ROWS[0])


def _unfilled(levels: tuple[str, ...], values: Array) -> LevelMeans:
    return LevelMeans(
        levels=levels, values=values, folds=(), cells=np.empty((0, 0, 0)), gain=0.0, measure=LOG_LOSS
    )


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
    return FeatureEncoder(encoders, encoder.crosses), cells


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
