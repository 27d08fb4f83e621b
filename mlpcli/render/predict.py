"""Results of predict: notes for people, and the fields of a JSON object."""

from typing import TYPE_CHECKING, Any

from mlpcli.render import counts
from mlpcli.render.console import Screen

if TYPE_CHECKING:
    from mlpcli.workflows.predict import PredictionSummary, Scoring


def report(screen: Screen, scoring: "Scoring") -> None:
    """Notes on the rows that were scored."""
    for note in scoring.notes:
        screen.line(f"note: {screen.told(note)}")
    counts.report(screen, scoring.summary.counts)


def fields(summary: "PredictionSummary", output: str) -> dict[str, Any]:
    """The JSON fields of `predict`."""
    return {"rows": summary.rows, "output": output, **counts.fields(summary.counts)}
