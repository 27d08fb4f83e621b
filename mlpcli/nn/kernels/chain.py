"""Dense layers one after the other, with their activations and dropout, in one call forward and one back."""

from collections.abc import Sequence
from enum import IntEnum, auto
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from mlpcli.nn.activations import Parametric
from mlpcli.nn.kernels.activations import KINDS, LINEAR, RELU
from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.hidden import add_bias_gradient, finish, finish_and_keep, go_back, go_back_by_sign
from mlpcli.nn.kernels.products import times, times_transposed, transposed_times
from mlpcli.nn.kernels.random_bytes import WORD, WORD_BYTES, fill, source_of
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.products import BLOCK_ROWS
from mlpcli.nn.scratch import AnyArray, FloatArray, IndexArray


class Link(NamedTuple):
    """A dense layer with what follows it, and the places of their parameters in the vector."""

    dense: Dense
    activation: Layer | None
    dropout: Dropout | None
    places: dict[str, slice]

    @property
    def kind(self) -> int:
        """The number of its activation."""
        if self.activation is None:
            return LINEAR
        function = self.activation.function if isinstance(self.activation, Parametric) else self.activation
        return KINDS[type(function)]


class Of(IntEnum):
    """Columns of a plan, which has a row for each link: whole numbers for kernels."""

    N_IN = 0
    N_OUT = auto()
    KIND = auto()
    DROPPED = auto()
    """Below which byte a number is dropped; set anew each time."""
    WEIGHT = auto()
    BIAS = auto()
    SLOPE = auto()
    """Where in the vector of parameters; no learned slope: -1."""
    OUT = auto()
    SLOPES = auto()
    BENDS = auto()
    DELTA = auto()
    """Where what is kept of a batch begins, in numbers a row; what is not kept: -1."""
    DRAW = auto()
    STATE = auto()
    """The addresses of what draws random bytes for dropout, and of its state; no dropout: -1."""


N_IN, N_OUT, KIND, DROPPED, WEIGHT, BIAS, SLOPE, OUT, SLOPES, BENDS, DELTA, DRAW, STATE = map(int, Of)
NONE = -1


