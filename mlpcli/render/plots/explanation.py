"""Explanations: importance with intervals, curves with the density of the data, and the map of a pair."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from mlpcli.data.schema import DATE
from mlpcli.render.plots.canvas import BLUE, GREY, INK, MUTED, PALE, SMALL, TINY, WIDTH, figure_of, name
from mlpcli.render.plots.panels import plain_numbers, write

if TYPE_CHECKING:
    from mlpcli.workflows.explanation.dependence import Dependence, Grid, PairDependence
    from mlpcli.workflows.explanation.result import Explanation

ACROSS = 4
"""Curves of a row."""
HEIGHT, TOP, ABOVE = 1.45, 2.2, 0.75
"""Inches of a row of curves, of the panels above them, and of title and notes."""
BARS = 12
"""Columns whose importance is shown."""
DENSITY = 0.22
"""Part of a panel's height for the bars of the data."""
LONGEST_NAME, LONGEST_LEVEL = 22, 10
MOST_TICKS = 4
FREE = 0.08
"""Part of the scale that is free above and below the curves."""


def explanation_figure(found: "Explanation", title: str = "") -> Figure:
    """All panels in one figure."""
    rows = math.ceil(len(found.curves) / ACROSS)
    whose = [] if found.of == found.target else [f"explained: {name(found.of)}"]
    notes = [*whose, f"{found.rows:,} rows", f"curves: mean {name(found.unit)} of {found.curve_rows:,} rows"]
    figure = figure_of(WIDTH, TOP + HEIGHT * rows + ABOVE, title, notes)
    grid = figure.add_gridspec(1 + rows, ACROSS, height_ratios=[TOP, *[HEIGHT] * rows])
    half = ACROSS // 2 if found.pair is not None else ACROSS
    _importance(figure.add_subplot(grid[0, :half]), found)
    if found.pair is not None:
        _map(figure, figure.add_subplot(grid[0, half:]), found.pair, found.unit)
    limits = _limits(found)
    for place, curve in enumerate(found.curves):
        axes = figure.add_subplot(grid[1 + place // ACROSS, place % ACROSS])
        draw_curve(axes, curve, limits)
    return figure


def _limits(found: "Explanation") -> tuple[float, float]:
    values = [value for curve in found.curves for value in curve.predictions]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    free = (high - low or abs(high) or 1.0) * FREE
    return low - free, high + free


def _importance(axes: Axes, found: "Explanation") -> None:
    """Bars from the most important column down, with their intervals."""
    shown = found.columns[:BARS]
    measured = found.metric is not None
    values = [(each.importance if measured else each.mean_effect) or 0.0 for each in shown]
    places = np.arange(len(shown))[::-1]
    axes.barh(places, values, height=0.62, color=BLUE)
    for place, each in zip(places.tolist(), shown, strict=True):
        if each.interval is not None:
            axes.plot(each.interval, [place, place], color=INK, linewidth=0.8)
    axes.set_yticks(places, [name(each.name, LONGEST_NAME) for each in shown])
    axes.tick_params(axis="y", length=0)
    axes.axvline(0.0, color=GREY, linewidth=0.6)
    plain_numbers(axes.xaxis)
    said = f"importance: loss of {found.metric} when shuffled" if measured else f"mean effect ({found.scale})"
    axes.set_title(said, size=SMALL)


def draw_curve(axes: Axes, curve: "Dependence", limits: tuple[float, float]) -> None:
    """A curve, or a dot for each level, above bars of where the data is."""
    grid = curve.grid
    axes.set_title(name(grid.column, LONGEST_NAME), size=SMALL, pad=TINY + 5)
    write(axes, name(curve.direction, 34), (0, 1), (0, 3), "axes fraction", size=TINY, color=MUTED)
    axes.tick_params(labelsize=TINY)
    low, high = limits
    axes.set_ylim(low - DENSITY * (high - low), high)
    places = np.array(grid.values) if grid.is_ordered else np.arange(len(grid.values), dtype=np.float64)
    _density(axes, grid, places, limits)
    if grid.is_ordered:
        axes.plot(places, curve.predictions, color=BLUE, marker="o" if len(places) == 1 else None)
    else:
        axes.plot(places, curve.predictions, color=BLUE, marker="o", markersize=3.5, linestyle="none")
        axes.set_xlim(-0.6, len(places) - 0.4)
    _name_ticks(axes, grid, places)
    plain_numbers(axes.yaxis)


def _density(axes: Axes, grid: "Grid", places: Any, limits: tuple[float, float]) -> None:
    low, high = limits
    base, most = low - DENSITY * (high - low), max(max(grid.rows), 1)
    width = 0.7 if not grid.is_ordered or len(places) < 2 else float(np.diff(places).min())
    heights = np.array(grid.rows) / most * DENSITY * 0.85 * (high - low)
    axes.bar(places, heights, bottom=base, width=width, color=PALE, linewidth=0)


def _name_ticks(axes: Axes, grid: "Grid", places: Any) -> None:
    if grid.is_ordered and grid.kind != DATE:
        plain_numbers(axes.xaxis)
        return
    labels = [name(label, LONGEST_LEVEL) for label in grid.labels]
    if grid.kind == DATE:
        chosen = [0, len(places) - 1] if len(places) > 1 else [0]
        axes.set_xticks(places[chosen], [labels[each] for each in chosen])
        for tick, is_last in zip(axes.get_xticklabels(), (False, True), strict=False):
            tick.set_horizontalalignment("right" if is_last else "left")
    elif len(labels) <= MOST_TICKS and sum(map(len, labels)) <= 4 * LONGEST_LEVEL:
        axes.set_xticks(places, labels)
    else:
        axes.set_xticks(places, labels, rotation=90)


def _map(figure: Figure, axes: Axes, pair: "PairDependence", unit: str) -> None:
    """Mean predictions over two columns."""
    values = np.array(pair.predictions)
    across, down = (_edges(grid) for grid in (pair.x, pair.y))
    mesh = axes.pcolormesh(across, down, values, cmap="cividis", shading="flat", rasterized=False)
    for axis, grid in ((axes.xaxis, pair.x), (axes.yaxis, pair.y)):
        if grid.is_ordered and grid.kind != DATE:
            plain_numbers(axis)
        else:
            every = max(1, -(-len(grid.values) // 6))
            places = (grid.values if grid.is_ordered else range(len(grid.values)))[::every]
            labels = [name(label, LONGEST_LEVEL) for label in grid.labels[::every]]
            axis.set_major_locator(FixedLocator(list(places)))
            axis.set_major_formatter(FuncFormatter(lambda value, place, own=labels: own[place or 0]))
    axes.set_xlabel(name(pair.x.column, LONGEST_NAME))
    axes.set_ylabel(name(pair.y.column, LONGEST_NAME))
    axes.set_title("strongest pair", size=SMALL, pad=TINY + 5)
    said = f"{pair.strength * 100:.0f} % of what both do is done together"
    write(axes, said, (0, 1), (0, 3), "axes fraction", size=TINY, color=MUTED)
    bar = figure.colorbar(mesh, ax=axes, aspect=30)
    bar.outline.set_linewidth(0)
    bar.ax.tick_params(labelsize=TINY)
    bar.set_label(name(unit), size=TINY, color=MUTED)
    plain_numbers(bar.ax.yaxis)


def _edges(grid: "Grid") -> Any:
    """The borders of the cells of a map along a grid."""
    places = np.array(grid.values) if grid.is_ordered else np.arange(len(grid.values), dtype=np.float64)
    if len(places) < 2:
        return np.array([places[0] - 0.5, places[0] + 0.5])
    middles = (places[1:] + places[:-1]) / 2
    return np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
