"""Lesson: one small network under several dropout masks, and the mean of many."""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.batches import Examples
from mlpcli.nn.layers import Dense, Dropout
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers.rules import Adam
from mlpcli.nn.trainer import Trainer

RATE = 0.2
UNITS = 12
"""Units of each of the two hidden layers."""
ACTIVATION = "tanh"
MASKS = 5
"""Masks that are drawn one by one."""
MEANS = (1, 5, 20, 100, 1000)
"""Numbers of masks whose mean is compared with the network without dropout."""
TRIES = 20
"""Means of so many masks whose distances are averaged, as far as there are masks."""
ROWS, NOISE = 60, 0.15
SHOWN = 3.0
"""Inputs are from minus this to this."""
POINTS = 61
EPOCHS, LEARNING_RATE = 1200, 0.01


@dataclass(frozen=True)
class ThinnedNetwork:
    """The network under one mask."""

    kept: list[list[bool]]
    """By hidden layer and unit."""
    outputs: list[float]
    distance: float
    """From the network without dropout."""


@dataclass(frozen=True)
class DropoutLesson:
    """A trained network, thinned by some masks, and its means over many."""

    dropout: float
    seed: int
    rows: tuple[list[float], list[float]]
    """Inputs and targets that it was trained on."""
    inputs: list[float]
    whole: list[float]
    """Outputs of the network without dropout, as at prediction."""
    thinned: list[ThinnedNetwork]
    mean: list[float]
    """Outputs averaged over the most masks."""
    distances: dict[int, float]
    """By number of masks, the distance of their mean from the network without dropout."""


def dropout(rate: float = RATE, seed: int = 0) -> DropoutLesson:
    """Train with dropout, and draw masks; a distance is the root of the mean squared difference."""
    data, start, drawing, masking = (
        np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(4)
    )
    inputs = data.uniform(-SHOWN, SHOWN, (ROWS, 1))
    targets = np.sin(2.0 * inputs) + NOISE * data.standard_normal(inputs.shape)
    layers = [
        Dense(1, UNITS),
        ACTIVATIONS[ACTIVATION](UNITS),
        Dropout(UNITS, rate, drawing),
        Dense(UNITS, UNITS),
        ACTIVATIONS[ACTIVATION](UNITS),
        Dropout(UNITS, rate, drawing),
        Dense(UNITS, 1),
    ]
    network = Network(layers, np.float64)
    network.initialize(start)
    trainer = Trainer(network, MeanSquaredError(), Adam(network.parameters))
    examples = Examples(inputs, targets)
    for epoch in range(EPOCHS):
        trainer.step(examples, LEARNING_RATE * (1.0 - epoch / EPOCHS), with_loss=False)

    places = np.linspace(-SHOWN, SHOWN, POINTS).reshape(-1, 1)
    whole = network.predict(places)[:, 0]
    masks = draw_masks(rate, max(MEANS), masking)
    outputs = np.array([thinned_outputs(network, mask, places) for mask in masks])
    thinned = [
        ThinnedNetwork((mask > 0).tolist(), each.tolist(), _distance(each, whole))
        for mask, each in zip(masks[:MASKS], outputs, strict=False)
    ]
    order = np.argsort(inputs[:, 0])
    return DropoutLesson(
        dropout=rate,
        seed=seed,
        rows=(inputs[order, 0].tolist(), targets[order, 0].tolist()),
        inputs=places[:, 0].tolist(),
        whole=whole.tolist(),
        thinned=thinned,
        mean=outputs.mean(axis=0).tolist(),
        distances={number: _mean_distance(outputs, number, whole) for number in MEANS},
    )


def draw_masks(rate: float, number: int, generator: np.random.Generator) -> Array:
    """Masks (number, 2, units) as the layer `Dropout` draws them: it is given ones to pass on."""
    layer = Dropout(2 * UNITS, rate, generator)
    ones = np.ones((number, 2 * UNITS))
    masks = np.empty_like(ones)
    layer.forward(ones, masks, True)
    return masks.reshape(number, 2, UNITS)


def thinned_outputs(network: Network, mask: Array, inputs: Array) -> Array:
    """Outputs (n,) of the network without the units that a mask (2, units) drops, at all inputs alike.

    In training each row has a mask of its own. A unit that is dropped sends nothing on: the weights behind
    it are multiplied by its mask.
    """
    following = [layer for layer in network.layers if isinstance(layer, Dense)][1:]
    before = network.parameters.values.copy()
    for layer, kept in zip(following, mask, strict=True):
        layer.weight *= kept[:, None]
    outputs = network.predict(inputs)[:, 0]
    network.parameters.values[:] = before
    return outputs


def _mean_distance(outputs: Array, number: int, whole: Array) -> float:
    """The distance of the mean of so many masks, averaged over several such means."""
    tries = min(TRIES, len(outputs) // number)
    means = outputs[: tries * number].reshape(tries, number, -1).mean(axis=1)
    return float(np.mean([_distance(each, whole) for each in means]))


def _distance(outputs: Array, whole: Array) -> float:
    return float(np.sqrt(np.mean((outputs - whole) ** 2)))
