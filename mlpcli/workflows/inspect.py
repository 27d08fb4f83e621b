"""`mlpcli inspect`: the content of a model file, from its header alone unless weights are wanted."""

from typing import Any

from mlpcli import artifact as artifact_room
from mlpcli.arrays import Array
from mlpcli.artifact import Artifact


def inspect(path: str) -> Artifact:
    """The artifact without its arrays; raises ArtifactError if the file is not a model."""
    return artifact_room.load(str(path), header_only=True)


def weights(path: str) -> dict[str, Array]:
    """All trained numbers by name: `layer_1_weight` (n_in, n_out), `layer_1_bias`, ...

    Layers are numbered as in the network table. With several networks, names begin with `network_1_` etc.
    """
    from mlpcli.model.model import load  # with pandas, which the header does not need
    from mlpcli.model.weights import in_table

    networks = load(path).networks
    named: dict[str, Array] = {}
    for number, network in enumerate(networks, start=1):
        before = f"network_{number}_" if len(networks) > 1 else ""
        parts: list[Any] = [*network.layers, network.shortcut]
        for index, place in enumerate(in_table(network), start=1):
            part, places = parts[place], network.parameters.slices[place]
            for name, shape in part.parameter_shapes().items():
                if name in places:
                    values = network.parameters.values[places[name]].reshape(shape)
                    named[f"{before}layer_{index}_{name.replace('.', '_')}"] = values
    return named
