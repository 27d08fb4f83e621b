"""A training that can go on: its checkpoint is found, compared with what is wanted, and kept up to date."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

import mlpcli
from mlpcli.artifact import load as load_model
from mlpcli.artifact.checkpoint import CHECKPOINT, Checkpoint, Progress, load, to_bytes
from mlpcli.data.source import ReadingSettings
from mlpcli.errors import ArtifactError, MlpcliError
from mlpcli.files import check_output
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.trainer import Trainer
from mlpcli.owned_file import OwnedFile
from mlpcli.settings import described_fields, flag_of
from mlpcli.workflows.options import SETTINGS_CLASSES
from mlpcli.workflows.preparation import Prepared
from mlpcli.workflows.writer import Writer

OF_NO_EFFECT = {*described_fields(ReadingSettings), "preset", "strict", "diagnose", "threads", "from_model"}
"""Settings that change no weights by themselves: what they do to the data, or to other settings, is compared
instead."""
SETTLED = ("epochs", "ensemble")
"""What a time limit decides, by a clock: the first run's choice holds for those that go on."""


class Keeper:
    """The checkpoint file of a run, from before its data are read to its end."""

    def __init__(self, path: str, inputs: Iterable[str] = ()) -> None:
        """Take the file; raises MlpcliError if it is no checkpoint, or another training writes it."""
        check_output(path, force=True, inputs=inputs)
        self.path = path
        self._file = OwnedFile(path)
        self._checkpoint = load(path) if self._file.acquire() else None
        self._writer = Writer(self._file.replace)

    @property
    def checkpoint(self) -> Checkpoint:
        """How far the run has come."""
        assert self._checkpoint is not None
        return self._checkpoint

    @property
    def settled(self) -> Mapping[str, Any] | None:
        """What the time limit had decided, if there was a run before."""
        if self._checkpoint is None:
            return None
        settings = self._checkpoint.identity.get("settings")
        given = settings if isinstance(settings, dict) else {}
        return {name: given[name] for name in SETTLED if name in given}

    def adopt(self, identity: dict[str, Any]) -> list[str]:
        """The run that is wanted: what to say of the one in the file, which must be the same.

        Raises MlpcliError with the differences if it is another. Nothing is written yet.
        """
        if self._checkpoint is None:
            self._checkpoint = Checkpoint(identity)
            return []
        if differences := list(_differences(self._checkpoint.identity, identity)):
            raise MlpcliError(
                f"{self.path}: is of another run: {'; '.join(differences)}",
                "Go on with the settings and data of that run, or name another --checkpoint.",
            )
        if self.checkpoint.finished:
            return [f"{self.path}: this run is finished; its model is made again from there"]
        return [f"{self.path}: the run goes on after {count_epochs(len(self.history))}"]

    @property
    def history(self) -> list[EpochRecord]:
        """All epochs so far, network after network."""
        members = self.checkpoint.members
        return [record for number in sorted(members) for record in members[number].history]

    def begin(self) -> None:
        """Write the file, so that it is ours from now on."""
        self._file.replace(to_bytes(self.checkpoint))

    @property
    def run(self) -> str:
        """The run's id: the digest of all that can change its weights."""
        return hashlib.sha256(json.dumps(self.checkpoint.identity, sort_keys=True).encode()).hexdigest()

    def keep(self, news: Mapping[int, Progress], seconds: float) -> None:
        """Write how far these networks have come, after `seconds` of training in all.

        Training does not wait for the disk; `close` does.
        """
        self.checkpoint.members.update(news)
        self.checkpoint.seconds = seconds
        self._writer.put(to_bytes(self.checkpoint))

    def finish(self) -> None:
        """Mark the run as finished."""
        if not self.checkpoint.finished:
            self.checkpoint.finished = True
            self._writer.put(to_bytes(self.checkpoint))
            self._writer.flush()

    def close(self) -> None:
        """Let others have the file, once all is written."""
        self._writer.flush()
        self._file.release()

    @property
    def complaint(self) -> str | None:
        """Why the last state could not be written, if so: a training goes on without its checkpoint."""
        self._writer.flush()
        return None if self._writer.complaint is None else self._writer.complaint.message


def refuse_other_model(output: str, run: str) -> None:
    """Raise OutputError if there is a file that is no model of this run."""
    if not os.path.exists(output) or not os.path.isfile(output):
        return
    try:
        same = load_model(output, header_only=True).receipt.get("run") == run
    except ArtifactError:
        same = False
    if not same:
        check_output(output, force=False)


def count_epochs(number: int) -> str:
    """1 epoch, 2 epochs."""
    return f"{number:,} epoch{'s' * (number != 1)}"


def identity_of(prepared: Prepared, threads: int) -> dict[str, Any]:
    """All that can change the weights of a run, as plain JSON values."""
    settings = {name: value for name, value in prepared.options.values().items() if name not in OF_NO_EFFECT}
    identity = {
        "settings": settings,
        "threads": threads,
        "data": _digest(prepared),
        "versions": {"mlpcli": mlpcli.__version__, "numpy": np.__version__},
    }
    plain: dict[str, Any] = json.loads(json.dumps(identity))
    return plain


def _digest(prepared: Prepared) -> str:
    """Of all encoded rows with their weights, in their order, of folds, and of weights to start from."""
    digest = hashlib.sha256()
    arrays = [
        array
        for part in prepared.parts.values()
        for array in (part.features, part.truth, part.weights)
        if array is not None
    ]
    arrays += [rows for fold in prepared.folds for rows in fold]
    if prepared.transfer is not None:
        arrays.append(prepared.transfer.values)
    for array in arrays:
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    flags = {
        name: flag_of(name, described)
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
    }
    old, new = there.get("settings"), here["settings"]
    old = old if isinstance(old, dict) else {}
    for name in sorted(new.keys() | old.keys()):
        if old.get(name) != new.get(name):
            yield f"{flags.get(name, name)} {_shown(old.get(name))} there, {_shown(new.get(name))} here"
    if there.get("data") != here["data"]:
        yield "other data"
    for name in ("threads", "versions"):
        if there.get(name) != here[name]:
            yield f"{name} {_shown(there.get(name))} there, {_shown(here[name])} here"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list):
        return ",".join(map(_shown, value))
    return f"{value!s:.60}"


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
    fit = wanted.keys() == there.keys() and all(
        (found := there[name]) is not None and (found.shape, found.dtype) == (array.shape, array.dtype)
        for name, array in wanted.items()
    )
    epochs = [record.epoch for record in progress.history]
    fit = fit and epochs == list(range(1, state.epoch + 1)) and 0 <= state.best_epoch <= state.epoch
    try:
        for name in generators:
            generator = np.random.PCG64(0)
            generator.state = dict(state.generators[name])  # type: ignore[assignment]  # it checks
    except (KeyError, TypeError, ValueError):
        fit = False
    if not fit:
        raise CHECKPOINT.altered("the checkpoint", "its parts do not fit together")
