"""The levels of a column of texts that comes in pieces, each with levels of its own."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.readings import Reading


class GrowingLevels:
    """All levels so far, in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def codes_of(self, texts: Texts) -> Array:
        """The codes (rows,) int32 of a piece among all levels, to which its own are added."""
        numbers = [self._numbers.setdefault(level, len(self._numbers)) for level in texts.levels]
        by_level = np.array([*numbers, -1], dtype=np.int32)  # the last for code -1
        return by_level[texts.codes]

    def texts(self, codes: Array, reading: Reading) -> Texts:
        """The texts of codes as `codes_of` gave them."""
        return Texts(codes, np.array([*self._numbers], dtype=object), reading)
