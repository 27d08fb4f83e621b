"""Activations of one number with their slopes: the twins of `mlpcli.nn.activations`. KINDS numbers them.

An activation without an entry runs in NumPy. A new one is a function, a number, and a loop in each of the
two functions at the end.
"""

from typing import Any

import numpy as np

from mlpcli.nn.activations import simple, smooth
from mlpcli.nn.kernels.compiling import compiled, compiled_in_order
from mlpcli.nn.kernels.elementary import HALF, ONE, TWO, ZERO, exponential, tangent
from mlpcli.nn.layers import Layer
from mlpcli.nn.scratch import FloatArray

LINEAR, RELU, SELU, MISH, GELU, SILU, TANH, SIGMOID = range(8)
"""LINEAR stands for none."""

KINDS: dict[type[Layer], int] = {
    simple.Relu: RELU,
    simple.Selu: SELU,
    smooth.Mish: MISH,
    smooth.Gelu: GELU,
    smooth.Silu: SILU,
    simple.Tanh: TANH,
    simple.Sigmoid: SIGMOID,
}

FOUR, FAR = np.float32(4.0), np.float32(20.0)
SCALE, SCALED_ALPHA = np.float32(simple.Selu.scale), np.float32(simple.Selu.scale * simple.Selu.alpha)
FACTOR, CUBIC = np.float32(smooth.Gelu.factor), np.float32(smooth.Gelu.factor * smooth.Gelu.cubic)
THREE = np.float32(3.0)

# Each returns f(x) and f'(x). Comparisons leave NaN where it was; infinities give what they give in NumPy.


@compiled_in_order
def relu(x: Any) -> tuple[Any, Any]:
    """x above 0, else 0."""
    return (ZERO if x <= ZERO else x), (ONE if x > ZERO else ZERO)


@compiled_in_order
def selu(x: Any) -> tuple[Any, Any]:
    """A scaled line above 0, a scaled exponential below."""
    curve = SCALED_ALPHA * exponential(x)
    return (SCALE * x if x > ZERO else curve - SCALED_ALPHA), (SCALE if x > ZERO else curve)


@compiled_in_order
def mish(x: Any) -> tuple[Any, Any]:
    """x n / (n + 2), n = e^x (e^x + 2); see its twin."""
    near = FAR if x > FAR else x
    power = exponential(near)
    numerator = power * (power + TWO)
    inverse = ONE / (numerator + TWO)
    share = numerator * inverse
    return x * share, share + FOUR * near * power * (power + ONE) * inverse * inverse


@compiled_in_order
def gelu(x: Any) -> tuple[Any, Any]:
    """x (1 + tanh u) / 2; see its twin."""
    # Far out the tangent is one, and a square must not overflow.
    near = FAR if x > FAR else x
    near = -FAR if near < -FAR else near
    square = near * near
    curve = tangent(near * (FACTOR + CUBIC * square))
    share = HALF * (ONE + curve)
    return x * share, share + HALF * x * (ONE - curve * curve) * (FACTOR + THREE * CUBIC * square)


@compiled_in_order
def silu(x: Any) -> tuple[Any, Any]:
    """x σ(x)."""
    share = ONE / (ONE + exponential(-x))
    return x * share, share * (ONE + x * (ONE - share))


@compiled_in_order
def tanh(x: Any) -> tuple[Any, Any]:
    """The tangent with 1 - f²."""
    curve = tangent(x)
    return curve, ONE - curve * curve


@compiled_in_order
def sigmoid(x: Any) -> tuple[Any, Any]:
    """σ with f (1 - f)."""
    share = ONE / (ONE + exponential(-x))
    return share, share * (ONE - share)


@compiled
def activate(kind: int, values: FloatArray, slopes: FloatArray) -> None:
    """Turn a row of x into f(x), and write f'(x)."""
    columns = range(len(values))
    if kind == RELU:
        for column in columns:
            values[column], slopes[column] = relu(values[column])
    elif kind == SELU:
        for column in columns:
            values[column], slopes[column] = selu(values[column])
    elif kind == MISH:
        for column in columns:
            values[column], slopes[column] = mish(values[column])
    elif kind == GELU:
        for column in columns:
            values[column], slopes[column] = gelu(values[column])
    elif kind == SILU:
        for column in columns:
            values[column], slopes[column] = silu(values[column])
    elif kind == TANH:
        for column in columns:
            values[column], slopes[column] = tanh(values[column])
    elif kind == SIGMOID:
        for column in columns:
            values[column], slopes[column] = sigmoid(values[column])


@compiled
def apply(kind: int, values: FloatArray) -> None:
    """Turn a row of x into f(x)."""
    columns = range(len(values))
    if kind == RELU:
        for column in columns:
            values[column] = relu(values[column])[0]
    elif kind == SELU:
        for column in columns:
            values[column] = selu(values[column])[0]
    elif kind == MISH:
        for column in columns:
            values[column] = mish(values[column])[0]
    elif kind == GELU:
        for column in columns:
            values[column] = gelu(values[column])[0]
    elif kind == SILU:
        for column in columns:
            values[column] = silu(values[column])[0]
    elif kind == TANH:
        for column in columns:
            values[column] = tanh(values[column])[0]
    elif kind == SIGMOID:
        for column in columns:
            values[column] = sigmoid(values[column])[0]
