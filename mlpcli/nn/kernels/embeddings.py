"""Embeddings in one pass: the twins of `mlpcli.nn.embeddings`."""

import math
from typing import Any

import numpy as np

from mlpcli.nn.embeddings.categories import CategoryEmbedding
from mlpcli.nn.embeddings.periodic import FURTHEST, PBLD
from mlpcli.nn.embeddings.piecewise import PiecewiseLinear
from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import FURTHEST_ANGLE, ZERO, angle, cosine_and_sine
from mlpcli.nn.scratch import FloatArray, IndexArray

AT_ONCE = 256
"""Rows of a column between the passes over them when scoring, where no wave is kept."""


class CompiledPBLD(PBLD):
    """Waves by column and frequency, (columns, frequencies, rows), so that all loops are over rows."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        rows = len(x) if training else min(len(x), AT_ONCE)
        columns = len(self.columns) if training else 1
        shape = (columns, self.frequencies, rows)
        self._cosines = self._rows_last("cosines", shape, x)
        self._sines = self._rows_last("sines", shape, x)
        self._numbers = self._rows_last("numbers", (len(self.columns), len(x)), x)
        linear = self._rows_last("linear", (self.outputs, rows), x)
        turn, furthest = x.dtype.type(2.0 * math.pi), x.dtype.type(FURTHEST)
        arrays = [self.values[f"embedding.{name}"] for name in ("frequency", "phase", "weight", "bias")]
        wave_forward(
            x, out, self.columns, arrays[0], arrays[1], arrays[2], arrays[3],
            turn, furthest, self._numbers, self._cosines, self._sines, linear, training,
        )  # fmt: skip

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        gradients = [self.gradients[f"embedding.{name}"] for name in ("frequency", "phase", "weight", "bias")]
        d_linear = self._rows_last("d_linear", (self.outputs, len(x)), x)
        d_angle = self._scratch("d_angle", x.shape[:1], x.dtype)
        wave_backward(
            d_out, self.values["embedding.weight"], gradients[0], gradients[1], gradients[2], gradients[3],
            x.dtype.type(2.0 * math.pi), self._numbers, self._cosines, self._sines, d_linear, d_angle,
        )  # fmt: skip

    def _rows_last(self, name: str, shape: tuple[int, ...], like: FloatArray) -> FloatArray:
        """Scratch memory that a short batch takes a part of, as its first axes are not rows."""
        return self._scratch(name, (math.prod(shape),), like.dtype).reshape(shape)


@compiled
def waves(
    x: FloatArray, frequency: Any, phase: Any, turn: Any, cosines: FloatArray, sines: FloatArray
) -> None:
    """Cosines and sines of a frequency at all x (rows,)."""
    far = 0
    for row in range(len(x)):
        turned = angle(x[row], frequency, phase, turn)
        sines[row] = turned
        far += 0 if abs(turned) <= FURTHEST_ANGLE else 1
    if not far:
        for row in range(len(x)):
            cosines[row], sines[row] = cosine_and_sine(sines[row])
    else:
        for row in range(len(x)):
            turned = np.float64(sines[row])
            cosines[row], sines[row] = math.cos(turned), math.sin(turned)


@compiled
def wave_forward(
    x: FloatArray,
    out: FloatArray,
    columns: IndexArray,
    frequency: FloatArray,
    phase: FloatArray,
    weight: FloatArray,
    bias: FloatArray,
    turn: Any,
    furthest: Any,
    numbers: FloatArray,
    cosines: FloatArray,
    sines: FloatArray,
    linear: FloatArray,
    keep: bool,
) -> None:
    """cos(2π x w + b) W + c of each column, then the columns; with `keep` all waves are kept."""
    outputs = weight.shape[2]
    step = max(cosines.shape[2], 1)
    for number in range(len(columns)):
        column = numbers[number]
        for row in range(len(x)):
            value = x[row, columns[number]]
            out[row, outputs * len(columns) + number] = value
            column[row] = furthest if value > furthest else -furthest if value < -furthest else value
        place = number if keep else 0
        for start in range(0, len(x), step):
            part = column[start : start + step]
            size = len(part)
            for output in range(outputs):
                for row in range(size):
                    linear[output, row] = bias[number, output]
            for wave in range(frequency.shape[1]):
                cosine, sine = cosines[place, wave, :size], sines[place, wave, :size]
                waves(part, frequency[number, wave], phase[number, wave], turn, cosine, sine)
                for output in range(outputs):
                    share = weight[number, wave, output]
                    for row in range(size):
                        linear[output, row] += share * cosine[row]
            for row in range(size):
                for output in range(outputs):
                    out[start + row, outputs * number + output] = linear[output, row]


@compiled
def wave_backward(
    d_out: FloatArray,
    weight: FloatArray,
    d_frequency: FloatArray,
    d_phase: FloatArray,
    d_weight: FloatArray,
    d_bias: FloatArray,
    turn: Any,
    numbers: FloatArray,
    cosines: FloatArray,
    sines: FloatArray,
    d_linear: FloatArray,
    d_angle: FloatArray,
) -> None:
    """The gradients of all four from that of the linear outputs, (rows, columns · outputs and more)."""
    rows, outputs = len(d_out), weight.shape[2]
    for number in range(len(numbers)):
        column = numbers[number]
        for output in range(outputs):
            total = ZERO * weight[0, 0, 0]
            for row in range(rows):
                value = d_out[row, outputs * number + output]
                d_linear[output, row] = value
                total += value
            d_bias[number, output] = total
        for wave in range(weight.shape[1]):
            cosine, sine = cosines[number, wave], sines[number, wave]
            for row in range(rows):
                d_angle[row] = ZERO
            for output in range(outputs):
                share, total = weight[number, wave, output], ZERO * weight[0, 0, 0]
                for row in range(rows):
                    d_angle[row] -= share * d_linear[output, row]
                    total += cosine[row] * d_linear[output, row]
                d_weight[number, wave, output] = total
            by_phase = by_frequency = ZERO * weight[0, 0, 0]
            for row in range(rows):
                slope = d_angle[row] * sine[row]
                by_phase += slope
                by_frequency += slope * column[row]
            d_phase[number, wave], d_frequency[number, wave] = by_phase, by_frequency * turn


class CompiledCategoryEmbedding(CategoryEmbedding):
    """Rows of the table copied, and their gradients added up, one by one."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        look_up(x, self.columns[0], self.table, out)

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        add_up(x, self.columns[0], d_out, self.d_table)


