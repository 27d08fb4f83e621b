"""A small training run: rows, a net with dropout, settings and generators that the tests of `fit` share."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.batches import Examples
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord, fit
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import OptimizerSettings
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import TrainingSettings
from mlpcli.settings import build, refuse_unknown
from tests.nn.examples import make_optimizer

BATCHES = 6
"""Per epoch: five of 7 rows and one of 5."""


def rows_of(seed: int, rows: int) -> Examples:
    """A noisy wave of three inputs; few rows of it are soon learned by heart."""
    generator = np.random.default_rng(seed)
    features = generator.standard_normal((rows, 3))
    targets = np.sin(2 * features[:, :1]) + features[:, 1:2] + 0.5 * generator.standard_normal((rows, 1))
    return Examples(features.astype(np.float32), targets.astype(np.float32))


TRAINING, VALIDATION = rows_of(1, 40), rows_of(2, 30)


@dataclass(frozen=True)
class RunSettings:
    """All settings of a run."""

    training: TrainingSettings
    optimizer: OptimizerSettings
    regularization: RegularizationSettings


def settings(**changes: Any) -> RunSettings:
    """Those of a short run with adam, each field in the class that has it."""
    base = {"optimizer": "adam", "learning_rate": 0.01, "schedule": "constant", "l2": 1e-3}
    values = base | {"epochs": 8, "batch_size": 7} | changes
    refuse_unknown(values, (TrainingSettings, OptimizerSettings, RegularizationSettings))
    return RunSettings(
        build(TrainingSettings, values),
        build(OptimizerSettings, values),
        build(RegularizationSettings, values),
    )


class StopAfter:
    """`should_stop` that gives its reason at the given batch, counted over the whole run."""

    def __init__(self, batches: int, reason: StopReason = "interrupted") -> None:
        self._left, self._reason = batches, reason

    def __call__(self) -> StopReason | None:
        self._left -= 1
        return self._reason if self._left == 0 else None


@dataclass
class Run:
    """A net with its generators from one seed, and what `fit` has brought so far."""

    settings: RunSettings
    seed: int = 0
    dropout: float = 0.2
    state: FitState = field(default_factory=FitState)
    records: list[EpochRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        seeds = np.random.SeedSequence(self.seed).spawn(3)
        weights, shuffle, dropout = (np.random.default_rng(seed) for seed in seeds)
        self.generators = {"shuffle": shuffle, "dropout": dropout}
        network_settings = NetworkSettings(
            hidden=(8,), activation=next(iter(ACTIVATIONS)), dropout=self.dropout
        )
        self.network: Network = build_network(network_settings, 3, 1, dropout)
        self.network.initialize(weights)
        chosen, penalties = self.settings.optimizer, self.settings.regularization
        assert chosen.optimizer is not None
        self.trainer = Trainer(
            self.network,
            MeanSquaredError(),
            make_optimizer(chosen.optimizer, self.network.parameters, chosen.momentum, penalties.l1 or 0.0),
            Regularization(self.network.parameters, penalties),
        )

    @property
    def values(self) -> FloatArray:
        return self.network.parameters.values

    def loss_of(self, examples: Examples) -> float:
        outputs = self.network.predict(examples.features)
        return self.trainer.loss.value(outputs, examples.targets, examples.weights)

    def fit(self, training: Examples = TRAINING, **options: Any) -> "Run":
        """Run to the end of `fit`; it learns from TRAINING unless told otherwise."""
        settings = self.settings.training
        epochs = fit(self.trainer, training, settings, self.generators, state=self.state, **options)
        self.records += list(epochs)
        return self

    def history(self) -> list[EpochRecord]:
        """The records without their times."""
        return [dataclasses.replace(record, seconds=0.0) for record in self.records]
