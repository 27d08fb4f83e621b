"""The learning-rate range test: a batch per rate on a geometric grid, several sweeps side by side.

`sweep` yields the losses of one sweep, `sweep_together` those of several until they blow up; `suggestions`
reads a rate off them. After Smith 2017 (arXiv 1506.01186, section 3.3).
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.errors import SettingsError
from mlpcli.nn.arrays import QUIET, FloatArray
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.suggestions import DEFAULT_RULE, SUGGESTIONS
from mlpcli.nn.trainer import Trainer
from mlpcli.settings import Settings, setting

BLOW_UP = 3.0
"""Sweeps end when the loss is above that of the start by so many times what it fell by."""

RECENT = 5
"""Rates whose losses must agree on a blow-up: one batch of a few rows may be odd."""

FIRST = 10
"""Rates whose losses are those of the start."""


@dataclass(frozen=True)
class SweepSettings(Settings):
    """The grid of learning rates, and what is read off it."""

    start: float = setting(1e-6, "First learning rate.", group="Sweep", above=0, common=True)
    end: float = setting(10.0, "Last learning rate.", group="Sweep", above=0, common=True)
    steps: int = setting(150, "Number of rates, one batch each.", group="Sweep", at_least=10, common=True)
    sweeps: int = setting(3, "Repetitions over seeds, averaged.", group="Sweep", at_least=1, common=True)
    rule: str = setting(
        DEFAULT_RULE,
        "What reads the suggestion off the curve.",
        group="Sweep",
        choices=tuple(SUGGESTIONS),
        common=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.end <= self.start:
            raise SettingsError(
                f"--end {self.end:g} is not above --start {self.start:g}", "Give --end above it."
            )

    def rates(self) -> FloatArray:
        """The geometric grid."""
        return np.geomspace(self.start, self.end, self.steps)


def sweep(
    trainer: Trainer, training: Examples, rates: FloatArray, batch_size: int, shuffle: np.random.Generator
) -> Generator[float]:
    """Train one batch at each rate, yielding its loss before the update; ends after one that is not finite.

    Weights and optimizer state are those of before when the generator ends or is closed.
    """
    values = trainer.network.parameters.values
    kept = values.copy()
    kept_moments = {name: moment.copy() for name, moment in trainer.optimizer.moments().items()}
    kept_steps = trainer.optimizer.steps
    batches = _endless(Batches(training, batch_size), len(training), shuffle)
    step = QUIET(trainer.step)
    try:
        for rate in rates:
            loss = step(next(batches), float(rate))
            yield loss
            if not math.isfinite(loss):
                return
    finally:
        values[:] = kept
        for name, moment in trainer.optimizer.moments().items():
            moment[:] = kept_moments[name]
        trainer.optimizer.steps = kept_steps


def sweep_together(sweeps: Sequence[Generator[float]]) -> FloatArray:
    """Losses (rates, sweeps) of sweeps that run a rate at a time, up to the rate at which they blow up.

    They are judged together: a single sweep is more easily taken in by an odd batch. One loss that is not
    finite is a blow-up. The sweeps are over when this returns.
    """
    rows: list[tuple[float, ...]] = []
    for losses in zip(*sweeps, strict=False):  # all end with the first that ends
        rows.append(losses)
        if has_blown_up(np.array(rows)):
            break
    for each in sweeps:
        each.close()
    return np.array(rows).reshape(len(rows), len(sweeps))


def has_blown_up(losses: FloatArray) -> bool:
    """Whether the last of these losses (rates, sweeps) are far above those of the start.

    Far is measured by what the loss has fallen by, or by its noise at the start where it has not fallen, as
    ratios mean nothing of a loss that may be 0 or negative.
    """
    if not np.isfinite(losses[-1]).all():
        return True
    if len(losses) < FIRST + RECENT:
        return False
    levels = np.median(losses[:FIRST], axis=0)
    above = losses - levels
    medians = np.median(np.lib.stride_tricks.sliding_window_view(above, RECENT, axis=0), axis=(1, 2))
    low, high = np.quantile(above[:FIRST], (0.1, 0.9))
    least = 0.01 * float(np.abs(levels).mean())  # of equal losses none is far from another
    return bool(medians[-1] > BLOW_UP * max(-medians.min(), high - low, least))


def _endless(batches: Batches, rows: int, shuffle: np.random.Generator) -> Iterator[Examples]:
    while True:
        yield from batches.in_order(shuffle.permutation(rows))
