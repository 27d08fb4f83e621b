"""What holds of the optional arrays from which intervals of predictions are made, and of thresholds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array

NAMES = ("errors.levels", "errors.sizes", "errors.knots", "errors.scales")
MOST = 1000
"""Levels or knots; training stores a fifth."""
LARGEST = 1e40
"""Of a size or a scale: they come from differences of two encoded values, which are float32."""


def check_errors(arrays: Mapping[str, Array], targets: int) -> None:
    """Raise ValueError unless there are none of the arrays, or all of them and as `ErrorSizes` takes them."""
    there = [name for name in NAMES if name in arrays]
    if not there:
        return
    if len(there) < len(NAMES):
        raise ValueError("of its arrays of errors some are missing")
    levels, sizes, knots, scales = (arrays[name] for name in NAMES)
    if any(array.dtype != np.float64 for array in (levels, sizes, knots, scales)):
        raise ValueError("its arrays of errors are not of the right type")
    quantiles, bins = levels.size, knots.size // targets
    shapes = levels.shape, sizes.shape, knots.shape, scales.shape
    if shapes != ((quantiles,), (targets, quantiles), (targets, bins), (targets, bins)):
        raise ValueError("its arrays of errors do not fit together")
    if not (1 <= quantiles <= MOST and 1 <= bins <= MOST):
        raise ValueError("its arrays of errors are empty or too long")
    ascending = (np.diff(levels) > 0).all() and (np.diff(sizes) >= 0).all() and (np.diff(knots) >= 0).all()
    if not ascending or levels[0] <= 0 or levels[-1] >= 1 or (sizes < 0).any() or (scales <= 0).any():
        raise ValueError("its arrays of errors are not in order")
    if max(sizes.max(), scales.max()) > LARGEST:
        raise ValueError("its arrays of errors are too large")


def check_thresholds(target: Mapping[str, Any], task: str, labels: Sequence[str]) -> None:
    """Raise ValueError unless there are no thresholds, or one that is a probability for each label."""
    if "thresholds" not in target:
        return
    thresholds = target["thresholds"]
    wanted = {"binary": 1, "multilabel": len(labels)}.get(task)
    if len(thresholds) != wanted or not all(0 < each < 1 for each in thresholds):
        raise ValueError("its thresholds are not those of its target")
