"""Embedding of numbers by bins, without learned parameters."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.embeddings.base import Embedding
from mlpcli.nn.scratch import FloatArray


class PiecewiseLinear(Embedding):
    """The position of x in each of 16 bins of its column: 0 before, 1 behind, linear within.

    Gorishniy et al. 2022 (arXiv 2203.05556). The bins are between quantiles of the training rows. The first
    and the last have no outer end, so that nothing is cut off. No parameter is learned; the first dense layer
    takes the bins as they are.
    """

    outputs: ClassVar[int] = 16
    narrowest: ClassVar[float] = 1e-6
    """Bins of scaled numbers below this width are left out: they are one value and rounding noise."""
    open_end: ClassVar[float] = 1e30

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Start, inverse width and output limits of each bin."""
        shape = (len(self.columns), self.outputs)
        return {f"constant.{name}": shape for name in ("start", "steepness", "lowest", "highest")}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.constants = values

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """The bins' edges are the quantiles of the columns; unused bins output 0."""
        assert x is not None
        start, steepness, lowest, highest = self._constants()
        for each in (start, steepness, lowest, highest):
            each[...] = 0.0
        quantiles = np.quantile(
            x[:, self.columns].astype(np.float64), np.linspace(0.0, 1.0, self.outputs + 1), axis=0
        )
        for row, edges in enumerate(quantiles.T):
            kept = edges[np.concatenate([[True], np.diff(edges) > self.narrowest])]
            bins = len(kept) - 1
            if bins:
                start[row, :bins], steepness[row, :bins] = kept[:-1], 1.0 / np.diff(kept)
                highest[row, :bins] = 1.0
                lowest[row, 0], highest[row, bins - 1] = -self.open_end, self.open_end

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        start, steepness, lowest, highest = self._constants()
        columns = self._gather(x)[..., None]
        bins = self._scratch("bins", out.shape, x.dtype)
        by_column = bins.reshape(len(x), len(self.columns), self.outputs)
        np.subtract(columns, start, out=by_column)
        by_column *= steepness
        np.clip(by_column, lowest, highest, out=by_column)
        np.copyto(out, bins)

    def _constants(self) -> tuple[FloatArray, ...]:
        return tuple(
            self.constants[f"constant.{name}"] for name in ("start", "steepness", "lowest", "highest")
        )
