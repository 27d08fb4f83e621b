"""One flat vector of values, one of gradients: weights before biases, layers hold views."""

import numpy as np

from mlpcli.nn.activations import Relu
from mlpcli.nn.layers import Dense
from mlpcli.nn.network import Network


def net() -> tuple[Network, Dense, Dense]:
    first, second = Dense(3, 4), Dense(4, 2)
    return Network([first, Relu(4), second], np.float64), first, second


def test_weights_before_biases() -> None:
    network, first, second = net()
    network.parameters.values[:] = np.arange(26)
    np.testing.assert_array_equal(first.weight, np.arange(12).reshape(3, 4))
    np.testing.assert_array_equal(second.weight, np.arange(12, 20).reshape(4, 2))
    np.testing.assert_array_equal(first.bias, np.arange(20, 24))
    np.testing.assert_array_equal(second.bias, np.arange(24, 26))
    assert network.parameters.groups == {"weight": slice(0, 20), "bias": slice(20, 26)}
    assert network.parameters.size == 26


def test_layers_hold_views() -> None:
    network, first, second = net()
    for number, array in enumerate((first.weight, second.weight, first.bias, second.bias), start=1):
        array[:] = number
        assert np.shares_memory(array, network.parameters.values)
    np.testing.assert_array_equal(network.parameters.values, [1] * 12 + [2] * 8 + [3] * 4 + [4] * 2)


def test_gradients_are_views_in_the_same_order() -> None:
    network, first, second = net()
    for number, array in enumerate((first.d_weight, second.d_weight, first.d_bias, second.d_bias), start=1):
        array[:] = number
    np.testing.assert_array_equal(network.parameters.gradients, [1] * 12 + [2] * 8 + [3] * 4 + [4] * 2)
    assert not np.any(network.parameters.values)


def test_a_net_without_parameters() -> None:
    network = Network([Relu(3)])
    assert network.parameters.size == 0
    outputs = network.predict(np.array([[-1.0, 0.0, 2.0]], np.float32))
    np.testing.assert_array_equal(outputs, [[0.0, 0.0, 2.0]])


def test_dtype() -> None:
    for dtype in (np.float32, np.float64):
        network = Network([Dense(2, 2)], dtype)
        assert network.parameters.values.dtype == network.parameters.gradients.dtype == dtype
        assert network.predict(np.zeros((1, 2), dtype)).dtype == dtype
