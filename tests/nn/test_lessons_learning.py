"""What the lessons say of learning, each as a small experiment."""

import itertools

import numpy as np
import pytest

from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.batches import Examples
from mlpcli.nn.fitting import fit
from mlpcli.nn.initialization import INITIALIZATIONS
from mlpcli.nn.layers import Dense
from mlpcli.nn.losses import Loss
from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import LBFGS, OPTIMIZERS, Adam
from mlpcli.nn.optimizers.rules import SGD
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import TrainingSettings


class Number:
    """A single parameter x."""

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (1,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        pass


def descent(rate: float, steps: int) -> tuple[list[float], list[float]]:
    """x and (x - 3)² + 10 after each step of gradient descent from x = 10."""
    parameters = ParameterVector([Number()], np.float64)
    parameters.values[:] = 10.0
    rule = SGD(parameters)
    xs, values = [], []
    for _ in range(steps):
        parameters.gradients[:] = 2 * (parameters.values - 3)
        rule.step(rate)
        xs.append(float(parameters.values[0]))
        values.append((xs[-1] - 3) ** 2 + 10)
    return xs, values


def test_gradient_descent_on_a_parabola() -> None:
    xs, values = descent(0.2, 85)
    assert xs[:2] == pytest.approx([7.2, 5.52], abs=1e-12)
    assert values[:5] == pytest.approx([27.64, 16.3504, 12.286144, 10.82301184, 10.2962842624], abs=1e-12)
    assert xs[-1] == pytest.approx(3.0, abs=1e-12)
    assert all(x > 3.0 for x in xs[:50])


def test_too_high_a_rate_overshoots() -> None:
    """Each step multiplies the distance to 3 by 1 - 2 · rate: -0.8 still comes near, -1 and -1.2 never do."""
    xs, values = descent(0.9, 60)
    assert xs[:3] == pytest.approx([3 - 5.6, 3 + 4.48, 3 - 3.584], abs=1e-12)
    assert values[-1] == pytest.approx(10.0, abs=1e-9)
    xs, _ = descent(1.0, 60)
    assert xs == pytest.approx([-4.0, 10.0] * 30, abs=1e-12)
    xs, values = descent(1.1, 60)
    assert all((x < 3) == (number % 2 == 0) for number, x in enumerate(xs))
    assert all(later > earlier for earlier, later in itertools.pairwise(values))
    assert values[-1] > 1e10


def test_too_low_a_rate_takes_forever() -> None:
    xs, _ = descent(0.0001, 60)
    assert xs[-1] > 9.9


USELESS = slice(2, 6)
"""Of six inputs the first two are one and the same; the target is 3 times it."""


def penalised(settings: RegularizationSettings) -> FloatArray:
    """The weights of a linear model after full-batch gradient descent, from unequal starts."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((200, 6))
    x[:, 1] = x[:, 0]
    y = 3 * x[:, :1] + 0.1 * generator.standard_normal((200, 1))
    network = Network([Dense(6, 1)], np.float64)
    network.parameters.values[:6] = [1.0, 0.2, 0.5, -0.5, 0.3, -0.3]
    regularization = Regularization(network.parameters, settings)
    rule = SGD(network.parameters, l1=settings.l1 or 0.0)
    trainer = Trainer(network, MeanSquaredError(), rule, regularization)
    for _ in range(1000):
        trainer.step(Examples(x, y), 0.1)
    return network.parameters.values[:6].copy()


def test_l1_makes_useless_weights_exactly_zero() -> None:
    weights = penalised(RegularizationSettings(l1=0.3))
    assert np.all(weights[USELESS] == 0.0)
    assert 2.0 < weights[0] + weights[1] < 3.0


def test_l2_only_shrinks() -> None:
    plain, weights = penalised(RegularizationSettings()), penalised(RegularizationSettings(l2=0.3))
    assert np.all(weights[USELESS] != 0.0)
    assert np.all(np.abs(weights[USELESS]) < 0.1)
    assert 2.0 < weights[0] + weights[1] < plain[0] + plain[1]


def test_l2_spreads_weights_evenly_over_equal_inputs() -> None:
    """And without it, or with l1, they keep the difference they started with."""
    difference = {}
    for name, settings in {
        "none": RegularizationSettings(),
        "l1": RegularizationSettings(l1=0.3),
        "l2": RegularizationSettings(l2=0.3),
    }.items():
        weights = penalised(settings)
        difference[name] = float(weights[0] - weights[1])
    assert difference["none"] == pytest.approx(0.8, rel=1e-9)
    assert difference["l1"] == pytest.approx(0.8, rel=1e-9)
    assert difference["l2"] == pytest.approx(0.0, abs=1e-9)


def test_dropout_is_off_at_prediction() -> None:
    settings = NetworkSettings(hidden=(50,), activation="tanh", dropout=0.5)
    with_dropout = build_network(settings, 3, 1, np.random.default_rng(0), np.float64)
    without = build_network(NetworkSettings(hidden=(50,), activation="tanh"), 3, 1, dtype=np.float64)
    for network in (with_dropout, without):
        network.initialize(np.random.default_rng(1))
    x = np.random.default_rng(2).standard_normal((20, 3))
    np.testing.assert_array_equal(with_dropout.predict(x), without.predict(x))
    training = with_dropout.forward(x).copy()
    assert np.all(training != without.predict(x))
    assert np.any(training != with_dropout.forward(x))


XOR = Examples(
    np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
)


def learned(examples: Examples, settings: NetworkSettings, n_out: int, loss: Loss, steps: int) -> Network:
    network = build_network(settings, examples.features.shape[1], n_out, dtype=np.float64)
    network.initialize(np.random.default_rng(0))
    trainer = Trainer(network, loss, Adam(network.parameters))
    for _ in range(steps):
        trainer.step(examples, 0.05)
    return network


def test_stacked_linear_layers_are_one_linear_layer() -> None:
    settings = NetworkSettings(hidden=(5, 4), activation="identity")
    network = build_network(settings, 3, 2, dtype=np.float64)
    network.parameters.values[:] = np.random.default_rng(1).standard_normal(network.parameters.size)
    first, second, third = (layer for layer in network.layers if isinstance(layer, Dense))
    one = Network([Dense(3, 2)], np.float64)
    (single,) = (layer for layer in one.layers if isinstance(layer, Dense))
    single.weight[:] = first.weight @ second.weight @ third.weight
    single.bias[:] = (first.bias @ second.weight + second.bias) @ third.weight + third.bias
    x = np.random.default_rng(2).standard_normal((20, 3))
    np.testing.assert_allclose(network.predict(x), one.predict(x), rtol=1e-11, atol=1e-12)


def test_stacked_linear_layers_do_not_learn_xor_where_a_bent_one_does() -> None:
    """The best plane is 1/2 everywhere, with a mean squared error of 1/4."""
    outputs = {
        activation: learned(
            XOR, NetworkSettings(hidden=(8, 8), activation=activation), 1, MeanSquaredError(), 1000
        ).predict(XOR.features)
        for activation in ("identity", "tanh")
    }
    np.testing.assert_allclose(outputs["identity"], 0.5, atol=1e-3)
    np.testing.assert_allclose(outputs["tanh"], XOR.targets, atol=1e-3)


def test_the_lessons_start_between_zero_and_one() -> None:
    assert "uniform" in INITIALIZATIONS
    network = build_network(NetworkSettings(hidden=(50,), activation="sigmoid"), 40, 10)
    network.initialize(np.random.default_rng(0), "uniform")
    for layer in network.layers:
        if isinstance(layer, Dense):
            for values in (layer.weight, layer.bias):
                assert 0.0 <= values.min() < 0.2 < 0.8 < values.max() <= 1.0
    values = network.parameters.values
    assert float(values.mean()) == pytest.approx(0.5, abs=0.02)
    assert float(values.std()) == pytest.approx(1 / np.sqrt(12), abs=0.02)


def test_softmax_regression_tells_three_blobs_apart() -> None:
    """Without a hidden layer: straight lines between the classes are enough."""
    generator = np.random.default_rng(0)
    classes = np.arange(300) % 3
    centres = np.array([[0.0, 3.0], [3.0, -2.0], [-3.0, -2.0]])
    x = centres[classes] + 0.7 * generator.standard_normal((300, 2))
    loss = SoftmaxCrossEntropy()
    network = learned(Examples(x, classes), NetworkSettings(hidden=()), 3, loss, 200)
    assert network.parameters.size == 2 * 3 + 3
    probabilities = loss.link(network.predict(x))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12)
    assert np.mean(probabilities.argmax(axis=1) == classes) > 0.98
    middle = loss.link(network.predict(np.zeros((1, 2))))
    assert middle.max() < probabilities.max()


RATES = {
    "sgd": 0.1,
    "momentum": 0.02,
    "nesterov": 0.02,
    "adagrad": 0.1,
    "rmsprop": 0.01,
    "adam": 0.01,
    "adamw": 0.01,
    "lion": 0.003,
    "l-bfgs": 1.0,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_a_small_regression(name: str) -> None:
    """y = sin 2a + b from 200 rows; a linear model leaves an error of about 0.4."""
    generator = np.random.default_rng(0)
    x = generator.uniform(-1.5, 1.5, (200, 2)).astype(np.float32)
    y = np.sin(2 * x[:, :1]) + x[:, 1:]
    network = build_network(NetworkSettings(hidden=(16,), activation="tanh"), 2, 1)
    network.initialize(np.random.default_rng(1))
    optimizer = OPTIMIZERS[name](network.parameters)
    trainer = Trainer(network, MeanSquaredError(), optimizer)
    settings = TrainingSettings(
        learning_rate=RATES[name],
        schedule="cosine",
        epochs=100 if isinstance(optimizer, LBFGS) else 150,
        batch_size=20,
    )
    records = list(fit(trainer, Examples(x, y), settings, {"shuffle": np.random.default_rng(2)}))
    assert records[0].train_loss > 0.1
    assert records[-1].train_loss < 0.02


def test_the_gradient_of_sigmoids_fades_and_that_of_relus_does_not() -> None:
    """At most 1/4 is left of it by each sigmoid; see test_diagnosis for ten of them in training."""
    shares = {}
    for activation in ("sigmoid", "relu"):
        settings = NetworkSettings(hidden=(20,) * 6, activation=activation)
        network = build_network(settings, 5, 1, dtype=np.float64)
        network.initialize(np.random.default_rng(0))
        x = np.random.default_rng(1).standard_normal((50, 5))
        Trainer(network, MeanSquaredError(), SGD(network.parameters)).gradients(Examples(x, x[:, :1]))
        dense = [layer for layer in network.layers if isinstance(layer, Dense)]
        shares[activation] = float(np.linalg.norm(dense[0].d_weight) / np.linalg.norm(dense[-1].d_weight))
    assert shares["sigmoid"] < 1e-3
    assert shares["relu"] > 0.1
