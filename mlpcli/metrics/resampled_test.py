"""Whether two settings differ, by their scores in the same runs of a cross-validation.

Runs share most of their training rows, so that their scores are not independent and a plain t test calls far
too many differences real. Nadeau and Bengio (2003), Inference for the Generalization Error, Machine Learning
52:239, correct its variance by the share of rows that are scored.
"""

import math
from dataclasses import dataclass

from mlpcli.arrays import Array

LEVEL = 0.95
"""Of the interval, and of the verdict."""


@dataclass(frozen=True)
class Difference:
    """The mean of differences by run, its interval, and the chance of one as large without any cause."""

    mean: float
    low: float
    high: float
    p_value: float

    @property
    def is_clear(self) -> bool:
        """Whether chance would hardly make it."""
        return self.p_value < 1.0 - LEVEL


def corrected_difference(differences: Array, scored_share: float) -> Difference:
    """The corrected resampled t test of differences (runs,), of two runs at least.

    `scored_share` are rows that a run scores for each that it learns from.
    """
    runs = len(differences)
    mean, variance = float(differences.mean()), float(differences.var(ddof=1))
    error = math.sqrt((1.0 / runs + scored_share) * variance)
    if error == 0.0:
        return Difference(mean, mean, mean, 1.0 if mean == 0.0 else 0.0)
    reach = _quantile(LEVEL, runs - 1) * error
    return Difference(mean, mean - reach, mean + reach, 1.0 - _within(abs(mean) / error, runs - 1))


def _within(t: float, freedom: int) -> float:
    """The probability that Student's t with whole degrees of freedom is between -t and t.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for number in range(2 + odd, freedom - 1, 2):
        term *= (number - 1) / number * cosine**2
        total += term
    return (2.0 / math.pi) * (angle + sine * total) if odd else sine * total


def _quantile(level: float, freedom: int) -> float:
    """The t that Student's is within, in so many of all cases."""
    low, high = 0.0, 1.0
    while _within(high, freedom) < level:
        high *= 2.0
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return high
