"""The interface of the encoders, and what is stored of each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, TypedDict

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.level_means import LevelMeans
from mlpcli.data.schema import Column, DataSettings

if TYPE_CHECKING:  # with all that reads cells, which a description does not need
    from mlpcli.data.columns.cells import Cells

SCALING, FOLD = "scaling", "fold"
"""Differences of networks that read different columns: how numbers are scaled, and the rows to learn from."""


ALL_ROWS = "all"
"""The fold of networks that learn from all training rows, where others do not."""
ONLY_FOLD = "0"
"""The fold of networks where there are none, as of the first."""


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


class Encoder(ABC):
    """One column's part of the matrix."""

    STORED: ClassVar[type]
    """The description of such an encoder."""

    name: str
    told: LevelMeans | None = None
    """Means of the target by level, in the last columns."""

    @classmethod
    @abstractmethod
    def fit(
        cls,
        column: Column,
        cells: "Cells",
        settings: DataSettings,
        weights: Array | None = None,
        *,
        scalings: Sequence[str] = (),
    ) -> "Encoder":
        """From the training cells of a column; `weights` (rows,) are above 0, and 2 counts as two rows.

        `scalings` are those of the networks, if that of the settings is not the only one.
        """

    @property
    @abstractmethod
    def width(self) -> int:
        """The number of matrix columns."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The matrix columns that hold numbers of many values."""
        return ()

    @property
    def categories(self) -> tuple[tuple[int, int], ...]:
        """The matrix columns of codes for which a network learns vectors, each with its number of levels.

        Code 0 stands for no level.
        """
        return ()

    @property
    def bags(self) -> tuple[tuple[int, int], ...]:
        """The matrix columns of hashed words: the first of each text, and how many there are."""
        return ()

    @property
    def variants(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        """The matrix columns that only some networks read, by what these differ in and then by its value.

        With {"scaling": {"robust": (0,), "ranks": (1,)}} a network of robust scaling does not read column 1.
        Columns that are named nowhere are read by all.
        """
        if self.told is None or len(self.told.folds) < 2:
            return {}
        return {FOLD: self.told.columns_of_folds(self.width - self.told.width)}

    @abstractmethod
    def read(self, cells: "Cells") -> tuple[Array, Array]:
        """New float64 values and a mask of the unreadable (rows,).

        Numbers, days since 1970, or numbers of levels with -1 for a level of no number; NaN where missing or
        unreadable.
        """

    @abstractmethod
    def write(self, cells: "Cells", out: Array, counts: CellCounts) -> None:
        """Write the encoded cells into `out` (rows, width), counting what had to be replaced."""

    @abstractmethod
    def write_values(self, values: Array, out: Array) -> None:
        """Encode values (rows,) as `read` gives them into `out` (rows, width); may change `values`."""

    @abstractmethod
    def described(self) -> dict[str, Any]:
        """JSON values with the fields of `STORED`."""

    def arrays(self) -> dict[str, Array]:
        """Its rows of the arrays (float64) that the encoders of a model share."""
        return {}

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """The shapes of `arrays`, from a description."""
        return {}

    @classmethod
    @abstractmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "Encoder":
        """The inverse of `described` and `arrays`; raises ValueError if they make no encoder."""
