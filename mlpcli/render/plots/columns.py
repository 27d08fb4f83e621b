"""Columns of a table, a panel each: histograms and most frequent levels, with the target beside them."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from mlpcli.arrays import Array
from mlpcli.data.schema import DATE
from mlpcli.render.formatting import clock, moment, share
from mlpcli.render.plots.canvas import (
    BLUE,
    GREY,
    INK,
    MUTED,
    SERIES,
    SMALL,
    TINY,
    VERMILLION,
    WIDTH,
    figure_of,
    name,
)
from mlpcli.render.plots.panels import plain_numbers, write

if TYPE_CHECKING:
    from mlpcli.workflows.description.result import ColumnDescription, Description

ACROSS = 4
"""Panels of a row."""
HEIGHT, ABOVE = 1.35, 0.75
"""Inches of a row of panels, and above them."""
MOST_PANELS = 48
LONGEST_LEVEL, LONGEST_NAME = 12, 22
ROOM = 20
"""Characters of ticks below a panel."""
DAY = 86_400


def columns_figure(description: "Description", title: str = "") -> Figure:
    """Small multiples of the columns that training would use and the target, in the table's order."""
    drawable = [each for each in description.columns if _has_values(each) and each.use != "left out"]
    shown = drawable
    if len(drawable) > MOST_PANELS:
        shown = sorted(drawable, key=lambda each: (each.use != "target", -(each.relation or 0.0)))
        shown = [each for each in drawable if any(each is kept for kept in shown[:MOST_PANELS])]
    rows = max(math.ceil(len(shown) / ACROSS), 1)
    notes = _notes(description, len(shown), len(drawable))
    figure = figure_of(WIDTH, HEIGHT * rows + ABOVE, title, notes)
    grid = figure.subplots(rows, ACROSS, squeeze=False)
    limits = _limits_of_means(shown)
    labels = next((each.by_target.labels for each in shown if each.by_target is not None), ())
    colours = dict(zip(labels, SERIES, strict=False))
    for column, axes in zip(shown, grid.flat, strict=False):
        _title(axes, column, description.rows)
        if column.statistics.histogram is not None:
            _histogram(axes, column, limits)
        else:
            _levels(axes, column, limits, colours)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_axis_off()
    if colours:
        handles = [Patch(color=colour, label=name(label)) for label, colour in colours.items()]
        place: dict[str, Any] = {"loc": "outside lower left", "ncols": len(handles)}
        figure.legend(handles=handles, frameon=False, fontsize=SMALL, **place)
    return figure


def _has_values(column: "ColumnDescription") -> bool:
    return column.statistics.histogram is not None or bool(column.statistics.top)


def _notes(description: "Description", shown: int, drawable: int) -> list[str]:
    """Remarks on the rows, on what is beside the bars and on what is not drawn."""
    notes = [f"{description.rows:,} rows"]
    means = [each for each in description.columns if each.by_target is not None and not each.by_target.labels]
    if means:
        notes.append(f"line: mean of {name(description.target[0])}, on the same scale in all panels")
    if shown < drawable:
        by = "that predict the target best" if description.measure else "that come first"
        notes.append(f"the {shown} of {drawable:,} columns {by}")
    if left_out := len(description.columns) - drawable:
        notes.append(f"{left_out:,} columns without bars are left out")
    return notes


def _limits_of_means(columns: Sequence["ColumnDescription"]) -> tuple[float, float]:
    """The range of the target's means in bins that are not nearly empty."""
    means = [_means(each) for each in columns]
    finite = np.concatenate([each[np.isfinite(each)] for each in means] or [np.empty(0)])
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    margin = (high - low or abs(high) or 1.0) / 10
    return low - margin, high + margin


def _means(column: "ColumnDescription") -> Array:
    if column.by_target is None or column.by_target.labels:
        return np.empty(0)
    return column.by_target.values


def _title(axes: Axes, column: "ColumnDescription", rows: int) -> None:
    """The column's name, and below it its relation and what is missing."""
    colour = VERMILLION if column.use == "target" else INK
    axes.set_title(name(column.name, LONGEST_NAME), color=colour, size=SMALL, pad=TINY + 5)
    axes.spines["left"].set_visible(False)
    remarks = [] if column.relation is None else [f"predicts {column.relation:.2f}"]
    if column.statistics.missing:
        remarks.append(f"{share(column.statistics.missing, rows)} missing")
    write(axes, ", ".join(remarks), (0, 1), (0, 3), "axes fraction", size=TINY, color=MUTED)


