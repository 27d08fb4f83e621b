"""Encoded rows in a file, mapped when they are all there."""

from collections.abc import Iterable, Iterator

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.stored.scratch_file import ScratchFile

BLOCK_VALUES = 1 << 22
"""Features that are copied at once."""


def mapped_rows(blocks: Iterable[Array], width: int) -> Array:
    """(rows, width) float32 in a mapped file: the rows of all blocks. OutputError if it cannot be written."""
    with ScratchFile() as file:
        for block in blocks:
            file.append(block)
        return file.mapped((-1, width) if file.size else (0, width), np.float32)


def taken_rows(features: Array, rows: Array) -> Array:
    """Some of the rows of a matrix, in a file of their own unless they are few."""
    at_once = max(BLOCK_VALUES // features.shape[1], 1)
    if len(rows) <= at_once:
        return np.asarray(features[rows])

    def blocks() -> Iterator[Array]:
        for start in range(0, len(rows), at_once):
            yield features[rows[start : start + at_once]]

    return mapped_rows(blocks(), features.shape[1])
