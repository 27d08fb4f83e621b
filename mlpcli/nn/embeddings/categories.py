"""Embeddings of categories: a learned vector for each level."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.embeddings.base import Embedding
from mlpcli.nn.scratch import INDEX, FloatArray


class CategoryEmbedding(Embedding):
    """out = table[code] (Guo & Berkhahn 2016, arXiv 1604.06737).

    8 numbers per level from N(0, 1) as in RealMLP (arXiv 2407.04491); code 0 starts as 0.
    """

    outputs: ClassVar[int] = 8

    def __init__(self, column: int, levels: int) -> None:
        super().__init__(np.array([column], np.intp))
        self.codes = levels + 1

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"embedding.table": (self.codes, self.outputs)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.table, self.d_table = values["embedding.table"], gradients["embedding.table"]

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        self.table[...] = generator.standard_normal(self.table.shape)
        self.table[0] = 0.0

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        codes = self._scratch("codes", x.shape[:1], INDEX)
        np.copyto(codes, x[:, self.columns[0]], casting="unsafe")
        rows = self._scratch("rows", out.shape, out.dtype)
        np.copyto(out, np.take(self.table, codes, axis=0, out=rows, mode="clip"))

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        """Each code's gradient is the sum over the rows that have it."""
        codes = self._scratch("codes", x.shape[:1], INDEX)
        self.d_table[...] = 0.0
        np.add.at(self.d_table, codes, d_out)
