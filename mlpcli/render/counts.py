"""Counts of missing, unseen, unreadable and out-of-range cells by column, for people and as JSON fields."""

from typing import Any

from mlpcli.data.counts import CellCounts
from mlpcli.render.console import Screen
from mlpcli.render.formatting import by_column

NOTES = {
    "missing": "missing values, filled in",
    "unseen": 'rare or new categories, treated as "other"',
    "unreadable": "unreadable values, treated as missing",
    "out_of_range": "values outside the range of the training data",
}


def report(screen: Screen, counts: CellCounts, model: str = "") -> None:
    """A note for each kind of cell that was found; `model` is named if there are several."""
    for name, text in NOTES.items():
        if by_name := getattr(counts, name):
            screen.note(f"{model and f'{model}: '}{text}: {by_column(by_name)}")


def fields(counts: CellCounts) -> dict[str, Any]:
    """The JSON fields: counts by column name."""
    return {name: getattr(counts, name) for name in NOTES}
