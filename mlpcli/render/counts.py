"""Counts of missing, unseen, unreadable and out-of-range cells by column, for people and as JSON fields."""

from typing import Any

from mlpcli.data.counts import CellCounts
from mlpcli.render.console import Screen
from mlpcli.render.formatting import by_column


def report(screen: Screen, counts: CellCounts, model: str = "") -> None:
    """A note for each kind of cell that was found; `model` is named if there are several."""
    for text, by_name in (
        ("missing cells, filled in", counts.missing),
        ("categories unseen or rare in training, treated as none", counts.unseen),
        ("unreadable cells, treated as missing", counts.unreadable),
        ("values outside the range of training", counts.out_of_range),
    ):
        if by_name:
            screen.line(f"note: {model and f'{model}: '}{text}: {by_column(by_name)}")


def fields(counts: CellCounts) -> dict[str, Any]:
    """The JSON fields: counts by column name."""
    return {
        "missing": counts.missing,
        "unseen": counts.unseen,
        "unreadable": counts.unreadable,
        "out_of_range": counts.out_of_range,
    }
