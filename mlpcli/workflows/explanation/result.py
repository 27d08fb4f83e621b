"""Result of `explain`."""

from dataclasses import dataclass

from mlpcli.data.counts import CellCounts
from mlpcli.errors import count
from mlpcli.number_text import same_precision
from mlpcli.result_text import LINES, ResultTable, ResultText, Shown
from mlpcli.workflows.explanation.dependence import Dependence, PairDependence


@dataclass(frozen=True, kw_only=True)
class ColumnExplanation:
    """What a column is worth to the model, and which way it works."""

    name: str
    kind: str
    importance: float | None
    """How much worse the metric gets with the column shuffled; None of data without the target."""
    interval: tuple[float, float] | None
    mean_effect: float | None
    """Mean absolute effect on the link scale; None of a model that holds no counts of its training rows."""
    direction: str
    """Of the curve, in a few words; "" where there is none."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A column that moved a prediction, with the row's cell, and how far on the link scale."""

    column: str
    cell: str
    effect: float


@dataclass(frozen=True, kw_only=True)
class ExplainedRow:
    """A row with its prediction and the reasons for it, the strongest first."""

    place: str
    why: str
    """Why it is shown: a typical row, or how it surprises."""
    prediction: str
    probability: float | None
    """Of the predicted class."""
    truth: str | None
    of: str
    """The class, label or target that the effects are on."""
    baseline: float | None
    """None where there are no reasons, as `rest`."""
    reasons: list[Reason]
    rest: float | None
    """The sum of all other effects."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Explanation(Shown):
    """What drives the predictions of a model."""

    target: str
    task: str
    of: str
    """The class, label or target that is explained; the same as the target where there is one."""
    rows: int
    """Of the table."""
    scored_rows: int
    """Drawn from them."""
    metric: str | None
    level: float
    scale: str
    """Of effects."""
    unit: str
    """Of the curves: the target's name, or the probability of a class."""
    columns: list[ColumnExplanation]
    """The most important first."""
    curves: list[Dependence]
    curve_rows: int
    pair: PairDependence | None
    typical: list[ExplainedRow]
    surprising: list[ExplainedRow]
    standard_error: float | None
    """Of effects, as a share of their root mean square."""
    counts: CellCounts
    notes: list[str]

    def _shown(self) -> ResultText:
        first = self.columns[:LINES]
        numbers = same_precision(each.importance for each in first)
        effects = same_precision([each.mean_effect for each in first])
        rows = [
            [each.name, each.direction, *cells] for each, *cells in zip(first, numbers, effects, strict=True)
        ]
        headers = ["column", "direction", "worse by", "mean effect"]
        return ResultText(
            f"What drives {self.of}, from {count(self.rows, 'row')}",
            [("importance", f"loss of {self.metric} with a column shuffled" if self.metric else "")],
            ResultTable(headers, rows, texts=2, more=len(self.columns) - len(first)),
            ["columns", "curves", "pair", "typical", "surprising"],
        )
