"""What every encoder of a column offers."""

from typing import Any, Protocol, TypeAlias

import numpy.typing as npt

from mlpcli.data.cells import Cells, Reading, Texts
from mlpcli.data.counts import CellCounts

Array: TypeAlias = npt.NDArray[Any]


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


def texts_of(cells: Cells) -> Texts:
    """Cells as texts, whatever they are."""
    return cells if isinstance(cells, Texts) else Texts.of(cells.tolist())
