"""The learning-rate range test: a batch per rate on a geometric grid, and rules that read a rate off it.

`sweep` yields points; SUGGESTIONS are pure functions of (rates, raw losses, smoothed losses).
After Smith 2017 (arXiv 1506.01186, section 3.3).
"""

import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mlpcli.errors import SettingsError
from mlpcli.nn.arrays import QUIET, FloatArray
from mlpcli.nn.batches import Batches, Examples
from mlpcli.nn.trainer import Trainer
from mlpcli.settings import Settings, setting

BLOW_UP = 4.0
"""The sweep ends when the last losses' median is above this many times the mean of those before."""

RECENT = 5
"""Losses that must agree on a blow-up: one batch of a few rows may be odd."""

START = 10
"""The median of this many first losses is the loss at the start."""


@dataclass(frozen=True)
class SweepSettings(Settings):
    """The grid of learning rates."""

    start: float = setting(1e-6, "First learning rate.", group="Sweep", above=0, common=True)
    end: float = setting(10.0, "Last learning rate.", group="Sweep", above=0, common=True)
    steps: int = setting(150, "Number of rates, one batch each.", group="Sweep", at_least=10, common=True)
    sweeps: int = setting(3, "Repetitions over seeds, averaged.", group="Sweep", at_least=1, common=True)

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
) -> Iterator[float]:
    """Train one batch at each rate, yielding its loss before the update; ends early when the loss blows up.

    Weights and optimizer state are those of before when the generator ends or is closed.
    """
    values = trainer.network.parameters.values
    kept = values.copy()
    kept_moments = {name: moment.copy() for name, moment in trainer.optimizer.moments().items()}
    kept_steps = trainer.optimizer.steps
    batches = _endless(Batches(training, batch_size), len(training), shuffle)
    step = QUIET(trainer.step)
    losses: list[float] = []
    try:
        for rate in rates:
            loss = step(next(batches), float(rate))
            yield loss
            losses.append(loss)
            if not math.isfinite(loss) or _blown_up(losses[:-RECENT], losses[-RECENT:]):
                return
    finally:
        values[:] = kept
        for name, moment in trainer.optimizer.moments().items():
            moment[:] = kept_moments[name]
        trainer.optimizer.steps = kept_steps


def _blown_up(before: list[float], recent: list[float]) -> bool:
    return len(before) >= RECENT and statistics.median(recent) > BLOW_UP * statistics.fmean(before)


def _endless(batches: Batches, rows: int, shuffle: np.random.Generator) -> Iterator[Examples]:
    while True:
        yield from batches.in_order(shuffle.permutation(rows))


def smooth(losses: FloatArray, memory: float = 0.8) -> FloatArray:
    """The mean of a forward and a backward moving average with weight `memory` on the past.

    Centred, so that the curve is not shifted to higher rates as with one forward average. A final
    non-finite loss is kept as it is.
    """
    smoothed = losses.copy()
    finite = losses[np.isfinite(losses)]
    if len(finite):
        # Cut off what follows the blow-up: backwards it would leak far to the left.
        finite = np.minimum(finite, BLOW_UP * np.median(finite))
        forward, backward = _moving_average(finite, memory), _moving_average(finite[::-1], memory)[::-1]
        smoothed[np.isfinite(losses)] = (forward + backward) / 2
    return smoothed


def _moving_average(losses: FloatArray, memory: float) -> FloatArray:
    averages = np.empty_like(losses)
    total = weight = 0.0
    for index, loss in enumerate(losses):
        total = memory * total + float(loss)
        weight = memory * weight + 1.0
        averages[index] = total / weight
    return averages


def largest_usable(rates: FloatArray, losses: FloatArray, smoothed: FloatArray) -> float:
    """The last rate before the loss, past its minimum, has climbed back a fifth of its fall."""
    usable = np.isfinite(smoothed)
    lowest = int(np.nanargmin(np.where(usable, smoothed, np.nan)))
    first = float(np.nanmedian(losses[:START]))
    low = float(smoothed[lowest])
    for index in range(lowest + 1, len(smoothed)):
        climbed = not usable[index] or smoothed[index] > low + 0.2 * (first - low)
        if climbed or losses[index] > BLOW_UP * first:
            return float(rates[index - 1])
    return float(rates[len(smoothed) - 1])


def half_max(rates: FloatArray, losses: FloatArray, smoothed: FloatArray) -> float:
    """Half the largest usable rate: the lessons' rule (Géron, Hands-On Machine Learning)."""
    return largest_usable(rates, losses, smoothed) / 2


def minimum(rates: FloatArray, losses: FloatArray, smoothed: FloatArray) -> float:
    """A tenth of the rate with the lowest smoothed loss (fastai)."""
    return float(rates[int(np.nanargmin(np.where(np.isfinite(smoothed), smoothed, np.nan)))]) / 10


def steep(rates: FloatArray, losses: FloatArray, smoothed: FloatArray) -> float:
    """Where the smoothed loss falls fastest per logarithm of the rate (fastai)."""
    curve = _finite(smoothed)
    return float(rates[int(np.argmin(np.gradient(curve, np.log(rates[: len(curve)]))))])


def slide(rates: FloatArray, losses: FloatArray, smoothed: FloatArray) -> float:
    """From the right, move a window of 15 left until the slopes at its ends agree; its left end (fastai)."""
    curve = _finite(smoothed)
    slopes = np.gradient(curve)
    right = len(slopes) - 1
    left = max(right - 15, 0)
    while left > 0 and abs(slopes[right] - slopes[left]) > 0.005:
        left, right = left - 1, right - 1
    return float(rates[left])


def valley(rates: FloatArray, losses: FloatArray, smoothed: FloatArray) -> float:
    """About the middle of the longest decreasing subsequence of the smoothed losses (fastai's default)."""
    curve = _finite(smoothed)
    lengths = np.ones(len(curve), dtype=np.intp)
    for index in range(1, len(curve)):
        before = lengths[:index][curve[:index] > curve[index]]
        lengths[index] = 1 + (before.max() if len(before) else 0)
    last = int(np.argmax(lengths))
    length = int(lengths[last])
    position = last - length + 1 + length // 3 + length // 6
    return float(rates[max(position, 0)])


def _finite(smoothed: FloatArray) -> FloatArray:
    """The curve up to its first non-finite point."""
    bad = np.flatnonzero(~np.isfinite(smoothed))
    return smoothed[: bad[0]] if len(bad) else smoothed


SUGGESTIONS: dict[str, Callable[[FloatArray, FloatArray, FloatArray], float]] = {
    "half_max": half_max,
    "valley": valley,
    "slide": slide,
    "steep": steep,
    "minimum": minimum,
}
"""Names appear in JSON output: add, never rename."""
