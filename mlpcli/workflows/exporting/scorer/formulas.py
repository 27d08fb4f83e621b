"""Arithmetic of formulas that never fails: what has no value is NaN or infinite, as in NumPy."""

import math


def divided(first: float, second: float) -> float:
    """The quotient."""
    if second:
        return first / second
    if not first or math.isnan(first) or math.isnan(second):
        return math.nan
    return math.copysign(math.inf, first) * math.copysign(1.0, second)


def powered(base: float, exponent: float) -> float:
    """The power."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.nan if base else math.inf


def exp(value: float) -> float:
    """The exponential."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def log(value: float) -> float:
    """The natural logarithm."""
    return math.log(value) if value > 0 else math.nan if value else -math.inf


def sqrt(value: float) -> float:
    """The square root."""
    return math.nan if value < 0 else math.sqrt(value)


def sin(value: float) -> float:
    """The sine."""
    return math.nan if math.isinf(value) else math.sin(value)


def cos(value: float) -> float:
    """The cosine."""
    return math.nan if math.isinf(value) else math.cos(value)
