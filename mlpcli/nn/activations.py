"""Elementwise layers: each with its derivative and the gain of the weights before it. ACTIVATIONS names them.

Derivatives are written in terms of the output, so that an activation may overwrite its input.
"""

import math
from typing import ClassVar

import numpy as np

from mlpcli.nn.arrays import FloatArray, Scratch


class Activation:
    """Base: an elementwise layer without parameters; the identity."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"out"})
    elementwise: ClassVar[bool] = True
    gain: ClassVar[float] = 1.0

    def __init__(self, width: int) -> None:
        self.n_in = self.n_out = width
        self._scratch = Scratch()

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """No parameters."""
        return {}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Nothing to keep."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Write f(x) into `out`, which may be `x`."""
        if out is not x:
            out[:] = x

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """Write d_out · f'(x) into `d_x`, which may be `d_out`."""
        if d_x is not None and d_x is not d_out:
            d_x[:] = d_out


class Identity(Activation):
    """f(x) = x: stacked linear layers equal one."""

    backward_reads: ClassVar[frozenset[str]] = frozenset()


class Relu(Activation):
    """f(x) = max(x, 0); gain √2 (He et al. 2015)."""

    gain: ClassVar[float] = math.sqrt(2.0)

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Maximum with zero."""
        np.maximum(x, 0, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """The gradient passes where the output is positive."""
        if d_x is not None:
            # A product with a mask is ten times as fast as np.where on random signs.
            positive = np.greater(out, 0, out=self._scratch("positive", out.shape, np.bool_))
            np.multiply(d_out, positive, out=d_x)


class LeakyRelu(Activation):
    """f(x) = x for x > 0, else 0.01 x (Maas et al. 2013)."""

    slope: ClassVar[float] = 0.01
    gain: ClassVar[float] = math.sqrt(2.0 / (1.0 + slope**2))

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Maximum of x and a hundredth of it."""
        leak = np.multiply(x, self.slope, out=self._scratch("leak", x.shape, x.dtype))
        np.maximum(x, leak, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """Slope 1 or 0.01, by the output's sign, which is the input's."""
        if d_x is not None:
            positive = np.greater(out, 0, out=self._scratch("positive", out.shape, np.bool_))
            slopes = np.multiply(positive, 1.0 - self.slope, out=self._scratch("leak", out.shape, out.dtype))
            slopes += self.slope
            np.multiply(d_out, slopes, out=d_x)


class Tanh(Activation):
    """f(x) = tanh x, f' = 1 - f²; gain 5/3 keeps the spread of deep nets near one (as in PyTorch)."""

    gain: ClassVar[float] = 5.0 / 3.0

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Hyperbolic tangent."""
        np.tanh(x, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """d_out (1 - out²)."""
        if d_x is not None:
            slopes = np.multiply(out, out, out=self._scratch("slopes", out.shape, out.dtype))
            np.subtract(1.0, slopes, out=slopes)
            np.multiply(d_out, slopes, out=d_x)


class Sigmoid(Activation):
    """f(x) = 1 / (1 + e^-x), f' = f (1 - f)."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """(1 + tanh(x / 2)) / 2: the same function, without overflow."""
        np.multiply(x, 0.5, out=out)
        np.tanh(out, out=out)
        out += 1.0
        out *= 0.5

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """d_out · out · (1 - out)."""
        if d_x is not None:
            slopes = np.subtract(1.0, out, out=self._scratch("slopes", out.shape, out.dtype))
            slopes *= out
            np.multiply(d_out, slopes, out=d_x)


ACTIVATIONS: dict[str, type[Activation]] = {
    "relu": Relu,
    "leaky-relu": LeakyRelu,
    "tanh": Tanh,
    "sigmoid": Sigmoid,
    "identity": Identity,
}
"""Names are stored in model files: add, never rename."""
