"""Places of rows on a map."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.model.effects.axes import Axis

SPREAD = 0.7
"""Rows of one level are spread over so much of its cell."""
STEPS = (0.7548776662466927, 0.5698402909980532)
"""Of two coordinates, whose multiples fill a square evenly: powers of 1 / 1.3247..., the root of x³ = x + 1
(Roberts 2018, the sequence R2)."""


def spread_places(axis: Axis, values: Array, coordinate: int) -> Array:
    """Places from 0 to 1 along an axis, the first (0) or the second (1); rows of one level side by side."""
    places = axis.places(values)
    if not axis.levels:
        return places
    shifts = (np.arange(1, len(values) + 1) * STEPS[coordinate]) % 1.0 - 0.5
    return np.asarray(places + SPREAD * shifts / len(axis.levels))
