"""Outputs of hidden units: as worked out by hand, and without touching the network's own memory."""

import numpy as np

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.hidden_units import HiddenLayer, hidden_layers
from mlpcli.nn.layers import Dense, Dropout
from mlpcli.nn.network import Network


def network() -> Network:
    tanh = ACTIVATIONS["tanh"]
    generator = np.random.default_rng(0)
    layers = [Dense(2, 3), tanh(3), Dropout(3, 0.5, generator), Dense(3, 4), tanh(4), Dense(4, 1)]
    made = Network(layers, np.float64)
    made.initialize(np.random.default_rng(1))
    return made


def test_each_layer_is_that_of_the_formula() -> None:
    made, features = network(), np.random.default_rng(2).standard_normal((7, 2))
    first, second = hidden_layers(made, features)
    dense = [layer for layer in made.layers if isinstance(layer, Dense)]
    by_hand = np.tanh(features @ dense[0].weight + dense[0].bias)
    np.testing.assert_allclose(first.outputs, by_hand, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        second.outputs, np.tanh(by_hand @ dense[1].weight + dense[1].bias), rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(first.weights, np.linalg.norm(dense[1].weight, axis=1), rtol=1e-12)
    assert second.outputs.shape == (7, 4)


def test_a_training_batch_stays_as_it_was() -> None:
    made, features = network(), np.random.default_rng(2).standard_normal((7, 2))
    outputs = made.forward(features)
    before = outputs.copy()
    hidden_layers(made, -features)
    assert (outputs == before).all()


def test_without_a_hidden_layer_there_is_none() -> None:
    made = Network([Dense(2, 1)])
    assert hidden_layers(made, np.zeros((3, 2), np.float32)) == []


def test_the_strongest_units_move_what_follows_most() -> None:
    outputs = np.array([[0.0, 0.0, 5.0], [1.0, 4.0, 5.0]])
    layer = HiddenLayer(outputs, np.array([3.0, 1.0, 9.0]))
    assert layer.strongest(2) == [0, 1]  # the third is the same for all rows
    assert layer.strongest(1) == [1]
    assert layer.strongest(5) == [0, 1, 2]
