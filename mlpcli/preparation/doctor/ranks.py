"""Ranks of values."""

import numpy as np

from mlpcli.arrays import Array


def ranks(values: Array) -> Array:
    """From 0, equal values the mean of theirs."""
    _, numbers, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - counts / 2)[numbers])


def ranks_of_columns(values: Array) -> Array:
    """The ranks in each column of (rows, columns)."""
    return np.stack([ranks(column) for column in values.T], axis=1)
