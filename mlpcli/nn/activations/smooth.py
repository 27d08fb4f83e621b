"""Activations that dip below zero: their derivative does not follow from their output."""

import math
from typing import ClassVar

import numpy as np

from mlpcli.nn.activations.base import SmoothActivation
from mlpcli.nn.scratch import FloatArray


class Silu(SmoothActivation):
    """f(x) = x σ(x) (Elfwing et al. 2018, arXiv 1702.03118; "swish"); f' = σ (1 + x (1 - σ))."""

    gain = math.sqrt(2.0)

    def _function(self, x: FloatArray, out: FloatArray, slopes: FloatArray | None) -> None:
        sigmoid = np.multiply(x, 0.5, out=self._temporary("sigmoid", x))
        np.tanh(sigmoid, out=sigmoid)
        sigmoid += 1.0
        sigmoid *= 0.5
        if slopes is not None:
            np.subtract(1.0, sigmoid, out=slopes)
            slopes *= x
            slopes += 1.0
            slopes *= sigmoid
        np.multiply(x, sigmoid, out=out)


class Gelu(SmoothActivation):
    """f(x) = x (1 + tanh u) / 2, u = √(2/π) (x + 0.044715 x³) (Hendrycks & Gimpel 2016, arXiv 1606.08415).

    The paper's approximation of x Φ(x), as NumPy has no error function; at most 0.0005 away from it.
    """

    gain = math.sqrt(2.0)
    factor: ClassVar[float] = math.sqrt(2.0 / math.pi)
    cubic: ClassVar[float] = 0.044715

    def _function(self, x: FloatArray, out: FloatArray, slopes: FloatArray | None) -> None:
        square = np.multiply(x, x, out=self._temporary("square", x))
        tanh = np.multiply(square, self.factor * self.cubic, out=self._temporary("tanh", x))
        tanh += self.factor
        tanh *= x
        np.tanh(tanh, out=tanh)
        if slopes is not None:
            # (1 + t) / 2 + x (1 - t²) u' / 2, with u' = factor (1 + 3 cubic x²). Far out 1 - t² is 0, and so
            # is its product with x, but not that with x², which may have overflown.
            np.multiply(tanh, tanh, out=slopes)
            np.subtract(1.0, slopes, out=slopes)
            slopes *= x
            np.multiply(slopes, x, out=square)
            square *= x
            square *= 1.5 * self.factor * self.cubic
            slopes *= 0.5 * self.factor
            slopes += square
        tanh += 1.0
        tanh *= 0.5
        if slopes is not None:
            slopes += tanh
        np.multiply(x, tanh, out=out)


class Mish(SmoothActivation):
    """f(x) = x tanh(log(1 + e^x)) (Misra 2019, arXiv 1908.08681).

    With e = e^x, n = e (e + 2), d = n + 2 it is x n / d, and f' = n / d + 4 x e (e + 1) / d². From x = 20 on
    n / d and f' are one in either precision, so that e and f' are taken at 20 there and nothing overflows.
    """

    gain = math.sqrt(2.0)

    def _function(self, x: FloatArray, out: FloatArray, slopes: FloatArray | None) -> None:
        power = self._temporary("power", x)
        near = self._near(x, power if slopes is None else slopes)
        np.exp(near, out=power)
        share = np.add(power, 2.0, out=self._temporary("share", x))
        share *= power
        denominator = np.add(share, 2.0, out=self._temporary("denominator", x))
        share /= denominator
        if slopes is not None:
            slopes *= power
            power += 1.0
            slopes *= power
            slopes /= denominator
            slopes /= denominator
            slopes *= 4.0
            slopes += share
        np.multiply(x, share, out=out)

    def difference(self, x: FloatArray, out: FloatArray, slopes: FloatArray | None) -> None:
        """f - x = -2 x / d, and its derivative -2 / d (1 - 2 x e (e + 1) / d), with one division."""
        self._near(x, out)
        power = np.exp(out, out=self._temporary("power", x))
        product = np.add(power, 2.0, out=self._temporary("share", x))
        product *= power
        inverse = np.add(product, 2.0, out=self._temporary("denominator", x))
        np.divide(-2.0, inverse, out=inverse)
        out *= inverse
        if slopes is not None:
            product -= power
            product *= out
            product += 1.0
            np.multiply(product, inverse, out=slopes)

    def _near(self, x: FloatArray, out: FloatArray) -> FloatArray:
        """The minimum with 20: with an array of it 5 µs at 128 x 128, with the number 16."""
        limits = self._scratch("limits", x.shape, x.dtype, fill=20.0)
        return np.minimum(x, limits, out=out)
