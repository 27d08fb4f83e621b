"""Wide & Deep: inputs that also reach the output straight."""

import numpy as np
import pytest

from mlpcli.nn.architecture import NetworkSettings, build_layers, build_network, build_shortcut
from mlpcli.nn.batches import Examples
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS, Inputs
from mlpcli.nn.embeddings.periodic import PLR
from mlpcli.nn.layers import Dense
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network, count_parameters
from mlpcli.nn.optimizers.rules import SGD
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.scratch import FloatArray, IndexArray
from mlpcli.nn.shortcut import Shortcut
from mlpcli.nn.trainer import Trainer
from tests.nn.gradients import assert_gradient

INPUTS = Inputs(5, numbers=(3, 1), categories=((0, 2),))
ROWS = 6


def small(wide: list[int], output_activation: str = "identity") -> tuple[Network, Shortcut]:
    """3 inputs, one relu unit, 2 outputs, with the columns `wide` straight to them."""
    settings = NetworkSettings(hidden=(1,), activation="relu")
    network = build_network(
        settings, 3, 2, dtype=np.float64, wide=np.array(wide, np.intp), output_activation=output_activation
    )
    first, last = (layer for layer in network.layers if isinstance(layer, Dense))
    first.weight[:], first.bias[:] = [[1.0], [2.0], [-1.0]], 0.5
    last.weight[:], last.bias[:] = [[2.0, -1.0]], [0.25, 0.75]
    assert network.shortcut is not None
    return network, network.shortcut


X = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 2.0]])
"""The relu unit gives 1 + 4 - 3 + 0.5 = 2.5 and 0 for them; the deep part [5.25, -1.75] and [0.25, 0.75]."""
DEEP = np.array([[5.25, -1.75], [0.25, 0.75]])


def outputs_of(network: Network, x: FloatArray) -> FloatArray:
    """Those of prediction, which training has to share."""
    predicted = network.predict(x)
    np.testing.assert_array_equal(network.forward(x), predicted)
    return predicted


def test_outputs_are_the_deep_part_and_the_wide_one() -> None:
    network, shortcut = small([0, 2])
    np.testing.assert_allclose(outputs_of(network, X), DEEP, rtol=1e-15)
    shortcut.weight[:] = [[10.0, 0.0], [1.0, -2.0]]
    # 10 · 1 + 3 and -2 · 3 in the first row, 2 and -4 in the second
    np.testing.assert_allclose(
        outputs_of(network, X), DEEP + np.array([[13.0, -6.0], [2.0, -4.0]]), rtol=1e-15
    )


def test_all_columns() -> None:
    network, shortcut = small([0, 1, 2])
    shortcut.weight[:] = [[10.0, 0.0], [0.0, 1.0], [1.0, -2.0]]
    np.testing.assert_allclose(
        outputs_of(network, X), DEEP + np.array([[13.0, -4.0], [2.0, -5.0]]), rtol=1e-15
    )


def test_an_output_activation_comes_after_the_sum() -> None:
    network, shortcut = small([0, 2], "tanh")
    shortcut.weight[:] = [[-5.0, 0.0], [0.0, 0.5]]
    expected = np.tanh(DEEP + np.array([[-5.0, 1.5], [0.0, 1.0]]))
    np.testing.assert_allclose(outputs_of(network, X), expected, rtol=1e-14)


def test_the_wide_part_starts_at_zero() -> None:
    settings = NetworkSettings(hidden=(4, 3), activation="tanh")
    outputs = []
    for wide in (None, np.arange(3)):
        network = build_network(settings, 3, 2, dtype=np.float64, wide=wide)
        network.initialize(np.random.default_rng(1))
        outputs.append(network.predict(X))
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert np.any(outputs[0] != 0.0)


@pytest.mark.parametrize("output_activation", ["identity", "sigmoid"])
def test_the_summary_has_a_line_for_it(output_activation: str) -> None:
    network, shortcut = small([0, 2], output_activation)
    lines = [(line.name, line.output, line.parameters) for line in network.summary()]
    expected = [("Dense", 1, 4), ("Relu", 1, 0), ("Dense", 2, 4), ("Wide", 2, 4), ("Sigmoid", 2, 0)]
    assert lines == expected[: 5 if output_activation == "sigmoid" else 4]
    assert network.parameters.size == sum(line.parameters for line in network.summary()) == 12
    assert count_parameters([*network.layers, shortcut]) == 12


def test_without_one_there_is_no_line() -> None:
    network = build_network(NetworkSettings(hidden=(1,), activation="relu"), 3, 2)
    assert network.shortcut is None
    assert [line.name for line in network.summary()] == ["Dense", "Relu", "Dense"]


def test_its_weights_are_weights() -> None:
    """And so penalised as others are."""
    network, shortcut = small([0, 2])
    weights = network.parameters.groups["weight"]
    assert weights == slice(0, 3 + 2 + 4)
    shortcut.weight[:] = 2.0
    np.testing.assert_array_equal(network.parameters.values[5:9], 2.0)
    network.parameters.gradients[:] = 0.0
    Regularization(network.parameters, RegularizationSettings(l2=0.5)).before_update(0.1)
    np.testing.assert_array_equal(shortcut.d_weight, 1.0)


