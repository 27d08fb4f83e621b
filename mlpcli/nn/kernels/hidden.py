"""A hidden layer with all that follows its product in one pass: bias, activation, learned slope, dropout."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.activations import Parametric
from mlpcli.nn.kernels.activations import KINDS, activate, apply
from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import ONE, ZERO
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.products import product
from mlpcli.nn.scratch import BYTE, ByteArray, FloatArray


class Hidden(Layer):
    """The twin of `Dense`, an activation and perhaps `Dropout`, on the parameters and generator of those.

    On the way forward it keeps what the way back needs, the derivatives of the output by the sum before the
    activation and by the learned slope, so that the way back is the same for all activations.
    """

    backward_reads: ClassVar[frozenset[str]] = frozenset({"x"})
    has_product: ClassVar[bool] = True

    _shape: tuple[int, ...] = ()

    def __init__(self, dense: Dense, activation: Layer, dropout: Dropout | None) -> None:
        super().__init__(dense.n_in, dense.n_out)
        self._weight, self._bias = dense.weight, dense.bias
        self._d_weight, self._d_bias = dense.d_weight, dense.d_bias
        self._transposed = dense.weight.T
        self._dropout = dropout
        function = activation.function if isinstance(activation, Parametric) else activation
        self._kind = KINDS[type(function)]
        self._parametric = isinstance(activation, Parametric)
        nothing = dense.bias[:0]
        self._slope = activation.slope if isinstance(activation, Parametric) else nothing
        self._d_slope = activation.d_slope if isinstance(activation, Parametric) else nothing

    @staticmethod
    def fits(activation: Layer) -> bool:
        """Whether there is a kernel for the activation."""
        return type(activation.function if isinstance(activation, Parametric) else activation) in KINDS

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        product(x, self._weight, out, training)
        if not training:
            finish(self._kind, out, self._bias, self._slope, self._parametric)
            return
        if out.shape != self._shape:
            self._lay_out(out)
        draws, dropped = (self._no_draws, 0) if self._dropout is None else self._dropout.draw(out.shape)
        given = (self._kind, out, self._bias, self._slope, self._parametric, draws, dropped)
        finish_and_keep(*given, self._slopes, self._bends)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        go_back(d_out, self._slopes, self._bends, self._parametric, self._d_bias, self._d_slope)
        np.dot(x.T, d_out, out=self._d_weight)
        if d_x is not None:
            np.dot(d_out, self._transposed, out=d_x)

    def _lay_out(self, out: FloatArray) -> None:
        """Room for what training keeps of a batch."""
        self._shape = out.shape
        self._slopes = self._scratch("slopes", out.shape, out.dtype)
        bends = out.shape if self._parametric else (0, out.shape[1])
        self._bends = self._scratch("bends", bends, out.dtype)
        self._no_draws = self._scratch("draws", (0, out.shape[1]), BYTE)


AT_ONCE = 4096
"""Numbers between the passes over them: they stay in the cache, and the work on views of rows is little."""


@compiled
def finish(kind: int, out: FloatArray, bias: FloatArray, slope: FloatArray, parametric: bool) -> None:
    """Turn products (rows, n) into outputs."""
    rows, columns = out.shape
    step = max(AT_ONCE // columns, 1)
    values = np.empty((min(step, rows) if parametric else 0, columns), out.dtype)
    for start in range(0, rows, step):
        part = out[start : start + step]
        if parametric:
            bent = values[: len(part)]
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
                    bent[row, column] = part[row, column]
            apply(kind, bent.reshape(-1))
            for row in range(len(part)):
                for column in range(columns):
                    x = part[row, column]
                    part[row, column] = x + slope[column] * (bent[row, column] - x)
        else:
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
            apply(kind, part.reshape(-1))


@compiled
def finish_and_keep(
    kind: int,
    out: FloatArray,
    bias: FloatArray,
    slope: FloatArray,
    parametric: bool,
    draws: ByteArray,
    dropped: int,
    slopes: FloatArray,
    bends: FloatArray,
) -> None:
    """Turn products (rows, n) into outputs; `slopes` become their derivatives by the products, `bends` those
    by the learned slopes."""
    rows, columns = out.shape
    step = max(AT_ONCE // columns, 1)
    for start in range(0, rows, step):
        part, derivatives = out[start : start + step], slopes[start : start + step]
        if parametric:
            bent = bends[start : start + step]
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
                    bent[row, column] = part[row, column]
            activate(kind, bent.reshape(-1), derivatives.reshape(-1))
            for row in range(len(part)):
                for column in range(columns):
                    x, a = part[row, column], slope[column]
                    bend = bent[row, column] - x
                    bent[row, column] = bend
                    part[row, column] = x + a * bend
                    derivatives[row, column] = ONE + a * (derivatives[row, column] - ONE)
        else:
            for row in range(len(part)):
                for column in range(columns):
                    part[row, column] += bias[column]
            activate(kind, part.reshape(-1), derivatives.reshape(-1))
        if dropped:
            drawn = draws[start : start + step].reshape(-1)
            drop(part.reshape(-1), drawn, dropped)
            drop(derivatives.reshape(-1), drawn, dropped)
            if parametric:
                drop(bends[start : start + step].reshape(-1), drawn, dropped)


@compiled
def drop(values: FloatArray, draws: ByteArray, dropped: int) -> None:
    """Set to zero what drew a byte below `dropped`, and stretch the others."""
    threshold, factor = np.uint8(dropped), np.float32(256.0) / np.float32(256 - dropped)
    for place in range(len(values)):
        values[place] *= factor if draws[place] >= threshold else ZERO


@compiled
def go_back(
    d_out: FloatArray,
    slopes: FloatArray,
    bends: FloatArray,
    parametric: bool,
    d_bias: FloatArray,
    d_slope: FloatArray,
) -> None:
    """Turn the gradient by the outputs (rows, n) into that by the products, and sum up its columns."""
    rows, columns = d_out.shape
    d_bias[:] = ZERO
    d_slope[:] = ZERO
    for row in range(rows):
        if parametric:
            for column in range(columns):
                d_slope[column] += d_out[row, column] * bends[row, column]
        for column in range(columns):
            gradient = d_out[row, column] * slopes[row, column]
            d_out[row, column] = gradient
            d_bias[column] += gradient
