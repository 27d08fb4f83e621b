"""An explanation for people, as text or as Markdown, and as the fields of a JSON object."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mlpcli.data.schema import CATEGORY
from mlpcli.errors import count
from mlpcli.model.effects.shown import VALUE
from mlpcli.number_text import same_precision, short, spans, text
from mlpcli.render import counts
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.report import escaped, markdown_tables
from mlpcli.render.evaluation.tables import ReportTable, table_report
from mlpcli.render.explanation.curves import scale_of, show_curves, small_curve
from mlpcli.render.surfaces.report import map_report
from mlpcli.text_width import cut

if TYPE_CHECKING:
    from mlpcli.model.effects.axes import Axis
    from mlpcli.workflows.explanation.dependence import Grid, PairDependence
    from mlpcli.workflows.explanation.result import ExplainedRow, Explanation
    from mlpcli.workflows.surfaces.result import Surface

MOST_COLUMNS = 12
"""In a brief report."""
LONGEST_CELL = 20
WORTH_A_MAP = 0.01
"""Strength of a pair."""
PAIR_HEIGHT = 10
"""Lines of the map of a pair."""
NOTHING = 1e-9
"""Of a sum of effects, which is rounding."""


def notes_report(screen: Screen, found: "Explanation") -> None:
    """Notes on the rows, and on how sure effects are."""
    for note in found.notes:
        screen.note(note)
    counts.report(screen, found.counts)


def report(screen: Screen, found: "Explanation") -> None:
    """Write tables and curves as text."""
    screen.line(_title(found), "bold")
    table_report(screen, _columns(found, brief=not screen.verbose))
    if found.curves:
        screen.heading(f"Mean {found.unit} of {count(found.curve_rows, 'row')}, by the column's value")
        screen.line("  Bars on the axis: where the data is.", "dim")
        show_curves(screen, found.curves)
    if found.pair is not None:
        screen.heading(_of_pair(found.pair))
        if found.pair.strength >= WORTH_A_MAP:
            map_report(screen, _map_of(found.pair, found.unit), PAIR_HEIGHT)
    for table in _rows(found):
        table_report(screen, table)


def markdown(screen: Screen, found: "Explanation") -> None:
    """Write the tables as Markdown."""
    tables = [_columns(found, brief=False, curves=True), *_rows(found)]
    if found.pair is not None:
        tables[0] = ReportTable(**(vars(tables[0]) | {"below": [*tables[0].below, _of_pair(found.pair)]}))
    screen.raw(f"## {escaped(_title(found))}\n")
    markdown_tables(screen, tables)


def fields(found: "Explanation") -> dict[str, Any]:
    """The JSON fields of `explain`."""
    left = ("counts", "notes")
    plain = {name: value for name, value in asdict(found).items() if name not in left}
    return plain | counts.fields(found.counts)


def _title(found: "Explanation") -> str:
    whose = "" if found.of == found.target else f" ({found.of})"
    return f"What drives {found.target}{whose}: {count(found.rows, 'row')}"


def _columns(found: "Explanation", *, brief: bool, curves: bool = False) -> ReportTable:
    """With `curves`, also a small curve of each column that has one."""
    shown = found.columns[:MOST_COLUMNS] if brief else found.columns
    said = []
    cells = {"column": [each.name for each in shown]}
    if found.metric is not None:
        whose = f" of {found.of}" if found.task == "multilabel" or "," in found.target else ""
        said.append(f"Worse by: what {found.metric}{whose} loses with the column shuffled.")
        cells["worse by"] = same_precision(each.importance for each in shown)
        cells[f"{found.level * 100:.10g} % interval"] = spans(each.interval for each in shown)
    if found.standard_error is not None:
        said.append(f"Mean effect: how far the column moves a prediction, in {found.scale}.")
        cells["mean effect"] = same_precision(each.mean_effect for each in shown)
    numbers = range(1, len(cells))
    if curves:
        limits = scale_of(found.curves)
        drawn = {curve.grid.column: small_curve(curve, limits) for curve in found.curves}
        cells["curve"] = [drawn.get(each.name, "") for each in shown]
    cells["direction"] = [each.direction for each in shown]
    left = len(found.columns) - len(shown)
    below = [f"and {count(left, 'column')} of less importance (-v)"] if left else []
    rows = list(zip(*cells.values(), strict=True))
    title = "Columns, the most important first"
    above = [" ".join(said)] if said else []
    return ReportTable(title, list(cells), rows, list(numbers), above=above, below=below)


def _of_pair(pair: "PairDependence") -> str:
    names = f"{pair.x.column} and {pair.y.column}"
    if pair.strength < WORTH_A_MAP:
        return f"Strongest pair: {names}; they do almost nothing together"
    return f"Strongest pair: {names}; {pair.strength * 100:.0f} % of what both do is done together"


def _map_of(pair: "PairDependence", unit: str) -> "Surface":
    """The map of a pair as a surface."""
    from mlpcli.workflows.surfaces.result import Surface

    return Surface(
        x=_axis_of(pair.x),
        y=_axis_of(pair.y),
        shows=VALUE,
        of=unit,
        title=unit,
        values=np.array(pair.predictions),
        confidence=None,
        classes=(),
        threshold=None,
        points=None,
        typical=[],
        typical_of="",
    )


def _axis_of(grid: "Grid") -> "Axis":
    from mlpcli.model.effects.axes import Axis

    if grid.is_ordered:
        return Axis(grid.column, grid.kind, np.array(grid.values))
    return Axis(grid.column, CATEGORY, np.arange(len(grid.values), dtype=float), tuple(grid.labels))


def _rows(found: "Explanation") -> list[ReportTable]:
    said = (
        f"Effects of the strongest columns in {found.scale}; with the baseline they add up to the prediction."
    )
    tables: list[ReportTable] = []
    for title, rows in (("Typical rows", found.typical), ("Surprising rows", found.surprising)):
        if rows:
            headers = ["row", "", "prediction", *(["truth"] if rows[0].truth is not None else []), "reasons"]
            table = [[place, *_row(each)] for place, each in zip(_places(rows), rows, strict=True)]
            above = (said,) if not tables and rows[0].baseline is not None else ()
            tables.append(ReportTable(title, headers, table, above=above))
    return tables


def _row(row: "ExplainedRow") -> list[str]:
    predicted = row.prediction
    if row.probability is not None:
        of = "" if row.of == row.prediction else f"{row.of}: "
        predicted = f"{row.prediction} ({of}{text(row.probability)})"
    parts = [] if row.baseline is None else [f"baseline {short(row.baseline, 3)}"]
    for each in row.reasons:
        parts.append(f"{cut(each.column, LONGEST_CELL, '...')}={_cell(each.cell)} {each.effect:+.3g}")
    if row.rest is not None and abs(row.rest) > NOTHING:
        parts.append(f"others {row.rest:+.3g}")
    return [row.why, predicted, *([row.truth] if row.truth is not None else []), ", ".join(parts)]


def _cell(text: str) -> str:
    return cut(text, LONGEST_CELL, "...") or "missing"


def _places(rows: "Sequence[ExplainedRow]") -> list[str]:
    """Where rows stand: without folders, and without the file if there is only one."""
    parts = [each.place.rpartition(": ") for each in rows]
    one = len({file for file, _, _ in parts}) == 1
    return [line if one or not file else f"{file.rpartition('/')[2]}: {line}" for file, _, line in parts]
