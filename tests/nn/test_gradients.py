"""Every activation under every loss, and every layer by itself, against central differences."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.batches import Examples
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.losses import LOSSES, ElementwiseLoss, LossSettings
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import SGD
from mlpcli.nn.trainer import Trainer
from tests.nn.examples import LAYERS, Replay, row_weights, targets_for, with_parameters
from tests.nn.gradients import assert_gradient

ROWS, CLASSES = 6, 3
MARGIN = 5e-3
"""How far from a kink (of relu, mae, huber) every signal must be: many times what the differences move it."""


def small_net(activation: str, dropout: float, replay: Replay) -> Network:
    """3-5-4-3 with weights and biases, in float64."""
    layers: list[Layer] = []
    for n_in, n_out in ((3, 5), (5, 4)):
        layers += [Dense(n_in, n_out), ACTIVATIONS[activation](n_out)]
        if dropout:
            layers.append(Dropout(n_out, dropout, replay.generator))
    return Network([*layers, Dense(4, CLASSES)], np.float64)


def distance_from_kinks(network: Network, batch: Examples) -> float:
    """Of what enters an activation and of raw outputs from zero, of residuals from zero and Huber's delta."""
    signal, distance = batch.features, np.inf
    for layer in network.layers:
        out = np.empty((len(batch), layer.n_out))
        layer.forward(signal, out, True)
        if isinstance(layer, Dense):
            distance = min(distance, float(np.abs(out).min()))
        signal = out
    if batch.targets.ndim == 1:
        return distance
    residuals = np.abs(signal - batch.targets)
    delta = LossSettings().huber_delta
    return float(min(distance, residuals.min(), np.abs(residuals - delta).min()))


def clear_of_kinks(network: Network, replay: Replay, batch_of: Callable[[int], Examples]) -> Examples:
    """Weights for the net and rows for it, the first that keep away from every kink."""
    for seed in itertools.count():
        generator = np.random.default_rng(seed)
        network.parameters.values[:] = 0.8 * generator.standard_normal(network.parameters.size)
        batch = batch_of(seed)
        replay()
        if distance_from_kinks(network, batch) > MARGIN:
            return batch
    raise AssertionError


@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize(
    ("l2", "dropout"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.4)], ids=["plain", "l2", "dropout"]
)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_network(activation: str, loss: str, l2: float, dropout: float, weighted: bool) -> None:
    replay = Replay()
    network = small_net(activation, dropout, replay)

    def batch_of(seed: int) -> Examples:
        generator = np.random.default_rng(seed)
        features = generator.standard_normal((ROWS, 3))
        targets = targets_for(loss, ROWS, CLASSES, generator)
        return Examples(features, targets, row_weights(ROWS, generator) if weighted else None)

    batch = clear_of_kinks(network, replay, batch_of)
    trainer = Trainer(network, LOSSES[loss](LossSettings()), SGD(network.parameters), l2)
    weights = network.parameters.values[network.parameters.groups["weight"]]

    def objective() -> float:
        replay()
        outputs = network.forward(batch.features)
        value = trainer.loss.value(outputs, batch.targets, batch.weights)
        return value + l2 / 2 * float(np.sum(weights**2))

    replay()
    trainer.gradients(batch)
    gradient = network.parameters.gradients
    assert np.any(gradient != 0)
    assert_gradient(objective, network.parameters.values, gradient, np.random.default_rng(1))


@pytest.mark.parametrize("name", LAYERS)
def test_inputs_of_a_layer(name: str) -> None:
    replay = Replay()
    layer = LAYERS[name](replay.generator)
    parameters = with_parameters(layer)
    generator = np.random.default_rng(2)
    x = generator.uniform(0.1, 2.0, (ROWS, layer.n_in)) * generator.choice([-1.0, 1.0], (ROWS, layer.n_in))
    out, d_x = np.empty((ROWS, layer.n_out)), np.empty_like(x)
    d_out = generator.standard_normal(out.shape)

    def objective() -> float:
        replay()
        layer.forward(x, out, True)
        return float(np.sum(out * d_out))

    objective()
    layer.backward(x, out, d_out, d_x)
    assert_gradient(objective, x, d_x, generator)
    assert_gradient(objective, parameters.values, parameters.gradients, generator)


LOSSES_AND_WEIGHTS = [
    (name, weights)
    for name, make in LOSSES.items()
    for weights in ("none", "rows", "elements")
    if weights != "elements" or isinstance(make(LossSettings()), ElementwiseLoss)
]


@pytest.mark.parametrize(("name", "weights"), LOSSES_AND_WEIGHTS)
def test_outputs_of_a_loss(name: str, weights: str) -> None:
    loss = LOSSES[name](LossSettings())
    generator = np.random.default_rng(4)
    targets = targets_for(name, ROWS, CLASSES, generator)
    # Residuals are ±0.4 or ±1.6: far from zero and from Huber's delta, 1.
    offsets = generator.choice([-1.6, -0.4, 0.4, 1.6], (ROWS, CLASSES))
    outputs = offsets if targets.ndim == 1 else targets + offsets
    chosen: FloatArray | None = None
    if weights != "none":
        chosen = row_weights(ROWS, generator)
        chosen = chosen * generator.uniform(0.5, 1.5, (ROWS, CLASSES)) if weights == "elements" else chosen
    gradient = np.empty_like(outputs)
    loss.gradient(outputs, targets, chosen, gradient)
    assert_gradient(lambda: loss.value(outputs, targets, chosen), outputs, gradient, generator)
