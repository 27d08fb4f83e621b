"""All settings of a training as one object, made from flat names, as given by a command line or in Python."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import DataSettings
from mlpcli.data.split import SplitSettings
from mlpcli.nn.architecture import NetworkSettings
from mlpcli.nn.losses import LossSettings
from mlpcli.nn.optimizers import OptimizerSettings
from mlpcli.nn.regularization import RegularizationSettings
from mlpcli.nn.training_settings import TrainingSettings
from mlpcli.options import presets
from mlpcli.options.objective import ObjectiveSettings
from mlpcli.options.run import EnsembleSettings, RunSettings, TransferSettings
from mlpcli.options.threshold import DecisionSettings
from mlpcli.settings import Settings, build, refuse_unknown, setting


@dataclass(frozen=True)
class PresetSettings(Settings):
    """The bundle that fills what is not given."""

    preset: str = setting(
        presets.DEFAULT_PRESET,
        "Bundle of settings; each option overrides its part.",
        group="Data",
        choices=tuple(presets.PRESETS),
        common=True,
    )


SETTINGS_CLASSES: tuple[type[Settings], ...] = (
    ReadingSettings,
    DataSettings,
    PresetSettings,
    NetworkSettings,
    ObjectiveSettings,
    LossSettings,
    DecisionSettings,
    OptimizerSettings,
    TrainingSettings,
    RegularizationSettings,
    SplitSettings,
    EnsembleSettings,
    TransferSettings,
    RunSettings,
)


@dataclass(frozen=True)
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
        return cls(
            build(ReadingSettings, values),
            build(DataSettings, values),
            build(PresetSettings, values),
            build(NetworkSettings, values),
            build(ObjectiveSettings, values),
            build(LossSettings, values),
            build(DecisionSettings, values),
            build(OptimizerSettings, values),
            build(TrainingSettings, values),
            build(RegularizationSettings, values),
            build(SplitSettings, values),
            build(EnsembleSettings, values),
            build(TransferSettings, values),
            build(RunSettings, values),
        )

    def resolved(self, table: presets.TableShape) -> "Options":
        """With the preset's values for such a table where nothing was given."""
        return Options.from_values(presets.resolve(self.preset.preset, self.values(), table))

    def changed(self, **values: Any) -> "Options":
        """With other values of some settings."""
        return Options.from_values(self.values() | values)

    @property
    def members(self) -> int:
        """How many networks are trained, once a preset has filled in what was not given."""
        return (self.ensemble.ensemble or 1) * max(self.ensemble.folds or 1, 1)

    def values(self) -> dict[str, Any]:
        """All settings by name."""
        return {
            name: value
            for part in dataclasses.fields(self)
            for name, value in vars(getattr(self, part.name)).items()
        }
