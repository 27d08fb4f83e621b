"""One network of a training: the rows it learns from, the rows that choose its epoch, its best weights."""

import copy
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact.checkpoint import Progress
from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.metrics import METRICS, measure, names_for
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord, fit
from mlpcli.nn.network import Network
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import LOSS
from mlpcli.options.options import Configuration, Options
from mlpcli.options.run import generators
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.checkpointing import refuse_altered_progress
from mlpcli.training.networks import build_trainer, initial_network

Watch: TypeAlias = Callable[[EpochRecord], None]
ShouldStop: TypeAlias = Callable[[], StopReason | None]
Keep: TypeAlias = Callable[[int, Progress], None]
"""Takes the number of a network and how far it has come."""
OnBatch: TypeAlias = Callable[[int, int], None]
"""Takes the batches that an epoch has done, and how many it has."""
OnWeights: TypeAlias = Callable[[int, Array, Array], None]
"""Takes the number of a network, and copies of its values and constants."""

SECONDS_BETWEEN, SHARE = 0.1, 0.005
"""Time between two copies of weights for a view, and the share of the time that making them may take."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A trained network: its best weights and the history of its training."""

    number: int
    values: Array = field(repr=False)
    constants: Array = field(repr=False)
    history: list[EpochRecord] = field(repr=False)
    best_epoch: int
    """0 if no epoch was whole, or the loss ran away in the first."""
    stop_reason: StopReason

    def summary(self) -> dict[str, Any]:
        """The summary that is stored and shown, with the scores of the validation rows at the best epoch."""
        scores: dict[str, float | None] = {}
        if self.best_epoch:
            record = self.history[self.best_epoch - 1]
            scores = {LOSS: record.validation_loss, **record.metrics}
        finite = {name: each for name, each in scores.items() if each is not None and math.isfinite(each)}
        return {
            "epochs": len(self.history),
            "best_epoch": self.best_epoch,
            "stop_reason": self.stop_reason,
            "validation": dict.fromkeys(scores) | finite,
        }


def train_member(
    prepared: Prepared,
    number: int,
    on_epoch: Watch,
    should_stop: ShouldStop,
    progress: Progress | None = None,
    keep: Keep = lambda number, progress: None,
    on_batch: OnBatch | None = None,
    until: int | None = None,
    configuration: Configuration | None = None,
    on_weights: OnWeights | None = None,
) -> Progress:
    """Train network `number`, with generators of its own, to its end, to epoch `until` or to a stop.

    A `configuration` takes the place of those of the table.

    The same numbers come out whichever members are trained before, after or beside it, and whether it starts
    at its beginning or from earlier `progress`; `keep` is told after each epoch how far it has come.
    `on_weights` is given copies of what it has learned so far, now and then.
    """
    progress = progress or Progress()
    if progress.ended or (until is not None and progress.state.epoch >= until):
        return progress
    if configuration is None:
        prepared = prepared.of_member(number)
    else:
        prepared = prepared.of_trial(number, configuration)
    state, history = copy.copy(progress.state), list(progress.history)
    randomness = generators(prepared.options.run.seed, number)
    training, held = prepared.member_parts(number)
    network = initial_network(prepared, randomness, training, number)
    trainer = build_trainer(prepared, network)
    moving = {name: randomness[name] for name in ("shuffle", "dropout")}
    refuse_altered_progress(progress, trainer, moving)
    settings = prepared.options.training
    if on_weights is not None:
        on_batch = Glances(number, network, on_weights, on_batch).on_batch
    for record in fit(
        trainer,
        prepared.examples(training),
        settings,
        moving,
        validation=prepared.examples(held) if len(held) else None,
        measure=_watched(prepared, trainer, held),
        higher_is_better=settings.monitor != LOSS and METRICS[settings.monitor].higher_is_better,
        should_stop=should_stop,
        on_batch=on_batch,
        state=state,
        until=until,
        diagnosing=prepared.options.run.diagnose,
    ):
        history.append(replace(record, member=number))
        on_epoch(history[-1])
        keep(number, Progress(copy.copy(state), tuple(history)))
    if state.stop_reason is None:
        return Progress(state, tuple(history))
    whole = replace(state, values=network.parameters.values, constants=network.parameters.constants)
    whole.best_values, whole.moments, whole.generators = None, {}, {}
    last = Progress(whole, tuple(history))
    if last.ended:
        keep(number, last)
    return last


