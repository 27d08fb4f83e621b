"""Pictures of a regression: predicted over true values, and the residuals."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from mlpcli.arrays import Array
from mlpcli.errors import count
from mlpcli.metrics.evaluation_curves import Density, ValueCurves, ValuePairs
from mlpcli.render.plots.canvas import BLUE, VERMILLION, WIDTH, figure_of, name
from mlpcli.render.plots.panels import plain_numbers

ROW = 2.2
"""Inches of a row of panels."""
LETTERS = 40
"""Letters of a target's name."""

Draw = Callable[[Axes, ValuePairs], None]


def values_figure(curves: ValueCurves, names: Sequence[str], title: str = "") -> Figure:
    """All plots in one picture: one target in large panels, or a row for each."""
    if len(curves.targets) > 1:
        return _rows_figure(curves, names, title, [_predicted, _histogram, _residuals])
    figure = figure_of(WIDTH, 4.3, title, _notes(curves))
    grid = figure.add_gridspec(2, 2, width_ratios=[3, 2])
    pairs = curves.targets[0]
    _predicted(figure.add_subplot(grid[:, 0], title=name(names[0], LETTERS)), pairs)
    _histogram(figure.add_subplot(grid[0, 1]), pairs)
    _residuals(figure.add_subplot(grid[1, 1]), pairs)
    return figure


def value_figure(plot: str, curves: ValueCurves, names: Sequence[str], title: str = "") -> Figure:
    """One of VALUE_PLOTS by itself."""
    if plot == "residuals":
        return _rows_figure(curves, names, title, [_histogram, _residuals])
    across = min(len(curves.targets), 3)
    down = -(-len(curves.targets) // across)
    side = WIDTH / across if across > 1 else 4.5
    figure = figure_of(side * across, side * down + 0.3, title, _notes(curves))
    grid = figure.add_gridspec(down, across)
    for index, (pairs, label) in enumerate(zip(curves.targets, names, strict=False)):
        place, title = grid[index // across, index % across], name(label, LETTERS // across)
        _predicted(figure.add_subplot(place, title=title), pairs)
    return figure


def _rows_figure(curves: ValueCurves, names: Sequence[str], title: str, draws: Sequence[Draw]) -> Figure:
    figure = figure_of(WIDTH, ROW * len(curves.targets) + 0.5, title, _notes(curves))
    grid = figure.add_gridspec(len(curves.targets), len(draws))
    for row, pairs in enumerate(curves.targets):
        for column, draw in enumerate(draws):
            title = "" if column else name(names[row], LETTERS)
            draw(figure.add_subplot(grid[row, column], title=title), pairs)
    return figure


def _notes(curves: ValueCurves) -> list[str]:
    notes = ["residual: true less predicted"]
    shown = len(curves.targets)
    if curves.n_targets > shown:
        notes.append(f"the first {shown} of {curves.n_targets:,} targets")
    outside = sum(pairs.outside for pairs in curves.targets)
    if outside:
        notes.append(f"far out, not in the picture: {count(outside, 'row')}")
    return notes


def _predicted(axes: Axes, pairs: ValuePairs) -> None:
    _draw(axes, pairs.truth, pairs.predicted, pairs.truth_density)
    low = min(axes.get_xlim()[0], axes.get_ylim()[0])
    high = max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([low, high], [low, high], color=VERMILLION, linewidth=0.9, scalex=False, scaley=False)
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.set(xlabel="true", ylabel="predicted")


def _residuals(axes: Axes, pairs: ValuePairs) -> None:
    _draw(axes, pairs.predicted, pairs.truth - pairs.predicted, pairs.residual_density)
    edges = pairs.residual_edges
    margin = 0.04 * (edges[-1] - edges[0])
    axes.set_ylim(edges[0] - margin, edges[-1] + margin)
    axes.axhline(0.0, color=VERMILLION, linewidth=0.9)
    axes.set(xlabel="predicted", ylabel="residual")


def _histogram(axes: Axes, pairs: ValuePairs) -> None:
    axes.stairs(pairs.residuals, pairs.residual_edges, fill=True, facecolor=BLUE, alpha=0.55)
    axes.stairs(pairs.residuals, pairs.residual_edges, color=BLUE, linewidth=0.6)
    axes.axvline(0.0, color=VERMILLION, linewidth=0.9)
    axes.set_ylim(0, 1.08 * max(pairs.residuals.max(), 1e-300))
    axes.set(xlabel="residual", ylabel="rows")
    for axis in (axes.xaxis, axes.yaxis):
        plain_numbers(axis)


def _draw(axes: Axes, x: Array, y: Array, density: Density | None) -> None:
    """Draw points, or shades if there are many; shades are logarithmic, so that single rows are visible."""
    if density is None:
        alpha = float(np.clip(12 / len(x) ** 0.5, 0.25, 0.8))
        axes.plot(x, y, "o", color=BLUE, alpha=alpha, markersize=3, markeredgewidth=0)
    else:
        counts = np.ma.masked_less_equal(density.counts.T, 0.0)
        lowest, highest = float(counts.min()), float(counts.max())
        shades = LogNorm(lowest / 10, max(highest, 2 * lowest))  # the lightest of the colours cannot be seen
        axes.pcolormesh(density.x_edges, density.y_edges, counts, cmap="Blues", norm=shades)
    for axis in (axes.xaxis, axes.yaxis):
        plain_numbers(axis)
