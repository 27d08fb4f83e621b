"""The training of a model, to be repeated: its settings, its race, and where it was stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import ArtifactError, MlpcliError, Sentence, SettingsError
from mlpcli.model.model import Model
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.kernels import NUMPY
from mlpcli.options.engines import training_engine
from mlpcli.options.options import Configuration, Options, Racing, settings_with
from mlpcli.options.presets import TableShape
from mlpcli.options.run import RunSettings
from mlpcli.preparation.prepare import Prepared
from mlpcli.settings import described_fields
from mlpcli.training.memory import refuse_too_large
from mlpcli.training.networks import batch_rows

FILES = ("validation", "test", "from_model")
"""Settings that may name a file. Those of a model file are shown, never opened: its user names them anew."""
OF_ALL = frozenset({*FILES, "target", *described_fields(ReadingSettings), *described_fields(RunSettings)})
"""Settings in which the configurations of a race never differ."""
MOST_RACERS = 100
FILLED = ("epochs", "batch_size", "optimizer", "learning_rate", "folds", "ensemble")
"""Settings that every preset fills."""
STOPPED: dict[str, StopReason] = {"interrupted": "interrupted", "terminated": "terminated", "time": "time"}
"""Reasons for which a network ends in the middle of an epoch."""


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """Settings of the same training again."""

    settings: dict[str, Any]
    racing: Racing
    notes: list[str]


def repetition_of(model: Model, named: Mapping[str, str | None], reading: Mapping[str, Any]) -> Repetition:
    """The training of a model with the files that are `named` now, and tables read as given now.

    All settings are those that the file holds, those of a preset included, so that a preset which has changed
    since then makes no difference. Nothing of its command is used. Raises SettingsError if it needs a file
    that is not named, or none that is.
    """
    stored = model.artifact
    files = _files(model, named)
    try:
        base, unknown, racers = _raced(model)
    except SettingsError as error:
        raise _altered(f"its settings do not fit together ({error})") from None
    engine, notes = _engine(str(base["engine"]))
    changed = {
        **files,
        "engine": engine,
        "time_limit": None,  # the epochs and networks that it allowed for are settings
        "diagnose": False,
        "sketches": False,  # no part of the weights
    }
    if len(stored.receipt["members"]) == 1 and not racers:
        # By itself it would depend on the cores here. Several networks have a thread each.
        changed["threads"] = stored.receipt["threads"]
    base |= changed
    of_reading = described_fields(ReadingSettings)
    settings = {name: value for name, value in base.items() if name not in {*of_reading, *unknown}}
    if files["from_model"] is not None:
        decided = set(settings_with(lambda each: each.decides_columns))  # by that model
        settings = {name: value for name, value in settings.items() if name not in decided}
    # Those of the reading are what was given at training, nothing that was detected.
    settings |= {**{name: base[name] for name in of_reading}, **reading}
    known = (
        {name for name in base if name in stored.settings or name in changed} - of_reading.keys() - unknown
    )

    def racing(options: Options, table: TableShape) -> list[Configuration]:
        usual = options.resolved(table).changed(**{name: base[name] for name in known})
        found = [
            Configuration(name, reason, changes, usual.changed(**changes))
            for name, reason, changes in racers or [(stored.configurations[0]["name"], "", {})]
        ]
        for values in (each.options.values() for each in found):
            if any(values[name] is None for name in FILLED) or isinstance(values["learning_rate"], str):
                raise _altered("some of its settings have no value")
        return found

    return Repetition(settings=settings, racing=racing, notes=notes)


def _files(model: Model, named: Mapping[str, str | None]) -> dict[str, Any]:
    """The values of settings that may be files: those of the model, but with the files that are named now."""
    stored, files = model.options.values(), dict[str, Any]()
    for name in FILES:
        of_model, now = stored[name], named.get(name)
        if isinstance(of_model, str) and now is None:
            said = Sentence(f"the model was trained with {{{name}}} {{}}", of_model[:200])
            raise SettingsError(said, Sentence(f"Name this file with {{{name}}}."), setting=name)
        if now is not None and not isinstance(of_model, str):
            raise SettingsError("the model was trained without such a file", "Leave it out.", setting=name)
        files[name] = of_model if now is None else now
    return files


def _raced(model: Model) -> tuple[dict[str, Any], set[str], list[tuple[str, str, dict[str, Any]]]]:
    """The settings of the first configuration of the race, names of those that are not known of it, and the
    configurations that raced, by name, reason and changes; none without a race.

    The file has all settings of the configurations that are in the model, which may all change what the first
    one does not. Then the preset knows it: a race changes nothing that was given.
    """
    stored = model.artifact
    kept = {each["name"]: _values(stored.settings | each["changes"]) for each in stored.configurations}
    race = stored.receipt.get("race") or []
    if len(race) > MOST_RACERS or any(OF_ALL & each["changes"].keys() for each in race):
        raise _altered("mlpcli writes no such race")
    racers = [(each["name"], each["reason"], _only(each["changes"], stored.settings)) for each in race]
    changes_of = {name: changes for name, _, changes in racers}
    base = dict(next(iter(kept.values())))
    unknown = set[str]()
    for name in changes_of.get(next(iter(kept)), {}):
        others = [values[name] for each, values in kept.items() if name not in changes_of.get(each, {})]
        if others:
            base[name] = others[0]
        else:
            unknown.add(name)
    return base, unknown, racers


def _altered(why: str) -> ArtifactError:
    return ArtifactError(f"the model cannot be trained again: {why}", "Train it anew.")


def _values(settings: Mapping[str, Any]) -> dict[str, Any]:
    return Options.from_values(settings).values()


def _only(changes: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as settings hold them: a file has lists for tuples. SettingsError for unknown names."""
    values = _values({**settings, **changes})
    return {name: values[name] for name in changes}


