"""From a prepared table to the network and trainer of its settings."""

import dataclasses
from typing import Any

import numpy as np

from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import resolve_names
from mlpcli.data.target import Target
from mlpcli.model.compatibility import levels, output_activation
from mlpcli.model.tasks import Task
from mlpcli.nn.architecture import ALL, build_layers, build_network, build_shortcut
from mlpcli.nn.embeddings import Inputs
from mlpcli.nn.layers import Layer
from mlpcli.nn.losses import LOSSES, Loss
from mlpcli.nn.network import LayerSummary, Network, largest_product, summarize
from mlpcli.nn.parameters import HasParameters
from mlpcli.options.options import Options
from mlpcli.settings import NONE


@dataclasses.dataclass(frozen=True)
class Blueprint:
    """All that decides which network there is, without its numbers."""

    options: Options
    encoder: FeatureEncoder
    n_out: int

    @classmethod
    def of(cls, options: Options, encoder: FeatureEncoder, task: Task, target: Target) -> "Blueprint":
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
        chosen = names if given == ALL else resolve_names("wide", given, names, "the input columns")
        columns: list[int] = []
        start = 0
        for encoder in self.encoder.encoders:
            if encoder.name in chosen:
                columns += range(start, start + encoder.width)
            start += encoder.width
        return np.array(columns, np.intp)


def loss_of(options: Options, task: Task, *, hard: bool = False) -> Loss:
    """The loss of the settings; `hard` labels are not smoothed."""
    settings = dataclasses.replace(options.loss, label_smoothing=0.0) if hard else options.loss
    return LOSSES[task.loss_name(options.objective.loss)](settings)
