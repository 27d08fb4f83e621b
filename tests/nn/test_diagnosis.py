"""What a diagnosis says of sick and healthy networks, and that asking changes nothing."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.batches import Examples
from mlpcli.nn.diagnosis import SAMPLE_ROWS, LayerDiagnosis, diagnose
from mlpcli.nn.embeddings import Inputs
from mlpcli.nn.fitting import EpochRecord, fit
from mlpcli.nn.layers import Dense
from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import Adam
from mlpcli.nn.optimizers.rules import SGD
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import TrainingSettings
from tests.nn.examples import make_optimizer

ROWS = 256


def three_classes() -> Examples:
    generator = np.random.default_rng(0)
    x = generator.standard_normal((ROWS, 6))
    classes = (x[:, 0] * x[:, 1] > 0).astype(np.intp) + (x[:, 2] > 0)
    return Examples(x.astype(np.float32), classes)


def trained(settings: NetworkSettings, rate: float, *, diagnosing: bool = True) -> EpochRecord:
    """After one epoch of gradient descent on the three classes."""
    network = build_network(settings, 6, 3)
    network.initialize(np.random.default_rng(1))
    trainer = Trainer(network, SoftmaxCrossEntropy(), SGD(network.parameters))
    training = TrainingSettings(learning_rate=rate, epochs=1, batch_size=16)
    shuffle = {"shuffle": np.random.default_rng(2)}
    (record,) = fit(trainer, three_classes(), training, shuffle, diagnosing=diagnosing)
    return record


def test_gradients_vanish_in_ten_sigmoid_layers() -> None:
    """Each takes a factor of at most 1/4: the first layer learns nothing."""
    layers = trained(NetworkSettings(hidden=(16,) * 10, activation="sigmoid"), 0.1).layers
    norms = [layer.gradient_norm for layer in layers]
    assert [layer.layer for layer in layers] == list(range(1, 12))
    assert 0.0 < norms[0] < 1e-4 * norms[-1]
    assert all(earlier < later for earlier, later in itertools.pairwise(norms[:10]))
    assert layers[0].update_ratio < 1e-4 * layers[-1].update_ratio


def test_gradients_arrive_through_ten_relu_layers() -> None:
    layers = trained(NetworkSettings(hidden=(16,) * 10, activation="relu"), 0.1).layers
    assert layers[0].gradient_norm > 0.05 * layers[-1].gradient_norm


def test_units_die_of_a_rate_that_is_too_high() -> None:
    settings = NetworkSettings(hidden=(32, 32), activation="relu")
    for rate, most_died in ((5.0, True), (0.1, False)):
        dead = [layer.dead for layer in trained(settings, rate).layers if layer.dead is not None]
        assert len(dead) == 2
        assert (max(dead) > 0.5) == most_died
        assert most_died or max(dead) < 0.1


SAMPLE = np.array([[-1.0], [1.0], [3.0]])


def hand_made(activation: str, weight: float, bias: float = 0.0) -> tuple[LayerDiagnosis, ...]:
    """Of one input, one unit and one output, judged on SAMPLE."""
    network = build_network(NetworkSettings(hidden=(1,), activation=activation), 1, 1, dtype=np.float64)
    network.parameters.values[:] = [weight, 2.0, bias, -1.0]
    return diagnose(network, SAMPLE, network.parameters.values.copy())


def test_mean_and_spread_by_hand() -> None:
    """relu gives 0, 1 and 3: the mean is 4/3, the variance 10/3 - 16/9."""
    first, last = hand_made("relu", 1.0)
    assert first.mean == pytest.approx(4 / 3, rel=1e-14)
    assert first.spread == pytest.approx(math.sqrt(14) / 3, rel=1e-14)
    assert (first.dead, first.saturated) == (0.0, None)
    assert (last.dead, last.saturated, last.mean, last.spread) == (None, None, None, None)


def test_a_unit_is_dead_if_no_row_reaches_it() -> None:
    for bias, dead in ((-3.5, 1.0), (-2.5, 0.0)):
        first, _ = hand_made("relu", 1.0, bias)
        assert first.dead == dead


def test_the_shares_are_of_units() -> None:
    """Of four units one is dead, one has a slope at each row and two at some."""
    network = Network([Dense(1, 4), ACTIVATIONS["relu"](4), Dense(4, 1)], np.float64)
    first, second = [1.0, 1.0, 1.0, -1.0], [1.0, 1.0, 1.0, 1.0]
    network.parameters.values[:] = [*first, *second, -9.0, 9.0, 0.0, 0.0, 0.0]
    layer, output = diagnose(network, SAMPLE, network.parameters.values.copy())
    assert layer.dead == 0.25
    assert output.dead is None


def test_huge_weights_saturate_tanh() -> None:
    generator = np.random.default_rng(1)
    sample = generator.standard_normal((500, 6))
    for factor, low, high in ((1000.0, 0.95, 1.0), (0.1, 0.0, 0.0)):
        settings = NetworkSettings(hidden=(50,), activation="tanh")
        network = build_network(settings, 6, 1, dtype=np.float64)
        network.initialize(np.random.default_rng(2))
        network.parameters.values *= factor
        first, _ = diagnose(network, sample, network.parameters.values.copy())
        assert first.saturated is not None
        assert low <= first.saturated <= high


EDGES = {"tanh": 1.8184, "sigmoid": 3.6369, "softsign": 2.1623, "hard-sigmoid": 3.0}
"""Beyond this on either side the slope is below a tenth of the steepest one."""


@pytest.mark.parametrize("activation", [name for name, kind in ACTIVATIONS.items() if kind.bounded])
def test_a_unit_is_saturated_where_its_slope_is_below_a_tenth(activation: str) -> None:
    """The unit's inputs are all beyond, or one of three is not."""
    for factor, saturated in ((1.001, 1.0), (0.999, 0.0)):
        first, _ = hand_made(activation, factor * EDGES[activation])
        assert first.saturated == saturated


