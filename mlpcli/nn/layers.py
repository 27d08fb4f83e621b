"""The layer contract, and the layers that are no activation."""

from typing import ClassVar, Protocol

import numpy as np

from mlpcli.nn.arrays import FloatArray, Scratch
from mlpcli.nn.parameters import HasParameters


class Layer(HasParameters, Protocol):
    """Arithmetic on given arrays: x is (rows, n_in), out is (rows, n_out), `d_` is a gradient of the loss."""

    n_in: int
    n_out: int
    backward_reads: ClassVar[frozenset[str]]
    """Which of {"x", "out"} `backward` still needs; the others may have been overwritten."""
    elementwise: ClassVar[bool]
    """True if `out` may be `x` and `d_x` may be `d_out`."""
    gain: ClassVar[float]
    """Factor on the standard deviation 1 / sqrt(n_in) of the weights before this layer."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Write the layer's output for `x` into `out`."""

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """Overwrite the parameters' gradients, and `d_x` unless it is None (the first layer's inputs)."""


class Dense:
    """out = x W + b, with W (n_in, n_out) and b (n_out,)."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"x"})
    elementwise: ClassVar[bool] = False
    gain: ClassVar[float] = 1.0

    def __init__(self, n_in: int, n_out: int) -> None:
        self.n_in, self.n_out = n_in, n_out
        self._ones: FloatArray = np.ones(0)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Weights and biases."""
        return {"weight": (self.n_in, self.n_out), "bias": (self.n_out,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Keep the views into the flat vectors."""
        self.weight, self.bias = values["weight"], values["bias"]
        self.d_weight, self.d_bias = gradients["weight"], gradients["bias"]

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """One matrix product and one addition."""
        np.matmul(x, self.weight, out=out)
        out += self.bias

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """d_W = xᵀ d_out, d_b = column sums of d_out, d_x = d_out Wᵀ."""
        np.matmul(x.T, d_out, out=self.d_weight)
        np.matmul(self._ones_for(d_out), d_out, out=self.d_bias)
        if d_x is not None:
            np.matmul(d_out, self.weight.T, out=d_x)

    def _ones_for(self, d_out: FloatArray) -> FloatArray:
        # Column sums as a product with ones: about 3 times as fast as d_out.sum(axis=0) at 256 x 256.
        if len(self._ones) < len(d_out):
            self._ones = np.ones(len(d_out), d_out.dtype)
        return self._ones[: len(d_out)]


class Dropout:
    """In training each value is zeroed with probability `rate`, the others divided by 1 - rate.

    At prediction the layer passes its input on ("inverted dropout"; Srivastava et al. 2014, section 10).
    """

    backward_reads: ClassVar[frozenset[str]] = frozenset()
    elementwise: ClassVar[bool] = True
    gain: ClassVar[float] = 1.0

    def __init__(self, width: int, rate: float, generator: np.random.Generator) -> None:
        self.n_in = self.n_out = width
        self.rate = rate
        self._generator = generator
        self._scratch = Scratch()

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """No parameters."""
        return {}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Nothing to keep."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Draw a new mask in training; copy otherwise."""
        if not training:
            if out is not x:
                out[:] = x
            return
        draws = self._scratch("draws", x.shape, np.float32)
        self._generator.random(dtype=np.float32, out=draws)
        kept = np.greater_equal(draws, self.rate, out=self._scratch("kept", x.shape, np.bool_))
        self._mask = np.multiply(kept, 1.0 / (1.0 - self.rate), out=self._scratch("mask", x.shape, x.dtype))
        np.multiply(x, self._mask, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """The mask of the last forward pass, applied to the gradient."""
        if d_x is not None:
            np.multiply(d_out, self._mask, out=d_x)
