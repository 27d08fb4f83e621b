"""Differences of two samples by counts in the same bins: how large they are, and how likely by chance.

No p value here needs more than counts, and ties and bins make none of them smaller than it should be.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array

SMOOTHING = 0.5
"""Added to each count of a share, so that an empty bin has a logarithm (Jeffreys' prior)."""
FEWEST_EXPECTED = 10.0
"""Counts of a cell below which chi-squared is no approximation: Cochran (1954) has 5, with which the small p
values that many columns ask for came up to four times too often, of levels with a long tail."""
NEGLIGIBLE = 1e-17
"""A term that changes no sum of probabilities."""


class Stability(NamedTuple):
    """A population stability index, and as much of it as chance alone brings."""

    value: float
    bias: float

    @property
    def corrected(self) -> float:
        """The index without the bias, not below 0."""
        return max(self.value - self.bias, 0.0)


def population_stability(then: Array, now: Array) -> Stability:
    """The index of the shares of two samples, from counts (bins,): sum of (q - p) log(q / p).

    Of two samples of n and m rows from the same source the index is on average about (bins - 1) (1/n + 1/m)
    and not 0 (Yurdakul and Naranjo 2020, "Statistical properties of the population stability index").
    """
    there = then + now > 0
    then, now = then[there], now[there]
    n, m = float(then.sum()), float(now.sum())
    bins = len(then)
    if not (n and m):
        return Stability(0.0, 0.0)
    p = (then + SMOOTHING) / (n + SMOOTHING * bins)
    q = (now + SMOOTHING) / (m + SMOOTHING * bins)
    return Stability(float(np.sum((q - p) * np.log(q / p))), (bins - 1) * (1 / n + 1 / m))


def total_variation(then: Array, now: Array) -> float:
    """Half the sum of the absolute differences of the shares: rows that would have to change their bin."""
    n, m = float(then.sum()), float(now.sum())
    return 0.5 * float(np.abs(then / n - now / m).sum()) if n and m else 0.0


def largest_gap(then: Array, now: Array) -> float:
    """The Kolmogorov-Smirnov distance at the ends of the bins: the largest difference of cumulative shares.

    Between the ends it may be larger, so that this is at most the distance of the samples themselves.
    """
    n, m = float(then.sum()), float(now.sum())
    return float(np.abs(np.cumsum(then) / n - np.cumsum(now) / m).max()) if n and m else 0.0


def kolmogorov_p(distance: float, n: float, m: float) -> float:
    """The chance of such a distance of two samples of `n` and `m` values from one source, or of a larger one.

    Kolmogorov's limit for sqrt(n m / (n + m)) times the distance (Smirnov 1948); for few values, for ties and
    for distances at the ends of bins alone the true chance is lower.
    """
    if not (n and m):
        return 1.0
    size = math.sqrt(n * m / (n + m)) * distance
    if size < 0.2:  # the chance differs from 1 by less than 1e-12
        return 1.0
    terms = (-2.0 * (-1.0) ** each * math.exp(-2 * (each * size) ** 2) for each in range(1, 101))
    return min(max(sum(terms), 0.0), 1.0)


def homogeneity_p(then: Array, now: Array) -> float:
    """The chance of two samples' counts (cells,) to differ so, if both are from one source.

    Pearson's chi-squared test of homogeneity, with cells of few expected counts put together; Fisher's exact
    test where two cells remain.
    """
    then, now = _pooled(then.astype(np.float64), now.astype(np.float64))
    n, m = then.sum(), now.sum()
    if len(then) < 2 or not (n and m):
        return 1.0
    if len(then) == 2:
        return exact_p(int(then[0]), int(n), int(now[0]), int(m))
    both = (then + now) / (n + m)
    statistic = sum(
        float(np.sum((each - rows * both) ** 2 / (rows * both))) for each, rows in ((then, n), (now, m))
    )
    return upper_gamma((len(then) - 1) / 2, statistic / 2)


def _pooled(then: Array, now: Array) -> tuple[Array, Array]:
    """Cells of few expected counts as one, and with the smallest other one where they are few together."""
    total = then + now
    if not (size := total.sum()):
        return then[:0], now[:0]
    expected = total * min(then.sum(), now.sum()) / size
    order = np.argsort(expected, kind="stable")
    together = int(np.searchsorted(expected[order], FEWEST_EXPECTED))
    if together and len(order) > 2:
        while together < len(order) - 1 and expected[order[:together]].sum() < FEWEST_EXPECTED:
            together += 1
    small, large = order[:together], order[together:]
    if not len(small):
        return then, now
    return np.append(then[large], then[small].sum()), np.append(now[large], now[small].sum())


def exact_p(hits: int, n: int, new_hits: int, m: int) -> float:
    """Fisher's exact test that two shares are one: twice the smaller tail, at most 1.

    The number of hits of both samples given, those in the second one are hypergeometric.
    """
    together = hits + new_hits
    low, high = max(0, together - n), min(together, m)
    if low == high:
        return 1.0
    mean = together * m / (n + m)
    at = new_hits
    step = 1 if at > mean else -1
    first = math.exp(
        _log_choices(together, at) + _log_choices(n + m - together, m - at) - _log_choices(n + m, m)
    )
    total = term = first
    while low <= at + step <= high and term > total * NEGLIGIBLE:
        if step > 0:
            term *= (together - at) * (m - at) / ((at + 1) * (n - together + at + 1))
        else:
            term *= at * (n - together + at) / ((together - at + 1) * (m - at + 1))
        total += term
        at += step
    return min(2 * total, 1.0)


def exceedance_p(n: float, m: float, beyond: float) -> float:
    """The chance that so many of `m` values or more are above all of `n` values of the same source.

    The product of (m - i) / (n + m - i) for each i below `beyond`, whatever the distribution (Wilks 1942,
    "Statistical prediction with special reference to the problem of tolerance limits"); lower with ties.
    """
    if not (n and beyond):
        return 1.0
    lgamma = math.lgamma
    chances = lgamma(m + 1) - lgamma(m - beyond + 1) + lgamma(n + m - beyond + 1) - lgamma(n + m + 1)
    return min(math.exp(chances), 1.0)


def _log_choices(of: int, taken: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(taken + 1) - math.lgamma(of - taken + 1)


def upper_gamma(shape: float, x: float) -> float:
    """The regularised upper incomplete gamma function: chi-squared's tail at 2 `x`, with 2 `shape` degrees.

    A series below shape + 1, Lentz's continued fraction above (Press et al., Numerical Recipes, 6.2).
    """
    if x <= 0:
        return 1.0
    scale = math.exp(-x + shape * math.log(x) - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        denominator = shape
        while term > total * NEGLIGIBLE:
            denominator += 1
            term *= x / denominator
            total += term
        return min(max(1 - scale * total, 0.0), 1.0)
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    fraction = d
    for step in range(1, 10_000):
        factor = -step * (step - shape)
        b += 2
        d = 1 / (factor * d + b or tiny)
        c = b + factor / c or tiny
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return min(scale * fraction, 1.0)


def joined(p_values: Sequence[float]) -> float:
    """One p value of several tests of the same column (Bonferroni)."""
    return min(len(p_values) * min(p_values), 1.0)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjusted so that the smallest is below a level by chance with at most that probability (Holm 1979)."""
    there = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(there):
        largest = max(largest, min((len(there) - rank) * p, 1.0))
        adjusted[place] = largest
    return adjusted
