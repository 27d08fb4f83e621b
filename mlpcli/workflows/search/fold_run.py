"""One run of a cross-validation: a training on some rows, and the scores of others that it never saw."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import MlpcliError, Sentence
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model
from mlpcli.preparation.dealing import Deal
from mlpcli.preparation.finding import Finding
from mlpcli.settings import build
from mlpcli.workflows.evaluate import evaluate
from mlpcli.workflows.predict import Scoring
from mlpcli.workflows.prediction_settings import PredictionSettings
from mlpcli.workflows.search.some_of import some_of
from mlpcli.workflows.train import train


@dataclass(frozen=True)
class FoldTask:
    """All that a worker has to know of a run, beside the table."""

    settings: Mapping[str, Any]
    """Of the training; `reading` are those of the files as well."""
    reading: Mapping[str, Any]
    deal: Deal
    predicts: bool
    """Whether the predictions of all scored rows are wanted."""


@dataclass(frozen=True)
class FoldRun:
    """What came of a run."""

    repeat: int
    fold: int
    learned: int
    """Rows that it could learn from, those that choose the epoch included."""
    scored: int
    """Rows with a target."""
    headline: str
    """The metric that counts most."""
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    reasons: dict[str, str]
    findings: list[Finding]
    """Those of its table and training."""
    epochs: list[int]
    """The best epoch of each network."""
    seconds: float
    weights: str
    """SHA-256 of all weights."""
    predictions: dict[str, list[Any]] | None
    """The columns that `predict` adds, of all scored rows: those without target are among them."""


def run_fold(data: Data, task: FoldTask) -> FoldRun:
    """Train and score. What is wrong with a fold alone is told as that."""
    try:
        return _run(data, task)
    except MlpcliError as error:
        error.message = Sentence.joined([f"in fold {task.deal.fold + 1}: ", error.message])
        raise


def _run(data: Data, task: FoldTask) -> FoldRun:
    begun, deal = time.perf_counter(), task.deal
    run = train(some_of(data, deal.learned), **task.settings)
    held = some_of(data, deal.scored)
    evaluation = evaluate(run.model, held, **task.reading)
    predictions = _predicted(run.model, held, task.reading) if task.predicts else None
    return FoldRun(
        repeat=deal.repeat,
        fold=deal.fold,
        learned=len(deal.learned),
        scored=evaluation.rows,
        headline=run.model.task.headline,
        metrics=evaluation.metrics,
        baseline=evaluation.baseline,
        reasons=evaluation.reasons,
        findings=run.plan.findings,
        epochs=[member.best_epoch for member in run.members],
        seconds=time.perf_counter() - begun,
        weights=run.artifact.receipt["weights"],
        predictions=predictions,
    )


def _predicted(model: Model, rows: Data, reading: Mapping[str, Any]) -> dict[str, list[Any]]:
    settings = build(PredictionSettings, {"keep": "none", "proba": model.task.gives_probabilities})
    with Scoring(model, rows, build(ReadingSettings, dict(reading)), settings) as scoring:
        columns: dict[str, list[Any]] = {name: [] for name in scoring.added}
        for _, added in scoring:
            for column, values in zip(columns.values(), added, strict=True):
                column += values
    return columns
