"""A model's scores on some rows, beside those of the trivial baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.metrics import METRICS, measure
from mlpcli.metrics.outcome import Outcome
from mlpcli.workflows.heldout import HeldOut
from mlpcli.workflows.members import Member
from mlpcli.workflows.model import Model
from mlpcli.workflows.parts import Part
from mlpcli.workflows.preparation import Prepared
from mlpcli.workflows.tasks import Threshold

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Scores:
    """All metrics of the task; None where one cannot be had, with the reason."""

    rows: int
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    """Of the training rows' mean, or class shares, as the prediction of every row."""
    reasons: dict[str, str]

    def beats_baseline(self, metric: str) -> bool:
        """Whether a metric is better than the baseline's."""
        ours, trivial = self.metrics[metric], self.baseline[metric]
        if ours is None or trivial is None:
            return False
        return ours > trivial if METRICS[metric].higher_is_better else ours < trivial


def score_parts(model: Model, prepared: Prepared, members: Sequence[Member]) -> dict[str, Scores]:
    """Of the parts that were held out, else of the training rows. Where networks hold out different rows,
    each row is predicted by those that did not learn from it."""
    parts = {name: part for name in ("validation", "test") if len(part := prepared.parts[name])}
    scores = {name: score(model, part) for name, part in parts.items()}
    if prepared.folds:
        held = HeldOut.of(prepared, members, model.networks)
        outcome = _outcome(model, held.part, held.predicted(model.linked))
        trivial = baseline_outcome(model, held.part, model.threshold)
        scores = {"validation": scores_of(model, outcome, trivial)} | scores
    return scores or {"train": score(model, prepared.parts["train"])}


def baseline_outcome(model: Model, part: Part, threshold: Threshold) -> Outcome:
    """What the trivial baseline predicts for the same rows, at the same threshold."""
    constant = model.artifact.arrays["baseline"]
    outputs = np.broadcast_to(constant, (len(part), len(constant)))
    return model.task.outcome(model.target, outputs, part.truth, part.weights, threshold)


def score(model: Model, part: Part) -> Scores:
    """All metrics of a part."""
    outcome = _outcome(model, part, model.outputs(part.features))
    return scores_of(model, outcome, baseline_outcome(model, part, model.threshold))


def scores_of(model: Model, outcome: Outcome, trivial: Outcome) -> Scores:
    """All metrics of an outcome and of the baseline's."""
    metrics, reasons = measure(outcome, model.task.name)
    baseline, _ = measure(trivial, model.task.name)
    return Scores(len(outcome.truth), metrics, baseline, reasons)


def _outcome(model: Model, part: Part, linked: Array) -> Outcome:
    central = model.loss.central(linked)
    return model.task.outcome(model.target, central, part.truth, part.weights, model.threshold)
