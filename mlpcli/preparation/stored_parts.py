"""Encode a table that is not in memory: block by block into a file, which is then mapped."""

from collections.abc import Mapping

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.stored.scratch_file import ScratchFile, refuse_small_disk
from mlpcli.progress import ENCODED, OnProgress

BLOCK_BYTES = 1 << 24
"""Of cells and encoded values that are in memory at a time."""
NUMBER_BYTES, FEATURE_BYTES = 8, 4


def encoded_in_file(
    frame: Frame,
    encoder: FeatureEncoder,
    counts: CellCounts,
    parts: Mapping[str, Array],
    on_progress: OnProgress,
) -> Array:
    """(rows, width) float32 in a mapped file: the rows of the parts, whose numbers grow, part behind part.

    OutputError if the disk has no room for it.
    """
    row_bytes = FEATURE_BYTES * encoder.width
    rows = sum(map(len, parts.values()))
    refuse_small_disk(rows * row_bytes, f"{rows:,} encoded rows")
    starts = dict(zip(parts, np.cumsum([0, *map(len, parts.values())]).tolist(), strict=False))
    block = max(BLOCK_BYTES // (row_bytes + NUMBER_BYTES * len(encoder.encoders)), 1)
    with ScratchFile() as file:
        for start in range(0, len(frame), block):
            stop = min(start + block, len(frame))
            features = encoder.encode(frame.loaded(start, stop), counts, np.arange(stop - start))
            for part, numbers in parts.items():
                first, last = np.searchsorted(numbers, (start, stop)).tolist()
                chosen = features[numbers[first:last] - start]
                file.write(chosen, (starts[part] + first) * row_bytes)
            on_progress(stop, len(frame), ENCODED)
        return file.mapped((rows, encoder.width), np.float32)
