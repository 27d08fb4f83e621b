"""`mlpcli train`: learn a model from a table."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mlpcli import artifact as artifact_room
from mlpcli.artifact import Artifact
from mlpcli.data.counts import CellCounts
from mlpcli.data.schema import Schema
from mlpcli.errors import DivergenceError, SettingsError, StoppedError, did_you_mean
from mlpcli.files import check_output
from mlpcli.metrics import METRICS, measure, names_for
from mlpcli.nn.course import LOSS
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord, fit
from mlpcli.nn.network import LayerSummary, Network
from mlpcli.workflows.assembly import assemble, receipt
from mlpcli.workflows.building import batch_rows, build_trainer, initial_network
from mlpcli.workflows.doctor import Finding
from mlpcli.workflows.model import Model
from mlpcli.workflows.options import Options
from mlpcli.workflows.parts import Data
from mlpcli.workflows.preparation import Prepared, prepare
from mlpcli.workflows.run import choose_threads, generators, limited_threads, stopper
from mlpcli.workflows.scoring import Scores, score


@dataclass(frozen=True)
class TrainingPlan:
    """What is known when training starts; for whoever shows progress, and for a dry run."""

    schema: Schema
    settings: dict[str, Any]
    network: list[LayerSummary]
    rows: dict[str, int]
    epochs: int
    headline: str
    threads: int
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    """What was guessed of files."""
    findings: list[Finding]
    encoders: list[dict[str, Any]]
    """As they are stored."""


@dataclass(frozen=True)
class TrainingRun:
    """What `train` returns."""

    model: Model
    output: str | None
    rows: dict[str, int]
    history: list[EpochRecord]
    best_epoch: int
    stop_reason: StopReason
    seconds: float
    scores: dict[str, Scores]
    """By part: validation, test, or train where neither is."""
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    findings: list[Finding]
    threads: int
    network: list[LayerSummary]

    @property
    def seed(self) -> int:
        """The run's."""
        return self.model.options.run.seed

    @property
    def artifact(self) -> Artifact:
        """What was, or can be, saved."""
        return self.model.artifact

    def save(self, path: str, *, force: bool = False) -> None:
        """Write the model file."""
        check_output(path, force=force)
        artifact_room.save(self.artifact, path)


def train(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    output: str | None = None,
    force: bool = False,
    command: str = "",
    on_start: Callable[[TrainingPlan], None] | None = None,
    on_epoch: Callable[[EpochRecord], None] | None = None,
    should_stop: Callable[[], StopReason | None] | None = None,
    **settings: Any,
) -> TrainingRun:
    """Learn to predict `target` from the other columns of `data` (paths, or a DataFrame).

    `settings` are those of `mlpcli train --help-all`, by name (`hidden="128,64"`, `epochs=50`, ...). With
    `output` the model is written there. Raises MlpcliError with a hint for whatever is wrong.
    """
    started = start(data, target, output=output, force=force, **settings)
    prepared, network, randomness = started.prepared, started.network, started.randomness
    options, plan = prepared.options, started.plan
    threads, rows = plan.threads, plan.rows
    if on_start is not None:
        on_start(plan)
    state, history = FitState(), list[EpochRecord]()
    began = time.perf_counter()
    with limited_threads(threads):
        for record in _fit(
            prepared, network, randomness, stopper(options.run.time_limit, should_stop), state
        ):
            history.append(record)
            if on_epoch is not None:
                on_epoch(record)
        seconds = time.perf_counter() - began
        reason, best = _end(prepared, state, history)
        model = assemble(prepared, network, history)
        scores = {name: score(model, prepared.parts[name]) for name in _scored(prepared)}
    if reason == "diverged" and not scores["validation"].beats_baseline(prepared.task.headline):
        raise _diverged(prepared, len(history) + 1)
    model.artifact.scores.update({name: asdict(each) for name, each in scores.items()})
    model.artifact.receipt.update(
        receipt(data, command),
        seed=options.run.seed,
        threads=threads,
        rows=rows,
        digest=prepared.digest,
        split_digest=prepared.split_digest,
        best_epoch=best,
        stop_reason=reason,
        seconds=seconds,
    )
    if output is not None:
        artifact_room.save(model.artifact, output)
    return TrainingRun(
        model,
        output,
        rows,
        history,
        best,
        reason,
        seconds,
        scores,
        prepared.counts,
        prepared.notes,
        prepared.findings,
        threads,
        network.summary(),
    )


