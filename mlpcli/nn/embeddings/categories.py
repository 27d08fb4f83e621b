"""Embeddings of categories: a learned vector for each level."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.arrays import INDEX, FloatArray, IndexArray
from mlpcli.nn.embeddings.base import Embedding


class CategoryEmbedding(Embedding):
    """out = table[code], 8 numbers a level from N(0, 1) as in RealMLP (arXiv 2407.04491); code 0 starts as 0.

    Guo & Berkhahn 2016 (arXiv 1604.06737).
    """

    dimension: ClassVar[int] = 8

    def __init__(self, column: int, levels: int) -> None:
        super().__init__(np.array([column], np.intp))
        self.n_out = self.dimension
        self.codes = levels + 1

    def column_of_output(self) -> IndexArray:
        """The one column."""
        return np.repeat(self.columns, self.dimension)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """One row a code."""
        return {"embedding.table": (self.codes, self.dimension)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Keep the views."""
        self.table, self.d_table = values["embedding.table"], gradients["embedding.table"]

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """Vectors from N(0, 1)."""
        self.table[...] = generator.standard_normal(self.table.shape)
        self.table[0] = 0.0

    def forward(self, x: FloatArray, out: FloatArray) -> None:
        """Look up each row's code."""
        codes = self._scratch("codes", x.shape[:1], INDEX)
        np.copyto(codes, x[:, self.columns[0]], casting="unsafe")
        rows = self._scratch("rows", out.shape, out.dtype)
        np.copyto(out, np.take(self.table, codes, axis=0, out=rows, mode="clip"))

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        """Each code's gradient is the sum over the rows that have it."""
        codes = self._scratch("codes", x.shape[:1], INDEX)
        self.d_table[...] = 0.0
        np.add.at(self.d_table, codes, d_out)
