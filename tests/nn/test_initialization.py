"""Starting values: spread gain / √n_in, the gain of the activation that follows; biases zero."""

import math

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.layers import Dense
from mlpcli.nn.network import Network, NetworkSettings, build_network


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_spread(activation: str) -> None:
    hidden = NetworkSettings(hidden=(300, 200), activation=activation)
    network = build_network(hidden, 100, 150)
    network.initialize(np.random.default_rng(0))
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    gains = [ACTIVATIONS[activation].gain] * 2 + [1.0]
    for layer, gain in zip(dense, gains, strict=True):
        spread = gain / math.sqrt(layer.n_in)
        error = spread / math.sqrt(layer.weight.size)
        assert float(layer.weight.std()) == pytest.approx(spread, abs=4 * error)
        assert float(layer.weight.mean()) == pytest.approx(0.0, abs=4 * error)
        assert not np.any(layer.bias)


def test_starting_again_forgets_the_biases() -> None:
    network = Network([Dense(2, 3)])
    network.parameters.values[:] = 5.0
    network.initialize(np.random.default_rng(0))
    assert not np.any(network.parameters.values[network.parameters.groups["bias"]])


def test_the_generator_decides() -> None:
    values = []
    for seed in (1, 1, 2):
        network = Network([Dense(2, 3)])
        network.initialize(np.random.default_rng(seed))
        values.append(network.parameters.values.tobytes())
    assert values[0] == values[1] != values[2]