@dataclass(frozen=True)
class Started:
    """A training that is ready to begin."""

    prepared: Prepared
    network: Network
    randomness: Mapping[str, np.random.Generator]
    plan: TrainingPlan


def start(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    output: str | None = None,
    force: bool = False,
    **settings: Any,
) -> Started:
    """All of `train` but the training: what would be done is its `plan`."""
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    options = Options.from_values(settings)
    if output is not None:
        check_output(output, force=force)
    randomness = generators(options.run.seed)
    prepared = prepare(data, options, randomness["split"])
    options = prepared.options
    network = initial_network(prepared, randomness)
    assert options.training.epochs is not None
    plan = TrainingPlan(
        prepared.schema,
        options.values(),
        network.summary(),
        {name: len(part) for name, part in prepared.parts.items()} | {"dropped": prepared.dropped},
        options.training.epochs,
        prepared.task.headline,
        choose_threads(options.run.threads, network.largest_product * batch_rows(prepared)),
        prepared.counts,
        prepared.notes,
        prepared.findings,
        prepared.encoder.to_stored()[0],
    )
    return Started(prepared, network, randomness, plan)


def _fit(
    prepared: Prepared,
    network: Network,
    randomness: Mapping[str, np.random.Generator],
    should_stop: Callable[[], StopReason | None],
    state: FitState,
) -> Any:
    settings, task = prepared.options.training, prepared.task
    trainer = build_trainer(prepared, network)
    shown = {task.headline, settings.monitor} - {LOSS}
    known = names_for(task.name)
    if not shown <= set(known):
        raise SettingsError(
            f"--monitor: {settings.monitor!r} is no score of {task.name}",
            did_you_mean(settings.monitor, [LOSS, *known]),
        )
    held = prepared.parts["validation"]

    def scores(outputs: Any) -> dict[str, float]:
        if not np.isfinite(outputs).all():
            return dict.fromkeys(sorted(shown), math.nan)  # the loss will tell
        linked = trainer.loss.central(trainer.loss.link(outputs))
        outcome = task.outcome(prepared.target, linked, held.truth, held.weights)
        values, reasons = measure(outcome, task.name, shown)
        if (reason := reasons.get(settings.monitor)) is not None:
            raise SettingsError(
                f"--monitor: {settings.monitor} cannot be had on the validation rows: {reason}",
                "Monitor another score, or hold out more rows.",
            )
        return {name: math.nan if (value := values[name]) is None else value for name in sorted(shown)}

    return fit(
        trainer,
        prepared.examples("train"),
        settings,
        {name: randomness[name] for name in ("shuffle", "dropout")},
        validation=prepared.examples("validation") if len(held) else None,
        measure=scores,
        higher_is_better=settings.monitor != LOSS and METRICS[settings.monitor].higher_is_better,
        should_stop=should_stop,
        state=state,
    )


def _end(prepared: Prepared, state: FitState, history: list[EpochRecord]) -> tuple[StopReason, int]:
    """Why the run ended and its best epoch; raises if there is nothing to keep."""
    reason = state.stop_reason
    assert reason is not None
    if reason == "diverged" and not state.best_epoch:
        raise _diverged(prepared, len(history) + 1)
    if not history:
        code = {"interrupted": 130, "terminated": 143}.get(reason, 1)
        raise StoppedError("stopped before the first epoch ended; nothing was written", code)
    return reason, state.best_epoch or history[-1].epoch


def _scored(prepared: Prepared) -> list[str]:
    """The parts that are scored: those held out, else the training rows."""
    return [name for name in ("validation", "test") if len(prepared.parts[name])] or ["train"]


def _diverged(prepared: Prepared, epoch: int) -> DivergenceError:
    rate = prepared.options.training.learning_rate
    assert rate is not None
    return DivergenceError(
        f"training diverged in epoch {epoch}: at learning rate {rate:g} the loss is no longer finite",
        f"Try a smaller rate, --lr {rate / 10:g}; `mlpcli lr-find` suggests one.",
    )
