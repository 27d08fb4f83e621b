"""All settings of a training as one object, made from flat names."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, get_type_hints

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import DataSettings
from mlpcli.data.split import SplitSettings
from mlpcli.nn.architecture import NetworkSettings
from mlpcli.nn.losses import LossSettings
from mlpcli.nn.optimizers import OptimizerSettings
from mlpcli.nn.regularization import RegularizationSettings
from mlpcli.nn.schedules import PLATEAU
from mlpcli.nn.training_settings import TrainingSettings
from mlpcli.options import presets
from mlpcli.options.objective import ObjectiveSettings
from mlpcli.options.portfolio import portfolio
from mlpcli.options.run import EnsembleSettings, RunSettings, TransferSettings
from mlpcli.options.threshold import DecisionSettings
from mlpcli.settings import AUTO, Setting, Settings, build, described_fields, refuse_unknown, setting


@dataclass(frozen=True)
class PresetSettings(Settings):
    """The bundle that fills what is not given."""

    preset: str = setting(
        presets.DEFAULT_PRESET,
        "Preset. It is a bundle of settings; each option overrides its part.",
        group="Data",
        choices=tuple(presets.PRESETS),
        common=True,
        encodes_rows=True,
        of_model=True,
    )


@dataclass(frozen=True, kw_only=True)
class Options:
    """The settings of every room for one training."""

    reading: ReadingSettings
    data: DataSettings
    preset: PresetSettings
    network: NetworkSettings
    objective: ObjectiveSettings
    loss: LossSettings
    decision: DecisionSettings
    optimizer: OptimizerSettings
    training: TrainingSettings
    regularization: RegularizationSettings
    split: SplitSettings
    ensemble: EnsembleSettings
    transfer: TransferSettings
    run: RunSettings

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Options":
        """From {setting: value}; unknown names and values out of range raise SettingsError."""
        refuse_unknown(values, SETTINGS_CLASSES)
        parts: dict[str, Any] = {part: build(each, values) for part, each in PARTS.items()}
        return cls(**parts)

    def resolved(self, table: presets.TableShape) -> "Options":
        """With the preset's values for such a table where nothing was given."""
        return self.changed(**presets.resolve(self.preset.preset, self.values(), table))

    def default_learning_rate(self, table: presets.TableShape) -> float:
        """The preset's rate for such a table, whatever was given."""
        values = self.values() | {"learning_rate": None}
        rate: float = presets.resolve(self.preset.preset, values, table)["learning_rate"]
        return rate

    def changed(self, **values: Any) -> "Options":
        """With other values of some settings; parts without a change stay the same objects."""
        parts: dict[str, Any] = {}
        for part in PARTS:
            old = vars(settings := getattr(self, part))
            new = {name: values[name] for name in old if name in values and values[name] != old[name]}
            if new:
                parts[part] = dataclasses.replace(settings, **new)
        return dataclasses.replace(self, **parts)

    def racing(self, table: presets.TableShape) -> "list[Configuration]":
        """The configurations that race for such a table, the one that is believed in most first.

        It is that of `resolved`, and the only one where there is no race.
        """
        resolved = self.resolved(table)
        free = {name for name, value in self.values().items() if value in (None, AUTO)}
        usual, ordinary = (
            {name: value for name, value in each.values().items() if name in free}
            for each in (resolved, self.resolved(dataclasses.replace(table, one_range=False)))
        )
        decided = bool(resolved.split.validation or resolved.ensemble.folds)  # by held-out rows
        recipes = portfolio(usual, ordinary, resolved.ensemble.race or 1 if decided else 1)
        return [
            Configuration(each.name, each.reason, each.changes, resolved.changed(**each.changes))
            for each in recipes
        ]

    @property
    def repetitions(self) -> int:
        """How many networks a configuration has, once a preset has filled in what was not given."""
        return (self.ensemble.ensemble or 1) * max(self.ensemble.folds or 1, 1)

    @property
    def refits(self) -> bool:
        """Whether networks of folds are trained anew on all rows, once a preset has filled in the rest.

        A schedule that follows a validation loss has none to follow there.
        """
        return self.ensemble.refit and bool(self.ensemble.folds) and self.training.schedule != PLATEAU

    def values(self) -> dict[str, Any]:
        """All settings by name."""
        return {
            name: value
            for part in dataclasses.fields(self)
            for name, value in vars(getattr(self, part.name)).items()
        }


@dataclass(frozen=True)
class Configuration:
    """All settings of one of the configurations that race, by its name."""

    name: str
    reason: str
    changes: Mapping[str, Any]
    """What differs from the first configuration."""
    options: Options


Racing: TypeAlias = Callable[[Options, presets.TableShape], Sequence[Configuration]]
"""The configurations that race with given options for a table; the usual one is `Options.racing`."""

PARTS: dict[str, type[Settings]] = get_type_hints(Options)
SETTINGS_CLASSES = tuple(PARTS.values())


def settings_with(fact: Callable[[Setting], object]) -> list[str]:
    """Names of the settings of which a fact holds."""
    return [
        name
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
        if fact(described)
    ]
