"""One flat vector of values, one of gradients: weights before biases, layers hold views."""

import math

import numpy as np

from mlpcli.nn.activations.simple import Relu
from mlpcli.nn.layers import Dense
from mlpcli.nn.network import Network
from mlpcli.nn.parameters import CONSTANT, GROUPS, HasParameters, group_of
from tests.nn.examples import everything, mixed_rows


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
    empty = {group: slice(26, 26) for group in ("scale", "slope", "embedding")}
    assert network.parameters.groups == {"weight": slice(0, 20), "bias": slice(20, 26)} | empty
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


def test_each_group_is_one_slice_in_a_fixed_order() -> None:
    network = everything("pbld")
    parameters = network.parameters
    assert tuple(parameters.groups) == GROUPS == ("weight", "bias", "scale", "slope", "embedding")
    start = 0
    for group in GROUPS:
        place = parameters.groups[group]
        assert place.start == start
        assert place.stop > start
        start = place.stop
    assert start == parameters.size


def test_slices_tell_where_the_numbers_of_a_layer_are() -> None:
    """They are disjoint, cover the vector, and lie in the slice of their group."""
    network = everything("pbld")
    parameters = network.parameters
    assert network.shortcut is not None
    owners: list[HasParameters] = [*network.layers, network.shortcut]
    seen = np.zeros(parameters.size, int)
    for owner, places in zip(owners, parameters.slices, strict=True):
        shapes = owner.parameter_shapes()
        assert set(places) == {name for name in shapes if group_of(name) != CONSTANT}
        for name, place in places.items():
            assert place.stop - place.start == math.prod(shapes[name])
            whole = parameters.groups[group_of(name)]
            assert whole.start <= place.start <= place.stop <= whole.stop
            seen[place] += 1
    np.testing.assert_array_equal(seen, 1)


def test_constants_are_no_parameters() -> None:
    """The edges of bins are apart: training, penalties and decay cannot reach them."""
    network = everything("ple")
    parameters = network.parameters
    columns, bins, kinds = 2, 16, 4
    assert parameters.constants.shape == (columns * bins * kinds,)
    assert not np.shares_memory(parameters.constants, parameters.values)
    network.initialize(np.random.default_rng(0), "auto", mixed_rows(50, np.random.default_rng(1)))
    kept = parameters.constants.copy()
    assert kept.any()
    parameters.values[:] = 7.0
    np.testing.assert_array_equal(parameters.constants, kept)


def test_dtype() -> None:
    for dtype in (np.float32, np.float64):
        network = Network([Dense(2, 2)], dtype)
        assert network.parameters.values.dtype == network.parameters.gradients.dtype == dtype
        assert network.predict(np.zeros((1, 2), dtype)).dtype == dtype
