"""Scale numbers: fitted on training rows in float64, applied to any. SCALINGS."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.curve import Curve
from mlpcli.data.schema import (
    BY_SKEW,
    MINMAX,
    QUANTILE,
    QUANTILE_KNOTS,
    RANKS,
    ROBUST,
    STANDARD,
    UNSCALED,
)
from mlpcli.data.statistics import mean_and_deviation, quantiles

FURTHEST = 1e-7
"""Probability beyond the ends of a quantile scaling, as in scikit-learn."""


class Scaling:
    """A linear map, (value - centre) / scale, then a function; both change nothing by default."""

    def knots(self, values: Array, weights: Array | None = None) -> Array:
        """Further statistics, next to centre and scale."""
        return np.empty(0)

    def fit(self, values: Array, weights: Array | None = None) -> tuple[float, float]:
        """Centre and scale of values (n,) without gaps, and their weights above 0; the scale may be 0."""
        return 0.0, 1.0

    def apply(self, values: Array, knots: Array) -> Array:
        """The values after the linear map, brought to their final size."""
        return values


class Standard(Scaling):
    """Mean 0, standard deviation 1 (ddof 0)."""

    def fit(self, values: Array, weights: Array | None = None) -> tuple[float, float]:
        mean, deviation = mean_and_deviation(values, weights)
        return float(mean), float(deviation)


class MinMax(Scaling):
    """Training values from 0 to 1."""

    def fit(self, values: Array, weights: Array | None = None) -> tuple[float, float]:
        lowest, highest = float(values.min()), float(values.max())
        return lowest, highest - lowest


class Robust(Scaling):
    """u = (value - median) / (q.75 - q.25), then u / sqrt(1 + (u / 3)^2), between -3 and 3.

    Where the quartiles are equal, half of the range takes their place. From RealMLP (Holzmüller et al. 2024).
    """

    def fit(self, values: Array, weights: Array | None = None) -> tuple[float, float]:
        low, median, high = quantiles(values, np.array([0.25, 0.5, 0.75]), weights).tolist()
        return median, high - low if high > low else float(values.max() - values.min()) / 2

    def apply(self, values: Array, knots: Array) -> Array:
        # hypot does not overflow where the square would.
        return np.asarray(values / np.hypot(1.0, values / 3))


class MeanScores(Scaling):
    """Training values to a normal distribution: linear between the scores of some quantiles.

    A value that is several of the quantiles gets the mean of the lowest and the highest of their scores, and
    those beyond the ends 5.2. So it is in older model files: 60 % of zeros, the lowest, become -2.5.
    """

    def knots(self, values: Array, weights: Array | None = None) -> Array:
        return quantiles(values, np.linspace(0, 1, QUANTILE_KNOTS), weights)

    def curve(self, knots: Array) -> Curve:
        """The scores at the knots, and between them."""
        return Curve.of(knots, _scores_of_knots())

    def apply(self, values: Array, knots: Array) -> Array:
        return self.curve(knots).at(values)


class Quantile(MeanScores):
    """The same, where a value that is several of the quantiles gets the score of the middle of their ranks.

    60 % of zeros, the lowest, become the score of rank 0.3: -0.52. scikit-learn gives values within the range
    the same, to the lowest and highest ±5.2 however many they are.
    """

    def curve(self, knots: Array) -> Curve:
        curve = super().curve(knots)
        several = np.flatnonzero(curve.count > 1)
        if len(several):
            middle = (curve.first + (curve.count - 1) / 2)[several] / (QUANTILE_KNOTS - 1)
            curve.heights[several] = _scores_of(*middle.tolist())
        return curve


@lru_cache(maxsize=1)
def _scores_of_knots() -> Array:
    return _scores_of(*np.linspace(0, 1, QUANTILE_KNOTS).tolist())


@lru_cache(maxsize=64)
def _scores_of(*probabilities: float) -> Array:
    """The values that a normal variable stays below with these probabilities, between -5.2 and 5.2."""
    from statistics import NormalDist  # with decimals and fractions: 3 ms that `inspect` need not wait

    within = (min(max(each, FURTHEST), 1 - FURTHEST) for each in probabilities)
    return np.array([NormalDist().inv_cdf(each) for each in within])


SCALINGS: dict[str, Scaling] = {
    STANDARD: Standard(),
    ROBUST: Robust(),
    MINMAX: MinMax(),
    QUANTILE: MeanScores(),
    UNSCALED: Scaling(),
    RANKS: Quantile(),
}
"""Names are stored in model files: add, never rename."""

NEW = {QUANTILE: RANKS}
"""The entry for what a user chooses, where that of older model files is another."""

BY_KNOTS = (QUANTILE, RANKS)
"""Those that have knots."""

LARGEST = float(np.finfo(np.float32).max) / 1e8
"""Of scaled values."""


def skew_of(values: Array, weights: Array | None) -> float:
    """The third moment about the mean over the cube of the deviation (ddof 0); 0 without deviation."""
    scaled = values / (float(np.abs(values).max()) or 1.0)
    mean, deviation = mean_and_deviation(scaled, weights)
    if not deviation > 1e-12:
        return 0.0
    return float(np.average(((scaled - mean) / deviation) ** 3, weights=weights))


SKEWED = 2.0
"""The skew of a column that is scaled by quantiles although others are scaled robustly."""


def own_scaling(scaling: str, values: Array, weights: Array | None = None) -> str:
    """The entry by which training values (n,) without gaps are scaled where a `scaling` is chosen.

    A tail takes three values: two have one distance, however rare one of them is.
    """
    if scaling != BY_SKEW:
        return NEW.get(scaling, scaling)
    between = (values > values.min()) & (values < values.max())
    return RANKS if between.any() and abs(skew_of(values, weights)) > SKEWED else ROBUST


def unit_of(values: Array) -> float:
    """A unit in which sums and squares of the largest floats do not overflow, and no digit changes."""
    return 1.0 if np.abs(values).max() < 1e150 else 2.0**1000


@dataclass(frozen=True)
class FittedScaling:
    """A scaling with its statistics, numbers or (columns, 1) where several columns are scaled alike."""

    name: str
    centre: Any
    scale: Any
    knots: Array

    @classmethod
    def of(cls, name: str, values: Array, weights: Array | None = None) -> "FittedScaling":
        """Fit training values (n,) without gaps."""
        largest, unit = float(np.abs(values).max()), unit_of(values)
        values = values / unit
        centre, scale = SCALINGS[name].fit(values, weights)
        centre, scale = (
            (0.0, 1.0) if name == UNSCALED else (centre * unit, min(scale, 2.0**1023 / unit) * unit)
        )
        # A spread that is rounding noise of the values must not be blown up to one.
        if not scale > 1e-12 * largest:
            scale = 1.0
        return cls(name, centre, scale, SCALINGS[name].knots(values, weights) * unit)

    def of_values(self, values: Array) -> Array:
        """Values without gaps as a network sees them; overwrites them."""
        with np.errstate(over="ignore"):
            values -= self.centre
            values /= self.scale
        largest = np.finfo(np.float64).max
        np.clip(values, -largest, largest, out=values)
        return np.clip(SCALINGS[self.name].apply(values, self.knots), -LARGEST, LARGEST)