@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_judged(activation: str, parametric: bool) -> None:
    settings = NetworkSettings(hidden=(7, 5), activation=activation, parametric=parametric)
    network = build_network(settings, 3, 1, dtype=np.float64)
    network.initialize(np.random.default_rng(1))
    sample = np.random.default_rng(2).standard_normal((400, 3))
    layers = diagnose(network, sample, network.parameters.values.copy())
    signal: FloatArray = np.empty((400, 7))
    network.layers[0].forward(sample, signal, False)
    network.layers[1].forward(signal, signal, False)
    assert layers[0].mean == pytest.approx(float(signal.mean()), rel=1e-12, abs=1e-14)
    assert layers[0].spread == pytest.approx(float(signal.std()), rel=1e-12)
    bounded = ACTIVATIONS[activation].bounded
    for layer in layers[:2]:
        assert layer.dead == 0.0
        assert (layer.saturated is None) == (not bounded)
    assert layers[2].mean is None


def test_the_bounded_activations() -> None:
    assert {name for name, kind in ACTIVATIONS.items() if kind.bounded} == {
        *("softsign", "hard-sigmoid", "tanh", "sigmoid")
    }


def one_step(rate: float) -> EpochRecord:
    """The output is w x + b = 3 + 4 = 7 for x = 1, the target 5: both gradients are 4."""
    network = Network([Dense(1, 1)], np.float64)
    network.parameters.values[:] = [3.0, 4.0]
    trainer = Trainer(network, MeanSquaredError(), SGD(network.parameters))
    row = Examples(np.array([[1.0]]), np.array([[5.0]]))
    settings = TrainingSettings(learning_rate=rate, epochs=1, batch_size=1)
    (record,) = fit(trainer, row, settings, {"shuffle": np.random.default_rng(0)}, diagnosing=True)
    return record


def test_norm_and_update_ratio_by_hand() -> None:
    """|g| = 4 √2, and 0.1 of it over |(3, 4)| = 5."""
    (layer,) = one_step(0.1).layers
    assert layer == LayerDiagnosis(
        layer=1, name="Dense", gradient_norm=layer.gradient_norm, update_ratio=layer.update_ratio
    )
    assert layer.gradient_norm == pytest.approx(4 * math.sqrt(2), rel=1e-14)
    assert layer.update_ratio == pytest.approx(0.1 * 4 * math.sqrt(2) / 5, rel=1e-14)


def test_without_any_length_the_ratio_is_zero() -> None:
    network = Network([Dense(1, 1)], np.float64)
    (layer,) = diagnose(network, SAMPLE, network.parameters.values.copy())
    assert (layer.gradient_norm, layer.update_ratio) == (0.0, 0.0)


def test_norms_are_of_the_last_step() -> None:
    """The values before the last step of an epoch, not before the epoch."""
    network = Network([Dense(1, 1)], np.float64)
    network.parameters.values[:] = [3.0, 4.0]
    trainer = Trainer(network, MeanSquaredError(), SGD(network.parameters))
    rows = Examples(np.array([[1.0], [1.0]]), np.array([[5.0], [5.0]]))
    settings = TrainingSettings(learning_rate=0.1, epochs=1, batch_size=1)
    (record,) = fit(trainer, rows, settings, {"shuffle": np.random.default_rng(0)}, diagnosing=True)
    # After the first step (2.6, 3.6) with the output 6.2: gradients of 2.4.
    assert record.layers[0].gradient_norm == pytest.approx(2.4 * math.sqrt(2), rel=1e-13)
    expected = 0.24 * math.sqrt(2) / math.hypot(2.6, 3.6)
    assert record.layers[0].update_ratio == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "l-bfgs"])
