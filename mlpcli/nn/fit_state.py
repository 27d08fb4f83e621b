"""State of a training run between epochs: all that resuming needs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from mlpcli.nn.early_stopping import EarlyStopping
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import StepSchedule

Generators = Mapping[str, np.random.Generator]
StopReason = Literal[
    "epochs", "patience", "converged", "time", "interrupted", "terminated", "diverged", "outraced"
]


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
    plateau: tuple[float, float, int] | None = None
    constants: FloatArray | None = None
    stop_reason: StopReason | None = None

    def keep(
        self, trainer: Trainer, stopping: EarlyStopping, schedule: StepSchedule, generators: Generators
    ) -> None:
        """Copy what a later `restore` needs, except the counters, which the caller sets."""
        self.values = trainer.network.parameters.values.copy()
        self.constants = trainer.network.parameters.constants.copy()
        self.moments = {name: moment.copy() for name, moment in trainer.optimizer.moments().items()}
        self.generators = {name: generator.bit_generator.state for name, generator in generators.items()}
        self.best_epoch, self.best_score = stopping.best_epoch, stopping.best_score
        self.waited, self.best_values = stopping.waited, stopping.best_values
        self.plateau = None if schedule.plateau is None else schedule.plateau.state()

    def restore(
        self, trainer: Trainer, stopping: EarlyStopping, schedule: StepSchedule, generators: Generators
    ) -> None:
        """Put everything back as it was when `keep` was called."""
        assert self.values is not None
        trainer.network.parameters.values[:] = self.values
        if self.constants is not None:
            trainer.network.parameters.constants[:] = self.constants
        for name, moment in trainer.optimizer.moments().items():
            moment[:] = self.moments[name]
        trainer.optimizer.steps = self.step
        for name, generator in generators.items():
            generator.bit_generator.state = self.generators[name]
        stopping.best_epoch, stopping.best_score = self.best_epoch, self.best_score
        stopping.waited, stopping.best_values = self.waited, self.best_values
        if schedule.plateau is not None and self.plateau is not None:
            schedule.plateau.restore(self.plateau)
