"""Counts of missing, unseen, unreadable and out-of-range cells by column."""

from dataclasses import dataclass, field

import numpy as np

from mlpcli.arrays import Array


@dataclass
class CellCounts:
    """Counts of cells by column name."""

    last: dict[str, tuple[str, int]] = field(default_factory=dict, repr=False)
    """For each count the column added last, and its first such row in the frame just encoded."""
    missing: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    out_of_range: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, name: str, mask: Array) -> None:
        count = int(np.count_nonzero(mask))
        if count:
            counts: dict[str, int] = getattr(self, what)
            counts[name] = counts.get(name, 0) + count
            self.last[what] = (name, int(np.argmax(mask)))
