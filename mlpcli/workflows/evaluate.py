"""`mlpcli evaluate`: measure a model on rows whose target is known."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpcli.data.counts import CellCounts
from mlpcli.data.rows import RowStream
from mlpcli.data.source import ReadingSettings
from mlpcli.data.target import ClassTarget
from mlpcli.metrics import measure
from mlpcli.metrics.classification import confusion, per_class
from mlpcli.metrics.outcome import Outcome
from mlpcli.nn.network import PREDICTION_ROWS
from mlpcli.settings import Settings, build, refuse_unknown, setting
from mlpcli.workflows.model import Model, ModelLike, load, reading_for
from mlpcli.workflows.parts import (
    Data,
    Part,
    check_weights,
    digest_of,
    encode_chunks,
    no_target,
    paths_of,
    reading_of,
)
from mlpcli.workflows.run import choose_threads, limited_threads
from mlpcli.workflows.scoring import baseline_outcome, scores_of


@dataclass(frozen=True)
class EvaluationSettings(Settings):
    """How decisions are made."""

    threshold: float = setting(
        0.5,
        "Probability from which the positive class, or a label, is predicted.",
        group="Evaluation",
        above=0,
        below=1,
        common=True,
    )
    strict: bool = setting(
        False,
        "Unseen categories, unreadable cells and values out of range are errors.",
        group="Evaluation",
        common=True,
    )


@dataclass(frozen=True)
class Confusion:
    """Rows are the truth, columns the prediction; sums of weights where rows have weights."""

    labels: list[str]
    counts: list[list[float]]


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` returns."""

    task: str
    rows: int
    dropped: int
    """Rows without target."""
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    reasons: dict[str, str]
    """Why a metric is None."""
    confusion: Confusion | None
    per_class: dict[str, dict[str, float]] | None
    per_target: dict[str, dict[str, float | None]] | None
    seen_in_training: bool
    counts: CellCounts
    notes: list[str]


def evaluate(model: ModelLike, data: Data, **settings: Any) -> Evaluation:
    """All metrics of a model on paths or a DataFrame, beside those of the trivial baseline.

    `settings` are those of `mlpcli evaluate --help-all`. Raises MlpcliError with a hint.
    """
    refuse_unknown(settings, (EvaluationSettings, ReadingSettings))
    chosen = build(EvaluationSettings, settings)
    loaded = load(model)
    reading_settings = reading_for(loaded, build(ReadingSettings, settings))
    reading = reading_of(reading_settings)
    counts = CellCounts()
    schema = loaded.artifact.schema
    parts: list[Part] = []
    outputs, hashes = [], []
    dropped = 0
    threads = choose_threads(loaded.options.run.threads, loaded.network.largest_product * PREDICTION_ROWS)
    with RowStream(paths_of(data), reading_settings) as stream, limited_threads(threads):
        for chunk in encode_chunks(
            stream, schema, loaded.encoder, loaded.target, reading, counts, strict=chosen.strict
        ):
            dropped += chunk.dropped
            outputs.append(loaded.loss.central(loaded.outputs(chunk.part.features)))
            hashes.append(chunk.part.hashes())
            # What the network saw is not needed any more.
            parts.append(dataclasses.replace(chunk.part, features=chunk.part.features[:, :0]))
    part = Part.joined(parts)
    if not len(part):
        raise no_target(stream.name)
    check_weights(part.weights, schema.weight, stream.name)
    outcome = loaded.task.outcome(
        loaded.target, np.concatenate(outputs), part.truth, part.weights, chosen.threshold
    )
    scores = scores_of(loaded, outcome, baseline_outcome(loaded, part))
    matrix, by_class = _classes(loaded, outcome)
    notes = list(stream.notes)
    if schema.weight is not None and part.weights is None:
        notes.append(f"the weight column {schema.weight!r} is missing: metrics are unweighted")
    return Evaluation(
        task=schema.task,
        rows=len(part),
        dropped=dropped,
        metrics=scores.metrics,
        baseline=scores.baseline,
        reasons=scores.reasons,
        confusion=matrix,
        per_class=by_class,
        per_target=_targets(loaded, outcome),
        seen_in_training=digest_of(np.concatenate(hashes)) == loaded.artifact.receipt["digest"],
        counts=counts,
        notes=notes,
    )


def _classes(model: Model, outcome: Outcome) -> tuple[Confusion | None, dict[str, dict[str, float]] | None]:
    if not isinstance(model.target, ClassTarget):
        return None, None
    classes = list(model.target.classes)
    scores = per_class(outcome, len(classes))
    by_class = {
        each: {name: float(values[number]) for name, values in scores.items()}
        for number, each in enumerate(classes)
    }
    return Confusion(classes, confusion(outcome, len(classes)).tolist()), by_class


def _targets(model: Model, outcome: Outcome) -> dict[str, dict[str, float | None]] | None:
    """Each target by itself: values as regression, labels as a binary class."""
    if isinstance(model.target, ClassTarget) or len(model.target.names) == 1:
        return None
    by_target = {}
    for number, name in enumerate(model.target.names):
        truth, predicted = outcome.truth[:, number], outcome.predicted[:, number]
        if outcome.probabilities is None:
            single = Outcome(truth[:, None], predicted[:, None], None, outcome.weights)
        else:
            of_label = outcome.probabilities[:, number]
            single = Outcome(truth, predicted, np.column_stack([1 - of_label, of_label]), outcome.weights)
        by_target[name] = measure(single, "regression" if outcome.probabilities is None else "binary")[0]
    return by_target
