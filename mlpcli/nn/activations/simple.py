"""Activations whose derivative follows from their output."""

import math
from typing import Any, ClassVar

import numpy as np

from mlpcli.nn.activations.base import Activation
from mlpcli.nn.scratch import BOOLEAN, FloatArray

BITS: dict[int, np.dtype[Any]] = {4: np.dtype(np.uint32), 8: np.dtype(np.uint64)}
"""Whole numbers by their bytes."""


class Identity(Activation):
    """f(x) = x: stacked linear layers equal one."""

    backward_reads: ClassVar[frozenset[str]] = frozenset()

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        if out is not x:
            out[...] = x

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        slopes.fill(1.0)


class Relu(Activation):
    """f(x) = max(x, 0); gain √2 (He et al. 2015).

    Views and scratch memory are looked up only when other arrays come than last time, which in training are
    those of a short batch: 4 of 7 µs forward and back at 32 x 64.
    """

    gain = math.sqrt(2.0)
    _x: FloatArray = np.empty(0)
    _back: tuple[FloatArray | None, ...] = (None, None, None)

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        if x is not self._x:
            self._x, self._zero = x, self._zeros(x)
        np.maximum(x, self._zero, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        if d_x is None:
            return
        last_out, last_d_out, last_d_x = self._back
        if out is not last_out or d_out is not last_d_out or d_x is not last_d_x:
            self._look_at(out, d_out, d_x)
        # The sign of an output's bits, as a whole number, is 0 or 1; the gradient's bits times it are 0 or
        # the gradient. A boolean mask takes 5 µs instead of 2 at 32 x 64, 9 of 6.5 at 200 x 100.
        np.sign(self._bits, out=self._signs)
        np.multiply(self._d_bits, self._signs, out=self._d_x_bits)

    def _look_at(self, out: FloatArray, d_out: FloatArray, d_x: FloatArray) -> None:
        self._back = out, d_out, d_x
        bits = BITS[out.dtype.itemsize]
        self._bits, self._d_bits, self._d_x_bits = out.view(bits), d_out.view(bits), d_x.view(bits)
        self._signs = self._scratch("signs", out.shape, bits)

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        slopes[...] = self._positive(out)


class LeakyRelu(Activation):
    """f(x) = x for x > 0, else 0.01 x (Maas et al. 2013)."""

    slope: ClassVar[float] = 0.01
    gain = math.sqrt(2.0 / (1.0 + slope**2))

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        leak = np.multiply(x, self.slope, out=self._scratch("leak", x.shape, x.dtype))
        np.maximum(x, leak, out=out)

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        np.multiply(self._positive(out), 1.0 - self.slope, out=slopes)
        slopes += self.slope


class Elu(Activation):
    """f(x) = x for x > 0, else e^x - 1; f' = min(f, 0) + 1 (Clevert et al. 2016, arXiv 1511.07289, α = 1)."""

    gain = math.sqrt(2.0)

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        curve = np.minimum(x, self._zeros(x), out=self._scratch("curve", x.shape, x.dtype))
        np.exp(curve, out=curve)
        curve -= 1.0
        np.maximum(x, self._zeros(x), out=out)
        out += curve

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        np.minimum(out, self._zeros(out), out=slopes)
        slopes += 1.0


class Selu(Activation):
    """f(x) = λ x for x > 0, else λ α (e^x - 1), f' = λ or f + λ α (Klambauer et al., arXiv 1706.02515)."""

    scale: ClassVar[float] = 1.0507009873554805
    alpha: ClassVar[float] = 1.6732632423543772

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        curve = np.minimum(x, self._zeros(x), out=self._scratch("curve", x.shape, x.dtype))
        np.exp(curve, out=curve)
        curve -= 1.0
        curve *= self.scale * self.alpha
        np.maximum(x, self._zeros(x), out=out)
        out *= self.scale
        out += curve

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        positive = self._positive(out)
        np.minimum(out, self._zeros(out), out=slopes)
        slopes += self.scale * self.alpha
        step = self._scratch("curve", out.shape, out.dtype)
        slopes -= np.multiply(positive, self.scale * (self.alpha - 1.0), out=step)


class Softplus(Activation):
    """f(x) = log(1 + e^x), f' = 1 - e^-f (Dugas et al. 2001)."""

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        # max(x, 0) + log(1 + e^-|x|) does not overflow; log1p would be ten times as slow without AVX-512.
        curve = np.abs(x, out=self._scratch("curve", x.shape, x.dtype))
        np.negative(curve, out=curve)
        np.exp(curve, out=curve)
        curve += 1.0
        np.log(curve, out=curve)
        np.maximum(x, self._zeros(x), out=out)
        out += curve

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        np.negative(out, out=slopes)
        np.exp(slopes, out=slopes)
        np.subtract(1.0, slopes, out=slopes)


class Softsign(Activation):
    """f(x) = x / (1 + |x|), f' = (1 - |f|)² (Turian et al. 2009)."""

    bounded: ClassVar[bool] = True

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        size = np.abs(x, out=self._scratch("size", x.shape, x.dtype))
        size += 1.0
        np.divide(x, size, out=out)

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        np.abs(out, out=slopes)
        np.subtract(1.0, slopes, out=slopes)
        slopes *= slopes


class HardSigmoid(Activation):
    """f(x) = min(max(x / 6 + 1/2, 0), 1): the sigmoid as three straight lines (as in PyTorch and Keras 3)."""

    max_slope: ClassVar[float] = 1.0 / 6.0
    bounded: ClassVar[bool] = True

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        np.multiply(x, 1.0 / 6.0, out=out)
        out += 0.5
        np.clip(out, 0.0, 1.0, out=out)

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        inside = self._positive(out)
        below_one = np.less(out, 1.0, out=self._scratch("below_one", out.shape, BOOLEAN))
        np.logical_and(inside, below_one, out=inside)
        np.multiply(inside, 1.0 / 6.0, out=slopes)


class Tanh(Activation):
    """f(x) = tanh x, f' = 1 - f²; gain 5/3 keeps the spread of deep nets near one (as in PyTorch)."""

    gain = 5.0 / 3.0
    bounded: ClassVar[bool] = True

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        np.tanh(x, out=out)

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        np.multiply(out, out, out=slopes)
        np.subtract(1.0, slopes, out=slopes)


class Sigmoid(Activation):
    """f(x) = 1 / (1 + e^-x), f' = f (1 - f)."""

    max_slope: ClassVar[float] = 0.25
    bounded: ClassVar[bool] = True

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        # (1 + tanh(x / 2)) / 2: the same function, without overflow.
        np.multiply(x, 0.5, out=out)
        np.tanh(out, out=out)
        out += 1.0
        out *= 0.5

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        np.subtract(1.0, out, out=slopes)
        slopes *= out
