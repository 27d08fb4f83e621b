"""The result of a surface: axes, predictions, rows of a table, and maps of hidden units."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.errors import count
from mlpcli.model.effects.axes import Axis
from mlpcli.result_text import ResultText, Shown, listed


@dataclass(frozen=True)
class Typical:
    """The value of a column that is no axis."""

    name: str
    kind: str
    value: float
    """As its encoder reads it; NaN stands for a missing cell."""
    level: str | None
    """The name of the value, of a category or boolean."""


@dataclass(frozen=True)
class Points:
    """Rows of a table, of very many some that were drawn at random."""

    x: Array
    y: Array
    """(points,) as the axes' encoders read them."""
    truth: Array | None
    """(points,) a class number, 1 or 0 for yes or no, or a number; NaN where unknown. None without target."""
    rows: int
    """Of the table."""


@dataclass(frozen=True)
class UnitMap:
    """What one hidden unit puts out."""

    unit: int
    """Its number in the layer, from 1."""
    values: Array
    """(ny, nx)"""


@dataclass(frozen=True)
class LayerMaps:
    """Maps of the units of a hidden layer, of a wide one those that move the next layer most."""

    layer: int
    """From 1."""
    units: int
    """Of the layer."""
    maps: Sequence[UnitMap]


@dataclass(frozen=True, kw_only=True, repr=False)
class Surface(Shown):
    """Result of `surface`."""

    x: Axis
    y: Axis
    shows: str
    """"probability", "class" or "value"."""
    of: str
    """The class, label or target that is shown; of predicted classes the target."""
    title: str
    """The same, of a class behind the target's name."""
    values: Array
    """(ny, nx), the lowest y first: probabilities, numbers, or class numbers."""
    confidence: Array | None
    """(ny, nx) the probability of the predicted class."""
    classes: tuple[str, ...]
    """The classes that class numbers mean, or the other and the one whose probability is shown."""
    threshold: float | None
    """The probability from which on the class is predicted."""
    points: Points | None
    typical: list[Typical]
    typical_of: str
    """The rows whose typical values they are: "the training rows", or the table's name."""
    units: list[LayerMaps] = field(default_factory=list)
    counts: CellCounts = field(default_factory=CellCounts)
    notes: list[str] = field(default_factory=list)

    def _shown(self) -> ResultText:
        shape = f"{len(self.x)} x {len(self.y)}"
        return ResultText(
            f"Surface of {self.of} over {self.x.name} and {self.y.name}",
            [
                ("shows", self.shows),
                ("places", shape),
                ("typical", listed([each.name for each in self.typical])),
                ("points", "" if self.points is None else count(self.points.rows, "row")),
            ],
            attributes=["x", "y", "values", "confidence", "points", "typical", "units"],
        )
