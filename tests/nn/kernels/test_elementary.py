"""Exponential, tangent, cosine and sine over all of float32, held against NumPy's in float64.

The sweep takes every 4,093th bit pattern of 32 bits: all exponents and signs, subnormal numbers, NaN.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import FURTHEST_ANGLE, cosine_and_sine, exponential, tangent
from mlpcli.nn.scratch import QUIET, FloatArray

STRIDE = 4_093
LEAST, TINY, MOST = (
    float(getattr(np.finfo(np.float32), name)) for name in ("smallest_subnormal", "tiny", "max")
)


@compiled
def exponentials(x: FloatArray, out: FloatArray) -> None:
    for place in range(len(x)):
        out[place] = exponential(x[place])


@compiled
def tangents(x: FloatArray, out: FloatArray) -> None:
    for place in range(len(x)):
        out[place] = tangent(x[place])


@compiled
def cosines_and_sines(x: FloatArray, cosines: FloatArray, sines: FloatArray) -> None:
    for place in range(len(x)):
        cosines[place], sines[place] = cosine_and_sine(x[place])


def cosines(x: FloatArray, out: FloatArray) -> None:
    cosines_and_sines(x, out, np.empty_like(out))


def sines(x: FloatArray, out: FloatArray) -> None:
    cosines_and_sines(x, np.empty_like(out), out)


def sweep() -> FloatArray:
    """Bit patterns over the whole range, and as many drawn ones where the functions bend."""
    patterns: FloatArray = np.arange(0, 1 << 32, STRIDE).astype(np.uint32).view(np.float32)
    generator = np.random.default_rng(0)
    drawn = generator.uniform(-1.0, 1.0, (10, 50_000)) * np.logspace(-3, np.log10(110.0), 10)[:, None]
    return np.concatenate([patterns, drawn.ravel().astype(np.float32)])


def found(function: Callable[[FloatArray, FloatArray], None], x: FloatArray) -> FloatArray:
    out: FloatArray = np.full_like(x, 7.0)
    function(x, out)
    return out


def assert_within(
    values: FloatArray, x: FloatArray, exact: FloatArray, tolerance: float, terms: float = 0.0
) -> None:
    """Of the exact values or of `terms`, and the smallest number; NaN and infinities in the same places."""
    np.testing.assert_array_equal(np.isnan(values), np.isnan(exact))
    finite = np.isfinite(exact)
    with np.errstate(over="ignore", invalid="ignore"):
        errors = np.abs(values - exact)
    allowed = LEAST + tolerance * np.maximum(np.abs(exact), terms)
    # What rounds to infinity is at most half a step above the largest number.
    beyond = finite & (np.abs(exact) > MOST)
    np.testing.assert_array_equal(values[beyond | ~finite], exact.astype(np.float32)[beyond | ~finite])
    inside = finite & ~beyond
    worst = np.argmax(np.where(inside, errors / allowed, 0.0))
    assert errors[inside].size > 100_000
    assert (errors <= allowed)[inside].all(), f"f({x[worst]!r}) = {values[worst]!r}, not {exact[worst]!r}"


@QUIET
def test_the_exponential() -> None:
    """The largest error is 8.1e-8, near 26.7; of a subnormal result it is below the smallest number."""
    x = sweep()
    assert_within(found(exponentials, x), x, np.exp(x.astype(np.float64)), 1e-7)


@QUIET
def test_the_tangent() -> None:
    """The largest error is 2.7e-7, at 7.905, from where on it is one."""
    x = sweep()
    assert_within(found(tangents, x), x, np.tanh(x.astype(np.float64)), 3e-7)


@QUIET
@pytest.mark.parametrize(("function", "twin"), [(cosines, np.cos), (sines, np.sin)], ids=["cos", "sin"])
def test_cosine_and_sine(function: Callable[[FloatArray, FloatArray], None], twin: Any) -> None:
    """The largest error is 8.9e-8, near 568; small angles keep all digits of their sine."""
    x = sweep()
    x = x[~(np.abs(x) > FURTHEST_ANGLE)]
    drawn = np.random.default_rng(1).uniform(-FURTHEST_ANGLE, FURTHEST_ANGLE, 200_000)
    x = np.concatenate([x, drawn.astype(np.float32), [FURTHEST_ANGLE, -FURTHEST_ANGLE]])
    exact = twin(x.astype(np.float64))
    values = found(function, x)
    assert_within(values, x, exact, 1e-7, terms=1.0)
    small = np.abs(x) < 1.0
    assert_within(values[small], x[small], exact[small], 2e-7)


SPECIAL = np.array([0.0, -0.0, LEAST, -LEAST, TINY, -TINY, np.inf, -np.inf, np.nan], np.float32)


@QUIET
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_special_numbers(dtype: type) -> None:
    """The sign of a zero may change."""
    x: FloatArray = SPECIAL.astype(dtype)
    np.testing.assert_array_equal(found(exponentials, x), np.exp(x))
    np.testing.assert_allclose(found(tangents, x), np.tanh(x), rtol=2e-7, atol=0.0)
    finite = x[np.isfinite(x)]
    np.testing.assert_array_equal(found(cosines, finite), np.ones(len(finite)))
    np.testing.assert_array_equal(found(sines, finite), finite)
    assert np.isnan(found(cosines, x[-1:])).all()
    assert np.isnan(found(sines, x[-1:])).all()


@pytest.mark.parametrize(
    ("function", "twin"),
    [(exponentials, np.exp), (tangents, np.tanh), (cosines, np.cos), (sines, np.sin)],
    ids=["exp", "tanh", "cos", "sin"],
)
def test_in_float64_they_are_those_of_the_library(
    function: Callable[[FloatArray, FloatArray], None], twin: Any
) -> None:
    x = np.concatenate([np.linspace(-700.0, 700.0, 10_001), np.logspace(-300, 2, 1000)])
    np.testing.assert_allclose(found(function, x), twin(x), rtol=1e-14, atol=1e-15)


def test_the_largest_exponential_is_finite() -> None:
    """The last number before the logarithm of the largest one, and the first after it."""
    edge = np.float32(np.log(MOST))
    below = np.nextafter(edge, np.float32(0.0)) if edge > np.log(MOST) else edge
    above = np.nextafter(below, np.float32(np.inf))
    values = found(exponentials, np.array([below, above]))
    assert np.isfinite(values[0])
    assert np.isinf(values[1])
