"""The training loop: a generator of epoch records that knows nothing of screens, files or signals."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.early_stopping import EarlyStopping
from mlpcli.nn.optimizers import OPTIMIZERS
from mlpcli.nn.schedules import SCHEDULES
from mlpcli.nn.trainer import QUIET, Trainer
from mlpcli.settings import Settings, setting

StopReason = Literal["epochs", "patience", "time", "interrupted", "terminated", "diverged"]
Measure = Callable[[FloatArray], Mapping[str, float]]
"""Metrics of the validation rows from their raw outputs."""

LOSS = "loss"
"""Name of the validation loss among the scores that can be monitored."""


@dataclass(frozen=True)
class TrainingSettings(Settings):
    """How the weights are found."""

    optimizer: str | None = setting(
        None, "Update rule.", group="Optimizer", choices=tuple(OPTIMIZERS), common=True
    )
    learning_rate: float | None = setting(
        None, "Learning rate (see lr-find).", group="Optimizer", flag="lr", above=0, common=True
    )
    momentum: float = setting(
        0.9,
        "Share of past gradients kept by momentum and adam (its beta1).",
        group="Optimizer",
        at_least=0,
        below=1,
    )
    schedule: str | None = setting(
        None, "Course of the learning rate.", group="Optimizer", choices=tuple(SCHEDULES)
    )
    l2: float | None = setting(
        None, "Penalty: l2 / 2 times the sum of squared weights.", group="Optimizer", at_least=0, common=True
    )
    epochs: int | None = setting(
        None, "Passes over the training rows, at most.", group="Course", at_least=1, common=True
    )
    batch_size: int | None = setting(None, "Rows per update.", group="Course", at_least=1, common=True)
    patience: int | None = setting(
        None,
        "Stop after this many epochs without a better validation score.",
        group="Course",
        at_least=1,
        common=True,
    )
    min_delta: float = setting(
        0.0, "How much better a score must be to count as progress.", group="Course", at_least=0
    )
    monitor: str = setting(LOSS, "Validation score that chooses the epoch: loss or a metric.", group="Course")


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch brought. Losses are means in encoded units, seconds count from the first epoch."""

    epoch: int
    step: int
    learning_rate: float
    train_loss: float
    validation_loss: float | None
    metrics: Mapping[str, float]
    seconds: float
    is_best: bool


@dataclass
class FitState:
    """All that resuming needs, as of the end of an epoch; `fit` fills it and can start from it."""

    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    values: FloatArray | None = None
    moments: dict[str, FloatArray] = field(default_factory=dict)
    generators: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    best_epoch: int = 0
    best_score: float = math.nan
    best_values: FloatArray | None = None
    waited: int = 0
    stop_reason: StopReason | None = None


def fit(
    trainer: Trainer,
    training: Examples,
    settings: TrainingSettings,
    generators: Mapping[str, np.random.Generator],
    *,
    validation: Examples | None = None,
    measure: Measure | None = None,
    higher_is_better: bool = False,
    should_stop: Callable[[], StopReason | None] = lambda: None,
    on_batch: Callable[[int, int], None] | None = None,
    state: FitState | None = None,
) -> Iterator[EpochRecord]:
    """Train, yielding a record after each whole epoch; the best weights are in the network at the end.

    `generators["shuffle"]` orders the rows; every generator given is saved in `state`. `should_stop` is asked
    after each batch. `state` tells afterwards why the loop ended; a state that holds an epoch is resumed.
    """
    assert settings.batch_size is not None
    assert settings.epochs is not None
    assert settings.learning_rate is not None
    state = FitState() if state is None else state
    values = trainer.network.parameters.values
    batches = Batches(training, settings.batch_size)
    schedule = SCHEDULES[settings.schedule or "constant"]
    stopping = EarlyStopping(settings.patience, settings.min_delta, higher_is_better=higher_is_better)
    total_steps = settings.epochs * len(batches)
    if state.epoch:
        _restore(state, trainer, stopping, generators)
    started = time.perf_counter() - state.seconds
    step, epoch, learning_rate = state.step, state.epoch, 0.0
    reason: StopReason | None = "diverged" if state.stop_reason == "diverged" else None
    if reason is None and stopping.exhausted:  # also when it was stopped for another reason just then
        reason = "patience"

    while reason is None and epoch < settings.epochs:
        epoch += 1
        order = generators["shuffle"].permutation(len(training))
        loss_sum = 0.0
        for done, batch in enumerate(batches.in_order(order), start=1):
            learning_rate = settings.learning_rate * schedule(step / total_steps)
            loss = trainer.step(batch, learning_rate)
            step += 1
            if not math.isfinite(loss):
                reason = "diverged"
                break
            loss_sum += loss * len(batch)
            if on_batch is not None:
                on_batch(done, len(batches))
            if (reason := should_stop()) is not None and done < len(batches):
                break
        else:
            scores = _validate(trainer, validation, measure)
            validation_loss = scores.get(LOSS)
            if not math.isfinite(_sum(values) if validation_loss is None else validation_loss):
                reason = "diverged"
                break
            is_best = validation is not None and stopping.update(epoch, scores[settings.monitor], values)
            if reason is None and stopping.exhausted:
                reason = "patience"
            seconds = time.perf_counter() - started
            _save(state, trainer, stopping, generators, epoch, step, seconds, reason)
            metrics = {name: score for name, score in scores.items() if name != LOSS}
            yield EpochRecord(
                epoch,
                step,
                learning_rate,
                loss_sum / len(training),
                validation_loss,
                metrics,
                seconds,
                is_best,
            )
    state.stop_reason = reason or "epochs"
    if stopping.best_values is not None:
        values[:] = stopping.best_values


@QUIET
def _sum(values: FloatArray) -> float:
    return float(np.sum(values))


@QUIET
def _validate(trainer: Trainer, validation: Examples | None, measure: Measure | None) -> dict[str, float]:
    if validation is None:
        return {}
    outputs = trainer.network.predict(validation.features)
    scores = {LOSS: trainer.loss.value(outputs, validation.targets, validation.weights)}
    if measure is not None:
        scores.update(measure(outputs))
    return scores


def _save(
    state: FitState,
    trainer: Trainer,
    stopping: EarlyStopping,
    generators: Mapping[str, np.random.Generator],
    epoch: int,
    step: int,
    seconds: float,
    reason: StopReason | None,
) -> None:
    state.epoch, state.step, state.seconds, state.stop_reason = epoch, step, seconds, reason
    state.values = trainer.network.parameters.values.copy()
    state.moments = {name: moment.copy() for name, moment in trainer.optimizer.moments().items()}
    state.generators = {name: generator.bit_generator.state for name, generator in generators.items()}
    state.best_epoch, state.best_score = stopping.best_epoch, stopping.best_score
    state.waited, state.best_values = stopping.waited, stopping.best_values


def _restore(
    state: FitState,
    trainer: Trainer,
    stopping: EarlyStopping,
    generators: Mapping[str, np.random.Generator],
) -> None:
    assert state.values is not None
    trainer.network.parameters.values[:] = state.values
    for name, moment in trainer.optimizer.moments().items():
        moment[:] = state.moments[name]
    trainer.optimizer.steps = state.step
    for name, generator in generators.items():
        generator.bit_generator.state = state.generators[name]
    stopping.best_epoch, stopping.best_score = state.best_epoch, state.best_score
    stopping.waited, stopping.best_values = state.waited, state.best_values
