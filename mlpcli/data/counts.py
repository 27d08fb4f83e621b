"""Counts of missing, unseen, unreadable and out-of-range cells by column."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mlpcli.arrays import Array

if TYPE_CHECKING:
    from mlpcli.data.columns.cells import Cells

EXAMPLES = 20
LOOKED_AT = 200
"""Rows of a frame in which different examples are looked for."""


@dataclass
class CellCounts:
    """Counts of cells by column name."""

    rows: int = 0
    """All that were encoded."""
    last: dict[str, tuple[str, int]] = field(default_factory=dict, repr=False)
    """For each count the column added last, and its first such row in the frame just encoded."""
    missing: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    out_of_range: dict[str, int] = field(default_factory=dict)

    examples: dict[str, list[str]] = field(default_factory=dict, repr=False)
    """Some of the unseen or unreadable cells of each column."""

    def add(self, what: str, name: str, mask: Array, cells: "Cells | None" = None) -> None:
        """Count the rows of a mask (rows,) of the frame; of `cells` some are kept as examples."""
        count = int(np.count_nonzero(mask))
        if count:
            counts: dict[str, int] = getattr(self, what)
            counts[name] = counts.get(name, 0) + count
            self.last[what] = (name, int(np.argmax(mask)))
            examples = self.examples.setdefault(name, [])
            if cells is not None and len(examples) < EXAMPLES:
                shown = (cells.example(row) for row in np.flatnonzero(mask)[:LOOKED_AT].tolist())
                examples[:] = list(dict.fromkeys([*examples, *shown]))[:EXAMPLES]