def _stacked(column: "ColumnDescription", counts: Array) -> list[tuple[Array, str]]:
    """Heights (bins,) from the bottom to the top of the bars, with their colours."""
    beside = column.by_target
    if beside is None or not beside.labels:
        return [(counts, GREY if beside is not None else BLUE)]
    sums = beside.values.sum(axis=1, keepdims=True)
    shares = np.divide(beside.values, sums, out=np.zeros(beside.values.shape), where=sums > 0)
    return [(counts * shares[:, number], SERIES[number]) for number in range(len(beside.labels))]


def _histogram(axes: Axes, column: "ColumnDescription", limits: tuple[float, float]) -> None:
    histogram = column.statistics.histogram
    assert histogram is not None
    edges = histogram.edges.astype(np.float64)
    if edges[0] == edges[-1]:
        edges = edges + np.linspace(-0.5, 0.5, len(edges))
    bottom = np.zeros(len(histogram.counts))
    for heights, colour in _stacked(column, histogram.counts):
        axes.bar(edges[:-1], heights, np.diff(edges), bottom, align="edge", color=colour, linewidth=0)
        bottom += heights
    axes.yaxis.set_major_locator(NullLocator())
    axes.tick_params(axis="x", labelsize=TINY)
    plain_numbers(axes.xaxis)
    told = _told(column, edges[-1] - edges[0])
    if told is not None:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, place: told(value)))
    low, high = axes.get_xlim()
    places = [place for place in axes.xaxis.get_majorticklocs() if low <= place <= high]
    longest = max((len(axes.xaxis.get_major_formatter()(place)) for place in places), default=1)
    most = max(ROOM // (longest + 1), 1)
    axes.xaxis.set_major_locator(FixedLocator(places[:: -(-len(places) // most)]))
    means = _means(column)
    if len(means):
        _line(axes.twinx(), (edges[:-1] + edges[1:]) / 2, means, limits)


def _told(column: "ColumnDescription", span: float) -> Callable[[float], str] | None:
    """Dates in as much detail as tells the ends of the axis apart, and durations."""
    if column.kind != DATE:
        return clock if column.form.clock else None
    digits = 10 if span < 90 * DAY else 7 if span < 8 * 365 * DAY else 4
    return lambda value: moment(value)[:digits]


def _line(axes: Axes, places: Array, means: Array, limits: tuple[float, float]) -> None:
    known = np.isfinite(means)
    axes.plot(places[known], means[known], color=VERMILLION, marker="o", markersize=1.5, linewidth=0.9)
    axes.set_ylim(*limits)
    axes.spines["left"].set_visible(False)
    plain_numbers(axes.yaxis)
    axes.tick_params(labelsize=TINY, labelcolor=VERMILLION)


def _levels(
    axes: Axes, column: "ColumnDescription", limits: tuple[float, float], colours: Mapping[str, str]
) -> None:
    """Bars of the most frequent levels; those of the target in the colours that its classes have."""
    top = column.statistics.top
    counts, places = np.array([number for _, number in top], dtype=np.float64), np.arange(len(top))
    left = np.zeros(len(top))
    for widths, colour in _stacked(column, counts):
        own = [colours.get(str(value), colour) for value, _ in top] if column.use == "target" else colour
        axes.barh(places, widths, 0.8, left, color=own, linewidth=0)
        left += widths
    axes.set_yticks(places, [name(str(value), LONGEST_LEVEL) for value, _ in top], size=TINY)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(len(top), 3) - 0.5, -0.6)
    axes.xaxis.set_major_locator(NullLocator())
    axes.spines["bottom"].set_visible(False)
    means = _means(column)
    if len(means):
        beside = axes.twiny()
        beside.plot(means, places, color=VERMILLION, marker="o", markersize=2.5, linewidth=0)
        beside.set_xlim(*limits)
        beside.xaxis.set_major_locator(NullLocator())
        for spine in beside.spines.values():
            spine.set_visible(False)
