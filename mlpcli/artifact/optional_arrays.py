"""Checks of what only some models have: error sizes, for prediction intervals, and thresholds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array

ERROR_ARRAYS = ("errors.levels", "errors.sizes", "errors.knots", "errors.scales")
MOST_ENTRIES = 1000
"""Levels or knots; training stores a fifth of that."""
LARGEST_ERROR = 1e40
"""Sizes and scales come from differences of two encoded values, which are float32."""


def check_errors(arrays: Mapping[str, Array], targets: int) -> None:
    """Raise ValueError unless all of the arrays are there, as `ErrorSizes` takes them, or none is."""
    there = [name for name in ERROR_ARRAYS if name in arrays]
    if not there:
        return
    if len(there) < len(ERROR_ARRAYS):
        raise ValueError("some of its arrays of errors are missing")
    levels, sizes, knots, scales = (arrays[name] for name in ERROR_ARRAYS)
    if any(array.dtype != np.float64 for array in (levels, sizes, knots, scales)):
        raise ValueError("its arrays of errors are not of the right type")
    quantiles, bins = levels.size, knots.size // targets
    shapes = levels.shape, sizes.shape, knots.shape, scales.shape
    if shapes != ((quantiles,), (targets, quantiles), (targets, bins), (targets, bins)):
        raise ValueError("its arrays of errors do not fit together")
    if not (1 <= quantiles <= MOST_ENTRIES and 1 <= bins <= MOST_ENTRIES):
        raise ValueError("its arrays of errors are empty or too long")
    ascending = (np.diff(levels) > 0).all() and (np.diff(sizes) >= 0).all() and (np.diff(knots) >= 0).all()
    if not ascending or levels[0] <= 0 or levels[-1] >= 1 or (sizes < 0).any() or (scales <= 0).any():
        raise ValueError("its arrays of errors are not in order")
    if max(sizes.max(), scales.max()) > LARGEST_ERROR:
        raise ValueError("its arrays of errors are too large")


def check_thresholds(target: Mapping[str, Any], task: str, labels: Sequence[str]) -> None:
    """Raise ValueError unless there is a probability for each label, or no threshold."""
    if "thresholds" not in target:
        return
    thresholds = target["thresholds"]
    wanted = {"binary": 1, "multilabel": len(labels)}.get(task)
    if len(thresholds) != wanted or not all(0 < each < 1 for each in thresholds):
        raise ValueError("its thresholds are not those of its target")
