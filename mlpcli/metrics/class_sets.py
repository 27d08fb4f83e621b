"""Sets of classes by split conformal prediction, from rows that were held out.

A class belongs to the set where its probability is high enough (Sadinle, Lei & Wasserman 2019, "Least
ambiguous set-valued classifiers with bounded error levels", section 2.1). If new rows are like the held-out
ones, about λ of them have their true class in the set of level λ: of all rows, not of those of each class.

Adaptive sets, up to a sum of probabilities (Romano, Sesia & Candès 2020, without their random part), were
larger: at 0.9 of seven tables they covered 0.88 to 1 with 1.9 to 3.7 classes on average, these 0.85 to 0.92
with 1.05 to 2.4. Of two classes the sum is always 1 for the second, so that adaptive sets hold both wherever
accuracy is below the level.
"""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.conformal import levels_of, place_of, sizes_at

SLACK = 1e-6
"""Of a probability: equal rows get the same but for the last bits of a float32."""


@dataclass(frozen=True)
class ClassErrors:
    """Sizes of the errors on held-out rows: 1 - the probability of the true class."""

    levels: Array
    """(quantiles,) ascending in 0 to 1; the last is the highest level that the number of rows allows."""
    sizes: Array
    """(quantiles,) ascending in 0 to 1: the size at each level."""

    @classmethod
    def of(cls, truth: Array, probabilities: Array, weights: Array | None) -> "ClassErrors | None":
        """From classes (rows,) and probabilities (rows, classes) of held-out rows; those of weight 0 do not
        count. None if no row is left."""
        if weights is not None:
            truth, probabilities, weights = (each[weights > 0] for each in (truth, probabilities, weights))
        rows = len(truth)
        if not rows:
            return None
        weights = np.ones(rows) if weights is None else weights / weights.mean()
        levels = levels_of(rows)
        sizes = 1.0 - np.clip(probabilities[np.arange(rows), truth], 0.0, 1.0)
        return cls(levels, sizes_at(levels, sizes, weights))

    @property
    def highest(self) -> float:
        """The highest level that the held-out rows allow."""
        return float(self.levels[-1])

    def sets(self, probabilities: Array, level: float) -> Array:
        """(rows, classes) True for the classes in the set of a level, which is `highest` at most.

        A set is never empty: the most probable class always belongs to it.
        """
        least = 1.0 - self.sizes[place_of(self.levels, level)]
        inside = probabilities >= least - SLACK
        inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
        return np.asarray(inside)


@dataclass(frozen=True)
class SetScores:
    """How good sets of classes are on rows whose class is known."""

    coverage: float
    """Share of rows whose class is in their set."""
    mean_size: float
    single: float
    """Share of sets of one class."""
    coverage_of_each: Array
    """(classes,) NaN for a class without rows."""
    sizes_of_each: Array
    """(classes,) mean size of the sets of the rows of a class, or NaN."""


def set_scores(truth: Array, inside: Array, weights: Array | None) -> SetScores:
    """Scores of sets (rows, classes) True for those inside, of rows of the classes `truth` (rows,)."""
    weights = np.ones(len(truth)) if weights is None else weights
    sizes = inside.sum(axis=1)
    covered = inside[np.arange(len(truth)), truth]
    rows, hits, held = (
        np.bincount(truth, weights * each, inside.shape[1]) for each in (np.ones(len(truth)), covered, sizes)
    )
    with np.errstate(invalid="ignore"):
        of_each = hits / rows, held / rows
    coverage, size, single = (
        float(np.average(each, weights=weights)) for each in (covered, sizes, sizes == 1)
    )
    return SetScores(coverage, size, single, *of_each)