def _engine(wanted: str) -> tuple[str, list[str]]:
    """The engine of the model, or NumPy where that cannot be used, with a sentence on it."""
    try:
        return training_engine(wanted, 0.0).name, []
    except MlpcliError as error:
        return NUMPY, [f"the engine {wanted} cannot be used here ({error}), so NumPy's is"]


def refuse_large_racers(prepared: Prepared) -> None:
    """Raise MlpcliError if a network of the race is too large for this machine: a file may name any."""
    for number in range(0, prepared.networks, prepared.repetitions):
        member = prepared.of_member(number)
        refuse_too_large(member.blueprint.parts, batch_rows(member), str(member.options.optimizer.optimizer))


class StopAsBefore:
    """The signal that stops a network after as many epochs as it had when it was stopped the first time."""

    def __init__(self, epochs: int, reason: StopReason, on_epoch: Callable[[EpochRecord], None]) -> None:
        self._left, self._reason, self._on_epoch = epochs, reason, on_epoch

    def on_epoch(self, record: EpochRecord) -> None:
        """Count an epoch."""
        self._left -= 1
        self._on_epoch(record)

    def should_stop(self) -> StopReason | None:
        """The reason, once all epochs are there."""
        return self._reason if self._left <= 0 else None


def stopped_by(model: Model) -> StopReason | None:
    """The reason for which the training was stopped in the middle, if it was."""
    receipt = model.artifact.receipt
    reasons = [receipt["stop_reason"], *(each["stop_reason"] for each in receipt["members"])]
    return next((STOPPED[each] for each in reasons if each in STOPPED), None)


def why_not_repeatable(model: Model, prepared: Prepared) -> str:
    """Why a training that was stopped cannot be repeated; empty if it can.

    One network can: its weights are those of its best epoch, a whole one.
    """
    reason = stopped_by(model)
    if reason is None:
        return ""
    said = "a time limit" if reason == "time" else "a signal (Ctrl-C or SIGTERM)"
    if len(model.artifact.receipt["members"]) > 1 or prepared.networks > 1 or prepared.options.refits:
        return f"{said} stopped it while several networks trained, each at a point that is not stored"
    if not prepared.has_held_rows:
        return f"{said} stopped it within an epoch, at a point that is not stored"
    return ""
