"""One training step: forward, loss, backward, penalty, update."""

import numpy as np

from mlpcli.nn.batches import Examples
from mlpcli.nn.losses import Loss
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import Optimizer

QUIET = np.errstate(over="ignore", invalid="ignore", divide="ignore")
"""Divergence is told by the loss, not by NumPy's warnings."""


class Trainer:
    """A network with what it is trained by. With `l2`, l2 / 2 · Σ w² over weights (not biases) is added."""

    def __init__(self, network: Network, loss: Loss, optimizer: Optimizer, l2: float = 0.0) -> None:
        self.network, self.loss, self.optimizer, self.l2 = network, loss, optimizer, l2
        weights = network.parameters.groups["weight"]
        self._weights = network.parameters.values[weights]
        self._d_weights = network.parameters.gradients[weights]
        self._penalty = np.empty_like(self._weights)

    @QUIET
    def step(self, batch: Examples, learning_rate: float) -> float:
        """Learn from one batch; the batch's mean loss before the update, without the penalty."""
        loss = self.gradients(batch)
        self.optimizer.step(learning_rate)
        return loss

    def gradients(self, batch: Examples) -> float:
        """Fill the gradient vector for one batch; the batch's mean loss, without the penalty."""
        network = self.network
        outputs = network.forward(batch.features)
        loss = self.loss.value(outputs, batch.targets, batch.weights)
        self.loss.gradient(outputs, batch.targets, batch.weights, network.d_outputs)
        network.backward()
        if self.l2:
            self._d_weights += np.multiply(self._weights, self.l2, out=self._penalty)
        return loss
