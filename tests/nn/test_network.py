"""The network as a whole: its summary, its settings, predictions for any number of rows."""

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.activations.simple import Identity
from mlpcli.nn.architecture import NetworkSettings, build_layers, build_network
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS, Inputs
from mlpcli.nn.layers import Dense, Dropout, Scale
from mlpcli.nn.network import PREDICTION_ROWS, LayerSummary, Network, count_parameters
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import MIXED, everything, mixed_rows


def test_summary_of_the_lesson() -> None:
    """784-100-10 has 78,500 + 1,010 = 79,510 parameters."""
    network = build_network(NetworkSettings(hidden=(100,), activation="relu"), 784, 10)
    assert network.summary() == [
        LayerSummary("Dense", 100, 78_500),
        LayerSummary("Relu", 100, 0),
        LayerSummary("Dense", 10, 1_010),
    ]
    assert network.parameters.size == 79_510
    assert (network.n_in, network.n_out) == (784, 10)
    assert network.largest_product == 78_400


@pytest.mark.parametrize("hidden", [(), (100,), (5, 4, 300)])
def test_parameters_are_counted_without_making_them(hidden: tuple[int, ...]) -> None:
    settings = NetworkSettings(hidden=hidden, activation="relu", dropout=0.1)
    layers = build_layers(settings, Inputs(7), 2, np.random.default_rng(0))
    assert count_parameters(layers) == build_network(settings, 7, 2).parameters.size


def test_bins_are_no_parameters() -> None:
    """2 · 16 bins, 2 · 8 numbers for the codes, 2 columns as they are."""
    network = everything("ple")
    width = 2 * 16 + 2 * 8 + 2
    assert network.layers[0].n_out == width
    dense = width * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3
    shortcut = (8 + 1 + 16) * 3  # what becomes of the columns 0, 2 and 4
    assert network.parameters.size == dense + shortcut + width + (5 + 4) + (4 + 3) * 8
    assert sum(part.parameters for part in network.summary()) == network.parameters.size


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_build_network(activation: str) -> None:
    settings = NetworkSettings(hidden=(5, 4), activation=activation, dropout=0.2)
    network = build_network(settings, 3, 2, np.random.default_rng(0))
    kind = ACTIVATIONS[activation].__name__
    assert [(layer.name, layer.output) for layer in network.summary()] == [
        *[("Dense", 5), (kind, 5), ("Dropout", 5)],
        *[("Dense", 4), (kind, 4), ("Dropout", 4)],
        ("Dense", 2),
    ]


def test_a_linear_model() -> None:
    network = build_network(NetworkSettings(hidden=(), activation="relu", dropout=0.5), 3, 2)
    assert network.summary() == [LayerSummary("Dense", 2, 8)]


def test_summary_of_everything() -> None:
    network = everything("pbld")
    width = 2 * 4 + 2 * 8 + 2
    assert [(part.name, part.output) for part in network.summary()] == [
        *[("Embedding", width), ("Scale", width)],
        *[("Dense", 5), ("Parametric Mish", 5), ("Dense", 4), ("Parametric Mish", 4)],
        *[("Dense", 3), ("Wide", 3)],
    ]
    assert network.n_in == MIXED.width


def test_each_hidden_layer_may_have_its_own_dropout() -> None:
    settings = NetworkSettings(hidden=(7, 6, 5), activation="relu", dropout=(0.5, 0.0, 0.1))
    network = build_network(settings, 3, 2, np.random.default_rng(0))
    found = [(layer.n_in, layer.rate) for layer in network.layers if isinstance(layer, Dropout)]
    assert found == [(7, 0.5), (5, 0.1)]
    for factor in (0.5, 0.0, 1.0):
        network.set_dropout(factor)
        rates = [layer.rate for layer in network.layers if isinstance(layer, Dropout)]
        assert rates == [0.5 * factor, 0.1 * factor]


@pytest.mark.parametrize("output_activation", ["identity", "softplus"])
def test_output_activation(output_activation: str) -> None:
    settings = NetworkSettings(hidden=(5,), activation="relu")
    network = build_network(settings, 3, 2, output_activation=output_activation)
    assert (network.layers[-1].name == "Softplus") is (output_activation == "softplus")
    assert network.n_out == 2


def test_input_scale_stands_first() -> None:
    settings = NetworkSettings(hidden=(5,), activation="relu", input_scale=True)
    network = build_network(settings, 3, 2)
    assert isinstance(network.layers[0], Scale)
    assert network.layers[0].n_in == 3


