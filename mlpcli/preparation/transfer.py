"""A training that starts from a model: its settings, columns, encoders and, where shapes match, weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import IGNORE, Column, Schema
from mlpcli.errors import Sentence, SettingsError
from mlpcli.model.model import Model
from mlpcli.model.tasks import Multiclass, Multilabel, Regression, Task
from mlpcli.nn.layers import Dense, Layer
from mlpcli.nn.network import Network
from mlpcli.nn.shortcut import Shortcut
from mlpcli.options.options import SETTINGS_CLASSES, Options, settings_with
from mlpcli.settings import described_fields


@dataclass(frozen=True, kw_only=True)
class SourceModel:
    """A trained model that others start from. `networks` are never changed."""

    path: str
    schema: Schema
    encoder: FeatureEncoder
    task: Task
    networks: tuple[Network, ...]
    output_activation: str

    @classmethod
    def of(cls, model: Model, path: str) -> "SourceModel":
        """The model from a file."""
        return cls(
            path=path,
            schema=model.artifact.schema,
            encoder=model.encoder,
            task=model.task,
            networks=tuple(
                network
                for network, member in zip(model.networks, model.artifact.receipt["members"], strict=True)
                if member["configuration"] == 0
            ),
            output_activation=model.options.network.output_activation,
        )

    def columns(self, names: Sequence[str], where: str) -> list[Column]:
        """Those of a table: the model's inputs as it knows them, the others left out."""
        self.schema.require(names, where, target=False)
        inputs = self.schema.table_inputs
        known = {column.name for column in inputs}
        unknown = f"not an input of {self.path}"
        others = [Column(name, IGNORE, unknown) for name in names if name not in known]
        return [*inputs, *others]

    def known_task(self, frame: Frame, names: Sequence[str], options: Options) -> Task | None:
        """The model's own task, if the target of the frame means the same: then the outputs do, too."""
        task, given = self.task, options.data
        same = given.task in ("auto", task.name) and tuple(names) == self.schema.target
        if same and isinstance(task, Multiclass):
            # A class that does not occur this time is still one.
            same = given.positive in (None, task.labels[-1]) and set(frame[names[0]].texts().used()) <= set(
                task.labels
            )
        elif same and isinstance(task, Multilabel):
            same = task.target.knows(frame, given.label_separator)
        elif same and isinstance(task, Regression):
            wanted = (given.target_scaling, options.network.output_activation)
            same = wanted == (task.target.scaling, self.output_activation)
        return task if same else None


def with_settings_of(model: Model, settings: Mapping[str, Any], options: Options) -> Options:
    """The options, with the model's values for what decides layers and their inputs and was not given."""
    values, old = options.values(), model.options.values()
    for name in settings_with(lambda setting: setting.decides_columns):
        if values[name]:
            raise SettingsError(
                f"the columns are fixed by the model {options.transfer.from_model}",
                Sentence("Leave it out, or train without {from_model}."),
                setting=name,
            )
    same_target = options.data.target in ((), model.artifact.schema.target)
    kept: dict[str, Any] = {} if "target" in settings else {"target": model.artifact.schema.target}
    for each in SETTINGS_CLASSES:
        for name, described in described_fields(each).items():
            if described.of_model and name not in settings and (same_target or not described.of_target):
                kept[name] = described.off if old[name] is None else old[name]
    reading = options.reading.with_defaults(model.options.reading)
    return replace(options.changed(**kept), reading=reading)


def widened(task: Task, truth: Array) -> Task:
    """The task with limits of predicted numbers, if it has any, that hold this truth, too."""
    if not isinstance(task, Regression) or task.target.limits is None:
        return task
    low, high = task.target.limits
    limits = np.minimum(low, truth.min(axis=0)), np.maximum(high, truth.max(axis=0))
    return Regression(replace(task.target, limits=limits))


@dataclass(frozen=True)
class Transfer:
    """The weights that are taken over, layer by layer from the input to the output."""

    described: list[tuple[str, bool]]
    """Each layer, and whether it starts from the model's weights."""
    places: list[tuple[slice, slice]]
    """Of the flat vectors: where to, where from."""
    constants: bool
    frozen: list[slice]
    """Places that are not trained."""
    source_model: SourceModel

    @property
    def starting_points(self) -> list[Array]:
        """All numbers that are started from."""
        parameters = [network.parameters for network in self.source_model.networks]
        return [array for each in parameters for array in (each.values, each.constants)]

    def apply(self, network: Network, number: int) -> None:
        """Give a network, the `number`th of a training, its first weights."""
        source = self.source_model.networks[number % len(self.source_model.networks)].parameters
        for to, place in self.places:
            network.parameters.values[to] = source.values[place]
        if self.constants:
            network.parameters.constants[:] = source.constants


def transfer_of(source_model: SourceModel, network: Network, *, same_target: bool, freeze: int) -> Transfer:
    """Layer by layer, by kind and shape; the output layer only where its outputs mean the same.

    Raises SettingsError if one of the first `freeze` dense layers cannot be taken over.
    """
    source = source_model.networks[0]
    ours, theirs = _trained(network), _trained(source)
    constants = network.parameters.constants.shape == source.parameters.constants.shape
    last = _last_dense(network)
    described: list[tuple[str, bool]] = []
    places: list[tuple[slice, slice]] = []
    frozen: list[slice] = []
    dense = 0
    for position, (layer, to) in enumerate(ours):
        taken = False
        of_output = layer is last or isinstance(layer, Shortcut)
        if position < len(theirs) and (same_target or not of_output):
            other, place = theirs[position]
            taken = _alike(layer, other) and (constants or position > 0)
        dense += isinstance(layer, Dense)
        if taken:
            places += [(to[name], place[name]) for name in to]
        if freeze and dense <= freeze and not of_output:
            if not taken:
                raise SettingsError(
                    f"{freeze}: layer {position + 1} ({_described(layer)}) has no weights from "
                    f"{source_model.path}",
                    "Freeze fewer layers, or keep the model's network settings.",
                    setting="freeze",
                )
            frozen += to.values()
        described.append((_described(layer), taken))
    if freeze >= dense:
        raise SettingsError(
            f"{freeze}: the network has only {dense} dense layers",
            "Leave at least the last layer to be trained.",
            setting="freeze",
        )
    return Transfer(described, places, constants, frozen, source_model)


def _trained(network: Network) -> list[tuple[Any, dict[str, slice]]]:
    parts = [*network.layers, *([] if network.shortcut is None else [network.shortcut])]
    return [(part, places) for part, places in zip(parts, network.parameters.slices, strict=True) if places]


def _last_dense(network: Network) -> Layer:
    return [layer for layer in network.layers if isinstance(layer, Dense)][-1]


def _alike(layer: Any, other: Any) -> bool:
    return type(layer) is type(other) and layer.parameter_shapes() == other.parameter_shapes()


def _described(layer: Any) -> str:
    shape = f" {layer.n_in} x {layer.n_out}" if isinstance(layer, Dense) else ""
    return f"{layer.name}{shape}"
