"""Statistics of trained weights, which training stores in the header for `inspect`; their digest."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpcli.artifact import Artifact
from mlpcli.data.features import FeatureEncoder
from mlpcli.nn.embeddings import InputLayer
from mlpcli.nn.layers import Dense, Scale
from mlpcli.nn.network import Network


def input_weights(
    encoder: FeatureEncoder, networks: Sequence[Network], shares_of_networks: Sequence[float]
) -> list[float]:
    """For each column the share of its inputs in the squared weights of the first dense layer.

    The mean over the networks by their shares in the predictions. Inputs are scaled alike, so it shows
    roughly how much weight a network gives a column, not how much its predictions depend on it: that is
    permutation importance.
    """
    ends = np.cumsum([each.width for each in encoder.encoders])
    shares = np.zeros(len(ends))
    for network, share in zip(networks, shares_of_networks, strict=True):
        squares = _squares(network)
        by_column = np.add.reduceat(squares, [0, *ends[:-1]])
        shares += share * by_column / max(by_column.sum(), np.finfo(np.float64).tiny)
    return [float(share) for share in shares]


def _squares(network: Network) -> Any:
    """Sums of squared weights in the first dense layer by matrix column (width,)."""
    layers = network.layers
    first = next(index for index, layer in enumerate(layers) if isinstance(layer, Dense))
    dense = layers[first]
    assert isinstance(dense, Dense)
    squares = np.square(dense.weight, dtype=np.float64).sum(axis=1)
    for layer in layers[:first]:
        if isinstance(layer, Scale):
            squares *= np.square(layer.scale, dtype=np.float64)
    if not isinstance(layers[0], InputLayer):
        return squares
    origin = layers[0].column_of_output()
    return np.bincount(origin, squares, minlength=layers[0].n_in)


def in_table(network: Network) -> list[int]:
    """Indices into `parameters.slices` in the order of the network table, where the shortcut is not last."""
    order = list(range(len(network.layers)))
    if network.shortcut is not None:
        last = max(index for index, layer in enumerate(network.layers) if isinstance(layer, Dense))
        order.insert(last + 1, len(network.layers))
    return order


def zeros_of(networks: Sequence[Network]) -> list[float]:
    """For each line of the network table the share of its parameters that are zero, over all networks."""
    shares = []
    for index in in_table(networks[0]):
        places = list(networks[0].parameters.slices[index].values())
        values = [network.parameters.values[place] for network in networks for place in places]
        count = sum(value.size for value in values)
        shares.append(sum(int(np.sum(value == 0.0)) for value in values) / count if count else 0.0)
    return shares


def digest_of_weights(artifact: Artifact) -> str:
    """SHA-256 of the parameters and constants of all networks, in little-endian order."""
    arrays = [artifact.arrays[name] for name in ("parameters", "constants") if name in artifact.arrays]
    return hashlib.sha256(b"".join(each.astype("<f4").tobytes() for each in arrays)).hexdigest()


def largest_difference(ours: Artifact, theirs: Artifact) -> float | None:
    """The largest difference of two weights at the same place; None where the networks are others."""
    first, second = (each.arrays["parameters"].reshape(-1) for each in (ours, theirs))
    if first.shape != second.shape or _shapes(ours) != _shapes(theirs):
        return None
    return float(np.abs(first.astype(np.float64) - second).max(initial=0.0))


def _shapes(artifact: Artifact) -> list[list[tuple[Any, ...]]]:
    """The layers of each network."""
    layers = [
        [(layer["name"], layer["output"], layer["parameters"]) for layer in each["network"]]
        for each in artifact.configurations
    ]
    return [layers[member["configuration"]] for member in artifact.receipt["members"]]
