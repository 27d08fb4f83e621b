"""The learning-rate range test: a batch per rate on a geometric grid, several sweeps side by side.

`sweep` yields the losses of one sweep, `sweep_together` those of several until they blow up; `suggestions`
reads a rate off them. After Smith 2017 (arXiv 1506.01186, section 3.3).
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mlpcli.errors import Sentence, SettingsError
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.scratch import QUIET, FloatArray
from mlpcli.nn.suggestions import DEFAULT_RULE, SUGGESTIONS
from mlpcli.nn.trainer import Trainer
from mlpcli.progress import RATES, OnProgress, unwatched
from mlpcli.settings import Settings, setting

BLOW_UP = 3.0
"""Sweeps end when the loss has risen above that of the start by this many times its fall."""

RECENT = 5
"""Number of rates whose losses must agree on a blow-up: one batch of a few rows may be odd."""

FIRST = 10
"""Number of rates whose losses count as the start."""


@dataclass(frozen=True)
class SweepSettings(Settings):
    """Settings of the range test: the grid of learning rates, and the rule of the suggestion."""

    start: float = setting(1e-6, "First learning rate.", group="Sweep", above=0, common=True)
    end: float = setting(10.0, "Last learning rate.", group="Sweep", above=0, common=True)
    steps: int = setting(
        150, "Number of learning rates, one batch each.", group="Sweep", at_least=10, common=True
    )
    sweeps: int = setting(
        3, "Number of sweeps with other seeds, which are averaged.", group="Sweep", at_least=1, common=True
    )
    rule: str = setting(
        DEFAULT_RULE,
        "Rule that reads the suggestion off the curve.",
        group="Sweep",
        choices=tuple(SUGGESTIONS),
        common=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.end <= self.start:
            raise SettingsError(
                Sentence("{:g} is not above {start} {:g}", self.end, self.start),
                Sentence("Give a larger {end}."),
                setting="end",
            )

    def rates(self) -> FloatArray:
        """The geometric grid."""
        return np.geomspace(self.start, self.end, self.steps)


def sweep(
    trainer: Trainer, training: Examples, rates: FloatArray, batch_size: int, shuffle: np.random.Generator
) -> Generator[float]:
    """Train one batch at each rate, yielding its loss before the update; ends after one that is not finite.

    Weights and optimizer state are restored when the generator ends or is closed.
    """
    values = trainer.network.parameters.values
    kept = values.copy()
    kept_moments = {name: moment.copy() for name, moment in trainer.optimizer.moments().items()}
    kept_steps = trainer.optimizer.steps
    batches = _endless(Batches(training, batch_size), training, shuffle)
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


def sweep_together(
    sweeps: Sequence[Generator[float]], rates: int | None = None, on_progress: OnProgress = unwatched
) -> FloatArray:
    """Losses (rates, sweeps) of sweeps that run a rate at a time, up to the rate at which they blow up.

    They are judged together, as a single sweep is more easily misled by an odd batch. One loss that is not
    finite is a blow-up. The sweeps are over when this returns. `rates`: how many there are, at most.
    """
    rows: list[tuple[float, ...]] = []
    for losses in zip(*sweeps, strict=False):  # all end with the first that ends
        rows.append(losses)
        on_progress(len(rows), rates, RATES)
        if blown_up(np.array(rows)):
            break
    for each in sweeps:
        each.close()
    return np.array(rows).reshape(len(rows), len(sweeps))


def blown_up(losses: FloatArray) -> bool:
    """Whether the last of the losses (rates, sweeps) are far above those of the start, or not finite.

    Far is relative to the fall of the loss so far, or to its noise at the start where it has not fallen:
    ratios of a loss that may be 0 or negative mean nothing.
    """
    if not np.isfinite(losses[-1]).all():
        return True
    if len(losses) < FIRST + RECENT:
        return False
    levels = np.median(losses[:FIRST], axis=0)
    low, high = np.quantile(losses[:FIRST] - levels, (0.1, 0.9))
    # Equal losses have no noise to compare with.
    noise = max(high - low, 0.01 * float(np.abs(levels).mean()))
    recent = sliding_window_view(losses[FIRST + 1 - RECENT :] - levels, RECENT, axis=0)
    medians = np.median(recent, axis=(1, 2))
    return bool(medians[-1] > BLOW_UP * max(-float(medians.min()), noise))


def _endless(batches: Batches, training: Examples, shuffle: np.random.Generator) -> Iterator[Examples]:
    while True:
        yield from batches.in_order(training.shuffled(shuffle))
