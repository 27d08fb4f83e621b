"""What a perceptron can learn and what it cannot: AND, OR and XOR, as in the lessons."""

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.batches import Examples
from mlpcli.nn.losses.labels import SigmoidCrossEntropy
from mlpcli.nn.optimizers import Adam
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.trainer import Trainer

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
WITH_PRODUCT = np.column_stack([INPUTS, INPUTS[:, 0] * INPUTS[:, 1]])
AND, OR, XOR = [0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0]
SEEDS = range(5)


def accuracy(
    inputs: FloatArray,
    targets: list[float],
    hidden: tuple[int, ...] = (),
    activation: str = "tanh",
    seed: int = 0,
    rate: float = 0.05,
) -> float:
    """After 500 full-batch steps on the four rows; the class is the sign of the score."""
    settings = NetworkSettings(hidden=hidden, activation=activation)
    network = build_network(settings, inputs.shape[1], 1, dtype=np.float64)
    network.initialize(np.random.default_rng(seed))
    trainer = Trainer(network, SigmoidCrossEntropy(), Adam(network.parameters))
    examples = Examples(inputs, np.array(targets)[:, np.newaxis])
    for _ in range(500):
        trainer.step(examples, rate)
    return float(np.mean((network.predict(inputs) > 0) == (examples.targets > 0.5)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("targets", [AND, OR], ids=["and", "or"])
def test_a_perceptron_learns_and_and_or(targets: list[float], seed: int) -> None:
    assert accuracy(INPUTS, targets, seed=seed) == 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_perceptron_cannot_learn_xor(seed: int) -> None:
    assert accuracy(INPUTS, XOR, seed=seed) <= 0.75


@pytest.mark.parametrize("seed", SEEDS)
def test_stacked_linear_layers_cannot_learn_xor(seed: int) -> None:
    assert accuracy(INPUTS, XOR, hidden=(8, 8), activation="identity", seed=seed) <= 0.75


@pytest.mark.parametrize("seed", SEEDS)
def test_a_perceptron_learns_xor_from_the_product(seed: int) -> None:
    assert accuracy(WITH_PRODUCT, XOR, seed=seed) == 1.0


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "identity"])
def test_one_hidden_layer_learns_xor(activation: str) -> None:
    if activation == "hard-sigmoid":  # straight from -3 to 3: it takes large weights to bend anything
        assert accuracy(INPUTS, XOR, hidden=(8,), activation=activation, seed=2, rate=0.3) == 1.0
    else:
        assert accuracy(INPUTS, XOR, hidden=(8,), activation=activation) == 1.0
