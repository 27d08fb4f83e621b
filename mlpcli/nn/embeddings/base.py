"""Columns of the input matrix that can be embedded, and the base class of embeddings."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlpcli.nn.scratch import FloatArray, IndexArray, Scratch


@dataclass(frozen=True)
class Inputs:
    """The columns of the input matrix, by the embeddings that are possible."""

    width: int
    numbers: tuple[int, ...] = ()
    """Columns of scaled numbers."""
    categories: tuple[tuple[int, int], ...] = ()
    """Columns of codes 0 to levels, with their number of levels; code 0 stands for no known level."""
    bags: tuple[tuple[int, int], ...] = ()
    """Columns of hashed words of a text: the first, and how many there are."""
    unread: frozenset[int] = frozenset()
    """Columns that are only for other networks."""


class Embedding(ABC):
    """Maps some columns of x (rows, width) to a block of outputs; x needs no gradient.

    Its parameters are named `embedding.…` (see `mlpcli.nn.parameters`).
    """

    outputs: ClassVar[int] = 1
    """Number of outputs of each column."""

    def __init__(self, columns: IndexArray) -> None:
        self.columns = columns
        self.n_out = self.outputs * len(columns)
        self._scratch = Scratch()

    @property
    def floats_per_row(self) -> int:
        """Approximate number of floats kept per row in addition to the outputs."""
        return len(self.columns) + self.n_out

    def column_of_output(self) -> IndexArray:
        """(n_out,) the column from which each output comes; by default columns stand one after the other."""
        return np.repeat(self.columns, self.outputs)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter by its name; empty by default."""
        return {}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Keep the views into the flat vectors."""

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """Set starting values."""

    @abstractmethod
    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        """Write the outputs (rows, n_out); for `training` what `backward` needs is kept."""

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        """Overwrite the gradients of the parameters."""

    def _gather(self, x: FloatArray) -> FloatArray:
        """The embedding's columns of x, (rows, columns)."""
        out = self._scratch("x", (len(x), len(self.columns)), x.dtype)
        # mode="clip" writes into `out` directly; the columns are in range.
        return np.take(x, self.columns, axis=1, out=out, mode="clip")


class PassThrough(Embedding):
    """Columns that are passed on as they are."""

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        out[...] = self._gather(x)
