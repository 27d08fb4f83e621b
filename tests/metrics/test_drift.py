"""Shifts from counts: against hand-worked numbers and scipy."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats

from mlpcli.metrics.drift import (
    exact_p,
    exceedance_p,
    holm,
    homogeneity_p,
    joined,
    kolmogorov_p,
    largest_gap,
    population_stability,
    total_variation,
    upper_gamma,
)


def test_population_stability_by_hand() -> None:
    """Of 99 + 1 and 199 + 1 rows, half a row more in each of two bins."""
    found = population_stability(np.array([50, 49]), np.array([150, 49]))
    p, q = (50.5 / 100, 49.5 / 100), (150.5 / 200, 49.5 / 200)
    assert found.value == pytest.approx(sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True)))
    assert found.value == pytest.approx(0.2702, abs=1e-4)
    assert found.bias == pytest.approx(1 / 99 + 1 / 199)
    assert found.corrected == pytest.approx(found.value - found.bias)


def test_population_stability_of_nothing_and_of_the_same() -> None:
    assert population_stability(np.zeros(3), np.array([1, 2, 3])) == (0.0, 0.0)
    same = population_stability(np.array([10, 20, 0]), np.array([10, 20, 0]))
    assert same.value == 0.0
    assert same.bias == pytest.approx(2 / 30)  # of two bins: nothing was ever in the third
    assert same.corrected == 0.0


def test_chance_brings_the_bias_and_no_more() -> None:
    generator = np.random.default_rng(0)
    shares = np.full(10, 0.1)
    pairs = [(generator.multinomial(2_000, shares), generator.multinomial(500, shares)) for _ in range(400)]
    indices = [population_stability(*pair) for pair in pairs]
    assert np.mean([each.value for each in indices]) == pytest.approx(indices[0].bias, rel=0.08)


def test_distances() -> None:
    then, now = np.array([1, 1, 2, 0]), np.array([0, 1, 1, 2])
    assert largest_gap(then, now) == pytest.approx(0.5)
    assert total_variation(then, now) == pytest.approx(0.5)
    assert largest_gap(np.zeros(2), now[:2]) == total_variation(np.zeros(2), now[:2]) == 0.0


@pytest.mark.parametrize(
    ("n", "m", "beyond"), [(5, 3, 1), (5, 3, 3), (4000, 300, 2), (10, 2000, 1500), (1, 1, 1)]
)
def test_exceedances_by_the_product(n: int, m: int, beyond: int) -> None:
    product = math.prod((m - i) / (n + m - i) for i in range(beyond))
    assert exceedance_p(n, m, beyond) == pytest.approx(product, rel=1e-9)
    # Where the largest is drawn before the others, the number below it is negative hypergeometric.
    chance = scipy.stats.nhypergeom(n + m, m, n) if n == 1 else None
    assert chance is None or exceedance_p(n, m, beyond) == pytest.approx(1 - chance.cdf(m - beyond))


def test_exceedances_of_nothing_are_no_evidence() -> None:
    assert exceedance_p(0, 10, 5) == exceedance_p(10, 5, 0) == exceedance_p(10, 0, 0) == 1.0


def test_exceedances_are_as_frequent_as_the_chance_says() -> None:
    values = np.random.default_rng(2).exponential(size=(20_000, 30))
    beyond = (values[:, 20:] > values[:, :20].max(axis=1, keepdims=True)).sum(axis=1)
    for number in (1, 2, 3):
        assert (beyond >= number).mean() == pytest.approx(exceedance_p(20, 10, number), abs=0.01)


def test_the_distance_of_all_values_is_that_of_scipy() -> None:
    generator = np.random.default_rng(1)
    one, other = generator.integers(0, 30, 400), generator.integers(2, 31, 300)
    counts = [np.bincount(each, minlength=31) for each in (one, other)]
    assert largest_gap(*counts) == pytest.approx(scipy.stats.ks_2samp(one, other).statistic)


@pytest.mark.parametrize("size", [0.1, 0.19, 0.21, 0.3, 0.5, 1.0, 1.63, 2.5, 6.0])
def test_kolmogorov_is_that_of_scipy(size: float) -> None:
    assert kolmogorov_p(size, 2, 2) == pytest.approx(scipy.special.kolmogorov(size), abs=1e-12)


@pytest.mark.parametrize(("rows", "distance"), [(20, 0.45), (50, 0.3), (200, 0.15)])
def test_of_few_values_it_is_no_smaller_than_the_exact_chance(rows: int, distance: float) -> None:
    one = np.arange(rows) / rows
    exact = scipy.stats.ks_2samp(one, one + distance, method="exact")
    assert exact.pvalue <= kolmogorov_p(exact.statistic, rows, rows) <= 2 * exact.pvalue


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.5, 10.0, 60.0, 300.0])
@pytest.mark.parametrize("x", [0.01, 0.5, 2.0, 9.0, 55.0, 330.0])
def test_gamma_is_that_of_scipy(shape: float, x: float) -> None:
    assert upper_gamma(shape, x) == pytest.approx(scipy.special.gammaincc(shape, x), rel=1e-9, abs=1e-13)


def test_homogeneity_is_that_of_scipy() -> None:
    then, now = np.array([30, 50, 20, 40]), np.array([50, 40, 25, 20])
    expected = scipy.stats.chi2_contingency([then, now], correction=False).pvalue
    assert homogeneity_p(then, now) == pytest.approx(expected)


def test_cells_of_few_rows_are_put_together() -> None:
    """Of 807 and 94 rows the five small cells are expected to have 1.1 new rows: the smaller other joins."""
    then, now = np.array([300, 500, 2, 1, 3, 0, 1]), np.array([40, 50, 0, 1, 0, 1, 2])
    assert homogeneity_p(then, now) == pytest.approx(exact_p(500, 807, 50, 94))
    then, now = np.array([100, 9, 10, 200]), np.array([100, 9, 11, 150])
    expected = scipy.stats.chi2_contingency([[100, 19, 200], [100, 20, 150]], correction=False).pvalue
    assert homogeneity_p(then, now) == pytest.approx(expected)
    assert homogeneity_p(np.array([5]), np.array([7])) == 1.0
    assert homogeneity_p(np.zeros(3), np.array([1, 2, 3])) == 1.0


@pytest.mark.parametrize(
    ("hits", "rows", "new_hits", "new_rows"),
    [(3, 100, 8, 50), (0, 1000, 3, 200), (10, 20, 10, 20), (500, 1000, 600, 1000), (10_000, 10**6, 8, 100)],
)
def test_the_exact_test_is_that_of_scipy(hits: int, rows: int, new_hits: int, new_rows: int) -> None:
    drawn = scipy.stats.hypergeom(rows + new_rows, hits + new_hits, new_rows)
    expected = min(1.0, 2 * min(drawn.sf(new_hits - 1), drawn.cdf(new_hits)))
    assert exact_p(hits, rows, new_hits, new_rows) == pytest.approx(expected, rel=1e-6)


def test_without_hits_nothing_is_known() -> None:
    assert exact_p(0, 100, 0, 50) == 1.0


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, None, 0.03]) == [0.03, 0.06, None, 0.06]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
    assert joined([0.02, 0.7]) == 0.04
    assert joined([0.6, 0.7]) == 1.0
