"""Rules that read a learning rate off the curve of a range test. SUGGESTIONS.

They are pure functions of rates and smoothed losses (rates,), which end where the sweeps blew up. valley,
slide, steep and minimum are fastai's (callback/schedule.py) but stay before the minimum, half_max is ours.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlpcli.nn.scratch import FloatArray

SMOOTHED_DECADES = 0.23
"""Width of the smoothing to either side, in decades of rates: 5 of 150 rates from 1e-6 to 10."""

CEILING = 0.5
"""Losses are cut at the start's plus this part of the fall: the height of a blow-up means nothing, and
smoothing would carry it over to the rates before it."""

FLOOR = 0.2
"""Part of the whole fall: the floor of a curve is where the loss is no further above its lowest.

Chosen on six seeds of eleven tables: with 0.05 to 0.2 to the left, 0.1 to 0.3 to the right, and a half to a
third of the middle, trainings are equally good; a fifth to both sides is simple and varies little. On four
other seeds trainings at half_max end within 1.1 times the loss of the best of nine rates on ten tables, at
valley on eight, and the seeds' suggestions within a factor of 3 on ten, valley's on eight.
"""


def start_points(count: int) -> int:
    """Number of first points whose median is the loss at the start."""
    return max(count // 15, 3)


def pool(losses: FloatArray) -> FloatArray:
    """The mean curve (rates,) of sweeps (rates, sweeps), finite except where they blow up; see CEILING.

    Each sweep's losses are relative to its start, as other starting weights have another loss.
    """
    first = losses[: start_points(len(losses))]
    levels = np.median(first, axis=0)
    above = np.where(np.isfinite(losses), losses - levels, np.inf)
    fall = -float(np.median(above, axis=1).min())
    noise = float(np.quantile(first - levels, 0.9))
    return np.asarray(np.minimum(above, max(CEILING * fall, noise)).mean(axis=1) + levels.mean())


def smooth(rates: FloatArray, losses: FloatArray) -> FloatArray:
    """The mean of a forward and a backward moving average, over SMOOTHED_DECADES; none of sparse rates.

    Centred, so that the curve is not shifted to higher rates as with one forward average.
    """
    points = SMOOTHED_DECADES * len(rates) / max(np.log10(rates[-1] / rates[0]), 1e-9)
    memory = max(1.0 - 1.0 / points, 0.0)
    return np.asarray((_moving_average(losses, memory) + _moving_average(losses[::-1], memory)[::-1]) / 2)


def _moving_average(losses: FloatArray, memory: float) -> FloatArray:
    averages = np.empty_like(losses)
    total = weight = 0.0
    for index, loss in enumerate(losses):
        total = memory * total + float(loss)
        weight = memory * weight + 1.0
        averages[index] = total / weight
    return averages


class Floor(NamedTuple):
    """The flat part at the bottom of a curve: indices of its first and last rate, and its depth."""

    first: int
    last: int
    fall: float
    """From the loss at the start to the lowest."""


def floor_of(smoothed: FloatArray) -> Floor:
    """From the first point that is FLOOR of the fall or less above the lowest to the last before it rises."""
    lowest = int(np.argmin(smoothed))
    low = float(smoothed[lowest])
    fall = max(float(np.median(smoothed[: start_points(len(smoothed))])) - low, 0.0)
    high = low + FLOOR * fall
    first = int(np.argmax(smoothed <= high))
    risen = np.flatnonzero(smoothed[lowest:] > high)
    return Floor(first, lowest + int(risen[0]) - 1 if len(risen) else len(smoothed) - 1, fall)


def largest_usable(rates: FloatArray, smoothed: FloatArray) -> float:
    """The middle, over log rate, of the curve's floor.

    The rate at its end is fine for the few steps of a sweep, but not for whole epochs.
    """
    floor = floor_of(smoothed)
    return float(np.sqrt(rates[floor.first] * rates[floor.last]))


def half_max(rates: FloatArray, smoothed: FloatArray) -> float:
    """Half the largest usable rate: the lessons' rule (Géron, Hands-On Machine Learning).

    Géron reads the largest usable rate off by eye; here it is the middle of the floor.
    """
    return largest_usable(rates, smoothed) / 2


def _lowest(smoothed: FloatArray) -> int:
    """The last index of the minimum: behind it is a rise, with falls in it that no training would reach."""
    return len(smoothed) - 1 - int(np.argmin(smoothed[::-1]))


def _fall(rates: FloatArray, smoothed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The curve up to its minimum."""
    end = _lowest(smoothed) + 1
    return rates[:end], smoothed[:end]


def minimum(rates: FloatArray, smoothed: FloatArray) -> float:
    """A tenth of the rate with the lowest smoothed loss (fastai)."""
    return float(rates[int(np.argmin(smoothed))]) / 10


def steep(rates: FloatArray, smoothed: FloatArray) -> float:
    """The rate at which the smoothed loss falls fastest per logarithm of the rate (fastai)."""
    rates, smoothed = _fall(rates, smoothed)
    if len(smoothed) < 2:
        return float(rates[0])
    return float(rates[int(np.argmin(np.gradient(smoothed, np.log(rates))))])


def slide(rates: FloatArray, smoothed: FloatArray) -> float:
    """From the right, move a window of 15 left until the slopes at its ends agree; its left end (fastai),
    or the minimum where that is further left: on the rising flank no training learns.
    """
    if len(smoothed) < 2:
        return float(rates[0])
    slopes = np.gradient(smoothed)
    right = len(slopes) - 1
    left = max(right - 15, 0)
    while left > 0 and abs(slopes[right] - slopes[left]) > 0.005:
        left, right = left - 1, right - 1
    return float(rates[min(left, _lowest(smoothed))])


def valley(rates: FloatArray, smoothed: FloatArray) -> float:
    """About the middle of the longest decreasing subsequence of the smoothed losses (fastai's default)."""
    rates, smoothed = _fall(rates, smoothed)
    lengths = np.ones(len(smoothed), dtype=np.intp)
    for index in range(1, len(smoothed)):
        before = lengths[:index][smoothed[:index] > smoothed[index]]
        lengths[index] = 1 + (before.max() if len(before) else 0)
    last = int(np.argmax(lengths))
    length = int(lengths[last])
    position = last - length + 1 + length // 3 + length // 6
    return float(rates[max(position, 0)])


DEFAULT_RULE = "half_max"
SUGGESTIONS: dict[str, Callable[[FloatArray, FloatArray], float]] = {
    "half_max": half_max,
    "valley": valley,
    "slide": slide,
    "steep": steep,
    "minimum": minimum,
}
"""Names appear in JSON output: add, never rename."""

MEANINGS = {
    "half_max": "half the largest usable rate",
    "valley": "middle of the longest fall",
    "slide": "left of the last bend",
    "steep": "where the loss falls fastest",
    "minimum": "a tenth of the rate with the lowest loss",
}
"""The rules in words, for people."""
