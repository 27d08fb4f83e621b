"""Embeddings of numbers by waves: each column by itself becomes several outputs.

Inside, arrays are (columns, rows, k): each column has small matrices of its own, and many small products
take a third of the time of one with a block-diagonal matrix.
"""

import math
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from mlpcli.nn.embeddings.base import Embedding
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

    def forward(self, x: FloatArray, out: FloatArray) -> None:
        """Waves, then the linear layer of each column; the waves are kept for the way back."""
        self._x = self._scratch("columns", (len(self.columns), len(x), 1), x.dtype)
        np.clip(self._gather(x).T, -FURTHEST, FURTHEST, out=self._x[..., 0])
        frequency = self.values["embedding.frequency"][:, None]
        angles = self._array("angles", self._x, self.frequencies)
        np.multiply(self._x, frequency, out=angles)
        angles *= 2.0 * math.pi
        waves = self._waves(angles)
        linear = self._array("linear", self._x, self.outputs)
        np.matmul(waves, self.values["embedding.weight"], out=linear)
        linear += self.values["embedding.bias"][:, None]
        self._finish(linear)
        np.copyto(self._by_column(out), linear)

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        d_linear = self._array("d_linear", self._x, self.outputs)
        np.copyto(d_linear, self._by_column(d_out))
        self._start_back(d_linear)
        waves = self._array("waves", self._x, self.waves)
        np.matmul(waves.mT, d_linear, out=self.gradients["embedding.weight"])
        ones = self._scratch("ones", x.shape[:1], x.dtype, fill=1.0)
        np.matmul(ones, d_linear, out=self.gradients["embedding.bias"])
        d_waves = self._array("d_waves", self._x, self.waves)
        np.matmul(d_linear, self.values["embedding.weight"].mT, out=d_waves)
        d_angles = self._d_angles(d_waves)
        d_frequency = self.gradients["embedding.frequency"]
        np.matmul(self._x.mT, d_angles, out=d_frequency[:, None])
        d_frequency *= 2.0 * math.pi

    @abstractmethod
    def _waves(self, angles: FloatArray) -> FloatArray:
        """The scratch array "waves" (columns, rows, waves), filled."""

    @abstractmethod
    def _d_angles(self, d_waves: FloatArray) -> FloatArray:
        """The gradient by the angles."""

    def _finish(self, linear: FloatArray) -> None:
        """Apply a function after the linear layer, in place."""

    def _start_back(self, d_linear: FloatArray) -> None:
        """The derivative of `_finish`, in place."""

    def _by_column(self, out: FloatArray) -> FloatArray:
        """The outputs of the linear layer as (columns, rows, outputs)."""
        return out.reshape(len(out), len(self.columns), -1).swapaxes(0, 1)

    def _array(self, name: str, like: FloatArray, width: int) -> FloatArray:
        return self._scratch(name, (*like.shape[:-1], width), like.dtype)


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

    def forward(self, x: FloatArray, out: FloatArray) -> None:
        linear = self.outputs * len(self.columns)
        super().forward(x, out[:, :linear])
        out[:, linear:] = self._gather(x)

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        super().backward(x, d_out[:, : self.outputs * len(self.columns)])

    def _waves(self, angles: FloatArray) -> FloatArray:
        angles += self.values["embedding.phase"][:, None]
        return np.cos(angles, out=self._array("waves", angles, self.waves))

    def _d_angles(self, d_waves: FloatArray) -> FloatArray:
        angles = self._array("angles", d_waves, self.frequencies)
        sine = np.sin(angles, out=self._array("sine", d_waves, self.frequencies))
        d_waves *= np.negative(sine, out=sine)
        ones = self._scratch("ones", d_waves.shape[1:2], d_waves.dtype, fill=1.0)
        np.matmul(ones, d_waves, out=self.gradients["embedding.phase"])
        return d_waves


class PLR(Periodic):
    """relu([cos(2π x w), sin(2π x w)] W + b): 48 frequencies and 24 outputs per column (arXiv 2203.05556)."""

    frequencies: ClassVar[int] = 48
    waves: ClassVar[int] = 96
    outputs: ClassVar[int] = 24
    spread: float = 0.01

    def _waves(self, angles: FloatArray) -> FloatArray:
        waves = self._array("waves", angles, self.waves)
        np.cos(angles, out=waves[..., : self.frequencies])
        np.sin(angles, out=waves[..., self.frequencies :])
        return waves

    def _d_angles(self, d_waves: FloatArray) -> FloatArray:
        waves = self._array("waves", d_waves, self.waves)
        cosine, sine = waves[..., : self.frequencies], waves[..., self.frequencies :]
        d_cosine, d_sine = d_waves[..., : self.frequencies], d_waves[..., self.frequencies :]
        d_sine *= cosine
        d_cosine *= sine
        return np.subtract(d_sine, d_cosine, out=d_sine)

    def _finish(self, linear: FloatArray) -> None:
        np.maximum(linear, 0.0, out=linear)

    def _start_back(self, d_linear: FloatArray) -> None:
        linear = self._array("linear", d_linear, self.outputs)
        d_linear *= np.greater(linear, 0.0, out=self._scratch("positive", linear.shape, BOOLEAN))
