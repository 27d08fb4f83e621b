"""The training loop: a generator of epoch records that knows nothing of screens, files or signals."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mlpcli.errors import Sentence, SettingsError
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.diagnosis import SAMPLE_ROWS, LayerDiagnosis, diagnose
from mlpcli.nn.early_stopping import EarlyStopping
from mlpcli.nn.ending import Ending
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.optimizers import LBFGS
from mlpcli.nn.parameters import clear_subnormal
from mlpcli.nn.schedules import PLATEAU
from mlpcli.nn.scratch import QUIET, FloatArray, IndexArray
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import LOSS, StepSchedule, TrainingSettings

Measure = Callable[[FloatArray], Mapping[str, float]]
"""Metrics of the validation rows from their raw outputs."""

VALUED = 50
"""An epoch's loss is that of at least this many batches, spread evenly; of all, up to twice as many. With
batches of 32 rows a loss costs 15 of 199 µs."""


@dataclass(frozen=True, kw_only=True)
class EpochRecord:
    """Results of one epoch. Losses are means in encoded units, seconds count from the first epoch.

    The training loss is that of the batches as they were learned from, of 50 or more where there are more.
    """

    epoch: int
    step: int
    learning_rate: float
    train_loss: float
    validation_loss: float | None
    metrics: Mapping[str, float]
    seconds: float
    is_best: bool
    layers: tuple[LayerDiagnosis, ...] = ()
    """Filled in when diagnosing."""
    member: int = 0
    """Number of the network, filled in by a caller that trains several."""


def check_schedule(settings: TrainingSettings, *, validated: bool) -> None:
    """Raise SettingsError if the schedule follows a validation loss and there is none."""
    if settings.schedule == PLATEAU and not validated:
        raise SettingsError(
            "plateau needs a validation loss",
            Sentence("Hold out validation rows: {validation} 0.2."),
            setting="schedule",
        )


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
    until: int | None = None,
    diagnosing: bool = False,
) -> Iterator[EpochRecord]:
    """Train, yielding a record after each whole epoch; the best weights are in the network at the end.

    After epoch `until` the training pauses: its `state` has no stop reason then, and can be resumed.

    `generators["shuffle"]` orders the rows; every generator given is saved in `state`. `should_stop` is asked
    after each batch. `state` holds afterwards why the loop ended; a state that holds an epoch is resumed. For
    a minimizer an epoch is one iteration on all rows. `diagnosing` fills the records' `layers`.
    """
    assert settings.batch_size is not None
    assert settings.epochs is not None
    state = FitState() if state is None else state
    network = trainer.network
    in_one = isinstance(trainer.optimizer, LBFGS)
    batches = Batches(training, len(training) if in_one else settings.batch_size)
    schedule = StepSchedule(settings, settings.epochs * len(batches))
    check_schedule(settings, validated=validation is not None)
    stopping = EarlyStopping(settings.patience, settings.min_delta, higher_is_better=higher_is_better)
    if state.epoch:
        state.restore(trainer, stopping, schedule, generators)
    ending = Ending(trainer, stopping, should_stop, state.stop_reason)
    started = time.perf_counter() - state.seconds
    step, epoch = state.step, state.epoch
    last = settings.epochs if until is None else min(until, settings.epochs)

    while ending.reason is None and epoch < last:
        epoch += 1
        order = np.arange(len(training)) if in_one else training.shuffled(generators["shuffle"])
        done = _train_epoch(trainer, batches, order, schedule, step, ending, on_batch, diagnosing=diagnosing)
        step = done.step
        if not done.whole:
            ending.within_epoch()
            break
        trainer.clear_subnormal()
        scores = _validate(trainer, validation, measure)
        validation_loss = scores.get(LOSS)
        is_best = ending.after_epoch(epoch, scores, settings.monitor)
        if ending.reason == "diverged":
            break
        if schedule.plateau is not None and validation_loss is not None:
            schedule.plateau.update(validation_loss)
        seconds = time.perf_counter() - started
        # No stop reason before the loop has ended: until then the values are not the best.
        state.epoch, state.step, state.seconds, state.stop_reason = epoch, step, seconds, None
        state.keep(trainer, stopping, schedule, generators)
        yield EpochRecord(
            epoch=epoch,
            step=step,
            learning_rate=done.learning_rate,
            train_loss=done.loss_sum / done.rows,
            validation_loss=validation_loss,
            metrics={name: score for name, score in scores.items() if name != LOSS},
            seconds=seconds,
            is_best=is_best,
            layers=()
            if done.before is None
            else diagnose(network, training.features[:SAMPLE_ROWS], done.before, done.gradients),
        )
    if ending.reason is None and epoch < settings.epochs:
        return
    state.stop_reason = ending.reason or "epochs"
    if stopping.best_values is not None:
        network.parameters.values[:] = stopping.best_values
    clear_subnormal(network.parameters.values)


@dataclass
class _Epoch:
    """Progress of an epoch."""

    step: int
    learning_rate: float = 0.0
    loss_sum: float = 0.0
    rows: int = 0
    """Rows of the batches of which the loss was taken."""
    whole: bool = False
    before: FloatArray | None = None
    gradients: FloatArray | None = None
    """The values before the last step, and the gradient of its loss alone, when diagnosing."""


@QUIET
def _train_epoch(
    trainer: Trainer,
    batches: Batches,
    order: IndexArray,
    schedule: StepSchedule,
    step: int,
    ending: Ending,
    on_batch: Callable[[int, int], None] | None,
    *,
    diagnosing: bool,
) -> _Epoch:
    epoch = _Epoch(step)
    every = max(1, len(batches) // VALUED)
    for done, batch in enumerate(batches.in_order(order), start=1):
        epoch.learning_rate, decay_factor, dropout_factor = schedule.at(epoch.step)
        trainer.network.set_dropout(dropout_factor)
        last = done == len(batches)
        if diagnosing and last:
            epoch.before = trainer.network.parameters.values.copy()
            epoch.gradients = trainer.watched = np.empty_like(epoch.before)
        with_loss = done % every == 0 or last
        loss = trainer.step(batch, epoch.learning_rate, decay_factor, with_loss=with_loss)
        trainer.watched = None
        epoch.step += 1
        if with_loss:
            if ending.diverged(loss):
                break
            epoch.loss_sum += loss * len(batch)
            epoch.rows += len(batch)
        epoch.whole = last
        if on_batch is not None:
            on_batch(done, len(batches))
        if ending.after_batch():
            break
    return epoch


@QUIET
def _validate(trainer: Trainer, validation: Examples | None, measure: Measure | None) -> dict[str, float]:
    if validation is None:
        return {}
    outputs = trainer.network.predict(validation.features)
    scores = {LOSS: trainer.validation_loss.value(outputs, validation.targets, validation.weights)}
    if measure is not None:
        scores.update(measure(outputs))
    return scores
