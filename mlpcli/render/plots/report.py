"""Figures of a report: small, so that they can be read on a phone."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from mlpcli.data.schema import DATE
from mlpcli.metrics.evaluation_curves import ClassCurves, ValuePairs
from mlpcli.render.formatting import day_teller
from mlpcli.render.plots.canvas import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    SMALL,
    TINY,
    VERMILLION,
    figure_of,
    name,
)
from mlpcli.render.plots.classes import PLOTS
from mlpcli.render.plots.panels import Label, counting, end_labels, measuring, plain_numbers

if TYPE_CHECKING:
    from matplotlib.axis import Axis

    from mlpcli.workflows.explanation.dependence import Dependence, Grid, PairDependence

WIDTH, HEIGHT = 3.5, 2.3
"""Inches of a figure."""
SIDE = 3.2
"""Of a square one."""
CURVE_WIDTH, CURVE_HEIGHT = 2.9, 1.9
BAR_HEIGHT = 0.21
"""Inches of a level."""
LEVEL, LONGEST = 16, 28
"""Letters of a level, and of a column's name."""
FREE = 0.08
"""Part of the scale that is free above and below."""
STRIP = 0.14
"""Part of the height that shows where the rows are."""

Epochs = Sequence[Mapping[str, Any]]


def loss_figure(history: Epochs, best: int) -> Figure:
    """Loss on training and validation rows over epochs, a thin line for each of several networks."""
    figure = figure_of(WIDTH, HEIGHT, "")
    axes = figure.add_subplot(title="loss", xlabel="epoch")
    members = _members(history)
    series = [("training", "train_loss", ORANGE), ("validation", "validation_loss", BLUE)]
    labels, drawn = [], []
    _epoch_axis(axes, history)
    for said, key, colour in series:
        ends = []
        for records in members:
            values = np.array([each[key] for each in records], dtype=np.float64)
            if np.isfinite(values).any():
                _line(axes, records, values, colour, len(members))
                drawn.append(values)
                ends.append(values[np.isfinite(values)][-1])
        if ends:
            labels.append(Label(float(np.median(ends)), said, colour))
    measuring(axes.yaxis, np.concatenate(drawn or [np.zeros(1)]))
    if len(members) == 1 and best:
        axes.axvline(best, color=GREY, linewidth=0.7, linestyle=(0, (2, 2)))
    end_labels(axes, labels)
    return figure


def metric_figure(history: Epochs, metric: str) -> Figure:
    """A metric on the validation rows over epochs."""
    figure = figure_of(WIDTH, HEIGHT, "")
    axes = figure.add_subplot(title=f"validation {metric}", xlabel="epoch")
    members = _members(history)
    _epoch_axis(axes, history)
    for records in members:
        values = np.array([each["metrics"].get(metric) for each in records], dtype=np.float64)
        _line(axes, records, values, BLUE, len(members))
    plain_numbers(axes.yaxis)
    return figure


def _members(history: Epochs) -> list[list[Mapping[str, Any]]]:
    members: dict[int, list[Mapping[str, Any]]] = {}
    for record in history:
        members.setdefault(record["member"], []).append(record)
    return list(members.values())


def _epoch_axis(axes: Axes, history: Epochs) -> None:
    last = max(each["epoch"] for each in history)
    margin = max(0.02 * (last - 1), 0.5 if last == 1 else 0.0)
    axes.set_xlim(1 - min(margin, 0.5), last + margin)
    counting(axes.xaxis, last)


def _line(axes: Axes, records: Epochs, values: Any, colour: str, members: int) -> None:
    epochs = [each["epoch"] for each in records]
    marker = "o" if len(epochs) < 3 else None
    alpha = 1.0 if members == 1 else 0.6
    width = 1.3 if members == 1 else 0.8
    axes.plot(epochs, values, color=colour, linewidth=width, alpha=alpha, marker=marker, markersize=2.5)


def class_figure(plot: str, curves: ClassCurves, labels: Sequence[str]) -> Figure:
    """One of the pictures of classes."""
    figure = figure_of(SIDE, SIDE, "")
    PLOTS[plot](figure, figure.add_gridspec(1, 1)[0], curves, labels, SIDE)
    return figure


def predicted_figure(pairs: ValuePairs) -> Figure:
    """Predicted over true values, as points or, of many rows, as shades."""
    figure = figure_of(SIDE, SIDE, "")
    axes = figure.add_subplot(title="predictions", xlabel="true", ylabel="predicted")
    density = pairs.truth_density
    if density is None:
        alpha = float(np.clip(12 / len(pairs.truth) ** 0.5, 0.25, 0.8))
        axes.plot(pairs.truth, pairs.predicted, "o", color=BLUE, alpha=alpha, markersize=3, markeredgewidth=0)
    else:
        counts = np.ma.masked_less_equal(density.counts.T, 0.0)
        lowest, highest = float(counts.min()), float(counts.max())
        norm = LogNorm(lowest / 10, max(highest, 2 * lowest))
        axes.pcolormesh(density.x_edges, density.y_edges, counts, cmap="Blues", norm=norm)
    low, high = min(axes.get_xlim()[0], axes.get_ylim()[0]), max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([low, high], [low, high], color=VERMILLION, linewidth=0.9)
    axes.set(xlim=(low, high), ylim=(low, high))
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    return figure