@compiled
def code_of(number: Any, codes: int) -> int:
    """A whole number of the table; one out of range is that at its end, as with `numpy.take`'s "clip"."""
    code = int(number)
    return 0 if code < 0 else codes - 1 if code >= codes else code


@compiled
def look_up(x: FloatArray, column: int, table: FloatArray, out: FloatArray) -> None:
    """out = table[code]."""
    for row in range(len(x)):
        code = code_of(x[row, column], len(table))
        for place in range(table.shape[1]):
            out[row, place] = table[code, place]


@compiled
def add_up(x: FloatArray, column: int, d_out: FloatArray, d_table: FloatArray) -> None:
    """Each code's gradient is the sum over the rows that have it."""
    d_table[:] = ZERO
    for row in range(len(x)):
        code = code_of(x[row, column], len(d_table))
        for place in range(d_table.shape[1]):
            d_table[code, place] += d_out[row, place]


class CompiledPiecewiseLinear(PiecewiseLinear):
    """All bins of a number in one pass."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        start, steepness, lowest, highest = self._constants()
        bins_of(x, self.columns, start, steepness, lowest, highest, out)


@compiled
def bins_of(
    x: FloatArray,
    columns: IndexArray,
    start: FloatArray,
    steepness: FloatArray,
    lowest: FloatArray,
    highest: FloatArray,
    out: FloatArray,
) -> None:
    """(x - start) · steepness between the limits of each bin."""
    bins = start.shape[1]
    for row in range(len(x)):
        for number in range(len(columns)):
            value = x[row, columns[number]]
            for place in range(bins):
                share = (value - start[number, place]) * steepness[number, place]
                share = lowest[number, place] if share < lowest[number, place] else share
                share = highest[number, place] if share > highest[number, place] else share
                out[row, number * bins + place] = share
