"""Round values along an axis of a surface, with their texts and places."""

import math
from datetime import date

import numpy as np

from mlpcli.data.schema import DATE
from mlpcli.model.effects.axes import Axis
from mlpcli.number_text import short
from mlpcli.render.formatting import day, day_teller, moment

STEPS = (1.0, 2.0, 5.0, 10.0)
YEARS, MONTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), (1, 2, 3, 6)
DAYS_OF_YEAR, DAYS_OF_MONTH, SECONDS_OF_DAY = 365.25, 30.4, 86_400.0
LEAST_DAYS = 0.7
"""Between two ticks, from which on they are at whole days."""
Tick = tuple[float, str]
"""A place from 0 to 1, and the text there."""


def ticks(axis: Axis, most: int) -> list[Tick]:
    """At most so many ticks; of levels all, or every so many-th."""
    most = max(most, 1)
    if axis.levels:
        every = -(-len(axis.levels) // most)
        return [
            ((place + 0.5) / len(axis.levels), axis.levels[place])
            for place in range(0, len(axis.levels), every)
        ]
    low, high = axis.ends
    found = _dates(low, high, most) if axis.kind == DATE else _numbers(low, high, most)
    return [((value - low) / (high - low), text) for value, text in found]


def _numbers(low: float, high: float, most: int) -> list[tuple[float, str]]:
    raw = (high - low) / most
    if not 0 < raw < math.inf:
        return []
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(each * size for each in STEPS if each * size >= raw * (1 - 1e-9))
    values = [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    largest = max(abs(low), abs(high))
    digits = max(3, math.floor(math.log10(largest)) - math.floor(math.log10(step)) + 1)
    return [(value, short(0.0 if abs(value) < step / 2 else value, min(digits, 15))) for value in values]


def _dates(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Of days since 1970: starts of years or months, else whole days, else moments."""
    span, days = high - low, (high - low) / most
    try:
        first, last = (date.fromisoformat(day(end)) for end in (low, high))
    except ValueError:  # beyond the calendar
        return _numbers(low, high, most)
    if span > 2 * DAYS_OF_YEAR and days > 6 * DAYS_OF_MONTH:
        step = next((each for each in YEARS if each * DAYS_OF_YEAR >= days), YEARS[-1])
        years = [year for year in range(first.year, last.year + 1) if year % step == 0 and year > 0]
        return _inside([(_number_of(date(year, 1, 1)), f"{year}") for year in years], low, high)
    if span > 2 * DAYS_OF_MONTH and days > DAYS_OF_MONTH / 2:
        step = next((each for each in MONTHS if each * DAYS_OF_MONTH >= days), MONTHS[-1])
        months = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
        starts = [date(each // 12, each % 12 + 1, 1) for each in months if each % step == 0]
        return _inside([(_number_of(each), f"{each:%Y-%m}") for each in starts], low, high)
    if days >= LEAST_DAYS:
        step = math.ceil(days)
        return [(float(value), day(value)) for value in range(math.ceil(low), math.floor(high) + 1, step)]
    places = np.linspace(low, high, most + 2)[1:-1].tolist()
    if low >= 0 and high < 1:  # times of the day
        return list(zip(places, map(day_teller(low, high), places), strict=True))
    return [(value, moment(round(value * SECONDS_OF_DAY / 60) * 60)) for value in places]


def _number_of(each: date) -> float:
    return float((each - date(1970, 1, 1)).days)


def _inside(found: list[tuple[float, str]], low: float, high: float) -> list[tuple[float, str]]:
    return [each for each in found if low <= each[0] <= high]
