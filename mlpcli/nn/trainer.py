"""One training step: forward, loss, backward, regularization, update."""

from collections.abc import Sequence

from mlpcli.nn.batches import Examples
from mlpcli.nn.losses import Loss
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import LBFGS, Optimizer, UpdateRule
from mlpcli.nn.parameters import clear_subnormal
from mlpcli.nn.regularization import Regularization
from mlpcli.nn.scratch import FloatArray


class Trainer:
    """A network with its loss, optimizer and regularization.

    `validation_loss` is that of held-out rows, where smoothing changes the loss of training. `frozen` are
    places in the parameter vector that keep their values.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        regularization: Regularization | None = None,
        validation_loss: Loss | None = None,
        frozen: Sequence[slice] = (),
    ) -> None:
        self.network, self.loss, self.optimizer = network, loss, optimizer
        self._rule = optimizer if isinstance(optimizer, UpdateRule) else None
        self.regularization = regularization or Regularization(network.parameters, frozen=frozen)
        self.validation_loss = validation_loss or loss
        self.watched: FloatArray | None = None
        """Filled by each step with the gradient of the loss alone, before penalties and clipping, with 0 for
        what is frozen; of a minimizer it is that of the point where it ends."""
        values = network.parameters.values
        self._frozen = [(place, values[place].copy()) for place in frozen]

    def step(
        self, batch: Examples, learning_rate: float, decay_factor: float = 1.0, *, with_loss: bool = True
    ) -> float:
        """Learn from one batch; the batch's mean loss before the update, without the penalties.

        Without `with_loss` the loss is not computed, and NaN is returned. A minimizer takes the batch for all
        rows, and its loss includes the penalty.
        """
        rule, regularization = self._rule, self.regularization
        if rule is None:
            assert isinstance(self.optimizer, LBFGS)
            loss = self.optimizer.advance(lambda: self.objective(batch), learning_rate)
            if self.watched is not None:
                self.gradients(batch)
                self._keep_gradients(self.watched)
            return loss
        loss = self.gradients(batch, with_loss=with_loss)
        if self.watched is not None:
            self._keep_gradients(self.watched)
        regularization.before_update(learning_rate, decay_factor)
        rule.step(learning_rate)
        for place, kept in self._frozen:  # decay and penalties move them without a gradient
            self.network.parameters.values[place] = kept
        return loss

    def clear_subnormal(self) -> None:
        """Set dead numbers to 0, between epochs; a minimizer's point stays what it is."""
        if self._rule is not None:
            for vector in (self.network.parameters.values, *self._rule.moments().values()):
                clear_subnormal(vector)

    def gradients(self, batch: Examples, *, with_loss: bool = True) -> float:
        """Fill the gradient vector for one batch; the batch's mean loss, both without the penalties."""
        network = self.network
        outputs = network.forward(batch.features)
        loss = self.loss.gradient(
            outputs, batch.targets, batch.weights, network.d_outputs, with_loss=with_loss
        )
        network.backward()
        return loss

    def _keep_gradients(self, watched: FloatArray) -> None:
        watched[:] = self.network.parameters.gradients
        for place, _ in self._frozen:
            watched[place] = 0.0

    def objective(self, batch: Examples) -> float:
        """Fill the gradient vector; the loss, both with the penalty l2 / 2 · Σ w²."""
        loss = self.gradients(batch)
        self.regularization.add_penalty_gradient()
        return loss + self.regularization.penalty()
