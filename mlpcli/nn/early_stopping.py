"""Early stopping: keeps the best weights, and ends the wait for better ones."""

import math

from mlpcli.nn.scratch import FloatArray


class EarlyStopping:
    """Keeps the weights of the best score; `exhausted` after `patience` epochs without progress.

    A score is better if it beats the best by more than `min_delta`; `patience` None never runs out.
    """

    def __init__(
        self, patience: int | None, min_delta: float = 0.0, *, higher_is_better: bool = False
    ) -> None:
        self._patience, self._min_delta = patience, min_delta
        self._sign = -1.0 if higher_is_better else 1.0
        self.best_score = math.nan
        self.best_epoch = 0
        self.waited = 0
        self.best_values: FloatArray | None = None

    def update(self, epoch: int, score: float, values: FloatArray) -> bool:
        """Record an epoch's score; True, with the weights kept, if it is the best so far."""
        better = self._sign * score < self._sign * self.best_score - self._min_delta
        if not (better or math.isnan(self.best_score)):
            self.waited += 1
            return False
        self.best_values = values.copy()  # a new array: a caller may still hold the old one
        self.best_score, self.best_epoch, self.waited = score, epoch, 0
        return True

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self._patience is not None and self.waited >= self._patience
