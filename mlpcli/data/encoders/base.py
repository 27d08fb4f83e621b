"""What every encoder of a column offers."""

from typing import Protocol

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Reading
from mlpcli.data.counts import CellCounts


class Encoder(Protocol):
    """One column's part of the matrix."""

    @property
    def name(self) -> str:
        """The column's."""

    @property
    def width(self) -> int:
        """Matrix columns it fills."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Which of these hold numbers of many values."""

    @property
    def categories(self) -> tuple[tuple[int, int], ...]:
        """Which of these hold codes for a network to learn vectors for, each with its number of levels; code
        0 is none of them."""

    def write(self, cells: Cells, out: Array, reading: Reading, counts: CellCounts) -> None:
        """Write the encoded cells into `out` (rows, width), counting what had to be replaced."""