def residual_figure(pairs: ValuePairs) -> Figure:
    """The histogram of true less predicted values."""
    figure = figure_of(WIDTH, HEIGHT, "")
    axes = figure.add_subplot(title="residuals", xlabel="true less predicted", ylabel="rows")
    axes.stairs(pairs.residuals, pairs.residual_edges, fill=True, facecolor=BLUE, alpha=0.6)
    axes.axvline(0.0, color=VERMILLION, linewidth=0.9)
    axes.set_ylim(0, 1.08 * max(pairs.residuals.max(), 1e-300))
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    return figure


def limits_of(curves: "Sequence[Dependence]") -> tuple[float, float]:
    """One scale for all curves, so that steep ones look steep."""
    every = [value for curve in curves for value in curve.predictions]
    low, high = min(every), max(every)
    free = FREE * (high - low) or max(abs(high), 1.0) * FREE
    return low - free, high + free


def curve_figure(curve: "Dependence", limits: tuple[float, float]) -> Figure:
    """The mean prediction over a column's values, with the rows that have them."""
    grid, (low, high) = curve.grid, limits
    shares = np.array(grid.rows, np.float64) / max(max(grid.rows), 1)
    title = name(grid.column, LONGEST)
    if not grid.is_ordered:
        figure = figure_of(CURVE_WIDTH, 0.75 + BAR_HEIGHT * max(len(grid.values), 4), "")
        axes = figure.add_subplot(title=title)
        places = np.arange(len(grid.values))
        axes.barh(places, shares * (high - low) * 0.5, 0.86, low, color=PALE, linewidth=0)
        axes.plot(curve.predictions, places, "o", color=BLUE, markersize=4)
        axes.set_yticks(places, [name(label, LEVEL) for label in grid.labels], size=TINY)
        axes.set_ylim(len(places) - 0.4, -0.6)
        axes.set_xlim(low, high)
        plain_numbers(axes.xaxis)
        return figure
    figure = figure_of(CURVE_WIDTH, CURVE_HEIGHT, "")
    axes = figure.add_subplot(title=title)
    values = np.array(grid.values)
    axes.vlines(values, low, low + shares * STRIP * (high - low), color=GREY, linewidth=2.2)
    axes.plot(values, curve.predictions, color=BLUE, marker="o" if len(values) < 8 else None, markersize=3.5)
    axes.set_ylim(low, high)
    plain_numbers(axes.yaxis)
    _ordered_axis(axes.xaxis, grid)
    return figure


def _ordered_axis(axis: "Axis", grid: "Grid") -> None:
    if grid.kind == DATE:
        ends = [grid.values[0], grid.values[-1]]
        axis.set_ticks(ends, list(map(day_teller(*ends), ends)))
        axis.set_tick_params(labelsize=TINY)
    else:
        plain_numbers(axis)


def map_figure(pair: "PairDependence") -> Figure:
    """The mean prediction over two columns."""
    figure = figure_of(WIDTH + 0.3, WIDTH - 0.4, "")
    axes = figure.add_subplot(xlabel=name(pair.x.column, LONGEST), ylabel=name(pair.y.column, LONGEST))
    edges = [_edges(grid) for grid in (pair.x, pair.y)]
    mesh = axes.pcolormesh(*edges, np.array(pair.predictions), cmap="Blues")
    for axis, grid in ((axes.xaxis, pair.x), (axes.yaxis, pair.y)):
        if grid.is_ordered:
            _ordered_axis(axis, grid)
        else:
            axis.set_ticks(range(len(grid.labels)), [name(label, LEVEL) for label in grid.labels])
            axis.set_tick_params(labelsize=TINY)
    if not pair.x.is_ordered:
        axes.tick_params(axis="x", labelrotation=40)
    bar = figure.colorbar(mesh, ax=axes, fraction=0.06, pad=0.03)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
    plain_numbers(bar.ax.yaxis)
    return figure


def _edges(grid: "Grid") -> Any:
    """Edges of the cells around values, or around the places of levels."""
    values = np.array(grid.values) if grid.is_ordered else np.arange(len(grid.values), dtype=np.float64)
    if len(values) == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middles = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middles[0]], middles, [2 * values[-1] - middles[-1]]])
