"""Importance of the columns, curves of how they act, and reasons of single rows."""

from functools import partial
from typing import TYPE_CHECKING, Any

from mlpcli.number_text import same_precision, short, spans, text
from mlpcli.render.drift_sentences import percent
from mlpcli.render.html_report.sections.pictures import Pictures
from mlpcli.render.html_report.texts import shown

if TYPE_CHECKING:
    from mlpcli.render.html_report.detail import Detail
    from mlpcli.workflows.explanation.result import ExplainedRow, Explanation

MOST_IMPORTANT = 40
"""Columns whose importance is shown."""
SMALLEST = 1e-9
"""Effects below are zero but for rounding."""


def effects(found: "Explanation", pictures: Pictures, detail: "Detail") -> dict[str, Any]:
    """Importance of the columns, and curves of how they act."""
    from mlpcli.render.plots.report import curve_figure, limits_of, map_figure

    sizes = [each.importance if found.metric else each.mean_effect for each in found.columns]
    most = max([each for each in sizes if each is not None], default=0.0)
    texts, intervals = same_precision(sizes), spans(each.interval for each in found.columns)
    rows = [
        {
            "name": each.name,
            "bar": max(size or 0.0, 0.0) / most if most > 0 else 0.0,
            "size": said,
            "interval": interval if found.metric else "",
            "direction": each.direction,
        }
        for each, size, said, interval in zip(found.columns, sizes, texts, intervals, strict=True)
    ]
    most_rows = min(detail.rows, MOST_IMPORTANT)
    curves = found.curves[: detail.curves]
    limits = limits_of(curves) if curves else (0.0, 1.0)
    drawn = [
        pictures.of(
            f"curve{number}",
            f"{found.unit} over {shown(curve.grid.column)}: {shown(curve.direction, 80)}.",
            partial(curve_figure, curve, limits),
            shown(curve.direction, 80),
        )
        for number, curve in enumerate(curves)
    ]
    pair = None
    if found.pair is not None and curves:
        own = found.pair
        x, y = shown(own.x.column), shown(own.y.column)
        pair = pictures.of(
            "pair",
            f"{found.unit} over {x} and {y}.",
            partial(map_figure, own),
            f"{x} and {y}: of all pairs of the first columns these two work together most; "
            f"{percent(own.strength)} of what both do is done together. The stronger the colour, the higher.",
        )
    measured = (
        f"how much worse {found.metric} gets when the values of the column are shuffled "
        f"({found.level * 100:.10g} % interval)"
        if found.metric
        else f"how far the column moves a prediction on average, in {found.scale}"
    )
    return {
        "measured": measured,
        "interval": f"{found.level * 100:.10g} % interval" if found.metric else "",
        "whose": "" if found.of == found.target else found.of,
        "unit": found.unit,
        "rows": rows[:most_rows],
        "left": max(len(rows) - most_rows, 0),
        "curves": drawn,
        "curve_rows": found.curve_rows,
        "pair": pair,
        "drawn": found.scored_rows,
        "total": found.rows,
    }


def explained_rows(found: "Explanation") -> list[dict[str, Any]]:
    """Typical and surprising rows with the reasons for their predictions."""
    groups = (("Typical rows", found.typical), ("Surprising rows", found.surprising))
    return [
        {"title": title, "scale": found.scale, "rows": [_row(each) for each in rows]}
        for title, rows in groups
        if rows
    ]


def _row(row: "ExplainedRow") -> dict[str, Any]:
    head, colon, tail = row.place.partition(": ")
    rest = row.rest or 0.0
    most = max([abs(each.effect) for each in row.reasons] + [abs(rest)], default=0.0) or 1.0
    of = "" if row.of == row.prediction else f" of {row.of}"
    reasons = [(each.column, each.cell, each.effect, abs(each.effect) / most) for each in row.reasons]
    return {
        "place": f"{head.rpartition('/')[2]}{colon}{tail}",
        "why": row.why,
        "prediction": row.prediction,
        "probability": "" if row.probability is None else f"probability{of} {text(row.probability)}",
        "truth": row.truth,
        "of": row.of,
        "baseline": "" if row.baseline is None else short(row.baseline, 3),
        "rest": f"{rest:+.3g}" if abs(rest) > SMALLEST else "0",
        "reasons": [
            (column, cell, f"{effect:+.3g}", share, effect > 0) for column, cell, effect, share in reasons
        ],
    }
