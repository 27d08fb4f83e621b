"""Every activation under every loss, and whole nets of every kind, against central differences."""

from typing import Any

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Parametric
from mlpcli.nn.batches import Examples
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers.rules import SGD
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.trainer import Trainer
from tests.nn.examples import Replay, everything, mixed_rows, row_weights, targets_for
from tests.nn.gradients import assert_gradient
from tests.nn.kinks import clear_of_kinks

ROWS, OUTPUTS = 6, 3
NO_REPLAY = Replay()
A_FEW = 12
"""Coordinates, beside three random directions, where the product of tables is large."""


def small_net(activation: str, replay: Replay, dropout: float = 0.0, parametric: bool = False) -> Network:
    """3-5-4-3 in float64."""
    layers: list[Layer] = []
    for n_in, n_out in ((3, 5), (5, 4)):
        function = ACTIVATIONS[activation](n_out)
        layers += [Dense(n_in, n_out), Parametric(function) if parametric else function]
        if dropout:
            layers.append(Dropout(n_out, dropout, replay.generator))
    return Network([*layers, Dense(4, OUTPUTS)], np.float64)


def assert_gradient_of(
    network: Network,
    loss: str,
    *,
    weighted: bool = False,
    l2: float = 0.0,
    settings: LossSettings | None = None,
    replay: Replay = NO_REPLAY,
    mixed: bool = False,
    coordinates: int | None = None,
    spread: float = 0.8,
) -> None:
    """The gradient of the mean loss and the penalty by all parameters."""

    def batch_of(seed: int) -> Examples:
        generator = np.random.default_rng(seed)
        features = mixed_rows(ROWS, generator) if mixed else generator.standard_normal((ROWS, network.n_in))
        targets = targets_for(loss, ROWS, network.n_out, generator)
        return Examples(features, targets, row_weights(ROWS, generator) if weighted else None)

    batch = clear_of_kinks(network, loss, replay, batch_of, spread)
    parameters = network.parameters
    regularization = Regularization(parameters, RegularizationSettings(l2=l2))
    trainer = Trainer(network, LOSSES[loss](settings or LossSettings()), SGD(parameters), regularization)
    weights = parameters.values[parameters.groups["weight"]]

    def objective() -> float:
        replay()
        outputs = network.forward(batch.features)
        value = trainer.loss.value(outputs, batch.targets, batch.weights)
        return value + l2 / 2 * float(np.sum(weights**2))

    parameters.gradients[:] = np.nan
    replay()
    value = trainer.objective(batch)
    assert value == pytest.approx(objective(), rel=1e-12)
    assert np.any(parameters.gradients != 0)
    assert_gradient(objective, parameters.values, parameters.gradients, np.random.default_rng(1), coordinates)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_under_every_loss(activation: str, loss: str) -> None:
    assert_gradient_of(small_net(activation, NO_REPLAY), loss, weighted=True, coordinates=A_FEW)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_of_rows_without_weights(loss: str) -> None:
    """Weights are the loss's affair: one activation stands for all."""
    assert_gradient_of(small_net("tanh", NO_REPLAY), loss, coordinates=A_FEW)


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_single_parameter(activation: str, loss: str) -> None:
    assert_gradient_of(small_net(activation, NO_REPLAY), loss, weighted=True)


@pytest.mark.parametrize("loss", ["mse", "focal"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_parametric_activation(activation: str, loss: str) -> None:
    assert_gradient_of(small_net(activation, NO_REPLAY, parametric=True), loss)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
def test_penalty_and_dropout_under_every_loss(loss: str, parametric: bool) -> None:
    replay = Replay()
    network = small_net("silu", replay, dropout=0.4, parametric=parametric)
    assert_gradient_of(network, loss, weighted=True, l2=0.3, replay=replay, coordinates=A_FEW)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dropout_after_every_activation(activation: str) -> None:
    replay = Replay()
    network = small_net(activation, replay, dropout=0.4)
    assert_gradient_of(network, "sigmoid-cross-entropy", replay=replay, coordinates=A_FEW)


SETTINGS = [
    ("cross-entropy", {"label_smoothing": 0.2}),
    ("sigmoid-cross-entropy", {"label_smoothing": 0.2}),
    *[(loss, {"focal_gamma": gamma}) for loss in ("focal", "sigmoid-focal") for gamma in (0.0, 0.5, 5.0)],
    ("quantile", {"quantiles": (0.05, 0.4, 0.6)}),
]


@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize(("loss", "changes"), SETTINGS, ids=str)
def test_settings_of_a_loss(loss: str, changes: dict[str, Any], weighted: bool) -> None:
    settings = LossSettings(**changes)
    assert_gradient_of(small_net("tanh", NO_REPLAY), loss, weighted=weighted, settings=settings)


@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
def test_an_activation_after_the_output(output_activation: str) -> None:
    layers = [Dense(3, 4), ACTIVATIONS["mish"](4), Dense(4, OUTPUTS), ACTIVATIONS[output_activation](OUTPUTS)]
    assert_gradient_of(Network(layers, np.float64), "log-cosh")


@pytest.mark.parametrize("loss", ["mse", "perceptron", "poisson"])
@pytest.mark.parametrize("number_embedding", [*NUMBER_EMBEDDINGS, "none"])
def test_embeddings_scale_slopes_and_shortcut_in_one_net(number_embedding: str, loss: str) -> None:
    """The shortcut takes what the embeddings make of some columns; sizes 5-4-3 behind them."""
    network = everything(number_embedding)
    if network.parameters.constants.size:
        network.initialize(np.random.default_rng(0), "auto", mixed_rows(50, np.random.default_rng(1)))
    coordinates = None if number_embedding == "none" else 60
    assert_gradient_of(network, loss, weighted=True, mixed=True, coordinates=coordinates, spread=0.4)


@pytest.mark.parametrize("changes", [{"input_scale": False}, {"number_embedding": "none"}], ids=str)
def test_shortcut_and_penalty(changes: dict[str, Any]) -> None:
    """The shortcut's weights are weights, so the penalty is on them too."""
    network = everything(**changes)
    assert_gradient_of(network, "mse", mixed=True, l2=0.3, coordinates=60)


def test_sharing_memory_changes_no_gradient() -> None:
    gradients = []
    for share in (False, True):
        replay = Replay()
        network = everything("pbld")
        layers: list[Layer] = [*network.layers[:4], Dropout(5, 0.3, replay.generator), *network.layers[4:]]
        network = Network(layers, np.float64, shortcut=network.shortcut, share=share)
        generator = np.random.default_rng(2)
        network.parameters.values[:] = generator.standard_normal(network.parameters.size)
        batch = Examples(mixed_rows(ROWS, generator), generator.standard_normal((ROWS, OUTPUTS)))
        Trainer(network, LOSSES["mse"](LossSettings()), SGD(network.parameters)).gradients(batch)
        gradients.append(network.parameters.gradients.tobytes())
    assert gradients[0] == gradients[1]
