"""New rows compared with the training rows, for people, as Markdown and as the fields of a JSON object."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mlpcli.data.schema import DATE
from mlpcli.errors import count
from mlpcli.render.console import Screen
from mlpcli.render.drift_sentences import percent, sentence
from mlpcli.render.evaluation.report import markdown_tables
from mlpcli.render.evaluation.tables import ReportTable, gates_of, table_report
from mlpcli.render.formatting import day

if TYPE_CHECKING:
    from mlpcli.workflows.drift import Drift
    from mlpcli.workflows.drifting.columns import ColumnShift

MOST_SHOWN = 40
"""Columns that did not shift; JSON has all."""
FEW_ROWS = 100
LEAST_SHARE = 0.0015
"""Of cells that are shown: some values of any other sample are beyond those of training."""
CELLS = {
    "missing": "missing",
    "unseen": "rare or new",
    "unreadable": "unreadable",
    "out_of_range": "out of range",
}
SMALL, LARGE = 0.1, 0.2
ROWS = {
    "validation": "predictions for the validation rows",
    "out of fold": "out-of-fold predictions for the training rows",
    "train": "predictions for the training rows, which new rows never match: no p value",
}


def notes_report(screen: Screen, found: "Drift") -> None:
    """Notes on how the rows were read."""
    for note in found.notes:
        screen.note(note)


def report(screen: Screen, found: "Drift") -> None:
    """Write what shifted in sentences, then the numbers of each column; gates come last."""
    screen.heading(_title(found))
    for text in _said(found):
        screen.line(f"  {text}", "bold" if found.shifted else "")
    for table in [*_tables(found, screen.shows("→")), *gates_of(found.gates)]:
        table_report(screen, table)


def markdown(screen: Screen, found: "Drift") -> None:
    """Write the same as Markdown for a pull request; gates come first."""
    first = ReportTable(_title(found), ["finding"], [[text] for text in _said(found)])
    markdown_tables(screen, [*gates_of(found.gates), first, *_tables(found, True)])


def fields(found: "Drift") -> dict[str, Any]:
    """The JSON fields of `describe` against a model."""
    return {
        "model": found.model,
        "rows": found.rows,
        "sketched_rows": found.sketched_rows,
        "columns": [_fields(each) for each in found.columns],
        "predictions": [_fields(each, predicted=True) for each in found.predictions],
        "predicted": found.predicted or None,
        "metrics": found.metrics,
        "gates": found.gates,
        "notes": found.notes,
    }


def _fields(shift: "ColumnShift", *, predicted: bool = False) -> dict[str, Any]:
    shown = day if shift.kind == DATE else None
    edges = shift.edges
    if edges is not None and shown is not None:
        dates: list[Any] = [[None if end is None else shown(end) for end in span] for span in edges]
        edges = dates
    return {
        "name": shift.name,
        "kind": shift.kind,
        "shifted": shift.shifted,
        "finding": sentence(shift, predicted=predicted) if shift.shifted else None,
        "psi": shift.psi,
        "ks": shift.ks,
        "total_variation": shift.total_variation,
        "p_value": shift.p_value,
        "adjusted_p": shift.adjusted_p,
        **{name: getattr(shift, name) for name in CELLS},
        "bins": edges,
        "levels": shift.levels,
        "then": shift.then,
        "now": shift.now,
    }


def _title(found: "Drift") -> str:
    model = f" of {found.model}" if found.model else ""
    return f"{count(found.rows, 'row')} compared with {found.sketched_rows:,} training rows{model}"


def _said(found: "Drift") -> list[str]:
    """A sentence for each column that shifted."""
    if not found.rows:
        return ["There are no rows to compare."]
    said = [sentence(each) for each in found.columns if each.shifted]
    said += [sentence(each, predicted=True) for each in found.predictions if each.shifted]
    if not said:
        said = ["No column differs from the training data by more than chance explains."]
    if found.rows < FEW_ROWS:
        said.append(f"So few rows ({found.rows}) can show only large shifts.")
    return said


def _tables(found: "Drift", arrows: bool) -> Iterator[ReportTable]:
    arrow = "→" if arrows else "->"
    shown = [each for each in found.columns if each.shifted]
    others = [each for each in found.columns if not each.shifted]
    shown += others[:MOST_SHOWN]
    tests = sum(each.p_value is not None for each in (*found.columns, *found.predictions))
    below = [
        f"PSI: population stability index; {SMALL} is a small shift, {LARGE} a large one (noise subtracted).",
        "KS: largest difference of the cumulative distributions; TV: share of rows that changed category.",
        f"p: p value, adjusted for {tests} tests (values, range, missing values); * below 0.01.",
    ]
    if len(others) > MOST_SHOWN:
        below.insert(
            0, f"and {count(len(others) - MOST_SHOWN, 'more column')} without a shift (all are in the JSON)"
        )
    yield _table("Columns, largest shift first", shown, arrow, below)
    if found.predictions:
        below = [f"Compared with {ROWS[found.predicted]}."]
        yield _table("Predictions", found.predictions, arrow, below)


def _table(title: str, shifts: Sequence["ColumnShift"], arrow: str, below: Sequence[str]) -> ReportTable:
    headers = ["", "column", "kind", "PSI", "distance", "p", "cells (then → now)".replace("→", arrow)]
    rows = [
        [
            "*" if each.shifted else "",
            each.name,
            each.kind,
            "-" if each.psi is None else f"{each.psi:.2f}",
            _distance(each),
            _chance(each.adjusted_p),
            _cells(each, arrow),
        ]
        for each in shifts
    ]
    if not any(row[-1] for row in rows):
        headers, rows = headers[:-1], [row[:-1] for row in rows]
    return ReportTable(title, headers, rows, (3, 5), below=below)


def _distance(shift: "ColumnShift") -> str:
    if shift.ks is not None:
        return f"KS {shift.ks:.2f}"
    return "-" if shift.total_variation is None else f"TV {shift.total_variation:.2f}"


def _chance(p: float | None) -> str:
    if p is None:
        return "-"
    return "<0.0001" if p < 1e-4 else f"{p:.2g}"


def _cells(shift: "ColumnShift", arrow: str) -> str:
    """The shares of cells that are not as the model wants them, as far as they are worth a word."""
    said = []
    for name, word in CELLS.items():
        shares = getattr(shift, name)
        if max(shares) >= LEAST_SHARE:
            first, second = map(percent, shares)
            both = second if first == second else f"{first.removesuffix(' %')} {arrow} {second}"
            said.append(f"{word} {both}")
    return ", ".join(said)