def columns_from(name: str, wide: IndexArray, *, scaled: bool = False) -> list[int]:
    settings = NetworkSettings(hidden=(4,), activation="relu", number_embedding=name, input_scale=scaled)
    layers = build_layers(settings, INPUTS, 3, np.random.default_rng(0))
    shortcut = build_shortcut(layers, INPUTS, wide)
    assert shortcut.n_out == 3
    return [int(column) for column in shortcut.columns]


def test_chosen_columns_without_an_embedding() -> None:
    settings = NetworkSettings(hidden=(4,), activation="relu")
    layers = build_layers(settings, Inputs(5), 3, np.random.default_rng(0))
    assert build_shortcut(layers, Inputs(5), np.array([3, 1])).columns.tolist() == [1, 3]


@pytest.mark.parametrize("scaled", [False, True])
def test_chosen_columns_bring_all_that_was_made_of_them(scaled: bool) -> None:
    """pbld: 3 for each of the columns 3 and 1, these two themselves, 8 for the category 0, then 2 and 4."""
    expected = {0: range(8, 16), 1: [3, 4, 5, 7], 2: [16], 3: [0, 1, 2, 6], 4: [17]}
    for column, outputs in expected.items():
        assert columns_from("pbld", np.array([column]), scaled=scaled) == list(outputs)
    assert columns_from("pbld", np.array([2, 1]), scaled=scaled) == [3, 4, 5, 7, 16]
    assert columns_from("pbld", np.arange(5), scaled=scaled) == list(range(18))


@pytest.mark.parametrize("name", ["none", *NUMBER_EMBEDDINGS])
def test_the_wide_part_sees_its_columns_only(name: str) -> None:
    """With the deep part off the outputs depend on the columns 1 and 0 alone."""
    settings = NetworkSettings(hidden=(4,), activation="relu", number_embedding=name, input_scale=True)
    network = build_network(settings, INPUTS, 2, dtype=np.float64, wide=np.array([1, 0]))
    x = rows(200)
    network.initialize(np.random.default_rng(0), sample=x)
    assert network.shortcut is not None
    last = network.layers[-1]
    assert isinstance(last, Dense)
    last.weight[:] = 0.0
    network.shortcut.weight[:] = np.random.default_rng(1).standard_normal(network.shortcut.weight.shape)
    before = outputs_of(network, x)
    for column in range(5):
        moved = x.copy()
        moved[:, column] = np.roll(x[:, column], 1)
        assert np.any(outputs_of(network, moved) != before) == (column in (0, 1))


def rows(number: int = ROWS) -> FloatArray:
    generator = np.random.default_rng(4)
    x: FloatArray = generator.standard_normal((number, INPUTS.width))
    x[:, 0] = generator.integers(0, 3, number)
    return x


@pytest.mark.parametrize(("scaled", "wide"), [(False, [0, 3]), (True, [0, 3]), (True, [0, 1, 2, 3, 4])])
@pytest.mark.parametrize("name", ["none", *NUMBER_EMBEDDINGS])
def test_gradient_of_everything(
    name: str, scaled: bool, wide: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Embeddings, scale, parametric activation, both paths, output activation: by central differences."""
    monkeypatch.setattr(PLR, "frequencies", 2)
    monkeypatch.setattr(PLR, "waves", 4)
    monkeypatch.setattr(PLR, "outputs", 3)
    settings = NetworkSettings(
        hidden=(3, 2), activation="tanh", parametric=True, number_embedding=name, input_scale=scaled
    )
    network = build_network(
        settings,
        INPUTS,
        2,
        None,
        np.float64,
        wide=np.array(wide),
        output_activation="softplus",
    )
    network.initialize(np.random.default_rng(0), sample=rows())
    values = network.parameters.values
    values[...] = 0.5 * np.random.default_rng(1).standard_normal(values.shape)
    batch = Examples(rows(), np.random.default_rng(2).standard_normal((ROWS, 2)))
    trainer = Trainer(network, MeanSquaredError(), SGD(network.parameters))

    def objective() -> float:
        return trainer.loss.value(network.forward(batch.features), batch.targets, None)

    trainer.gradients(batch)
    assert network.shortcut is not None
    assert np.any(network.shortcut.d_weight != 0.0)
    assert_gradient(objective, values, network.parameters.gradients, np.random.default_rng(3))


def test_a_short_batch_after_a_long_one() -> None:
    network, shortcut = small([0, 2])
    shortcut.weight[:] = [[10.0, 0.0], [1.0, -2.0]]
    network.forward(np.ones((7, 3)))
    np.testing.assert_array_equal(network.forward(X), network.predict(X))


def test_a_linear_truth_is_learned_on_the_straight_way() -> None:
    """With the only hidden unit dead, the wide part alone finds y = 2 a - 3 b + 1."""
    network, shortcut = small([0, 1, 2])
    network.parameters.values[:] = 0.0
    first = network.layers[0]
    assert isinstance(first, Dense)
    first.bias[:] = -100.0
    x = np.random.default_rng(0).standard_normal((50, 3))
    y = np.column_stack([2 * x[:, 0] - 3 * x[:, 1] + 1, np.zeros(50)])
    trainer = Trainer(network, MeanSquaredError(), SGD(network.parameters))
    for _ in range(300):
        trainer.step(Examples(x, y), 0.2)
    np.testing.assert_allclose(shortcut.weight, [[2.0, 0.0], [-3.0, 0.0], [0.0, 0.0]], atol=1e-8)
