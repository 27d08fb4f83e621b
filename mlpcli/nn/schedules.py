"""Learning-rate schedules: factors from the fraction of training done (SCHEDULES), and Plateau."""

import math
from collections.abc import Callable
from typing import ClassVar

Schedule = Callable[[float], float]
"""From the fraction of training done, 0 <= done <= 1, to a factor in [0, 1] whose maximum is 1."""


def constant(done: float) -> float:
    """Always 1."""
    return 1.0


def step(done: float) -> float:
    """1, from done = 1/2 on 0.1, from 3/4 on 0.01 (He et al. 2016, arXiv 1512.03385, sec. 4.2: CIFAR-10)."""
    if done < 0.5:
        return 1.0
    return 0.1 if done < 0.75 else 0.01


def exponential(done: float) -> float:
    """0.01^done: from 1 down to 0.01 by the same ratio each epoch (as PyTorch's ExponentialLR)."""
    return math.pow(0.01, done)


def inverse_scaling(done: float) -> float:
    """1 / √(1 + 99 done): from 1 down to 0.1 (scikit-learn's invscaling, power_t = 0.5, in fractions)."""
    return 1.0 / math.sqrt(1.0 + 99.0 * done)


def cosine(done: float) -> float:
    """(1 + cos(π done)) / 2: from 1 down to 0 (Loshchilov & Hutter 2017, arXiv 1608.03983, eq. 5)."""
    return 0.5 * (1.0 + math.cos(math.pi * done))


def cosine_restarts(done: float) -> float:
    """cosine((done - start) / length) in cycles of lengths 1/7, 2/7 and 4/7: each from 1 down to 0.

    SGDR with T_mult = 2 (Loshchilov & Hutter 2017, arXiv 1608.03983); a cycle's start belongs to it.
    """
    sevenths = 7.0 * done
    if sevenths < 1.0:
        return cosine(sevenths)
    return cosine((sevenths - 1.0) / 2.0 if sevenths < 3.0 else (sevenths - 3.0) / 4.0)


def one_cycle(done: float) -> float:
    """w + (1 - w) end, w = cosine(...): up from end = 1/25 until done = 1/4, then down to end = 1e-5.

    fastai's fit_one_cycle (div=25, pct_start=0.25, div_final=1e5) of Smith & Topin 2017, arXiv 1708.07120.
    """
    if done < 0.25:
        weight, end = cosine(1.0 - 4.0 * done), 1.0 / 25.0
    else:
        weight, end = cosine((done - 0.25) / 0.75), 1e-5
    return weight + (1.0 - weight) * end


def flat_cosine(done: float) -> float:
    """(1 + cos(π (max(1, 2 done) - 1))) / 2: 1 until done = 1/2, then down to 0 (pytabkit's flat_cos)."""
    return cosine(max(1.0, 2.0 * done) - 1.0)


def coslog(done: float) -> float:
    """(1 - cos(2π log2(1 + (2^4 - 1) done))) / 2: four ever longer waves, from 0 up to 1 and back to 0.

    RealMLP's coslog4 (Holzmüller et al. 2024, arXiv 2407.04491); 0 at done = 0, 1/15, 3/15, 7/15 and 1.
    """
    return 0.5 * (1.0 - math.cos(2.0 * math.pi * math.log2(1.0 + 15.0 * done)))


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "step": step,
    "exponential": exponential,
    "inverse-scaling": inverse_scaling,
    "cosine": cosine,
    "cosine-restarts": cosine_restarts,
    "one-cycle": one_cycle,
    "flat-cosine": flat_cosine,
    "coslog": coslog,
}
"""Names are stored in model files: add, never rename."""

PLATEAU = "plateau"
"""The name of `Plateau`, which follows the validation loss and so is not one of the pure SCHEDULES."""

ALL_SCHEDULES = (*SCHEDULES, PLATEAU)
"""The choices of the learning rate's schedule."""


def warmed_up(schedule: Schedule, warmup: float) -> Schedule:
    """done / warmup * schedule(0) while done < warmup, then schedule((done - warmup) / (1 - warmup)).

    Linear warm-up (Goyal et al. 2017, arXiv 1706.02677, sec. 2.2) from 0; warmup 0 changes nothing.
    """
    if not 0.0 <= warmup < 1.0:
        raise ValueError(f"warmup must be at least 0 and below 1, not {warmup}")
    if warmup == 0.0:
        return schedule

    def warmed(done: float) -> float:
        if done < warmup:
            return done / warmup * schedule(0.0)
        return schedule((done - warmup) / (1.0 - warmup))

    return warmed


class Plateau:
    """factor <- reduction * factor after every `patience` epochs in a row without progress.

    Keras' ReduceLROnPlateau, without its cooldown and floor (PyTorch's waits one epoch longer). Progress
    is a validation loss below the best so far; NaN never is.
    """

    patience: ClassVar[int] = 5
    reduction: ClassVar[float] = 0.2

    def __init__(self) -> None:
        self._factor, self._best, self._waited = 1.0, math.inf, 0

    @property
    def factor(self) -> float:
        """The factor for the next epoch: 1 at first."""
        return self._factor

    def update(self, validation_loss: float) -> None:
        """Take note of an epoch's validation loss."""
        if validation_loss < self._best:
            self._best, self._waited = validation_loss, 0
            return
        self._waited += 1
        if self._waited >= self.patience:
            self._factor, self._waited = self._factor * self.reduction, 0

    def state(self) -> tuple[float, float, int]:
        """The factor, the best loss (infinite before the first) and the epochs waited: for `restore`."""
        return self._factor, self._best, self._waited

    def restore(self, state: tuple[float, float, int]) -> None:
        """Go on from an earlier `state`."""
        self._factor, self._best, self._waited = state
