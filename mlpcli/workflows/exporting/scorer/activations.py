"""Functions of units, each for a number and for a NumPy array."""

import math
from typing import Any

import numpy as np


def relu(x: float) -> float:
    """The larger of x and 0."""
    return x if x > 0 else 0.0


def fast_relu(x: Any) -> Any:
    """The same of an array."""
    return np.maximum(x, 0)


def leaky_relu(x: float) -> float:
    """A hundredth of x below 0."""
    return x if x > 0 else 0.01 * x


def fast_leaky_relu(x: Any) -> Any:
    """The same of an array."""
    return np.maximum(x, 0.01 * x)


def elu(x: float) -> float:
    """e^x - 1 below 0."""
    return x if x > 0 else math.expm1(x)


def fast_elu(x: Any) -> Any:
    """The same of an array."""
    return np.maximum(x, 0) + np.expm1(np.minimum(x, 0))


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def selu(x: float) -> float:
    """The exponential linear unit whose outputs keep mean 0 and variance 1."""
    return SELU_SCALE * (x if x > 0 else SELU_ALPHA * math.expm1(x))


def fast_selu(x: Any) -> Any:
    """The same of an array."""
    return SELU_SCALE * (np.maximum(x, 0) + SELU_ALPHA * np.expm1(np.minimum(x, 0)))


GELU_FACTOR, GELU_CUBIC = math.sqrt(2 / math.pi), 0.044715


def gelu(x: float) -> float:
    """x times about the probability of a smaller normal number."""
    return 0.5 * x * (1 + math.tanh(GELU_FACTOR * (x + GELU_CUBIC * x * x * x)))


def fast_gelu(x: Any) -> Any:
    """The same of an array."""
    return 0.5 * x * (1 + np.tanh(GELU_FACTOR * (x + GELU_CUBIC * x * x * x)))


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 0.5 * (1 + math.tanh(0.5 * x))


def fast_sigmoid(x: Any) -> Any:
    """The same of an array."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def silu(x: float) -> float:
    """x times its sigmoid."""
    return x * sigmoid(x)


def fast_silu(x: Any) -> Any:
    """The same of an array."""
    return x * fast_sigmoid(x)


def mish(x: float) -> float:
    """x tanh(log(1 + e^x)); from 20 on it is x."""
    power = math.exp(min(x, 20.0))
    share = power * (power + 2)
    return x * share / (share + 2)


def fast_mish(x: Any) -> Any:
    """The same of an array."""
    power = np.exp(np.minimum(x, 20))
    share = power * (power + 2)
    return x * (share / (share + 2))


def softplus(x: float) -> float:
    """log(1 + e^x)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def fast_softplus(x: Any) -> Any:
    """The same of an array."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softsign(x: float) -> float:
    """x / (1 + |x|)."""
    return x / (1 + abs(x))


def fast_softsign(x: Any) -> Any:
    """The same of an array."""
    return x / (1 + np.abs(x))


def hard_sigmoid(x: float) -> float:
    """The sigmoid as three straight lines."""
    return min(max(x / 6 + 0.5, 0.0), 1.0)


def fast_hard_sigmoid(x: Any) -> Any:
    """The same of an array."""
    return np.clip(x / 6 + 0.5, 0, 1)


def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    return math.tanh(x)


def fast_tanh(x: Any) -> Any:
    """The same of an array."""
    return np.tanh(x)


def identity(x: float) -> float:
    """x itself."""
    return x


def fast_identity(x: Any) -> Any:
    """The same of an array."""
    return x
