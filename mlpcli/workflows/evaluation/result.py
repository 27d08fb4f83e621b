"""Result of an evaluation and its parts: each class, each target, errors, intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.data.counts import CellCounts
from mlpcli.errors import Sentence, count
from mlpcli.headlines import headline_table
from mlpcli.metrics.bootstrap import Interval
from mlpcli.metrics.class_sets import ClassErrors, set_scores
from mlpcli.metrics.classification import confusion, per_class, shares
from mlpcli.metrics.conformal import ErrorSizes, coverage
from mlpcli.metrics.evaluation_curves import EvaluationCurves, evaluation_curves
from mlpcli.metrics.gaps import Gap
from mlpcli.metrics.gates import GateResult
from mlpcli.metrics.outcome import Outcome, UnavailableError
from mlpcli.metrics.regression import residuals
from mlpcli.model.intervals import bounds
from mlpcli.model.model import Model
from mlpcli.model.scores import ByTarget
from mlpcli.model.tasks import Multiclass, Threshold
from mlpcli.result_text import LINES, ResultTable, ResultText, ScoresByName, Shown, listed
from mlpcli.workflows.evaluation.comparison import Comparison
from mlpcli.workflows.evaluation.importance import Importance
from mlpcli.workflows.evaluation.scored_rows import ScoredRows
from mlpcli.workflows.evaluation.slices import SliceScores
from mlpcli.workflows.result_facts import cells_fact, gates_facts

PARTS = (
    "per_class",
    "per_target",
    "confusion",
    "residuals",
    "coverage",
    "set_coverage",
    "intervals",
    "slices",
    "gaps",
    "importance",
)
"""Attributes of an evaluation that only some have."""


@dataclass(frozen=True, repr=False)
class Confusion(Shown):
    """Rows are the truth, columns the prediction; sums of weights where rows have weights."""

    labels: list[str]
    counts: list[list[float]]

    def _shown(self) -> ResultText:
        rows = [
            [label, *(f"{number:,g}" for number in numbers[:LINES])]
            for label, numbers in zip(self.labels[:LINES], self.counts, strict=False)
        ]
        table = ResultTable(["", *self.labels[:LINES]], rows, more=len(self.labels) - len(rows))
        title = "Confusion (rows: true class, columns: predicted)"
        return ResultText(title, table=table, attributes=["labels", "counts"])


@dataclass(frozen=True)
class Coverage:
    """Share of true numbers inside the intervals, and their mean width; means over several targets."""

    level: float
    coverage: float
    mean_width: float
    per_target: dict[str, dict[str, float]]


@dataclass(frozen=True)
class SetCoverage:
    """Share of rows whose true class is in their set of classes, and how small these sets are."""

    level: float
    """Promised of all rows together, not of those of each class."""
    coverage: float
    mean_size: float
    single: float
    """Share of sets of one class."""
    coverage_macro: float
    """Mean over the classes that have rows."""
    per_class: dict[str, dict[str, float | None]]
    """Coverage and mean size over the rows of a class; None of one without rows."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Evaluation(Shown):
    """Result of `evaluate`."""

    task: str
    rows: int
    dropped: int
    """Rows without target."""
    threshold: list[float] | None
    """Of the positive class, or of each label."""
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    reasons: dict[str, str]
    """Why a metric is None."""
    intervals: dict[str, Interval | None] | None
    """Of the metrics, with `bootstrap`."""
    level: float
    resamples: int
    confusion: Confusion | None
    per_class: dict[str, dict[str, float]] | None
    per_target: ByTarget | None
    baseline_per_class: dict[str, dict[str, float]] | None
    baseline_per_target: ByTarget | None
    residuals: dict[str, dict[str, float]] | None
    """Of true - predicted, for each target."""
    coverage: Coverage | None
    set_coverage: SetCoverage | None
    slices: dict[str, dict[str, SliceScores]]
    """{column: {value: scores}}"""
    gaps: dict[str, dict[str, Gap]]
    """{column: {name: gap}}: the largest differences between its slices, of classes."""
    comparison: Comparison | None
    gates: list[GateResult]
    importance: Importance | None
    target: tuple[str, ...]
    labels: list[str]
    """Classes, labels or targets, in the order of the curves."""
    curves: EvaluationCurves | None
    """What pictures are drawn from, if that was asked for."""
    seen_in_training: bool
    counts: CellCounts
    notes: list[str]

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return all(gate.holds for gate in self.gates)

    def _shown(self) -> ResultText:
        scores = {"metrics": self.metrics, "baseline": self.baseline, "per_target": self.per_target}
        parts = [name for name in PARTS if getattr(self, name)]
        compared = "" if self.comparison is None else f"with {self.comparison.other}, see .comparison"
        return ResultText(
            f"Evaluation of {listed(self.target)} ({self.task}) on {count(self.rows, 'row')}",
            [
                ("dropped", f"{count(self.dropped, 'row')} without target" if self.dropped else ""),
                ("warning", "these rows trained the model: scores are too good" * self.seen_in_training),
                cells_fact(self.counts),
                *gates_facts(self.gates),
                ("compared", compared),
                *(("note", str(note)) for note in self.notes),
            ],
            ResultTable(*headline_table(self.task, {"test": scores})),
            ["metrics", "baseline", *parts],
        )


