"""Cells that were missing, unseen, unreadable or out of range, by column."""

from typing import Any

from mlpcli.data.counts import CellCounts
from mlpcli.render.console import Screen
from mlpcli.render.formatting import by_column


def report(screen: Screen, counts: CellCounts, model: str = "") -> None:
    """Notes on cells that were not plain values, and to which model if that is not clear; to stderr."""
    for text, by_name in (
        ("missing cells, filled in", counts.missing),
        ("categories unseen or rare in training, treated as none", counts.unseen),
        ("unreadable cells, treated as missing", counts.unreadable),
        ("values outside the range of training", counts.out_of_range),
    ):
        if by_name:
            screen.line(f"note: {model and f'{model}: '}{text}: {by_column(by_name)}")


def fields(counts: CellCounts) -> dict[str, Any]:
    """Cells by column name."""
    return {
        "missing": counts.missing,
        "unseen": counts.unseen,
        "unreadable": counts.unreadable,
        "out_of_range": counts.out_of_range,
    }
