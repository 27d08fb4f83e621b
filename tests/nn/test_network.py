"""The network as a whole: its summary, its settings, predictions for any number of rows."""

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.activations import ACTIVATIONS, Identity
from mlpcli.nn.layers import Dense
from mlpcli.nn.network import (
    PREDICTION_ROWS,
    LayerSummary,
    Network,
    NetworkSettings,
    build_network,
    count_parameters,
    parse_hidden,
)


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
    assert count_parameters(settings, 7, 2) == build_network(settings, 7, 2).parameters.size


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


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("128,64", (128, 64)),
        (" 128 , 64 ", (128, 64)),
        ("3x256", (256, 256, 256)),
        ("3X256", (256, 256, 256)),
        ("512,2x64,8", (512, 64, 64, 8)),
        ("7", (7,)),
        ("none", ()),
        (" None ", ()),
        ("", ()),
        ("1000x1", (1,) * 1000),
    ],
)
def test_parse_hidden(text: str, sizes: tuple[int, ...]) -> None:
    assert parse_hidden(text) == sizes


MISTAKES = "abc|128,|,|128,,64|1.5|x64|3x|2x3x4|64;32|1001x1|600x1,600x1|0x5|-1x5"


@pytest.mark.parametrize("text", MISTAKES.split("|"))
def test_parse_hidden_says_what_is_wrong(text: str) -> None:
    with pytest.raises(SettingsError, match="--hidden") as caught:
        parse_hidden(text)
    assert caught.value.hint


def test_parse_hidden_counts_before_it_builds() -> None:
    with pytest.raises(SettingsError, match="more than 1000"):
        parse_hidden("99999999999999999999x5")


@pytest.mark.parametrize("hidden", [(0,), (5, -1)])
def test_a_layer_needs_a_unit(hidden: tuple[int, ...]) -> None:
    with pytest.raises(SettingsError, match="--hidden"):
        NetworkSettings(hidden=hidden)


@pytest.mark.parametrize("values", [{"activation": "rleu"}, {"dropout": 1.0}, {"dropout": -0.1}])
def test_settings_are_checked(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        NetworkSettings(**values)  # type: ignore[arg-type]


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
