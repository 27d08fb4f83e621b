"""Numbers with as many decimals as a network can tell, so that they are short and lose nothing."""

import numpy as np

from mlpcli.arrays import Array

EXACT_POWERS = 22
"""10**22 is the largest power of ten that is a float64."""
LARGEST_WHOLE = 2.0**53
SMALLEST_EXPONENT = -300
DIGITS = 9
"""Significant digits of probabilities; a float32 has between seven and eight."""


def rounded_to(values: Array, unit: Array) -> Array:
    """Values rounded to multiples of the power of ten at or below `unit` (broadcast, above 0), as float64.

    A whole number divided by a power of ten is the float64 next to that decimal, which `repr` writes with no
    further digit. Values whose own last digit is coarser than the unit stay as they are.
    """
    decimals = np.broadcast_to(-np.floor(np.log10(unit)), values.shape)
    scale = 10.0 ** np.clip(np.abs(decimals), 0, EXACT_POWERS)
    with np.errstate(over="ignore", invalid="ignore"):
        wholes = np.where(decimals >= 0, values * scale, values / scale)
        rounded = np.where(decimals >= 0, np.rint(wholes) / scale, np.rint(wholes) * scale)
        kept = ~(np.abs(wholes) < LARGEST_WHOLE) | (np.abs(decimals) > EXACT_POWERS)
    result = np.where(kept, values, rounded + 0.0)
    for place in zip(*np.nonzero(decimals > EXACT_POWERS), strict=True):
        result[place] = float(f"{values[place]:.{int(decimals[place])}f}")
    return result


def rounded_probabilities(values: Array) -> Array:
    """Probabilities with nine significant digits of the smaller of p and 1 - p.

    Nine digits of p alone would make all that is close to 1 the same.
    """
    values = values.astype(np.float64)
    smaller = np.minimum(values, 1.0 - values)
    magnitude = np.floor(np.log10(np.where(smaller > 0, smaller, 1.0)))
    unit = 10.0 ** np.maximum(magnitude + 1 - DIGITS, SMALLEST_EXPONENT)
    return np.where(smaller > 0, rounded_to(values, unit), values)
