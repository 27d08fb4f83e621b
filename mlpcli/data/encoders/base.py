"""The interface of the encoders, and what is stored of each."""

from collections.abc import Mapping
from typing import Any, ClassVar, NotRequired, Protocol, TypedDict

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Reading
from mlpcli.data.counts import CellCounts


class Description(TypedDict):
    """JSON values that are stored of every encoder; each kind has some more."""

    name: str
    kind: str
    width: int
    range: NotRequired[tuple[float, float]]
    """Lowest and highest value in training."""
    fill: NotRequired[float]
    """The value that stands for a missing one."""
    weight: NotRequired[float]
    """Share in the squared weights of the first layer; added after training."""


class Encoder(Protocol):
    """One column's part of the matrix."""

    STORED: ClassVar[type]
    """The description of such an encoder."""

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

    def described(self) -> dict[str, Any]:
        """JSON values with the fields of `STORED`."""

    def arrays(self) -> dict[str, Array]:
        """Its rows of the arrays (float64) that the encoders of a model share."""

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """The shapes of `arrays`, from a description."""

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "Encoder":
        """The inverse of `described` and `arrays`; raises ValueError if they make no encoder."""
