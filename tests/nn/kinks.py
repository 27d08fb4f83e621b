"""How far signals are from where a slope jumps: there differences tell nothing of the gradient."""

import itertools
from collections.abc import Callable

import numpy as np

from mlpcli.nn.activations import Parametric
from mlpcli.nn.activations.simple import HardSigmoid
from mlpcli.nn.batches import Examples
from mlpcli.nn.embeddings import InputLayer
from mlpcli.nn.embeddings.periodic import PLR
from mlpcli.nn.layers import Dense, Layer
from mlpcli.nn.losses import LossSettings
from mlpcli.nn.network import Network
from mlpcli.nn.scratch import AnyArray, FloatArray
from tests.nn.examples import Replay

MARGIN = 5e-3
"""How far from a kink every signal must be: many times what the differences move it."""


def _residuals(outputs: FloatArray, targets: AnyArray) -> FloatArray:
    return np.asarray(np.abs(outputs - targets))


def _huber(outputs: FloatArray, targets: AnyArray) -> FloatArray:
    return np.asarray(np.abs(_residuals(outputs, targets) - LossSettings().huber_delta))


def _quantile(outputs: FloatArray, targets: AnyArray) -> FloatArray:
    levels = outputs.shape[1] // targets.shape[1]
    return np.asarray(np.abs(outputs - np.repeat(targets, levels, axis=1)))


def _margins(outputs: FloatArray, targets: AnyArray) -> tuple[FloatArray, FloatArray]:
    """The score of the class less the highest other, and the lead of that one over the next."""
    rows = np.arange(len(outputs))
    others = outputs.copy()
    others[rows, targets] = -np.inf
    others.sort(axis=1)
    return outputs[rows, targets] - others[:, -1], others[:, -1] - others[:, -2]


def _of_classes(margin: float) -> Callable[[FloatArray, AnyArray], FloatArray]:
    def distances(outputs: FloatArray, targets: AnyArray) -> FloatArray:
        lead, rivals = _margins(outputs, targets)
        return np.asarray(np.minimum(np.abs(lead - margin), rivals))

    return distances


LOSS_KINKS: dict[str, Callable[[FloatArray, AnyArray], FloatArray]] = {
    "mae": _residuals,
    "huber": _huber,
    "quantile": _quantile,
    "hinge": _of_classes(1.0),
    "perceptron": _of_classes(0.0),
    "binary-hinge": lambda outputs, targets: np.abs(1 - (2 * targets - 1) * outputs),
    "binary-perceptron": lambda outputs, targets: np.abs(outputs),
    "poisson": lambda outputs, targets: 4.0 - outputs,
}
"""Distances from the kinks of a loss; the others are smooth. A large e^z hides small slopes by rounding."""


def signals(network: Network, features: FloatArray) -> list[tuple[Layer, FloatArray, FloatArray]]:
    """Each layer with its input and output in training, in memory of their own."""
    walked: list[tuple[Layer, FloatArray, FloatArray]] = []
    dense = [index for index, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    signal = features
    for index, layer in enumerate(network.layers):
        out = np.empty((len(features), layer.n_out))
        layer.forward(signal, out, True)
        if network.shortcut is not None and index == dense[-1]:
            network.shortcut.add(walked[dense[0]][1], out, True)
        walked.append((layer, signal, out))
        signal = out
    return walked


def distance_from_kinks(network: Network, batch: Examples, loss: str) -> float:
    """Of what enters an activation from zero (the hard sigmoid: from ±3), and of outputs from the loss's."""
    walked = signals(network, batch.features)
    distance = np.inf
    for index, (layer, signal, out) in enumerate(walked):
        if isinstance(layer, InputLayer) and any(isinstance(each, PLR) for each in layer.embeddings):
            positive = out[:, : PLR.outputs][out[:, : PLR.outputs] > 0]
            distance = min(distance, float(positive.min(initial=np.inf)))
        if index and isinstance(network.layers[index - 1], Dense):
            function = layer.function if isinstance(layer, Parametric) else layer
            kinks = (-3.0, 3.0) if isinstance(function, HardSigmoid) else (0.0,)
            distance = min(distance, *(float(np.abs(signal - kink).min()) for kink in kinks))
    if loss in LOSS_KINKS:
        distance = min(distance, float(LOSS_KINKS[loss](walked[-1][2], batch.targets).min()))
    return distance


def clear_of_kinks(
    network: Network, loss: str, replay: Replay, batch_of: Callable[[int], Examples], spread: float = 0.8
) -> Examples:
    """Values for the net and rows for it: the first that keep away from every kink."""
    for seed in itertools.count():
        generator = np.random.default_rng(seed)
        network.parameters.values[:] = spread * generator.standard_normal(network.parameters.size)
        batch = batch_of(seed)
        replay()
        if distance_from_kinks(network, batch, loss) > MARGIN:
            return batch
    raise AssertionError
