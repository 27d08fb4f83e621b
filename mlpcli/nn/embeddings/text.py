"""Embedding of texts: the sum of the learned vectors of their words."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.embeddings.base import Embedding
from mlpcli.nn.products import product
from mlpcli.nn.scratch import FloatArray, IndexArray


class TextEmbedding(Embedding):
    """out = x W over the columns of a text, which are weighted counts of its words.

    As fastText's mean of word vectors (Joulin et al. 2016, arXiv 1607.01759). They start from N(0, 1); with
    0.1 the log loss is the same within noise.
    """

    outputs: ClassVar[int] = 16
    """Reviews, one network, a fifth held out: log loss 0.226 with 8, 0.221 with 16, 0.220 with 32."""

    def __init__(self, first: int, columns: int) -> None:
        super().__init__(np.arange(first, first + columns))
        self.n_out = self.outputs
        self._place = slice(first, first + columns)

    @property
    def floats_per_row(self) -> int:
        """The outputs once more; the columns are read where they are."""
        return 2 * self.n_out

    def column_of_output(self) -> IndexArray:
        """The first column of the text stands for all."""
        return np.full(self.n_out, self.columns[0])

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"embedding.words": (len(self.columns), self.outputs)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.words, self.d_words = values["embedding.words"], gradients["embedding.words"]

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """Vectors from N(0, 1)."""
        self.words[...] = generator.standard_normal(self.words.shape)

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        rows = self._scratch("rows", (len(x), self.outputs), x.dtype)
        product(x[:, self._place], self.words, rows, training)
        np.copyto(out, rows)

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        rows = self._scratch("rows", (len(x), self.outputs), x.dtype)
        np.copyto(rows, d_out)
        np.matmul(x[:, self._place].T, rows, out=self.d_words)
