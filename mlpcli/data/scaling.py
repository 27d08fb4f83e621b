"""Scale numbers: fitted on training rows in float64, applied to any. SCALINGS."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import MINMAX, QUANTILE, QUANTILE_KNOTS, ROBUST, STANDARD, UNSCALED
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


class Quantile(Scaling):
    """Training values to a normal distribution: linear between the scores of some quantiles.

    Equal values get the middle of their ranks, and those beyond the ends 5.2, as in scikit-learn.
    """

    def knots(self, values: Array, weights: Array | None = None) -> Array:
        return quantiles(values, np.linspace(0, 1, QUANTILE_KNOTS), weights)

    def apply(self, values: Array, knots: Array) -> Array:
        from statistics import NormalDist  # with decimals and fractions: 3 ms that `inspect` need not wait

        probabilities = np.clip(np.linspace(0, 1, QUANTILE_KNOTS), FURTHEST, 1 - FURTHEST)
        normal = np.array([NormalDist().inv_cdf(each) for each in probabilities])
        below = np.interp(values, knots, normal)
        above = np.interp(-values, -knots[::-1], -normal[::-1])
        return np.asarray((below - above) / 2)


SCALINGS: dict[str, Scaling] = {
    STANDARD: Standard(),
    ROBUST: Robust(),
    MINMAX: MinMax(),
    QUANTILE: Quantile(),
    UNSCALED: Scaling(),
}
