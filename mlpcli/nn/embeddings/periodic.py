"""Embeddings of numbers by waves: each column by itself becomes several outputs.

Inside, arrays are (columns, rows, k): each column has small matrices of its own, and many small products
take a third of the time of one with a block-diagonal matrix.
"""

import math
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from mlpcli.nn.embeddings.base import Embedding
from mlpcli.nn.products import blocks_of
from mlpcli.nn.scratch import BOOLEAN, FloatArray, IndexArray

FURTHEST = 1e30
"""Waves of larger numbers are those of this: an angle that overflows has no cosine, and in float32 angles
from 1e8 on are noise."""


class Periodic(Embedding):
    """Waves of 2π x w with learned frequencies w, then a linear layer for each column (arXiv 2203.05556)."""

    frequencies: ClassVar[int]
    waves: ClassVar[int]
    spread: float
    """Standard deviation of the frequencies at the start."""

    @property
    def floats_per_row(self) -> int:
        """Angles and their sines, waves and linear outputs with their gradients."""
        return 2 * len(self.columns) * (1 + self.frequencies + self.waves + self.outputs)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        columns = len(self.columns)
        return {
            "embedding.frequency": (columns, self.frequencies),
            "embedding.weight": (columns, self.waves, self.outputs),
            "embedding.bias": (columns, self.outputs),
        }

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.values, self.gradients = values, gradients

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """Frequencies from N(0, spread²), the linear layers from U(±1 / √inputs)."""
        frequency, weight, bias = (
            self.values[f"embedding.{name}"] for name in ("frequency", "weight", "bias")
        )
        frequency[...] = generator.standard_normal(frequency.shape) * self.spread
        limit = 1.0 / math.sqrt(self.waves)
        weight[...] = generator.uniform(-limit, limit, weight.shape)
        bias[...] = generator.uniform(-limit, limit, bias.shape)

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Waves, then the linear layer of each column; the waves are kept for the way back."""
        self._gathered = self._gather(x)
        self._x = self._array("columns", self._gathered, 2)
        np.clip(self._gathered.T, -FURTHEST, FURTHEST, out=self._x[:, 0])
        angles = self._array("angles", self._gathered, self.frequencies)
        self._write_angles(angles)
        waves = self._waves(angles)
        linear = self._array("linear", self._gathered, self.outputs)
        across = self.values["embedding.weight"].mT
        for rows in blocks_of(len(x), training):
            np.matmul(across, waves[..., rows], out=linear[..., rows])
        linear += self.values["embedding.bias"][..., None]
        self._finish(linear)
        np.copyto(out.T, linear.reshape(out.T.shape))

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        d_linear = self._array("d_linear", self._gathered, self.outputs)
        np.copyto(d_linear.reshape(d_out.T.shape), d_out.T)
        self._start_back(d_linear)
        waves = self._array("waves", self._gathered, self.waves)
        np.matmul(waves, d_linear.mT, out=self.gradients["embedding.weight"])
        self._row_sums(d_linear, self.gradients["embedding.bias"])
        d_waves = self._array("d_waves", self._gathered, self.waves)
        np.matmul(self.values["embedding.weight"], d_linear, out=d_waves)
        d_angles = self._d_angles(d_waves)
        d_frequency = self.gradients["embedding.frequency"]
        np.matmul(d_angles, self._x[:, 0, :, None], out=d_frequency[..., None])
        d_frequency *= 2.0 * math.pi

    def _write_angles(self, angles: FloatArray) -> None:
        """2π x w, up to the sign; `_x` (columns, 2, rows) holds x and room for another factor."""
        frequency = self.values["embedding.frequency"]
        turns = self._scratch("turns", frequency.shape, frequency.dtype)
        np.multiply(frequency, 2.0 * math.pi, out=turns)
        np.multiply(self._x[:, :1], turns[..., None], out=angles)

    @abstractmethod
    def _waves(self, angles: FloatArray) -> FloatArray:
        """The scratch array "waves" (columns, waves, rows), filled."""

    @abstractmethod
    def _d_angles(self, d_waves: FloatArray) -> FloatArray:
        """The gradient by the angles."""

    def _finish(self, linear: FloatArray) -> None:
        """Apply a function after the linear layer, in place."""

    def _start_back(self, d_linear: FloatArray) -> None:
        """The derivative of `_finish`, in place."""

    def _row_sums(self, array: FloatArray, out: FloatArray) -> None:
        """Σ over rows: (columns, k, rows) to (columns, k)."""
        rows = array.shape[-1]
        ones = self._scratch("ones", (rows,), array.dtype, fill=1.0)
        np.dot(array.reshape(-1, rows), ones, out=out.reshape(-1))

    def _array(self, name: str, x: FloatArray, width: int) -> FloatArray:
        """Scratch memory (columns, width, rows), without gaps also for a short batch."""
        shape = (len(self.columns), width, len(x))
        return self._scratch(name, (math.prod(shape),), x.dtype).reshape(shape)


class PBLD(Periodic):
    """[cos(2π x w + b) W + c, x]: periodic, bias, linear, densely connected (RealMLP, arXiv 2407.04491).

    16 frequencies and 3 + 1 outputs per column; the linear outputs of all columns stand before all x.
    """

    frequencies: ClassVar[int] = 16
    waves: ClassVar[int] = 16
    outputs: ClassVar[int] = 3
    spread: float = 0.1

    def __init__(self, columns: IndexArray) -> None:
        super().__init__(columns)
        self.n_out = (self.outputs + 1) * len(columns)

    def column_of_output(self) -> IndexArray:
        """The linear outputs by column, then the columns."""
        return np.concatenate([super().column_of_output(), self.columns])

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return super().parameter_shapes() | {"embedding.phase": (len(self.columns), self.frequencies)}

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        super().initialize(generator, x)
        phase = self.values["embedding.phase"]
        phase[...] = generator.uniform(-math.pi, math.pi, phase.shape)

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        linear = self.outputs * len(self.columns)
        super().forward(x, out[:, :linear], training)
        out[:, linear:] = self._gathered

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        super().backward(x, d_out[:, : self.outputs * len(self.columns)])

    def _write_angles(self, angles: FloatArray) -> None:
        """-(2π x w + b), as the sine of this is the cosine's derivative by the angle.

        Products (frequencies, 2) (2, rows) take 11 µs for 20 columns and 128 rows, two passes 30.
        """
        frequency = self.values["embedding.frequency"]
        turns = self._scratch("turns", (*frequency.shape, 2), frequency.dtype)
        np.multiply(frequency, -2.0 * math.pi, out=turns[..., 0])
        np.negative(self.values["embedding.phase"], out=turns[..., 1])
        self._x[:, 1] = 1.0
        for rows in blocks_of(angles.shape[-1], training=False):
            np.matmul(turns, self._x[..., rows], out=angles[..., rows])

    def _waves(self, angles: FloatArray) -> FloatArray:
        return np.cos(angles, out=self._array("waves", self._gathered, self.waves))

    def _d_angles(self, d_waves: FloatArray) -> FloatArray:
        angles = self._array("angles", self._gathered, self.frequencies)
        d_waves *= np.sin(angles, out=self._array("sine", self._gathered, self.frequencies))
        self._row_sums(d_waves, self.gradients["embedding.phase"])
        return d_waves


class PLR(Periodic):
    """relu([cos(2π x w), sin(2π x w)] W + b): 48 frequencies and 24 outputs per column (arXiv 2203.05556)."""

    frequencies: ClassVar[int] = 48
    waves: ClassVar[int] = 96
    outputs: ClassVar[int] = 24
    spread: float = 0.01

    def _waves(self, angles: FloatArray) -> FloatArray:
        waves = self._array("waves", self._gathered, self.waves)
        np.cos(angles, out=waves[:, : self.frequencies])
        np.sin(angles, out=waves[:, self.frequencies :])
        return waves

    def _d_angles(self, d_waves: FloatArray) -> FloatArray:
        waves = self._array("waves", self._gathered, self.waves)
        cosine, sine = waves[:, : self.frequencies], waves[:, self.frequencies :]
        d_cosine, d_sine = d_waves[:, : self.frequencies], d_waves[:, self.frequencies :]
        d_sine *= cosine
        d_cosine *= sine
        return np.subtract(d_sine, d_cosine, out=d_sine)

    def _finish(self, linear: FloatArray) -> None:
        zeros = self._scratch("zeros", linear.shape[-1:], linear.dtype, fill=0.0)
        np.maximum(linear, zeros, out=linear)  # with the number 0 twice as slow

    def _start_back(self, d_linear: FloatArray) -> None:
        linear = self._array("linear", self._gathered, self.outputs)
        positive = self._scratch("positive", (linear.size,), BOOLEAN).reshape(linear.shape)
        d_linear *= np.greater(linear, 0.0, out=positive)
