"""Results of predict: notes for people, and the fields of a JSON object."""

from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.render import counts
from mlpcli.render.console import Screen
from mlpcli.render.progress.bar import spent
from mlpcli.text_width import printable

if TYPE_CHECKING:
    from mlpcli.workflows.predict import Scoring


def report(screen: Screen, scoring: "Scoring") -> None:
    """Notes on the rows that were scored."""
    for note in scoring.notes:
        screen.note(note)
    counts.report(screen, scoring.summary.counts)


def written(screen: Screen, scoring: "Scoring", output: str, seconds: float) -> None:
    """One line on what was written and how long it took."""
    rows = count(scoring.summary.rows, "row")
    place = "" if output == "-" else f" to {output}"
    screen.raw(printable(f"{rows} written{place} in {spent(seconds)}"))  # without loading rich


def fields(scoring: "Scoring", output: str) -> dict[str, Any]:
    """The JSON fields of `predict`."""
    summary, effects = scoring.summary, scoring.effects
    explained = None if effects is None or not summary.rows else effects.facts
    return {"rows": summary.rows, "output": output, "effects": explained, **counts.fields(summary.counts)}