class Glances:
    """Copies of a network's weights while it trains, as often as SHARE and SECONDS_BETWEEN allow."""

    def __init__(
        self, number: int, network: Network, on_weights: OnWeights, on_batch: OnBatch | None
    ) -> None:
        self._number, self._parameters = number, network.parameters
        self._on_weights, self._following = on_weights, on_batch
        self._next = 0.0

    def on_batch(self, done: int, total: int) -> None:
        """Called after each batch: copies the weights if it is time, and calls what else wants to know."""
        begun = time.perf_counter()
        if begun >= self._next:
            self._on_weights(self._number, self._parameters.values.copy(), self._parameters.constants.copy())
            now = time.perf_counter()
            self._next = now + max(SECONDS_BETWEEN, (now - begun) / SHARE)
        if self._following is not None:
            self._following(done, total)


def ended_early(progress: Progress, reason: StopReason) -> Progress:
    """A network that paused and does not go on, with its best values."""
    state = progress.state
    if state.stop_reason is not None:
        return progress
    best = state.values if state.best_values is None else state.best_values
    whole = replace(state, values=best, best_values=None, moments={}, generators={}, stop_reason=reason)
    return Progress(whole, progress.history)


def member_of(number: int, progress: Progress) -> Member:
    """The network that has come to its end."""
    state, history = progress.state, progress.history
    assert state.values is not None
    assert state.constants is not None
    assert state.stop_reason is not None
    return Member(
        number=number,
        values=state.values,
        constants=state.constants,
        history=list(history),
        best_epoch=state.best_epoch or (0 if state.stop_reason == "diverged" else len(history)),
        stop_reason=state.stop_reason,
    )


def check_monitor_name(options: Options) -> None:
    """Raise SettingsError if the score that chooses the epoch is none of any task."""
    monitor = options.training.monitor
    if monitor not in (LOSS, *METRICS):
        hint = did_you_mean(monitor, [LOSS, *METRICS])
        raise SettingsError(f"{monitor!r:.40} is not a metric", hint, setting="monitor")


def check_monitor(prepared: Prepared) -> None:
    """Raise SettingsError if the score that chooses the epoch is not one of the task."""
    monitor, task = prepared.options.training.monitor, prepared.task.name
    if monitor not in (LOSS, *names_for(task)):
        hint = did_you_mean(monitor, [LOSS, *names_for(task)])
        raise SettingsError(f"{monitor!r} is not a metric of {task}", hint, setting="monitor")


def _watched(prepared: Prepared, trainer: Trainer, held: EncodedRows) -> Callable[[Any], Mapping[str, float]]:
    """The headline metric, and the one that chooses the epoch, of the held rows from raw outputs."""
    monitor, task = prepared.options.training.monitor, prepared.task
    shown = sorted({task.headline, monitor} - {LOSS})

    def scores(outputs: Any) -> dict[str, float]:
        if not np.isfinite(outputs).all():
            return dict.fromkeys(shown, math.nan)  # the loss will tell
        predictions = trainer.loss.point_prediction(trainer.loss.link(outputs))
        outcome = task.outcome(predictions, held.truth, held.weights)
        values, reasons = measure(outcome, task.name, shown)
        if monitor in reasons:
            message = f"{monitor} cannot be computed on the validation rows: {reasons[monitor]}"
            raise SettingsError(message, "Give another metric, or hold out more rows.", setting="monitor")
        return {name: math.nan if (value := values[name]) is None else value for name in shown}

    return scores
