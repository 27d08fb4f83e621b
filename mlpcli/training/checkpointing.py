"""The checkpoint of a training: found, compared with the run that is wanted, and kept up to date."""

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mlpcli.artifact import load as load_model
from mlpcli.artifact.checkpoint import (
    CHECKPOINT,
    Checkpoint,
    CheckpointEncoder,
    Progress,
    StoredTrial,
    load,
)
from mlpcli.errors import ArtifactError, MlpcliError, OutputError, Sentence, count
from mlpcli.files import check_output
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.kernels import ENGINES
from mlpcli.nn.trainer import Trainer
from mlpcli.options.options import Options, settings_with
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.identity import differences_of, machine
from mlpcli.training.owned_file import OwnedFile

REST_SECONDS = 2.0
REST = 10.0
"""Least pause between two writes, in seconds and in durations of the last write. For a network of 6,000
parameters that is some 0.6 ms of computing and 0.5 ms of waiting for a disk."""


class CheckpointFile:
    """The checkpoint file of a run, from before its data are read to its end."""

    def __init__(self, path: str, clock: Callable[[], float] = time.perf_counter) -> None:
        """Take the file; raises MlpcliError if it is not a checkpoint, or another training writes it."""
        self.path, self._clock = path, clock
        self.complaint: str | None = None
        """Why the last write failed, if it did: training goes on without its checkpoint."""
        self._file = OwnedFile(path)
        self._encoder = CheckpointEncoder()
        self._changed, self._rested_at = False, -math.inf
        try:
            self._checkpoint = load(path) if self._file.acquire() else None
        except BaseException:
            self.close()
            raise

    @property
    def checkpoint(self) -> Checkpoint:
        """Progress of the run so far."""
        assert self._checkpoint is not None
        return self._checkpoint

    @property
    def seconds(self) -> float:
        """Those of an earlier run."""
        return 0.0 if self._checkpoint is None else self._checkpoint.seconds

    @property
    def engine(self) -> str | None:
        """That of an earlier run."""
        settings = {} if self._checkpoint is None else self._checkpoint.identity.get("settings")
        found = settings.get("engine") if isinstance(settings, dict) else None
        return found if found in ENGINES else None

    def settled(self, given: Options) -> Mapping[str, Any] | None:
        """Values that the time limit chose in an earlier run, if any, for settings that are not `given`."""
        if self._checkpoint is None:
            return None
        settings = self._checkpoint.identity.get("settings")
        known = settings if isinstance(settings, dict) else {}
        values, chosen = given.values(), settings_with(lambda each: each.set_by_time)
        return {name: known[name] for name in chosen if name in known and values[name] is None}

    def adopt(self, identity: dict[str, Any]) -> list[str]:
        """Begin the run of this identity, or resume it from the file; returns notes on the resumed one.

        Raises MlpcliError with the differences if the file belongs to another run. Writes nothing.
        """
        if self._checkpoint is None:
            self._checkpoint = Checkpoint(identity=identity, machine=machine())
            return []
        if differences := list(differences_of(self._checkpoint.identity, identity)):
            found = Sentence.joined(differences, "; ")
            hint = Sentence("Use the settings and data of that run, or give another {checkpoint}.")
            raise MlpcliError(Sentence.joined([f"{self.path} belongs to another run: ", found]), hint)
        done = count(len(self.history), "epoch")
        if "search" in identity:
            done = count(len(self._checkpoint.trials), "trial")
        notes = [f"{self.path}: resuming after {done}"]
        if self._checkpoint.finished:
            notes = [f"{self.path}: already finished; the model is rebuilt from the checkpoint"]
        if self._checkpoint.machine != machine():
            notes.insert(0, f"{self.path}: begun on another machine, so weights may differ in the last bits")
        return notes

    @property
    def history(self) -> list[EpochRecord]:
        """Records of all epochs so far, network after network."""
        members = self.checkpoint.members
        return [record for number in sorted(members) for record in members[number].history]

    @property
    def run(self) -> str:
        """The run's id: a digest of everything that can change its weights."""
        return hashlib.sha256(json.dumps(self.checkpoint.identity, sort_keys=True).encode()).hexdigest()

    def claim(self, reports: Sequence[str], model: str | None, *, force: bool) -> list[str]:
        """Note reports of this run; returns those files that may be replaced.

        Without `force` raises OutputError for existing files of others.
        """
        known = {*self.checkpoint.outputs}
        replaceable = []
        for path in (*reports, *([] if model is None else [model])):
            same = os.path.realpath(path) in known or (path == model and _run_of(path) == self.run)
            check_output(path, force=force or same)
            if force or same:
                replaceable.append(path)
        known.update(map(os.path.realpath, reports))
        self._checkpoint = replace(self.checkpoint, outputs=tuple(sorted(known)))
        return replaceable

    def begin(self) -> None:
        """Write the file, which takes it for this run; raises OutputError if that fails."""
        self._file.replace(self._encoder.to_bytes(self.checkpoint))

    def keep(self, number: int, progress: Progress, seconds: float) -> None:
        """Note the progress of a network, after `seconds` of training in all.

        It is written if it is the first, if the network has ended, or if the last write is long enough ago.
        """
        members = {**self.checkpoint.members, number: progress}
        self._checkpoint = replace(self.checkpoint, members=members, seconds=seconds)
        self._changed = True
        if self._clock() >= self._rested_at or progress.ended:
            self.flush()

    def keep_trials(self, trials: list[StoredTrial], members: Mapping[int, Progress], seconds: float) -> None:
        """Note the trials of a search, whose finished ones have these networks, and write the file."""
        self._checkpoint = replace(self.checkpoint, trials=trials, members=members, seconds=seconds)
        self._changed = True
        self.flush()

    def finish(self) -> None:
        """Mark the run as finished."""
        if not self.checkpoint.finished:
            self._checkpoint = replace(self.checkpoint, finished=True)
            self._changed = True
            self.flush()

    def flush(self) -> None:
        """Write what is not written yet; a failure becomes the `complaint`."""
        if not self._changed:
            return
        begun = self._clock()
        try:
            self._file.replace(self._encoder.to_bytes(self.checkpoint))
            self.complaint = None
        except OutputError as error:
            self.complaint = error.message
        ended = self._clock()
        self._changed, self._rested_at = False, ended + max(REST_SECONDS, REST * (ended - begun))

    def close(self) -> None:
        """Write what is not written yet, and let others have the file."""
        try:
            self.flush()
        finally:
            self._file.release()


