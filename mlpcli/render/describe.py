"""A description of a table, for people and as JSON fields."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mlpcli.data.schema import CONSTANT, DATE, DUPLICATE, IDENTIFIER
from mlpcli.errors import count
from mlpcli.render.console import Screen
from mlpcli.render.description_table import described_table
from mlpcli.render.formatting import some
from mlpcli.render.training_words import MOST_TOLD, crosses_text, gain_text

if TYPE_CHECKING:
    from mlpcli.preparation.finding import Finding
    from mlpcli.workflows.description.result import ColumnDescription, Description

MEASURES = {"r2": "R2", "uncertainty_coefficient": "uncertainty coefficient"}
LEFT_OUT_KINDS = (IDENTIFIER, CONSTANT, DUPLICATE)
"""Kinds of findings that say what training leaves out by itself."""
FRAME = 8
"""Lines beside those of columns and findings, about."""
STRONGEST = 5


def report(screen: Screen, description: "Description") -> None:
    """Size and target, a line for each column, and notes, the grave ones first.

    The notes come last, where a terminal's reader looks; first, where a pager shows the beginning.
    """
    conspicuous = conspicuous_columns(description)
    screen.line(_title(description), "bold")
    for line in _facts(description, conspicuous):
        screen.line(line)
    lines = len(description.columns) + len(description.findings) + FRAME
    notes_first = 0 < screen.height < lines
    if notes_first:
        _notes(screen, description)
    screen.line()
    for text, style in described_table(screen, description, conspicuous):
        screen.line(text, style)
    for line in _legend(description):
        screen.line(f"  {line}", "dim")
    if not notes_first:
        _notes(screen, description)


def conspicuous_columns(description: "Description") -> set[str]:
    """The columns that some finding is about, other than that they are left out."""
    findings = (each for each in description.findings if each.kind not in LEFT_OUT_KINDS)
    return {name for finding in findings for name in finding.columns}


def _title(description: "Description") -> str:
    crosses = description.crosses
    columns = count(len(description.columns) - crosses, "column") + crosses_text(crosses)
    return f"{description.name}: {count(description.rows, 'row')}, {columns}"


def _facts(description: "Description", conspicuous: set[str]) -> list[str]:
    """Lines on the target, the columns that need attention, and the strongest."""
    lines = []
    if description.task:
        target = ", ".join(description.target)
        lines.append(f"target {target} ({description.task}: {description.task_reason})")
    if description.dropped:
        lines.append(f"{count(description.dropped, 'row')} without target")
    ranked = sorted(
        (each for each in description.columns if each.relation),
        key=lambda each: each.relation or 0.0,
        reverse=True,
    )
    if len(description.columns) > 2 * STRONGEST and ranked:
        strongest = (f"{each.name} {each.relation:.2f}" for each in ranked[:STRONGEST])
        lines.append(f"strongest: {', '.join(strongest)}")
    told = sorted(description.told.items(), key=lambda each: -each[1][0])
    if told:
        texts = [f"{name} ({gain_text(*each)})" for name, each in told]
        lines.append(f"told by the target: {some(texts, MOST_TOLD)}")
    return lines


def _legend(description: "Description") -> list[str]:
    """The meaning of marks, and of the relation and the rows that it is of."""
    lines = []
    if description.measure:
        of = repr(description.target[0])
        if any(each.related_to for each in description.columns):
            kind = "label" if len(description.target) == 1 else "target"
            of = f"the {kind} that it predicts best"
        measure = MEASURES[description.measure]
        lines.append(f"predicts: out-of-fold {measure} of {of} from this column alone (0 nothing, 1 all)")
        if description.related_rows < description.rows - description.dropped:
            lines[-1] += f", on {description.related_rows:,} rows"
    return lines


def _notes(screen: Screen, description: "Description") -> None:
    if not description.findings and not description.notes:
        return
    screen.heading("Notes")
    light = [each for each in description.findings if each.kind in LEFT_OUT_KINDS]
    for finding in description.findings:
        if finding not in light:
            _finding(screen, finding, "!", "yellow")
    for note in description.notes:
        screen.item(" ", note)
    for finding in light:
        _finding(screen, finding, "-", "")


def _finding(screen: Screen, finding: "Finding", mark: str, style: str) -> None:
    advice = f" ({screen.told(finding.advice)})" if finding.advice else ""
    screen.item(mark, screen.told(finding.text) + advice, style)


def fields(description: "Description") -> dict[str, Any]:
    """The JSON fields; dates as in ISO 8601, durations in seconds."""
    return {
        "rows": description.rows,
        "dropped": description.dropped,
        "target": description.target,
        "task": description.task or None,
        "task_reason": description.task_reason or None,
        "relation_measure": description.measure or None,
        "relation_rows": description.related_rows,
        "examined_rows": description.examined_rows,
        "columns": [_column(each) for each in description.columns],
        "told": {
            name: {"gain": gain, "measure": measure} for name, (gain, measure) in description.told.items()
        },
        "findings": [
            {"kind": each.kind, "text": each.text, "advice": each.advice, "columns": each.columns}
            for each in description.findings
        ],
        "notes": description.notes,
    }


def _column(column: "ColumnDescription") -> Mapping[str, Any]:
    statistics, histogram = column.statistics, column.statistics.histogram

    def told(value: float | str | None) -> float | str | None:
        if column.kind != DATE or not isinstance(value, float) or not math.isfinite(value):
            return value
        try:
            return (datetime(1970, 1, 1) + timedelta(seconds=value)).isoformat()
        except OverflowError:
            return value

    drawn = None
    if histogram is not None:
        drawn = {"edges": list(map(told, histogram.edges.tolist())), "counts": histogram.counts.tolist()}
    return {
        "name": column.name,
        "kind": column.kind,
        "reason": column.reason,
        "use": column.use,
        "missing": statistics.missing,
        "distinct": statistics.distinct,
        "minimum": told(statistics.minimum),
        "median": told(statistics.median),
        "maximum": told(statistics.maximum),
        "mean": told(statistics.mean),
        "deviation": statistics.deviation,
        "histogram": drawn,
        "top": [{"value": told(value), "count": number} for value, number in statistics.top],
        "relation": column.relation,
        "related_to": column.related_to or None,
    }
