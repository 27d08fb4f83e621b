"""Wide & Deep: inputs that also feed the output directly (Cheng et al. 2016, arXiv 1606.07792)."""

import numpy as np

from mlpcli.nn.products import product
from mlpcli.nn.scratch import FloatArray, IndexArray, Scratch


class Shortcut:
    """Adds x[columns] W to the raw outputs, past the hidden layers; W is 0 at the start."""

    name = "Wide"

    def __init__(self, columns: IndexArray, n_out: int) -> None:
        self.columns, self.n_out = columns, n_out
        self._in_order = np.array_equal(columns, np.arange(len(columns)))
        self._scratch = Scratch()

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Weights; the bias is that of the output layer."""
        return {"weight": (len(self.columns), self.n_out)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.weight, self.d_weight = values["weight"], gradients["weight"]

    def add(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Add to the output of the last dense layer."""
        added = self._scratch("added", out.shape, out.dtype)
        product(self._wide(x), self.weight, added, training)
        np.add(out, added, out=out)

    def backward(self, x: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        """Overwrite the weights' gradient, and add to `d_x` unless it is None."""
        np.matmul(self._wide(x).T, d_out, out=self.d_weight)
        if d_x is not None:
            shape = (len(d_out), len(self.columns))
            d_wide = np.matmul(d_out, self.weight.T, out=self._scratch("d_wide", shape, d_out.dtype))
            for position, column in enumerate(self.columns):
                d_x[:, column] += d_wide[:, position]

    def _wide(self, x: FloatArray) -> FloatArray:
        if self._in_order and len(self.columns) == x.shape[1]:
            return x
        out = self._scratch("wide", (len(x), len(self.columns)), x.dtype)
        return np.take(x, self.columns, axis=1, out=out, mode="clip")