def _run_of(path: str) -> str | None:
    """Id of the run that made this file, if it is a model with one."""
    try:
        run: str | None = load_model(path, header_only=True).receipt.get("run")
    except ArtifactError:
        return None
    return run


def refuse_altered_checkpoint(checkpoint: Checkpoint, prepared: Prepared) -> None:
    """Raise ArtifactError unless the networks of a checkpoint can belong to this training.

    Finds files that somebody has altered and given the right checksums.
    """
    members = prepared.networks * (2 if prepared.options.refits else 1)
    for number, progress in checkpoint.members.items():
        if not 0 <= number < members:
            raise altered_checkpoint()
        member = prepared.of_member(number)
        parameters = member.blueprint.build().parameters
        state, epochs = progress.state, [record.epoch for record in progress.history]
        fit = epochs == list(range(1, len(epochs) + 1))
        fit = fit and state.epoch == len(epochs)
        fit = fit and 0 <= state.best_epoch <= state.epoch <= (member.options.training.epochs or 0)
        fit = fit and (not epochs or state.step == progress.history[-1].step)
        if progress.ended:
            fit = fit and _same_layout(state.values, parameters.values)
            fit = fit and _same_layout(state.constants, parameters.constants)
        if not fit or (checkpoint.finished and not progress.ended):
            raise altered_checkpoint()
    if checkpoint.finished and not checkpoint.members:
        raise altered_checkpoint()


def refuse_altered_progress(
    progress: Progress, trainer: Trainer, generators: Mapping[str, np.random.Generator]
) -> None:
    """Raise ArtifactError unless this training can be resumed from there: the file may have been altered."""
    state, parameters = progress.state, trainer.network.parameters
    if not state.epoch:
        return
    wanted = {"values": parameters.values, "constants": parameters.constants, **trainer.optimizer.moments()}
    there = {"values": state.values, "constants": state.constants, **state.moments}
    if state.best_epoch:
        wanted["best_values"], there["best_values"] = parameters.values, state.best_values
    fit = wanted.keys() == there.keys() and all(_same_layout(there[name], wanted[name]) for name in wanted)
    try:
        for name in generators:
            generator = np.random.PCG64(0)
            generator.state = dict(state.generators[name])  # type: ignore[assignment]  # it checks
    except (KeyError, TypeError, ValueError, OverflowError):
        fit = False
    if not fit:
        raise altered_checkpoint()


def _same_layout(found: Any, wanted: Any) -> bool:
    return found is not None and (found.shape, found.dtype) == (wanted.shape, wanted.dtype)


def altered_checkpoint() -> ArtifactError:
    """The error of a checkpoint that somebody has altered."""
    return CHECKPOINT.altered("the checkpoint", "its parts do not fit together")
