"""Differences between the contents of two model files, for people and as JSON fields."""

from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.number_text import MISSING, short
from mlpcli.render.compare import fields as comparison_fields
from mlpcli.render.compare import tables_of
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.tables import table_report
from mlpcli.render.formatting import some
from mlpcli.render.training_words import SHORT_DIGEST

if TYPE_CHECKING:
    from mlpcli.workflows.model_difference import ModelDifference

DIGEST = 64
"""Characters of a SHA-256 digest."""
MOST_COLUMNS = 20
MOST_LONG = 300
"""Characters of a text that is shown of a file."""


def report(screen: Screen, difference: "ModelDifference") -> None:
    """The contents that differ, then settings, scores and trainings side by side."""
    first, second = (each.name for each in difference.comparison.files)
    screen.line(_answer(difference), "bold")
    for title, contents in difference.contents.items():
        rows = [
            [each.name, *(_brief(text) for text in (each.first, each.second))]
            for each in contents
            if not each.same
        ]
        if title == "network" and (words := _weights(difference)):
            rows.append(["largest difference", words, ""])
        if rows:
            screen.heading(title.capitalize())
            screen.table(["", first, second], rows)
    _columns(screen, difference, first, second)
    alike = [each.name for contents in difference.contents.values() for each in contents if each.same]
    for table in tables_of(difference.comparison, screen.told, every=screen.verbose):
        table_report(screen, table)
    if alike:
        screen.line()
        screen.line(f"the same: {', '.join(alike)}", "dim")


def _answer(difference: "ModelDifference") -> str:
    first, second = (each.path for each in difference.comparison.files)
    if difference.same:
        return f"{first} and {second} are the same model: the same bytes of weights, columns and target"
    if difference.same_weights:
        return f"{first} and {second} have the same bytes of weights, and differ in what is around them"
    return f"{first} and {second} have different weights"


def _weights(difference: "ModelDifference") -> str:
    if difference.same_weights:
        return ""
    largest = difference.largest_difference
    return "the networks have other layers" if largest is None else f"{short(largest)} of two weights"


def _columns(screen: Screen, difference: "ModelDifference", first: str, second: str) -> None:
    """Columns of one file only, or of two kinds; and those whose statistics differ."""
    columns = difference.columns
    if columns or difference.statistics or difference.other_order:
        screen.heading("Columns")
    if columns:
        rows = [[each.name, each.first or MISSING, each.second or MISSING] for each in columns]
        shown = rows if screen.verbose else rows[:MOST_COLUMNS]
        screen.table(["column", first, second], shown)
        if len(shown) < len(rows):
            screen.line(f"  and {count(len(rows) - len(shown), 'more column')} (-v)", "dim")
    if difference.other_order:
        screen.line("  the columns are in another order")
    if difference.statistics:
        names = some(difference.statistics, MOST_COLUMNS)
        screen.line(f"  other ranges, values or means in training: {names}")


def _brief(text: str | None) -> str:
    """A digest by its first characters; long texts cut."""
    if not text:
        return MISSING
    if len(text) == DIGEST and text.isalnum():
        return text[:SHORT_DIGEST]
    return text if len(text) <= MOST_LONG else f"{text[: MOST_LONG - 3]}..."


def fields(difference: "ModelDifference") -> dict[str, Any]:
    """The JSON fields of `inspect --diff`."""
    return {
        "same": difference.same,
        "same_weights": difference.same_weights,
        "largest_difference": difference.largest_difference,
        "contents": {
            title: [
                {"name": each.name, "first": each.first, "second": each.second, "same": each.same}
                for each in contents
            ]
            for title, contents in difference.contents.items()
        },
        "columns": [
            {"name": each.name, "first": each.first, "second": each.second} for each in difference.columns
        ],
        "other_order": difference.other_order,
        "statistics": difference.statistics,
        **comparison_fields(difference.comparison),
    }
