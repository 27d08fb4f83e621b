"""A training that can go on: its checkpoint is found, compared with what is wanted, and kept up to date."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mlpcli.artifact import load as load_model
from mlpcli.artifact.checkpoint import CHECKPOINT, Checkpoint, CheckpointEncoder, Progress, load
from mlpcli.errors import ArtifactError, MlpcliError, count
from mlpcli.files import check_output
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.trainer import Trainer
from mlpcli.options.options import Options
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.background_writer import Writer
from mlpcli.training.identity import differences_of, machine
from mlpcli.training.owned_file import OwnedFile

SETTLED = ("epochs", "ensemble")
"""What a time limit decides, by a clock: the first run's choice holds for those that go on."""


class CheckpointFile:
    """The checkpoint file of a run, from before its data are read to its end."""

    def __init__(self, path: str, inputs: Iterable[str] = ()) -> None:
        """Take the file; raises MlpcliError if it is no checkpoint, or another training writes it."""
        check_output(path, force=True, inputs=inputs)
        self.path = path
        self._file = OwnedFile(path)
        self._encoder = CheckpointEncoder()
        self._writer = Writer[Checkpoint](self._write)
        try:
            self._checkpoint = load(path) if self._file.acquire() else None
        except BaseException:
            self.close()
            raise

    @property
    def checkpoint(self) -> Checkpoint:
        """How far the run has come."""
        assert self._checkpoint is not None
        return self._checkpoint

    def settled(self, given: Options) -> Mapping[str, Any] | None:
        """What the time limit had decided of what was not `given`, if there was a run before."""
        if self._checkpoint is None:
            return None
        settings = self._checkpoint.identity.get("settings")
        known = settings if isinstance(settings, dict) else {}
        values = given.values()
        return {name: known[name] for name in SETTLED if name in known and values[name] is None}

    def adopt(self, identity: dict[str, Any]) -> list[str]:
        """The run that is wanted: what to say of the one in the file, which must be the same.

        Raises MlpcliError with the differences if it is another. Nothing is written yet.
        """
        if self._checkpoint is None:
            self._checkpoint = Checkpoint(identity, machine())
            return []
        if differences := list(differences_of(self._checkpoint.identity, identity)):
            raise MlpcliError(
                f"{self.path}: is of another run: {'; '.join(differences)}",
                "Go on with the settings and data of that run, or name another --checkpoint.",
            )
        notes = []
        if self._checkpoint.machine != machine():
            notes.append(f"{self.path}: begun on another machine: the last bits of weights may differ")
        if self.checkpoint.finished:
            return [*notes, f"{self.path}: this run is finished; its model is made again from there"]
        return [*notes, f"{self.path}: the run goes on after {count(len(self.history), 'epoch')}"]

    @property
    def history(self) -> list[EpochRecord]:
        """All epochs so far, network after network."""
        members = self.checkpoint.members
        return [record for number in sorted(members) for record in members[number].history]

    @property
    def run(self) -> str:
        """The run's id: the digest of all that can change its weights."""
        return hashlib.sha256(json.dumps(self.checkpoint.identity, sort_keys=True).encode()).hexdigest()

    def refuse_others(self, files: Iterable[str], model: str | None) -> None:
        """Raise OutputError if one of the outputs exists, unless this run has named it before, or it is a
        `model` of this run."""
        for path in files:
            same = os.path.realpath(path) in self.checkpoint.outputs
            if not same and not (path == model and _run_of(path) == self.run):
                check_output(path, force=False)

    def outputs(self, files: Iterable[str]) -> None:
        """Take note of files that this run writes beside the checkpoint."""
        known = {*self.checkpoint.outputs, *(os.path.realpath(path) for path in files)}
        self._checkpoint = replace(self.checkpoint, outputs=tuple(sorted(known)))

    def begin(self) -> None:
        """Write the file, so that it is ours from now on."""
        self._write(self.checkpoint)

    def keep(self, news: Mapping[int, Progress], seconds: float) -> None:
        """Write how far these networks have come, after `seconds` of training in all.

        Training does not wait for it; `close` does.
        """
        members = {**self.checkpoint.members, **news}
        self._checkpoint = replace(self.checkpoint, members=members, seconds=seconds)
        self._writer.put(self._checkpoint)

    def finish(self) -> None:
        """Mark the run as finished."""
        if not self.checkpoint.finished:
            self._checkpoint = replace(self.checkpoint, finished=True)
            self._writer.put(self._checkpoint)
            self._writer.flush()

    @property
    def complaint(self) -> str | None:
        """Why the last state could not be written, if so: a training goes on without its checkpoint."""
        self._writer.flush()
        return None if self._writer.complaint is None else self._writer.complaint.message

    def close(self) -> None:
        """Let others have the file, once all is written."""
        try:
            self._writer.close()
        finally:
            self._file.release()

    def _write(self, checkpoint: Checkpoint) -> None:
        self._file.replace(self._encoder.to_bytes(checkpoint))


def _run_of(path: str) -> str | None:
    """The run that a model file came from, if it is one."""
    try:
        run: str | None = load_model(path, header_only=True).receipt.get("run")
    except ArtifactError:
        return None
    return run


def refuse_strange(checkpoint: Checkpoint, prepared: Prepared, members: int) -> None:
    """Raise ArtifactError unless the networks of a checkpoint can be those of this training, or come to be.

    Its checksums are right: this is for files that somebody has altered.
    """
    network = prepared.blueprint.build()
    parameters = network.parameters
    for number, progress in checkpoint.members.items():
        state, epochs = progress.state, [record.epoch for record in progress.history]
        fit = 0 <= number < members and epochs == list(range(1, state.epoch + 1))
        fit = fit and 0 <= state.best_epoch <= state.epoch <= (prepared.options.training.epochs or 0)
        fit = fit and (not epochs or state.step == progress.history[-1].step)
        if progress.ended:
            fit = fit and _alike(state.values, parameters.values)
            fit = fit and _alike(state.constants, parameters.constants)
        if not fit or (checkpoint.finished and not progress.ended):
            raise _strange()
    if checkpoint.finished and not checkpoint.members:
        raise _strange()


def refuse_what_does_not_fit(
    progress: Progress, trainer: Trainer, generators: Mapping[str, np.random.Generator]
) -> None:
    """Raise ArtifactError unless this training can go on from there: somebody may have altered the file."""
    state, parameters = progress.state, trainer.network.parameters
    if not state.epoch:
        return
    wanted = {"values": parameters.values, "constants": parameters.constants, **trainer.optimizer.moments()}
    there = {"values": state.values, "constants": state.constants, **state.moments}
    if state.best_epoch:
        wanted["best_values"], there["best_values"] = parameters.values, state.best_values
    fit = wanted.keys() == there.keys() and all(_alike(there[name], array) for name, array in wanted.items())
    try:
        for name in generators:
            generator = np.random.PCG64(0)
            generator.state = dict(state.generators[name])  # type: ignore[assignment]  # it checks
    except (KeyError, TypeError, ValueError, OverflowError):
        fit = False
    if not fit:
        raise _strange()


def _alike(found: Any, wanted: Any) -> bool:
    return found is not None and (found.shape, found.dtype) == (wanted.shape, wanted.dtype)


def _strange() -> ArtifactError:
    return CHECKPOINT.altered("the checkpoint", "its parts do not fit together")
