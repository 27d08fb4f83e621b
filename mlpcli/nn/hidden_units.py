"""Outputs of the hidden units of a network, and how much each weighs in what follows."""

from dataclasses import dataclass

import numpy as np

from mlpcli.nn.layers import Dense
from mlpcli.nn.network import Network
from mlpcli.nn.scratch import QUIET, FloatArray


@dataclass(frozen=True)
class HiddenLayer:
    """A hidden layer: what its units put out, behind activation and normalisation, without dropout."""

    outputs: FloatArray
    """(rows, units)"""
    weights: FloatArray
    """(units,) Euclidean norms of the weights that lead from each unit to the next layer."""

    def strongest(self, most: int) -> list[int]:
        """The units that move the next layer most over these rows, in the order of the layer."""
        spread = self.outputs.std(axis=0, dtype=np.float64) * self.weights
        ranked = np.argsort(-np.nan_to_num(spread), kind="stable")[:most]
        return sorted(ranked.tolist())


@QUIET
def hidden_layers(network: Network, features: FloatArray) -> list[HiddenLayer]:
    """All hidden layers from input to output, for encoded rows; the network's own memory is left alone."""
    dense = [index for index, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    signal, found = features, list[HiddenLayer]()
    for index, layer in enumerate(network.layers[: dense[-1]]):
        out: FloatArray = np.empty((len(signal), layer.n_out), network.dtype)
        layer.forward(signal, out, training=False)
        signal = out
        if index + 1 in dense[1:]:
            following = network.layers[index + 1]
            assert isinstance(following, Dense)
            weights = np.sqrt(np.square(following.weight, dtype=np.float64).sum(axis=1))
            found.append(HiddenLayer(signal, weights))
    return found