@pytest.mark.parametrize("number_embedding", ["none", *NUMBER_EMBEDDINGS])
def test_the_shortcut_adds_a_linear_map_of_its_columns(number_embedding: str) -> None:
    """Without a hidden layer's help: the columns 0, 2 and 4, or what an embedding makes of them, times W."""
    network = everything(number_embedding, input_scale=False)
    x = mixed_rows(9, np.random.default_rng(0))
    network.initialize(np.random.default_rng(1), "auto", x)
    assert network.shortcut is not None
    before = network.predict(x)
    weight: FloatArray = np.random.default_rng(2).standard_normal(network.shortcut.weight.shape)
    network.shortcut.weight[:] = weight
    embedded = np.empty((9, network.layers[0].n_out))
    network.layers[0].forward(x, embedded, False)
    wide = embedded[:, network.shortcut.columns]
    np.testing.assert_allclose(network.predict(x), before + wide @ weight, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(network.forward(x), before + wide @ weight, rtol=1e-10, atol=1e-12)


def test_rate_factors() -> None:
    network = everything("pbld")
    groups = network.parameters.groups
    assert network.rate_factors({}, by_width=False) is None
    assert network.rate_factors({"bias": 1.0}, by_width=False) is None
    factors = network.rate_factors({"bias": 0.1, "scale": 6.0}, by_width=True)
    assert factors is not None
    np.testing.assert_array_equal(factors[groups["bias"]], 0.1)
    np.testing.assert_array_equal(factors[groups["scale"]], 6.0)
    np.testing.assert_array_equal(factors[groups["embedding"]], 1.0)
    np.testing.assert_array_equal(factors[groups["slope"]], 1.0)
    weights = factors[groups["weight"]]
    np.testing.assert_allclose(weights[: 26 * 5], 26**-0.5)
    np.testing.assert_allclose(weights[26 * 5 : 26 * 5 + 20], 5**-0.5)


@pytest.mark.parametrize("rows", [0, 1, 7, PREDICTION_ROWS, PREDICTION_ROWS + 1, 2 * PREDICTION_ROWS + 5])
def test_predictions_in_chunks_equal_those_at_once(rows: int) -> None:
    network = build_network(NetworkSettings(hidden=(6,), activation="tanh"), 3, 2, dtype=np.float64)
    network.initialize(np.random.default_rng(0))
    features = np.random.default_rng(1).standard_normal((rows, 3))
    at_once = network.forward(features)
    assert at_once.shape == (rows, 2)
    np.testing.assert_allclose(network.predict(features), at_once, rtol=1e-12, atol=1e-15)


def test_predictions_are_kept_apart() -> None:
    network = build_network(NetworkSettings(hidden=(6,), activation="tanh"), 3, 2)
    network.initialize(np.random.default_rng(0))
    features = np.random.default_rng(1).standard_normal((20, 3), dtype=np.float32)
    few = network.predict(features[:3])
    kept = few.copy()
    all_rows = network.predict(features)
    network.forward(features)
    network.predict(-features)
    np.testing.assert_array_equal(few, kept)
    np.testing.assert_allclose(few, all_rows[:3], rtol=1e-5)


def test_predicting_does_not_disturb_a_training_step() -> None:
    """Validation may run between forward and backward."""
    network = build_network(NetworkSettings(hidden=(6,), activation="relu"), 3, 2, dtype=np.float64)
    network.initialize(np.random.default_rng(0))
    features = np.random.default_rng(1).standard_normal((5, 3))
    gradients = []
    for between in (False, True):
        network.forward(features)
        network.d_outputs[:] = 1.0
        if between:
            network.predict(np.ones((9, 3)))
        network.backward()
        gradients.append(network.parameters.gradients.copy())
    np.testing.assert_array_equal(gradients[0], gradients[1])


def test_stacked_identity_layers_are_one_linear_map() -> None:
    first, second, third = Dense(4, 6), Dense(6, 5), Dense(5, 2)
    network = Network([first, Identity(6), second, Identity(5), third], np.float64)
    network.parameters.values[:] = np.random.default_rng(0).standard_normal(network.parameters.size)
    one = Dense(4, 2)
    alone = Network([one], np.float64)
    one.weight[:] = first.weight @ second.weight @ third.weight
    one.bias[:] = (first.bias @ second.weight + second.bias) @ third.weight + third.bias
    x = np.random.default_rng(1).standard_normal((7, 4))
    np.testing.assert_allclose(network.predict(x), alone.predict(x), rtol=1e-12, atol=1e-13)
