"""The interface of column encoders."""

from typing import Protocol

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells
from mlpcli.data.counts import CellCounts
from mlpcli.data.schema import Column, DataSettings


class Encoder(Protocol):
    """One column's part of the matrix."""

    @classmethod
    def fit(cls, column: Column, cells: Cells, settings: DataSettings) -> "Encoder":
        """From the training cells of a column."""

    @property
    def name(self) -> str:
        """The column's name."""

    @property
    def width(self) -> int:
        """The number of matrix columns."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The matrix columns that hold numbers of many values."""

    @property
    def categories(self) -> tuple[tuple[int, int], ...]:
        """The matrix columns of codes for which a network learns vectors, each with its number of levels.

        Code 0 stands for no level.
        """

    def write(self, cells: Cells, out: Array, counts: CellCounts) -> None:
        """Write the encoded cells into `out` (rows, width), counting what had to be replaced."""
