"""The base class of layers, and all layers except activations and embeddings."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from mlpcli.nn.products import product
from mlpcli.nn.scratch import BOOLEAN, BYTE, ByteArray, FloatArray, Scratch


class Layer(ABC):
    """Arithmetic on given arrays: x is (rows, n_in), out (rows, n_out), `d_` a gradient of the loss.

    A subclass writes `forward` and `backward`, and where it has parameters their shapes, `bind` and
    `initialize`.
    """

    backward_reads: ClassVar[frozenset[str]] = frozenset()
    """Arrays ("x", "out") that `backward` still needs; the others may have been overwritten."""
    elementwise: ClassVar[bool] = False
    """True if `out` may be `x` and `d_x` may be `d_out`."""
    has_product: ClassVar[bool] = False
    """Whether it multiplies by a matrix of weights."""
    gain: float = 1.0
    """Factor on the standard deviation 1 / sqrt(n_in) of the weights before this layer."""

    def __init__(self, n_in: int, n_out: int | None = None) -> None:
        """`n_out` is `n_in` by default."""
        self.n_in, self.n_out = n_in, n_in if n_out is None else n_out
        self._scratch = Scratch()

    @property
    def name(self) -> str:
        """For the table of layers."""
        return type(self).__name__

    @property
    def floats_per_row(self) -> int:
        """Approximate number of floats that training keeps per row: outputs, deltas and scratch memory."""
        return 4 * self.n_out

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter by its name (see `mlpcli.nn.parameters`); empty by default."""
        return {}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Keep this layer's views into the flat vectors."""

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """Set starting values; `x` (rows, n_in) are training inputs of this layer, where they are known."""

    @abstractmethod
    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Write the layer's output for `x` into `out`."""

    @abstractmethod
    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """Overwrite the parameters' gradients, and `d_x` unless it is None (the first layer's inputs)."""


class Dense(Layer):
    """out = x W + b, with W (n_in, n_out) and b (n_out,)."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"x"})
    has_product: ClassVar[bool] = True

    _ones: FloatArray = np.empty(0)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.n_in, self.n_out), "bias": (self.n_out,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.weight, self.bias = values["weight"], values["bias"]
        self.d_weight, self.d_bias = gradients["weight"], gradients["bias"]
        self._transposed = self.weight.T

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        if training:
            x.dot(self.weight, out=out)  # as `product` does, but for a call less
        else:
            product(x, self.weight, out, training)
        np.add(out, self.bias, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """d_W = xᵀ d_out, d_b = column sums of d_out, d_x = d_out Wᵀ."""
        x.T.dot(d_out, out=self.d_weight)
        # Column sums as a product with ones: about 3 times as fast as d_out.sum(axis=0) at 256 x 256.
        if len(self._ones) != len(d_out) or self._ones.dtype is not d_out.dtype:
            self._ones = self._scratch("ones", d_out.shape[:1], d_out.dtype, fill=1.0)
        self._ones.dot(d_out, out=self.d_bias)
        if d_x is not None:
            d_out.dot(self._transposed, out=d_x)


class Scale(Layer):
    """out = x a, with one factor for each input, 1 at the start (the scaling layer of arXiv 2407.04491)."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"x"})
    elementwise: ClassVar[bool] = True

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"scale": (self.n_in,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.scale, self.d_scale = values["scale"], gradients["scale"]

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """All factors 1."""
        self.scale[...] = 1.0

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        np.multiply(x, self.scale, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """d_a = Σ over rows of x d_out, d_x = a d_out."""
        column_sums(d_out, x, self.d_scale, self._scratch)
        if d_x is not None:
            np.multiply(d_out, self.scale, out=d_x)


class Dropout(Layer):
    """In training each value is zeroed with probability `rate`, the others divided by 1 - rate.

    At prediction the layer passes its input on ("inverted dropout"; Srivastava et al. 2014, section 10). The
    rate is rounded to a multiple of 1/256, as a random byte decides: at 256 x 256 this takes half of the time
    of random floats.
    """

    elementwise: ClassVar[bool] = True

    def __init__(self, width: int, rate: float, generator: np.random.Generator) -> None:
        super().__init__(width)
        self.rate = self.full_rate = rate
        self.generator = generator

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        if not training:
            if out is not x:
                out[...] = x
            return
        draws = self._scratch("draws", x.shape, BYTE)
        _fill_with_bytes(self.generator, draws.reshape(-1))
        dropped = self.dropped
        kept = np.greater_equal(draws, dropped, out=self._scratch("kept", x.shape, BOOLEAN))
        self._mask = self._scratch("mask", x.shape, x.dtype)
        np.copyto(self._mask, kept)  # and then in place: a third of the time of multiplying booleans
        self._mask *= BYTE_VALUES / (BYTE_VALUES - dropped)
        np.multiply(x, self._mask, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        if d_x is not None:
            np.multiply(d_out, self._mask, out=d_x)

    @property
    def dropped(self) -> int:
        """The value of a byte below it is dropped."""
        return min(round(BYTE_VALUES * self.rate), BYTE_VALUES - 1)


BYTE_VALUES = 256
WORDS_AT_ONCE = 1 << 9
"""Few enough that the new array that the generator makes each time is small, and many enough that the calls
count less: 128 x 128 bytes take 14 µs, with 256 words at once 22, with 1,024 (8 kB) 10."""


def _fill_with_bytes(generator: np.random.Generator, out: ByteArray) -> None:
    """Random bytes (n,), from all bits of the generator's 64-bit words."""
    size = 8 * WORDS_AT_ONCE
    for first in range(0, len(out), size):
        part = out[first : first + size]
        part[:] = generator.bit_generator.random_raw(-(-len(part) // 8)).view(BYTE)[: len(part)]


def column_sums(first: FloatArray, second: FloatArray, out: FloatArray, scratch: Scratch) -> None:
    """Σ over rows of first · second: (rows, n) twice to (n,)."""
    product = np.multiply(first, second, out=scratch("product", first.shape, first.dtype))
    ones = scratch("ones", first.shape[:1], first.dtype, fill=1.0)
    ones.dot(product, out=out)
