"""Base classes of activations: f(x) forward, d_out · f'(x) backward, in place if asked."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from mlpcli.nn.layers import Layer
from mlpcli.nn.scratch import BOOLEAN, FloatArray


class Activation(Layer):
    """An elementwise layer whose derivative follows from its output, so that it may overwrite its input."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"out"})
    elementwise: ClassVar[bool] = True
    max_slope: ClassVar[float] = 1.0
    """About the largest derivative; a unit far below it is saturated."""
    bounded: ClassVar[bool] = False
    """Whether it flattens out on both sides, so that units can saturate."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        self._function(x, out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        if d_x is not None:
            slopes = self._scratch("slopes", out.shape, out.dtype)
            self._slopes(out, slopes)
            np.multiply(d_out, slopes, out=d_x)

    def difference(self, x: FloatArray, out: FloatArray, slopes: FloatArray | None) -> None:
        """Write f(x) - x into `out`, and its derivative into `slopes` unless it is None."""
        value = self._scratch("value", x.shape, x.dtype)
        self._function(x, value)
        if slopes is not None:
            self._slopes(value, slopes)
            slopes -= 1.0
        np.subtract(value, x, out=out)

    @abstractmethod
    def _function(self, x: FloatArray, out: FloatArray) -> None:
        """Write f(x) into `out`, which may be `x`."""

    @abstractmethod
    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        """Write f'(x), as a function of f(x), into `slopes`."""

    def _zeros(self, x: FloatArray) -> FloatArray:
        """For maximum and minimum: with the number 0 they take 16 µs instead of 5 at 128 x 128."""
        return self._scratch("zeros", x.shape, x.dtype, fill=0.0)

    def _positive(self, out: FloatArray) -> FloatArray:
        """A mask: a product with it is ten times as fast as np.where on random signs."""
        return np.greater(out, 0, out=self._scratch("positive", out.shape, BOOLEAN))


class SmoothActivation(Layer):
    """An elementwise layer that computes its derivative on the way forward, from terms that both need."""

    elementwise: ClassVar[bool] = True
    max_slope: ClassVar[float] = 1.0
    bounded: ClassVar[bool] = False

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        if training:
            self._kept = self._scratch("kept", x.shape, x.dtype)
        self._function(x, out, self._kept if training else None)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        if d_x is not None:
            np.multiply(d_out, self._kept, out=d_x)

    def difference(self, x: FloatArray, out: FloatArray, slopes: FloatArray | None) -> None:
        """Write f(x) - x into `out`, and its derivative into `slopes` unless it is None."""
        value = self._scratch("value", x.shape, x.dtype)
        self._function(x, value, slopes)
        if slopes is not None:
            slopes -= 1.0
        np.subtract(value, x, out=out)

    @abstractmethod
    def _function(self, x: FloatArray, out: FloatArray, slopes: FloatArray | None) -> None:
        """Write f(x) into `out`, which may be `x`, and f'(x) into `slopes` unless it is None."""

    def _temporary(self, name: str, x: FloatArray) -> FloatArray:
        return self._scratch(name, x.shape, x.dtype)
