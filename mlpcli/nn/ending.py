"""The one owner of when a training ends, and why."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from mlpcli.nn.early_stopping import EarlyStopping
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.optimizers import LBFGS
from mlpcli.nn.scratch import QUIET
from mlpcli.nn.trainer import Trainer
from mlpcli.nn.training_settings import LOSS


class Ending:
    """Asked after each batch and each epoch; `reason` is None as long as the training goes on.

    `earlier` is the reason for which a training that is resumed ended.
    """

    def __init__(
        self,
        trainer: Trainer,
        stopping: EarlyStopping,
        should_stop: Callable[[], StopReason | None],
        earlier: StopReason | None = None,
    ) -> None:
        self._trainer, self._stopping, self._should_stop = trainer, stopping, should_stop
        self.reason: StopReason | None = earlier if earlier in ("diverged", "converged") else None
        self._after_validation()  # patience may have run out just when it was stopped for another reason

    def diverged(self, loss: float) -> bool:
        """Whether a loss is no longer finite."""
        if not math.isfinite(loss):
            self.reason = "diverged"
        return self.reason == "diverged"

    def after_batch(self) -> bool:
        """Whether the caller wants the training to stop."""
        self.reason = self._should_stop()
        return self.reason is not None

    def within_epoch(self) -> None:
        """After an unfinished epoch, whose values are kept only if there are no better ones."""
        if self._stopping.best_values is None:
            self.diverged(self._sum_of_values())

    def after_epoch(self, epoch: int, scores: Mapping[str, float], monitor: str) -> bool:
        """Whether an epoch is the best so far by the monitored score; there are none without validation."""
        if self.diverged(scores[LOSS] if scores else self._sum_of_values()):
            return False
        values = self._trainer.network.parameters.values
        is_best = bool(scores) and self._stopping.update(epoch, scores[monitor], values)
        self._after_validation()
        return is_best

    def _after_validation(self) -> None:
        if self.reason is None and self._stopping.exhausted:
            self.reason = "patience"
        optimizer = self._trainer.optimizer
        if self.reason is None and isinstance(optimizer, LBFGS) and optimizer.converged:
            self.reason = "converged"

    @QUIET
    def _sum_of_values(self) -> float:
        return float(np.sum(self._trainer.network.parameters.values))
