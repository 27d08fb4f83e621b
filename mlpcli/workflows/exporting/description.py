"""A model as it is exported: from cells to predictions, in no language.

Each input is written into some columns of a matrix, in their order. Each network turns a row of the matrix
into raw outputs, whose link, mean and outcome are what is predicted. Arrays are read-only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mlpcli.arrays import Array
from mlpcli.data.form import Form
from mlpcli.data.formulas import Formula


@dataclass(frozen=True)
class Knot:
    """A place where a curve of straight lines has a corner or a jump."""

    at: float
    end: float
    """Where the line from the left ends."""
    height: float
    """The curve at the knot itself."""
    start: float
    """Where the line to the right starts."""


@dataclass(frozen=True)
class ScalingSteps:
    """u = (number - centre) / scale; then u / sqrt(1 + (u / 3)²), or a curve through knots, or u itself."""

    centre: float
    scale: float
    is_robust: bool = False
    knots: tuple[Knot, ...] = ()
    """Beyond the first and the last the curve is level."""


@dataclass(frozen=True)
class Means:
    """Rows of further matrix columns: of a level that is not known, of a gap, and of each level."""

    rows: Array
    texts: tuple[str, ...] = ()
    """The levels as keys of the column's matching."""
    numbers: tuple[float, ...] = ()
    """The levels of a column of numbers, ascending; one of the two is empty."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """A column of the table; its cells are read without blanks at their ends, in composed Unicode (NFC)."""

    name: str
    missing: tuple[str, ...]
    """Cells that say that there is no value, sorted."""
    width: int
    """Matrix columns."""
    had_gaps: bool
    """Whether one of these tells gaps."""

    @property
    def missing_with_points(self) -> tuple[str, ...]:
        """The missing words as typed cells have those that are numbers: with a point."""
        decimal = getattr(self, "decimal", ".")
        return tuple(word if "." in word else word.replace(decimal, ".") for word in self.missing)


@dataclass(frozen=True, kw_only=True)
class NumberInput(Input):
    """A number for each scaling; 1 at gaps if training had any; the place of a spike; means of the target.

    What is no number is a gap; so is an infinite one, and a missing word that is one however it is written.
    """

    decimal: str
    form: Form
    fill: float
    """Stands at gaps before scaling."""
    scalings: tuple[ScalingSteps, ...]
    is_boolean: bool = False
    """Cells are words for true and false."""
    may_be_boolean: bool = False
    """Cells that are no number may be such words."""
    spikes: tuple[float, ...] = ()
    """Numbers that have a place, counted from 1; any other has 0."""
    means: Means | None = None


@dataclass(frozen=True, kw_only=True)
class CrossInput(Input):
    """A number made of those of other inputs, a gap where one of these is, or where it is not finite."""

    formula: Formula
    sources: tuple[str, ...]
    number: NumberInput
    """What is done with its number."""


@dataclass(frozen=True, kw_only=True)
class CategoryInput(Input):
    """1 for the level of a cell, or its place from 1 on; gaps behind the levels; means of the target."""

    decimal: str
    """Of levels that are numbers."""
    levels: tuple[str, ...]
    matching: str
    """What makes a cell a level: one of `spelling.MATCHINGS`."""
    is_embedded: bool
    means: Means | None = None


@dataclass(frozen=True, kw_only=True)
class DateInput(Input):
    """Days since 1970 and year for each scaling, month, weekday and hour as sine and cosine; 1 at gaps."""

    formats: tuple[str, ...]
    """In the order in which they are tried: ISO8601, or of `strptime`."""
    parts: tuple[str, ...]
    days: NumberInput
    year: NumberInput


AnyInput: TypeAlias = NumberInput | CrossInput | CategoryInput | DateInput


@dataclass(frozen=True)
class DenseStep:
    """x W + b."""

    weight: Array
    bias: Array


@dataclass(frozen=True)
class ActivationStep:
    """f(x), or with slopes x + slope (f(x) - x); `name` is one of nn.activations.ACTIVATIONS."""

    name: str
    slopes: Array | None = None


@dataclass(frozen=True)
class FactorStep:
    """x times a factor for each input."""

    factors: Array


@dataclass(frozen=True)
class UnchangedPart:
    """Columns that are passed on."""

    columns: tuple[int, ...]


@dataclass(frozen=True)
class VectorPart:
    """The row of a table whose number stands in a column."""

    column: int
    table: Array


@dataclass(frozen=True)
class WavePart:
    """PBLD: [cos(2π f x + phase) W + b, x]; without phases PLR: relu([cos(2π f x), sin(2π f x)] W + b)."""

    columns: tuple[int, ...]
    frequency: Array
    """(columns, waves)"""
    phase: Array | None
    weight: Array
    """(columns, waves, outputs), of PLR twice as many waves."""
    bias: Array


@dataclass(frozen=True)
class BinPart:
    """clip((x - start) steepness, lowest, highest), for each column and bin."""

    columns: tuple[int, ...]
    start: Array
    steepness: Array
    lowest: Array
    highest: Array


@dataclass(frozen=True)
class SideStep:
    """Parts side by side, each of some matrix columns."""

    parts: tuple[UnchangedPart | VectorPart | WavePart | BinPart, ...]


Step: TypeAlias = DenseStep | ActivationStep | FactorStep | SideStep


@dataclass(frozen=True)
class NetworkSteps:
    """One network, and its share in the predictions."""

    share: float
    steps: tuple[Step, ...]
    wide: tuple[int, ...] = ()
    """Inputs of the first dense step that are also added to the output of the last one."""
    wide_weight: Array | None = None


IDENTITY, SIGMOID, SOFTMAX, EXPONENTIAL, STEP, IN_ORDER = (
    *("identity", "sigmoid", "softmax", "exponential"),
    *("step", "in order"),
)
"""Links: raw outputs to predictions; the last sorts the quantiles of each target."""


@dataclass(frozen=True)
class NumberOutcome:
    """value = prediction spread + mean, of a logarithm e^value - 1; then within the limits."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    is_log: bool
    limits: tuple[tuple[float, float], ...]
    levels: tuple[float, ...]
    """Of quantiles, which are the predictions of each target, side by side; the nearest to 1/2 is told."""


@dataclass(frozen=True)
class ClassOutcome:
    """The class of the largest probability over its threshold; of two, the second from its threshold on."""

    classes: tuple[str, ...]
    thresholds: tuple[float, ...]
    """One, that of the second class, where there are two classes."""


@dataclass(frozen=True)
class LabelOutcome:
    """The labels whose probability reaches the threshold; listed in one cell if there is a separator."""

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    separator: str


@dataclass(frozen=True)
class ModelSteps:
    """All that is needed to score rows as the model does."""

    inputs: tuple[AnyInput, ...]
    networks: tuple[NetworkSteps, ...]
    temperatures: tuple[float, ...]
    """Raw outputs are divided by them,"""
    biases: tuple[float, ...]
    """and these are added, before the link."""
    link: str
    outcome: NumberOutcome | ClassOutcome | LabelOutcome
    delimiter: str
    facts: Mapping[str, str]
    """Of the receipt, by what they are."""

    @property
    def table_inputs(self) -> tuple[AnyInput, ...]:
        """Those that a table must have."""
        return tuple(each for each in self.inputs if not isinstance(each, CrossInput))
