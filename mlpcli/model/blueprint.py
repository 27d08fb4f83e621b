"""The network that settings, inputs and a task ask for, without its numbers."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.encoders.base import FOLD, SCALING
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.scaling import NEW
from mlpcli.data.schema import resolve_names
from mlpcli.model.compatibility import levels, output_activation
from mlpcli.model.tasks import Task
from mlpcli.nn.activations import THRESHOLD_UNITS
from mlpcli.nn.architecture import ALL, NetworkSettings, build_layers, build_network, build_shortcut
from mlpcli.nn.embeddings import Inputs
from mlpcli.nn.kernels import NUMPY, Engine, of_engine
from mlpcli.nn.layers import Layer
from mlpcli.nn.losses import LOSSES, Loss, StepPerceptron
from mlpcli.nn.network import LayerSummary, Network, count_parameters, largest_product, summarize
from mlpcli.nn.parameters import HasParameters
from mlpcli.nn.shortcut import Shortcut
from mlpcli.options.options import Options
from mlpcli.settings import NONE


@dataclass(frozen=True)
class Blueprint:
    """All that decides which network there is; its own layers, made once, are for counting."""

    network: NetworkSettings
    inputs: Inputs
    wide: Array | None
    """Matrix columns of the inputs that reach the output straight."""
    n_out: int
    output_activation: str

    @classmethod
    def of(cls, options: Options, encoder: FeatureEncoder, task: Task, fold: str = "0") -> "Blueprint":
        """For the encoded inputs and the outputs of a task; the network learns from the rows of `fold`."""
        n_out = task.outputs * levels(options)
        scaling = options.data.scaling or ""
        inputs = _inputs(encoder, {SCALING: NEW.get(scaling, scaling), FOLD: fold})
        wide = _wide(options.network, encoder)
        if wide is not None:
            wide = wide[~np.isin(wide, list(inputs.unread))]
        return cls(options.network, inputs, wide, n_out, output_activation(options))

    @cached_property
    def layers(self) -> list[Layer]:
        """Layers without numbers."""
        generator = np.random.default_rng(0)
        return build_layers(self.network, self.inputs, self.n_out, generator, self.output_activation)

    @cached_property
    def shortcut(self) -> Shortcut | None:
        """The shortcut, if there is one, without numbers."""
        return None if self.wide is None else build_shortcut(self.layers, self.inputs, self.wide)

    @property
    def parts(self) -> list[HasParameters]:
        """The layers, and the shortcut if there is one."""
        return [*self.layers, *([] if self.shortcut is None else [self.shortcut])]

    @property
    def n_parameters(self) -> int:
        """Trained numbers of one network."""
        return count_parameters(self.parts)

    def summary(self) -> list[LayerSummary]:
        """The table of layers."""
        summary = summarize(self.layers, self.shortcut)
        if unit := THRESHOLD_UNITS.get(self.network.threshold_unit):
            # No layer, as the loss is one of the score before it.
            summary.append(LayerSummary(unit, self.n_out, 0))
        return summary

    @property
    def largest_product(self) -> int:
        """Multiply-adds per row of the largest matrix product."""
        return largest_product(self.layers)

    def build(self, dropout: np.random.Generator | None = None, engine: Engine = NUMPY) -> Network:
        """A network of its own layers, all numbers 0."""
        return build_network(
            self.network,
            self.inputs,
            self.n_out,
            dropout,
            wide=self.wide,
            output_activation=self.output_activation,
            engine=engine,
        )


def _inputs(encoder: FeatureEncoder, chosen: Mapping[str, str]) -> Inputs:
    """The columns of the matrix for a network of the `chosen` variants."""
    numbers: list[int] = []
    categories: list[tuple[int, int]] = []
    bags: list[tuple[int, int]] = []
    unread: set[int] = set()
    start = 0
    for each in encoder.encoders:
        categories += [(start + position, levels) for position, levels in each.categories]
        bags += [(start + position, columns) for position, columns in each.bags]
        numbers += [start + position for position in each.numbers]
        for name, by_value in each.variants.items():
            own = by_value.get(chosen[name], next(iter(by_value.values())))
            others = {position for columns in by_value.values() for position in columns}
            unread |= {start + position for position in others - set(own)}
        start += each.width
    return Inputs(start, tuple(numbers), tuple(categories), tuple(bags), frozenset(unread))


def _wide(network: NetworkSettings, encoder: FeatureEncoder) -> Array | None:
    names = [each.name for each in encoder.encoders]
    if network.wide == NONE:
        return None
    chosen = names
    if network.wide != ALL:
        chosen = list(resolve_names("wide", network.wide, names, "the input columns"))
    columns: list[int] = []
    start = 0
    for each in encoder.encoders:
        if each.name in chosen:
            columns += range(start, start + each.width)
        start += each.width
    return np.array(columns, np.intp)


def loss_of(options: Options, task: Task, *, hard: bool = False, engine: Engine = NUMPY) -> Loss:
    """The loss of the settings; `hard` labels are not smoothed."""
    settings = dataclasses.replace(options.loss, label_smoothing=0.0) if hard else options.loss
    if options.network.threshold_unit:
        return StepPerceptron(settings)
    return of_engine(LOSSES[task.loss_name(options.objective.loss)], engine)(settings)