class Chain(Layer):
    """The twin of `Dense`, an activation and perhaps `Dropout`, several times, on their parameters.

    On the way forward it keeps what the way back needs: the derivatives of outputs by the sums before the
    activation and by the learned slopes, so that the way back is the same for all activations. Plain ReLU's
    follow from its outputs. A batch has all of it in one array, in parts of so many numbers a row.
    """

    backward_reads: ClassVar[frozenset[str]] = frozenset({"x"})
    has_product: ClassVar[bool] = True

    _rows = NONE

    def __init__(self, links: Sequence[Link], parameters: ParameterVector, address: int) -> None:
        super().__init__(links[0].dense.n_in, links[-1].dense.n_out)
        self._values, self._gradients = parameters.values, parameters.gradients
        self._address = address
        self._dropouts = [(number, link.dropout) for number, link in enumerate(links) if link.dropout]
        self._plan, self._kept_per_row = plan_of(links)
        self._drawn_per_row = max((dropout.n_out for _, dropout in self._dropouts), default=0)

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        x, rows = np.ascontiguousarray(x), len(x)
        if not training:
            block = rows if rows % BLOCK_ROWS else BLOCK_ROWS
            kept = self._scratch("scored", (block, self._kept_per_row), x.dtype).reshape(-1)
            pass_on(self._address, self._plan, self._values, x, out, kept, block)
            return
        if rows != self._rows:
            self._rows = rows
            self._kept = self._scratch("kept", (rows, self._kept_per_row), x.dtype).reshape(-1)
            words = -(-rows * self._drawn_per_row // WORD_BYTES)
            self._words = self._scratch("words", (words,), WORD)
        for number, dropout in self._dropouts:
            self._plan[number, DROPPED] = dropout.dropped
        learn_from(self._address, self._plan, self._values, x, out, self._kept, self._words)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        go_back_through(
            self._address, self._plan, self._values, self._gradients, np.ascontiguousarray(x), out, d_out,
            self._kept, d_out[:0] if d_x is None else d_x, d_x is not None,
        )  # fmt: skip


def plan_of(links: Sequence[Link]) -> tuple[IndexArray, int]:
    """The plan (links, columns of `Of`), and how many numbers of a row are kept.

    Gradients by outputs are needed one at a time: two places take turns.
    """
    plan: IndexArray = np.full((len(links), len(Of)), NONE, np.intp)
    widest = max((link.dense.n_out for link in links[:-1]), default=0)
    kept = 2 * widest
    for number, link in enumerate(links):
        row, n_out = plan[number], link.dense.n_out
        parametric = isinstance(link.activation, Parametric)
        row[[N_IN, N_OUT, KIND, DROPPED]] = link.dense.n_in, n_out, link.kind, 0
        row[[WEIGHT, BIAS]] = link.places["weight"].start, link.places["bias"].start
        if parametric:
            row[SLOPE] = link.places["slope"].start
        parts = [OUT] if number < len(links) - 1 else []
        if parametric or link.kind not in (LINEAR, RELU):
            parts.append(SLOPES)
        if parametric:
            parts.append(BENDS)
        for part in parts:
            row[part] = kept
            kept += n_out
        row[DELTA] = number % 2 * widest
        if link.dropout is not None:
            row[[DRAW, STATE]] = source_of(link.dropout.generator)
    return plan, kept


@compiled
def matrix(array: AnyArray, start: int, rows: int, columns: int) -> AnyArray:
    """A part of a flat array."""
    return array[start : start + rows * columns].reshape(rows, columns)


@compiled
def vector(array: FloatArray, start: int, size: int) -> FloatArray:
    """A part of a flat array; nothing if it has no place there."""
    return array[start : start + size] if start >= 0 else array[:0]


@compiled
def multiply(
    address: int,
    link: IndexArray,
    values: FloatArray,
    x: FloatArray,
    signal: FloatArray,
    first: bool,
    out: FloatArray,
) -> None:
    """The product of a link: x, which may be read-only, enters the first one, a signal the others."""
    weight = matrix(values, link[WEIGHT], link[N_IN], link[N_OUT])
    if first:
        times(address, x, weight, out)
    else:
        times(address, signal, weight, out)


@compiled
def pass_on(
    address: int,
    plan: IndexArray,
    values: FloatArray,
    x: FloatArray,
    out: FloatArray,
    kept: FloatArray,
    block: int,
) -> None:
    """Outputs (rows, n_out) of x (rows, n_in), so many rows at a time through all layers."""
    for start in range(0, len(x), max(block, 1)):
        given, wanted = x[start : start + block], out[start : start + block]
        signal = wanted
        for number in range(len(plan)):
            link = plan[number]
            n_out = link[N_OUT]
            target = wanted if number == len(plan) - 1 else matrix(kept, block * link[OUT], block, n_out)
            multiply(address, link, values, given, signal, number == 0, target)
            bias, slope = vector(values, link[BIAS], n_out), vector(values, link[SLOPE], n_out)
            finish(link[KIND], target, bias, slope, link[SLOPE] >= 0)
            signal = target


@compiled
def learn_from(
    address: int,
    plan: IndexArray,
    values: FloatArray,
    x: FloatArray,
    out: FloatArray,
    kept: FloatArray,
    words: npt.NDArray[np.uint64],
) -> None:
    """As `pass_on` of one batch, keeping what the way back needs."""
    rows = len(x)
    signal = out
    for number in range(len(plan)):
        link = plan[number]
        n_out, dropped = link[N_OUT], link[DROPPED]
        target = out if number == len(plan) - 1 else matrix(kept, rows * link[OUT], rows, n_out)
        multiply(address, link, values, x, signal, number == 0, target)
        bias, slope = vector(values, link[BIAS], n_out), vector(values, link[SLOPE], n_out)
        slopes = matrix(kept, rows * link[SLOPES], rows if link[SLOPES] >= 0 else 0, n_out)
        bends = matrix(kept, rows * link[BENDS], rows if link[BENDS] >= 0 else 0, n_out)
        drawn = words[: -(-rows * n_out // WORD_BYTES) if link[DRAW] >= 0 else 0]
        fill(drawn, link[DRAW], link[STATE])
        draws = matrix(drawn.view(np.uint8), 0, rows if dropped else 0, n_out)
        finish_and_keep(
            link[KIND], target, bias, slope, link[SLOPE] >= 0, draws, dropped, slopes, bends
        )  # fmt: skip
        signal = target


@compiled
def go_back_through(
    address: int,
    plan: IndexArray,
    values: FloatArray,
    gradients: FloatArray,
    x: FloatArray,
    out: FloatArray,
    d_out: FloatArray,
    kept: FloatArray,
    d_x: FloatArray,
    wants_d_x: bool,
) -> None:
    """The gradients of all parameters, and by x, from that by the outputs, which is overwritten."""
    rows = len(x)
    delta, result = d_out, out
    for number in range(len(plan) - 1, -1, -1):
        link = plan[number]
        n_in, n_out = link[N_IN], link[N_OUT]
        d_bias = vector(gradients, link[BIAS], n_out)
        if link[SLOPES] >= 0:
            d_slope = vector(gradients, link[SLOPE], n_out)
            slopes = matrix(kept, rows * link[SLOPES], rows, n_out)
            bends = matrix(kept, rows * link[BENDS], rows if link[BENDS] >= 0 else 0, n_out)
            go_back(delta, slopes, bends, link[SLOPE] >= 0, d_bias, d_slope)
        elif link[KIND] == LINEAR:
            add_bias_gradient(delta, d_bias)
        else:
            go_back_by_sign(delta, result, link[DROPPED], d_bias)
        d_weight = matrix(gradients, link[WEIGHT], n_in, n_out)
        weight = matrix(values, link[WEIGHT], n_in, n_out)
        if number == 0:
            transposed_times(address, x, delta, d_weight)
            if wants_d_x:
                times_transposed(address, delta, weight, d_x)
        else:
            before = plan[number - 1]
            result = matrix(kept, rows * before[OUT], rows, n_in)
            transposed_times(address, result, delta, d_weight)
            d_result = matrix(kept, rows * before[DELTA], rows, n_in)
            times_transposed(address, delta, weight, d_result)
            delta = d_result
