"""Activations with one learned number per unit."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.activations.base import Activation, SmoothActivation
from mlpcli.nn.layers import Layer, column_sums
from mlpcli.nn.scratch import FloatArray


class Parametric(Layer):
    """out = x + a (f(x) - x): from the identity (a = 0) to the activation f (a = 1, the start) and beyond.

    The parametric activation of RealMLP (Holzmüller et al. 2024, arXiv 2407.04491, appendix A).
    """

    elementwise: ClassVar[bool] = True

    def __init__(self, function: Activation | SmoothActivation) -> None:
        super().__init__(function.n_in, function.n_out)
        self.function = function
        self.gain = function.gain

    @property
    def name(self) -> str:
        return f"Parametric {self.function.name}"

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"slope": (self.n_out,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.slope, self.d_slope = values["slope"], gradients["slope"]

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        self.slope[...] = 1.0

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        self._difference = self._scratch("difference", x.shape, x.dtype)
        if training:
            self._kept = self._scratch("kept", x.shape, x.dtype)
        self.function.difference(x, self._difference, self._kept if training else None)
        bent = np.multiply(self._difference, self.slope, out=self._scratch("bent", x.shape, x.dtype))
        np.add(x, bent, out=out)

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """d_a = Σ over rows of d_out (f(x) - x), d_x = d_out + a d_out (f'(x) - 1)."""
        column_sums(d_out, self._difference, self.d_slope, self._scratch)
        if d_x is not None:
            bent = np.multiply(d_out, self.slope, out=self._scratch("bent", d_out.shape, d_out.dtype))
            bent *= self._kept
            np.add(d_out, bent, out=d_x)
