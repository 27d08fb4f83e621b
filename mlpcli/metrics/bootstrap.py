"""Confidence intervals of metrics by resampling rows (Efron 1979).

A resample of n rows is drawn as counts of the rows, which serve as weights: nothing is copied or sorted
again, and memory is a few numbers per row for any number of resamples.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics import measure
from mlpcli.metrics.outcome import Outcome
from mlpcli.progress import RESAMPLES, OnProgress, unwatched

Interval: TypeAlias = tuple[float, float]

MOST_UNAVAILABLE = 0.05
"""Share of resamples that may lack a metric, such as those without a row of a rare class."""


def resampled(
    outcomes: Mapping[str, Outcome],
    task: str,
    names: Collection[str] | None,
    resamples: int,
    generator: np.random.Generator,
    *,
    on_progress: OnProgress = unwatched,
) -> dict[str, dict[str, Array]]:
    """{outcome: {metric: (resamples,)}}: scores of outcomes of the same rows in the same resamples.

    NaN where a resample does not define the score. Rows of weight 0 are never drawn.
    """
    outcomes = {each: outcome.afresh() for each, outcome in outcomes.items()}
    weights = next(iter(outcomes.values())).row_weights
    scores: dict[str, dict[str, list[float]]] = {each: {} for each in outcomes}
    for number, counts in enumerate(_counts(weights, resamples, generator)):
        on_progress(number, resamples, RESAMPLES)
        for each, outcome in outcomes.items():
            values, _ = measure(outcome.reweighted(counts), task, names)
            for name, value in values.items():
                scores[each].setdefault(name, []).append(np.nan if value is None else value)
    return {each: {name: np.array(found) for name, found in named.items()} for each, named in scores.items()}


def percentiles(scores: Array, level: float) -> Interval | None:
    """The middle `level` of resampled scores (resamples,); None where too many of them are NaN."""
    there = scores[~np.isnan(scores)]
    if not len(there) or len(there) < (1 - MOST_UNAVAILABLE) * len(scores):
        return None
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def intervals(
    outcome: Outcome,
    task: str,
    names: Collection[str] | None,
    resamples: int,
    generator: np.random.Generator,
    level: float,
    *,
    on_progress: OnProgress = unwatched,
) -> dict[str, Interval | None]:
    """The percentile interval of each metric of the task, or of those named."""
    scores = resampled({"": outcome}, task, names, resamples, generator, on_progress=on_progress)[""]
    return {name: percentiles(values, level) for name, values in scores.items()}


def _counts(weights: Array, resamples: int, generator: np.random.Generator) -> Iterator[Array]:
    """For each resample the number of times each row was drawn, times its weight: (rows,)."""
    counting = np.flatnonzero(weights > 0)
    for _ in range(resamples):
        if len(counting) < 2:  # every resample would be the same
            yield np.zeros(len(weights))
            continue
        drawn = counting[generator.integers(0, len(counting), len(counting))]
        yield np.bincount(drawn, minlength=len(weights)) * weights