def test_the_norm_is_that_of_the_loss_without_the_penalty(optimizer: str) -> None:
    """Two rows with targets around the output of 7 pull nowhere; the penalty does, and does not show."""
    network = Network([Dense(1, 1)], np.float64)
    network.parameters.values[:] = [3.0, 4.0]
    regularization = Regularization(network.parameters, RegularizationSettings(l2=10.0))
    rule = make_optimizer(optimizer, network.parameters)
    trainer = Trainer(network, MeanSquaredError(), rule, regularization)
    rows = Examples(np.array([[1.0], [1.0]]), np.array([[9.0], [5.0]]))
    trainer.watched = watched = np.empty(2)
    trainer.step(rows, 1.0)
    output = 7.0 if optimizer == "sgd" else network.parameters.values.sum()  # before, or at the end
    np.testing.assert_allclose(watched, 2.0 * (output - 7.0), atol=1e-12)
    assert network.parameters.values[0] < 2.5


def test_a_limit_on_the_gradient_and_what_is_frozen_do_not_change_the_norm() -> None:
    network = Network([Dense(1, 1), Dense(1, 1)], np.float64)
    network.parameters.values[:] = [3.0, 1.0, 4.0, 0.0]
    places = list(network.parameters.slices[0].values())
    limit = RegularizationSettings(clip_norm=1e-3)
    regularization = Regularization(network.parameters, limit, frozen=places)
    trainer = Trainer(network, MeanSquaredError(), SGD(network.parameters), regularization, frozen=places)
    trainer.watched = watched = np.empty(4)
    trainer.step(Examples(np.array([[1.0]]), np.array([[5.0]])), 0.1)
    # The output is 7 and the slope 4, by the second weight times the first layer's output of 7.
    np.testing.assert_allclose(watched, [0.0, 28.0, 0.0, 4.0], rtol=1e-14)


class ShortRun:
    """Two epochs of a net with all kinds of layers."""

    def __init__(self, *, diagnosing: bool) -> None:
        settings = NetworkSettings(
            hidden=(8, 8),
            activation="mish",
            parametric=True,
            dropout=0.3,
            number_embedding="pbld",
            input_scale=True,
        )
        self.dropout = np.random.default_rng(3)
        self.network = build_network(settings, Inputs(6, numbers=(0, 1)), 3, self.dropout)
        self.network.initialize(np.random.default_rng(1))
        trainer = Trainer(self.network, SoftmaxCrossEntropy(), Adam(self.network.parameters))
        training = TrainingSettings(learning_rate=0.01, epochs=2, batch_size=30)
        shuffle = {"shuffle": np.random.default_rng(2), "dropout": self.dropout}
        self.records = [
            dataclasses.replace(record, seconds=0.0)
            for record in fit(trainer, three_classes(), training, shuffle, diagnosing=diagnosing)
        ]


def test_training_goes_the_same_way_with_diagnosis() -> None:
    plain, diagnosed = ShortRun(diagnosing=False), ShortRun(diagnosing=True)
    assert plain.network.parameters.values.tobytes() == diagnosed.network.parameters.values.tobytes()
    assert plain.records == [dataclasses.replace(record, layers=()) for record in diagnosed.records]
    assert all(record.layers == () for record in plain.records)
    assert [len(record.layers) for record in diagnosed.records] == [3, 3]


def test_diagnosing_draws_nothing_and_changes_nothing() -> None:
    run = ShortRun(diagnosing=False)
    parameters = run.network.parameters
    state = run.dropout.bit_generator.state
    before = [each.copy() for each in (parameters.values, parameters.gradients)]
    sample = three_classes().features
    first = diagnose(run.network, sample, before[0])
    assert diagnose(run.network, sample, before[0]) == first
    assert run.dropout.bit_generator.state == state
    for after, was in zip((parameters.values, parameters.gradients), before, strict=True):
        assert after.tobytes() == was.tobytes()
    assert [layer.name for layer in first] == ["Dense"] * 3


def test_dropout_does_not_touch_what_is_judged() -> None:
    """Units are judged as they are at prediction."""
    layers = []
    for dropout in (None, 0.5):
        settings = NetworkSettings(hidden=(6, 4), activation="tanh", dropout=dropout)
        network = build_network(settings, 6, 3)
        network.initialize(np.random.default_rng(1))
        layers.append(diagnose(network, three_classes().features, network.parameters.values.copy()))
    assert layers[0] == layers[1]


def test_units_are_judged_on_the_first_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SAMPLE_ROWS == 1024
    settings = NetworkSettings(hidden=(6,), activation="tanh")
    means = []
    for rows in (10, ROWS):
        monkeypatch.setattr("mlpcli.nn.fitting.SAMPLE_ROWS", rows)
        means.append(trained(settings, 0.1).layers[0].mean)
    assert means[0] != means[1]
