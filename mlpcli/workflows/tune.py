"""`mlpcli tune`: search for settings that suit a table."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mlpcli.errors import MlpcliError, Sentence, StoppedError
from mlpcli.files import Outputs
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.nn.fit_state import StopReason
from mlpcli.options.options import SETTINGS_CLASSES, Options
from mlpcli.options.run import ClusterSettings
from mlpcli.options.threads import limited_threads
from mlpcli.preparation.dealing import outer_rows
from mlpcli.preparation.finding import CHECKPOINT, Finding
from mlpcli.progress import OnProgress, unwatched
from mlpcli.training.checkpointing import CheckpointFile
from mlpcli.training.cluster import connected
from mlpcli.training.ensemble import Callbacks
from mlpcli.training.identity import identity_of
from mlpcli.training.search import Limit, Search
from mlpcli.training.stopping import StopSignal
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.search.asked import Asked
from mlpcli.workflows.search.final_training import train_kept
from mlpcli.workflows.search.judging import judged, kept_trials
from mlpcli.workflows.search.ready_search import ready_search
from mlpcli.workflows.search.settings import TuneSettings
from mlpcli.workflows.search.some_of import some_of
from mlpcli.workflows.search.tuned import Tuning
from mlpcli.workflows.train import TrainingRun

NOTHING: Mapping[str, Any] = MappingProxyType({})
LATE = 1.5
"""Times the time limit, at which trials are broken off."""


@takes(TuneSettings, ClusterSettings, *SETTINGS_CLASSES)
def tune(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    space: Mapping[str, Any] = NOTHING,
    only: bool = False,
    output: "str | Path | None" = None,
    force: bool = False,
    checkpoint: "str | Path | None" = None,
    command: str = "",
    on_start: Callable[[int | None, float], None] = lambda trials, seconds: None,
    on_trials: Callable[[Search], None] = lambda search: None,
    on_epoch: Callable[[], None] = lambda: None,
    should_stop: Callable[[], StopReason | None] = lambda: None,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Tuning:
    """Try settings of `train` on a part of the rows, and score the best on rows that no trial saw.

        found = mlpcli.tune(frame, "species", trials=24)
        run = mlpcli.train(frame, **found.settings)

    `space` has the values that settings may take: a list, or {"low": 0.01, "high": 0.1, "log": True}; other
    settings keep their published ones, unless `only` these vary. Settings that are given stay as they are.
    With `output` a model of the winner, or of the `keep` best together, is trained on all rows and written.
    With a `checkpoint` file a search that was broken off goes on when the same is called again. If only the
    training of the model fails, the result has its error as `failed`. `should_stop` ends the search with what
    there is. No trial and no model sees rows of `test`. The rest is for programs that show it. Raises
    MlpcliError with a hint.
    """
    begun, watch = time.perf_counter(), on_progress or unwatched
    output, path = (None if each is None else os.fspath(each) for each in (output, checkpoint))
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    asked = Asked.of(settings, space, only=only, writes=output is not None)
    paths = paths_of(data)
    inputs = paths if isinstance(paths, list) else []
    Outputs({"output": output, "checkpoint": path}, force, inputs, may_exist=["checkpoint"]).check()
    signal = StopSignal(None, should_stop, begun)
    callbacks = Callbacks(on_epoch=lambda record: on_epoch(), should_stop=signal.ask)
    with ExitStack() as stack:
        file = None if path is None else stack.enter_context(closing(CheckpointFile(path)))
        before = 0.0 if file is None else file.seconds
        cluster = stack.enter_context(connected(asked.dask))
        rows = outer_rows(data, asked.given, asked.own.outer, watch)

        def keep(search: Search) -> None:
            if file is not None and signal.reason is None:
                file.keep_trials(*search.stored(), before + time.perf_counter() - begun)
            on_trials(search)

        ready = stack.enter_context(
            ready_search(
                asked,
                data,
                rows,
                engine=None if file is None else file.engine,
                cluster=cluster,
                callbacks=callbacks,
                on_trials=keep,
                watch=watch,
            )
        )
        search, until = ready.search, begun + ready.compiling + asked.seconds - before
        if asked.own.trials is None:
            signal.end = begun + LATE * (until - begun)
            if not asked.epochs_are_given:
                _fit(search, file, asked.given, until - time.perf_counter())
        notes = [*ready.notes, *rows.notes, *ready.shortened()]
        if file is not None:
            varying = {name: str(each) for name, each in search.space.domains.items()}
            identity = identity_of(search.prepared, 1) | {"search": {"space": varying, "rows": rows.digest}}
            notes += file.adopt(identity)
            search.restore(file.checkpoint)
            file.begin()
        on_start(asked.own.trials, until - time.perf_counter())
        search.run(Limit(asked.own.trials, until, 0 if output is None else asked.own.keep))
    if not search.finished:
        raise _nothing(signal.reason)
    with limited_threads(1):
        winner = judged(search, search.winner, data, rows, ready.fixed)
        preset = None
        if search.usual is not None:
            is_winner = search.usual is search.winner
            preset = winner if is_winner else judged(search, search.usual, data, rows, ready.fixed)
        kept = kept_trials(search, asked.own.keep)
    seconds = before + time.perf_counter() - begun
    model, failed = None, None
    if output is not None and signal.reason in ("interrupted", "terminated"):
        notes.append(f"{output} is not written: the search was stopped")
    elif output is not None:
        try:
            model = train_kept(
                some_of(data, rows.whole) if rows.apart else data,
                {**ready.shared, "test": None, "dask": asked.dask},
                {trial.configuration.name: ready.settings_of(trial) for trial, _ in kept},
                output=output,
                force=force,
                command=command,
                on_epoch=callbacks.on_epoch,
                should_stop=should_stop,
                on_progress=watch,
            )
        except MlpcliError as error:  # what was found is worth more
            failed = error
    return Tuning(
        rows=rows,
        headline=search.prepared.task.headline,
        domains=search.space.domains,
        trials=search.trials,
        winner=winner,
        usual=preset,
        first=search.first.values(),
        begins_with_preset=ready.begins_with_preset,
        kept=kept,
        settings={**ready.shared, **ready.settings_of(search.winner), "race": 1},
        model=model,
        failed=failed,
        notes=notes,
        findings=[*ready.training.plan.findings, *_of_model(model), *_of_checkpoint(file)],
        seconds=seconds,
    )


def _of_model(run: TrainingRun | None) -> list[Finding]:
    """What the training of the model found beside what its table shows, as that of the search does."""
    return [] if run is None else run.findings[len(run.plan.findings) :]


def _of_checkpoint(file: CheckpointFile | None) -> list[Finding]:
    """A finding if not all trials could be written."""
    if file is None or file.complaint is None:
        return []
    return [Finding(CHECKPOINT, file.complaint, "the result is complete; the checkpoint is older or missing")]


def _fit(search: Search, file: CheckpointFile | None, given: Options, seconds: float) -> None:
    """Have as many epochs as an earlier run had, or as the time allows for."""
    settled = None if file is None else file.settled(given)
    if settled is None:
        search.fit_to(seconds)
    elif settled["epochs"] != search.first.training.epochs:
        search.settle(settled["epochs"])


def _nothing(reason: StopReason | None) -> StoppedError:
    if reason == "time":
        return StoppedError("no trial ended in time", Sentence("Allow more {time_limit}, or fewer {epochs}."))
    if reason is not None:
        return StoppedError("stopped before the first trial ended", reason=reason)
    said = "no trial has a loss that is finite"
    return StoppedError(said, Sentence("Give a smaller {learning_rate}."))