def threshold_of_each(model: Model, threshold: Threshold) -> list[float] | None:
    """The threshold of the positive class, or of each label; None if the task has none."""
    if not model.task.has_threshold:
        return None
    each: list[float] = np.broadcast_to(threshold, (model.task.outputs,)).tolist()
    return each


def by_class(model: Model, outcome: Outcome) -> tuple[Confusion | None, dict[str, dict[str, float]] | None]:
    """The confusion matrix and the scores of each class, if there are classes."""
    if not isinstance(model.task, Multiclass):
        return None, None
    classes = list(model.task.labels)
    scores = per_class(outcome, len(classes)) | shares(outcome)
    scores_of_each = ScoresByName(
        (each, {name: float(values[number]) for name, values in scores.items()})
        for number, each in enumerate(classes)
    )
    return Confusion(classes, confusion(outcome, len(classes)).tolist()), scores_of_each


def curves_of(model: Model, outcome: Outcome) -> tuple[EvaluationCurves | None, list[str]]:
    """What pictures are drawn from, or a note on why there is nothing to draw."""
    try:
        return evaluation_curves(outcome, model.task.name), []
    except UnavailableError as reason:
        return None, [Sentence("{plot}: there is nothing to draw ({})", reason)]


def residuals_of(model: Model, outcome: Outcome) -> dict[str, dict[str, float]] | None:
    """A summary of true - predicted for each target, if they are numbers."""
    if outcome.probabilities is not None:
        return None
    summary = residuals(outcome)
    return ScoresByName(
        (target, {name: float(values[number]) for name, values in summary.items()})
        for number, target in enumerate(model.artifact.schema.target)
    )


def coverage_of(model: Model, rows: ScoredRows, errors: ErrorSizes, level: float) -> Coverage:
    """How many true numbers lie in the intervals of a level."""
    low, high = bounds(model, errors, rows.point_prediction, level)
    inside, width = coverage(rows.part.truth, low, high, rows.part.weights)
    per_target = {
        name: {"coverage": float(inside[number]), "mean_width": float(width[number])}
        for number, name in enumerate(model.artifact.schema.target)
    }
    return Coverage(level, float(inside.mean()), float(width.mean()), per_target)


def set_coverage_of(
    outcome: Outcome, classes: Sequence[str], errors: ClassErrors, level: float
) -> SetCoverage:
    """How many true classes lie in the sets of a level."""
    assert outcome.probabilities is not None
    inside = errors.sets(outcome.probabilities, level)
    found = set_scores(outcome.truth, inside, outcome.weights)
    of_each = {"coverage": found.coverage_of_each, "mean_size": found.sizes_of_each}
    per_class = {
        each: {
            name: None if np.isnan(values[number]) else float(values[number])
            for name, values in of_each.items()
        }
        for number, each in enumerate(classes)
    }
    return SetCoverage(
        level=level,
        coverage=found.coverage,
        mean_size=found.mean_size,
        single=found.single,
        coverage_macro=float(np.nanmean(found.coverage_of_each)),
        per_class=per_class,
    )
