"""An explanation for people, as text or as Markdown, and as the fields of a JSON object."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.number_text import same_precision, short, spans, text
from mlpcli.render import counts
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.report import markdown_tables
from mlpcli.render.evaluation.tables import ReportTable, table_report
from mlpcli.render.explanation.curves import scale_of, show_curves, small_curve
from mlpcli.text_width import cut

if TYPE_CHECKING:
    from mlpcli.workflows.explanation.result import ExplainedRow, Explanation

MOST_COLUMNS = 12
"""In a brief report."""
LONGEST_CELL = 20


def notes_report(screen: Screen, found: "Explanation") -> None:
    """Notes on the rows, and on how sure effects are."""
    for note in found.notes:
        screen.note(note)
    counts.report(screen, found.counts)


def report(screen: Screen, found: "Explanation") -> None:
    """Write tables and curves as text."""
    whose = "" if found.of == found.target else f" ({found.of})"
    screen.line(f"What drives {found.target}{whose}: {count(found.rows, 'row')}", "bold")
    table_report(screen, _columns(screen, found, brief=not screen.verbose))
    if found.curves:
        screen.heading(
            f"{_capital(found.unit)}: mean of {count(found.curve_rows, 'row')} by the column's value"
        )
        screen.line("  Bars on the axis: where the data is.", "dim")
        show_curves(screen, found.curves)
    if found.pair is not None:
        screen.line()
        screen.line(_of_pair(found))
    for table in _rows(found):
        table_report(screen, table)


def markdown(screen: Screen, found: "Explanation") -> None:
    """Write the tables as Markdown."""
    tables = [_columns(screen, found, brief=not screen.verbose), *_rows(found)]
    if found.pair is not None:
        tables[0] = ReportTable(**(vars(tables[0]) | {"below": [*tables[0].below, _of_pair(found)]}))
    markdown_tables(screen, tables)


def fields(found: "Explanation") -> dict[str, Any]:
    """The JSON fields of `explain`."""
    left = ("counts", "notes")
    plain = {name: value for name, value in asdict(found).items() if name not in left}
    return plain | counts.fields(found.counts)


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def _columns(screen: Screen, found: "Explanation", *, brief: bool) -> ReportTable:
    shown = found.columns[:MOST_COLUMNS] if brief else found.columns
    curve_of = {curve.grid.column: curve for curve in found.curves}
    effects = same_precision(each.mean_effect for each in shown)
    limits = scale_of(found.curves)
    curves = [
        small_curve(screen, curve_of[each.name], limits) if each.name in curve_of else "" for each in shown
    ]
    said = f"Mean effect: how far the column moves a prediction, in {found.scale}."
    if found.metric is None:
        rows = [
            [each.name, effect, curve, each.direction]
            for each, effect, curve in zip(shown, effects, curves, strict=True)
        ]
        headers = ["column", "mean effect", "", "direction"]
        numbers: tuple[int, ...] = (1,)
    else:
        said = f"Worse by: what {found.metric} loses with the column shuffled. {said}"
        drops = same_precision(each.importance for each in shown)
        intervals = spans(each.interval for each in shown)
        rows = [
            [each.name, drop, interval, effect, curve, each.direction]
            for each, drop, interval, effect, curve in zip(
                shown, drops, intervals, effects, curves, strict=True
            )
        ]
        level = f"{found.level * 100:.10g} % interval"
        headers = ["column", "worse by", level, "mean effect", "", "direction"]
        numbers = (1, 2, 3)
    left = len(found.columns) - len(shown)
    below = [f"and {count(left, 'column')} of less importance (-v)"] if left else []
    return ReportTable(
        "Columns, the most important first", headers, rows, numbers, above=(said,), below=below
    )


def _of_pair(found: "Explanation") -> str:
    pair = found.pair
    assert pair is not None
    share = f"{pair.strength * 100:.0f} %"
    return f"Strongest pair: {pair.x.column} and {pair.y.column}; {share} of what both do is done together."


def _rows(found: "Explanation") -> list[ReportTable]:
    said = (
        f"Effects of the strongest columns in {found.scale}; with the baseline they add up to the prediction."
    )
    tables: list[ReportTable] = []
    for title, rows in (("Typical rows", found.typical), ("Surprising rows", found.surprising)):
        if rows:
            headers = ["row", "", "prediction", *(["truth"] if rows[0].truth is not None else []), "reasons"]
            table = [[place, *_row(each)] for place, each in zip(_places(rows), rows, strict=True)]
            tables.append(ReportTable(title, headers, table, above=(said,) if not tables else ()))
    return tables


def _row(row: "ExplainedRow") -> list[str]:
    predicted = row.prediction if row.probability is None else f"{row.prediction} ({text(row.probability)})"
    reasons = [
        f"{cut(each.column, LONGEST_CELL, '...')}={_cell(each.cell)} {each.effect:+.3g}"
        for each in row.reasons
    ]
    reasons.append(f"others {row.rest:+.3g}, from {short(row.baseline, 3)}")
    return [
        row.why,
        predicted,
        *([row.truth] if row.truth is not None else []),
        ", ".join(reasons),
    ]


def _cell(text: str) -> str:
    return cut(text, LONGEST_CELL, "...") or "missing"


def _places(rows: "Sequence[ExplainedRow]") -> list[str]:
    """Where rows stand: without folders, and without the file if there is only one."""
    parts = [each.place.rpartition(": ") for each in rows]
    one = len({file for file, _, _ in parts}) == 1
    return [line if one or not file else f"{file.rpartition('/')[2]}: {line}" for file, _, line in parts]
