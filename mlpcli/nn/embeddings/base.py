"""Which columns of the input matrix can be embedded, and what every embedding offers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from mlpcli.nn.arrays import FloatArray, IndexArray, Scratch


@dataclass(frozen=True)
class Inputs:
    """The columns of the input matrix by what a network can make of them."""

    width: int
    numbers: tuple[int, ...] = ()
    """Columns of scaled numbers."""
    categories: tuple[tuple[int, int], ...] = ()
    """Columns of codes 0 to levels, with their number of levels; code 0 is no level."""


class Embedding(ABC):
    """Some columns of x (rows, width) to a block of outputs; as it stands first, x needs no gradient.

    Its parameters are named `embedding.…` (see `mlpcli.nn.parameters`).
    """

    n_out: int

    def __init__(self, columns: IndexArray) -> None:
        self.columns = columns
        self._scratch = Scratch()

    @property
    def floats_per_row(self) -> int:
        """About how many numbers it keeps for each row beside its outputs."""
        return len(self.columns) + self.n_out

    @abstractmethod
    def column_of_output(self) -> IndexArray:
        """(n_out,) the column from which each output comes."""

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """None by default."""
        return {}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Keep the views into the flat vectors."""

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        """Set starting values."""

    @abstractmethod
    def forward(self, x: FloatArray, out: FloatArray) -> None:
        """Write the outputs (rows, n_out)."""

    def backward(self, x: FloatArray, d_out: FloatArray) -> None:
        """Overwrite the gradients of the parameters."""

    def _gather(self, x: FloatArray) -> FloatArray:
        """The embedding's columns of x, (rows, columns)."""
        out = self._scratch("x", (len(x), len(self.columns)), x.dtype)
        # mode="clip" writes into `out` directly; the columns are in range.
        return np.take(x, self.columns, axis=1, out=out, mode="clip")


class PassThrough(Embedding):
    """Columns that are passed on as they are."""

    def __init__(self, columns: IndexArray) -> None:
        super().__init__(columns)
        self.n_out = len(columns)

    def column_of_output(self) -> IndexArray:
        """Themselves."""
        return self.columns

    def forward(self, x: FloatArray, out: FloatArray) -> None:
        """Copy."""
        out[...] = self._gather(x)
