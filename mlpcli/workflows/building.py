"""From a prepared table to the network and trainer of its settings."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import resolve_names
from mlpcli.data.target import Target
from mlpcli.nn.architecture import ALL, NONE, build_layers, build_network, build_shortcut
from mlpcli.nn.embeddings import Inputs
from mlpcli.nn.layers import Layer
from mlpcli.nn.losses import LOSSES, Loss
from mlpcli.nn.network import PREDICTION_ROWS, LayerSummary, Network, largest_product, summarize
from mlpcli.nn.optimizers import OPTIMIZERS, Optimizer, UpdateRule
from mlpcli.nn.parameters import GROUPS, HasParameters
from mlpcli.nn.regularization import Regularization
from mlpcli.nn.trainer import Trainer
from mlpcli.workflows.memory import refuse_too_large
from mlpcli.workflows.options import Options
from mlpcli.workflows.pairs import is_minimized, levels, output_activation
from mlpcli.workflows.preparation import Prepared
from mlpcli.workflows.tasks import Task

Array: TypeAlias = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Plan:
    """All that decides which network there is, without its numbers."""

    options: Options
    encoder: FeatureEncoder
    n_out: int

    @classmethod
    def of(cls, options: Options, encoder: FeatureEncoder, task: Task, target: Target) -> "Plan":
        """For a task and its target."""
        return cls(options, encoder, task.outputs(target) * levels(options))

    def parts(self) -> list[HasParameters]:
        """The layers, and the shortcut if there is one, unbound: for counting."""
        layers: list[Layer] = self.layers()
        wide = self._wide()
        shortcut = [] if wide is None else [build_shortcut(layers, self._inputs(), wide)]
        return [*layers, *shortcut]

    def layers(self) -> list[Layer]:
        """Layers without numbers."""
        generator = np.random.default_rng(0)
        return build_layers(
            self.options.network, self._inputs(), self.n_out, generator, output_activation(self.options)
        )

    def summary(self) -> list[LayerSummary]:
        """The table of layers."""
        layers = self.layers()
        wide = self._wide()
        return summarize(layers, None if wide is None else build_shortcut(layers, self._inputs(), wide))

    @property
    def largest_product(self) -> int:
        """Multiply-adds per row of the largest matrix product."""
        return largest_product(self.layers())

    def build(self, dropout: np.random.Generator | None = None) -> Network:
        """The network, all numbers 0."""
        return build_network(
            self.options.network,
            self._inputs(),
            self.n_out,
            dropout,
            wide=self._wide(),
            output_activation=output_activation(self.options),
        )

    def _inputs(self) -> Inputs:
        numbers: list[int] = []
        categories: list[tuple[int, int]] = []
        start = 0
        for encoder in self.encoder.encoders:
            categories += [(start + position, levels) for position, levels in encoder.categories]
            numbers += [start + position for position in encoder.numbers]
            start += encoder.width
        return Inputs(start, tuple(numbers), tuple(categories))

    def _wide(self) -> Any:
        """Matrix columns of the inputs that reach the output straight."""
        given = self.options.network.wide
        names = [encoder.name for encoder in self.encoder.encoders]
        if given == NONE:
            return None
        chosen = names if given == ALL else resolve_names("--wide", given, names, "the input columns")
        columns: list[int] = []
        start = 0
        for encoder in self.encoder.encoders:
            if encoder.name in chosen:
                columns += range(start, start + encoder.width)
            start += encoder.width
        return np.array(columns, np.intp)


def refuse_what_does_not_fit(plan: Plan, prepared: Prepared) -> None:
    """Raise SettingsError if training needs more memory than there is."""
    optimizer = prepared.options.optimizer.optimizer
    assert optimizer is not None
    refuse_too_large(plan.parts(), batch_rows(prepared), optimizer)


def initial_network(
    prepared: Prepared, randomness: Mapping[str, np.random.Generator], features: Array, number: int = 0
) -> Network:
    """The network of the settings, the `number`th, with its starting weights for these training rows."""
    options = prepared.options
    plan = Plan.of(options, prepared.encoder, prepared.task, prepared.target)
    network = plan.build(randomness["dropout"])
    # Rows from all over the table, the same on every run.
    chosen = np.linspace(0, len(features) - 1, min(len(features), PREDICTION_ROWS)).astype(np.intp)
    sample = features[chosen]
    network.initialize(randomness["weights"], options.network.init or "auto", sample)
    if prepared.transfer is not None:
        prepared.transfer.apply(network, number)
    return network


def batch_rows(prepared: Prepared) -> int:
    """Rows of the training part that are learned from at once."""
    rows = len(prepared.parts["train"])
    assert prepared.options.training.batch_size is not None
    return rows if is_minimized(prepared.options) else min(rows, prepared.options.training.batch_size)


def loss_of(options: Options, task: Task, *, hard: bool = False) -> Loss:
    """The loss of the settings; `hard` labels are not smoothed."""
    settings = dataclasses.replace(options.loss, label_smoothing=0.0) if hard else options.loss
    return LOSSES[task.loss_name(options.objective.loss)](settings)


def build_trainer(prepared: Prepared, network: Network) -> Trainer:
    """The network with the loss and the optimizer of its settings."""
    options = prepared.options
    settings = options.optimizer
    assert settings.optimizer is not None
    rule = OPTIMIZERS[settings.optimizer]
    optimizer: Optimizer
    usual_decay = 0.0
    if issubclass(rule, UpdateRule):
        by_group = dict.fromkeys(GROUPS, 1.0) | dict(settings.rate_factors or ())
        factors = network.rate_factors(by_group, by_width=bool(settings.rate_by_width))
        optimizer = rule(network.parameters, settings.momentum, settings.beta2, factors)
        usual_decay = rule.usual_decay
    else:
        optimizer = rule(network.parameters)
    frozen = () if prepared.transfer is None else prepared.transfer.frozen
    return Trainer(
        network,
        loss_of(options, prepared.task),
        optimizer,
        Regularization(network.parameters, options.regularization, usual_decay, frozen),
        loss_of(options, prepared.task, hard=True),
        frozen,
    )
