"""Statistics of weighted values: a row of weight 2 counts as the row twice.

Without weights they are NumPy's own. Weights (rows,) are above 0; a row of weight 0 has been left out. A
factor of all weights changes no mean and no deviation, and no quantile by more than the step from one value
to the next.
"""

import numpy as np

from mlpcli.arrays import Array

FARTHEST = 1e200
"""Times the least weight that one may be, so that sums stay finite: any that is larger decides alone."""


def mean_and_deviation(values: Array, weights: Array | None) -> tuple[Array, Array]:
    """Mean and standard deviation (ddof 0) over the rows of (rows,) or (rows, columns)."""
    if weights is None:
        return values.mean(axis=0), values.std(axis=0)
    weights = weights / weights.max()  # sums of the largest floats overflow
    mean = np.average(values, axis=0, weights=weights)
    return mean, np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))


def quantiles(values: Array, levels: Array, weights: Array | None) -> Array:
    """(levels,) of values (rows,), linear between the rows (Hyndman and Fan 1996, definition 7).

    Without weights the quantile of level p is at the place p (n - 1) of the sorted rows. Here a row of weight
    w, before which the weights sum to C, holds the places from C to C + w - 1 of W = Σ w, as its w copies
    would, and the quantile is at p (W - 1), linear between the rows' places.

    That 1 is the weight of a single copy. Where all weights are whole numbers it is 1, so that they repeat
    rows exactly. Others, such as those of surveys or of mean one, are known up to a factor only: there the
    smallest weight takes its place, so that no factor matters and equal weights are as good as none. No
    definition that is linear between rows has both: of 0 and 1 the quantile of level 0.25 is 0.25, of 0, 0, 1
    and 1 it is 0.
    """
    if weights is None:
        return np.asarray(np.quantile(values, levels))
    order = np.argsort(values, kind="stable")
    ordered, weights = values[order], weights[order]
    copy = 1.0 if (weights % 1 == 0).all() else float(weights.min())
    weights = weights / max(copy, float(weights.max()) / FARTHEST)
    ends = np.cumsum(weights)
    places = np.column_stack([ends - weights, ends - 1.0]).ravel()
    # Beyond 2^53 an end, less one, may come before its start.
    places = np.maximum.accumulate(places)
    return np.asarray(np.interp(levels * (ends[-1] - 1.0), places, np.repeat(ordered, 2)))


def median(values: Array, weights: Array | None) -> float:
    """The quantile of level 0.5."""
    return float(np.median(values) if weights is None else quantiles(values, np.array([0.5]), weights)[0])
