"""Exponential, hyperbolic tangent, sine and cosine without branches, so that loops over them use all lanes.

NumPy's own are the twins. In float32 they are polynomials after a reduction of the argument, with the
coefficients of Moshier's Cephes library (expf, sinf, cosf; netlib.org/cephes); in float64 the C library's.
"""

import math
from typing import Any

import numpy as np

from mlpcli.nn.kernels.compiling import by_precision, compiled_exactly

# A number without a type would be a float64 to the compiler, and so would be all that it touches.
ZERO, HALF, ONE, TWO = (np.float32(each) for each in (0.0, 0.5, 1.0, 2.0))

LOG2_E = np.float32(1.4426950408889634)
LN2_HIGH, LN2_LOW = np.float32(0.693145751953125), np.float32(1.42860677e-06)
LOWEST, HIGHEST = np.float32(-104.0), np.float32(89.0)
"""e^x is 0 below and infinite above, in float32."""
BIAS, MANTISSA = np.int32(127), np.int32(23)
E0, E1, E2, E3, E4, E5 = (
    np.float32(each)
    for each in (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5)
)


def _exponential_single(x: Any) -> Any:
    # A comparison with NaN is false: its argument is the lowest, and it comes back in the last line.
    near = x if x > LOWEST else LOWEST
    near = near if near < HIGHEST else HIGHEST
    power = np.floor(near * LOG2_E + HALF)
    rest = near - power * LN2_HIGH - power * LN2_LOW
    series = ((((E0 * rest + E1) * rest + E2) * rest + E3) * rest + E4) * rest + E5
    series = series * rest * rest + rest + ONE
    # 2^power as two factors: the result may be subnormal or infinite.
    whole = np.int32(power)
    first = whole >> np.int32(1)
    low = np.int32((first + BIAS) << MANTISSA).view(np.float32)
    high = np.int32((whole - first + BIAS) << MANTISSA).view(np.float32)
    result = series * low * high
    return result if x == x else x


def _exponential_double(x: Any) -> Any:
    return math.exp(x)


exponential = by_precision(_exponential_single, _exponential_double)
"""e^x; in float32 within 1e-7 of it, relative (8.1e-8 measured); subnormal within the smallest number."""

TOP = tuple(
    np.float32(each)
    for each in (
        -2.76076847742355e-16,
        2.00018790482477e-13,
        -8.60467152213735e-11,
        5.12229709037114e-08,
        1.48572235717979e-05,
        6.37261928875436e-04,
        4.89352455891786e-03,
    )
)
BOTTOM = tuple(
    np.float32(each)
    for each in (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)
)
"""Coefficients of the odd numerator and the even denominator, of Eigen's ptanh (eigen.tuxfamily.org)."""
FLAT = np.float32(7.90531110763549805)
"""Beyond it the tangent is set to one: it is nearer than 2.8e-7."""


def _tangent_single(x: Any) -> Any:
    square = x * x
    top = TOP[0]
    for number in range(1, 7):
        top = top * square + TOP[number]
    bottom = BOTTOM[0]
    for number in range(1, 4):
        bottom = bottom * square + BOTTOM[number]
    result = x * (top / bottom)  # the product of a small x and `top` would be subnormal
    # Exactly one, as x times what is left of 1 - tanh must be small far out.
    result = ONE if x > FLAT else result
    return -ONE if x < -FLAT else result


def _tangent_double(x: Any) -> Any:
    return math.tanh(x)


tangent = by_precision(_tangent_single, _tangent_double)
"""tanh x; in float32 within 3e-7 of it, relative (2.7e-7 measured)."""

TWO_OVER_PI = np.float32(2.0 / math.pi)
# π/2 as a sum of three, the first two short enough that their products with whole numbers are exact.
QUARTER_A, QUARTER_B, QUARTER_C = (
    np.float32(each) for each in (1.5703125, 4.837512969970703125e-4, 7.54978995489188216e-8)
)
S0, S1, S2 = (np.float32(each) for each in (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1))
C0, C1, C2 = (
    np.float32(each) for each in (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
)
FURTHEST_ANGLE = np.float32(8192.0)
"""Beyond it the three parts of π/2 are too coarse; `waves` of the embeddings takes the C library there."""


def _cosine_and_sine_single(x: Any) -> Any:
    quarters = np.floor(x * TWO_OVER_PI + HALF)
    rest = x - quarters * QUARTER_A - quarters * QUARTER_B - quarters * QUARTER_C
    square = rest * rest
    sine = rest + rest * square * ((S0 * square + S1) * square + S2)
    cosine = ONE - HALF * square + square * square * ((C0 * square + C1) * square + C2)
    quadrant = np.int32(quarters)
    odd = (quadrant & np.int32(1)) != 0
    one, other = (sine, cosine) if odd else (cosine, sine)
    one = -one if ((quadrant + np.int32(1)) & np.int32(2)) != 0 else one
    other = -other if (quadrant & np.int32(2)) != 0 else other
    return one, other


def _cosine_and_sine_double(x: Any) -> Any:
    return math.cos(x), math.sin(x)


cosine_and_sine = by_precision(_cosine_and_sine_single, _cosine_and_sine_double)
"""(cos, sin) of an angle up to FURTHEST_ANGLE; in float32 within 1e-7 (8.9e-8 measured)."""


@compiled_exactly
def angle(x: Any, frequency: Any, phase: Any, turn: Any) -> Any:
    """x (frequency · 2π) + phase, rounded as in PBLD: of large angles the last bit is much of a turn."""
    return x * (frequency * turn) + phase
