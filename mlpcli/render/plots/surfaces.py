"""The picture of a surface: the map with the rows of a table on it, and small maps of hidden units."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis as PlotAxis
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mlpcli.arrays import Array
from mlpcli.data.schema import DATE
from mlpcli.model.effects.axes import Axis
from mlpcli.model.effects.shown import CLASS, PROBABILITY
from mlpcli.render.plots.canvas import INK, MUTED, SMALL, TINY, WIDTH, figure_of, name, number
from mlpcli.render.plots.panels import plain_numbers
from mlpcli.render.surfaces.palettes import Palette, SignedPalette
from mlpcli.render.surfaces.points import spread_places
from mlpcli.render.surfaces.report import palette_of, title_of, typical_line
from mlpcli.render.surfaces.ticks import ticks
from mlpcli.text_width import wrapped
from mlpcli.workflows.surfaces.result import LayerMaps, Surface

HEIGHT = 4.6
"""Inches of the map with its title."""
PER_ROW, UNIT_INCHES, TITLE_INCHES = 8, 0.95, 0.25
"""Small maps in a row, their height with the title, and the height of a layer's title."""
MOST_KEYS = 10
NOTE = 110
DOT = 16.0
"""Area of a mark in square points."""


def surface_figure(surface: Surface, title: str = "") -> Figure:
    """The map on the left half of a page or, with hidden units, above those."""
    heights = [HEIGHT]
    for layer in surface.units:
        heights += [TITLE_INCHES, *[UNIT_INCHES] * math.ceil(len(layer.maps) / PER_ROW)]
    headline = f"{title_of(surface)}{f' ({title})' if title else ''}"
    notes = wrapped(typical_line(surface), NOTE) if surface.typical else []
    figure = figure_of(WIDTH, sum(heights), headline[:1].upper() + headline[1:], notes)
    grid = figure.add_gridspec(len(heights), PER_ROW, height_ratios=heights)
    _map(figure.add_subplot(grid[0, :]), surface)
    row = 1
    for layer in surface.units:
        _units(figure, grid, row, layer, surface)
        row += 1 + math.ceil(len(layer.maps) / PER_ROW)
    return figure


def _map(axes: Axes, surface: Surface) -> None:
    palette, x, y = palette_of(surface), surface.x, surface.y
    colours = palette.colours(surface.values, surface.confidence)
    _mesh(axes, colours, x, y)
    if surface.shows == PROBABILITY and surface.threshold is not None and not (x.levels or y.levels):
        crossed = surface.values.min() < surface.threshold <= surface.values.max()
        if crossed:
            axes.contour(
                x.values, y.values, surface.values, [surface.threshold], colors=[INK], linewidths=0.9
            )
    if surface.points is not None:
        _points(axes, surface, palette)
    for axis, of in ((axes.xaxis, x), (axes.yaxis, y)):
        _scale_of(axis, of)
    axes.set(xlabel=name(x.name), ylabel=name(y.name))
    axes.set(xlim=x.ends, ylim=y.ends)
    _legend(axes, surface, palette)


def _mesh(axes: Axes, colours: Array, x: Axis, y: Axis) -> None:
    """Cells of these colours (ny, nx, 3), rasterized, as in SVG and PDF thousands of them would be large."""
    axes.pcolormesh(_edges(x), _edges(y), colours / 255.0, rasterized=True, shading="flat", antialiased=False)


def _edges(axis: Axis) -> Array:
    """Edges of the cells around the places of an axis."""
    if axis.levels:
        return np.arange(len(axis.levels) + 1) - 0.5
    middle = axis.values[:-1] / 2 + axis.values[1:] / 2
    return np.concatenate([axis.values[:1], middle, axis.values[-1:]])


def _scale_of(axis: PlotAxis, of: Axis) -> None:
    """Ticks of levels and dates as in the terminal, of numbers round ones."""
    axis.axes.spines[["top", "right"]].set_visible(True)
    if not of.levels and of.kind != DATE:
        plain_numbers(axis)
        return
    low, high = of.ends
    found = ticks(of, len(of.levels) if of.levels else 5)
    axis.set_ticks([low + place * (high - low) for place, _ in found], [name(text, 16) for _, text in found])
    across = axis is axis.axes.xaxis
    if across and sum(min(len(text), 16) for _, text in found) > 60:
        axis.set_tick_params(labelrotation=90)


def _points(axes: Axes, surface: Surface, palette: Palette) -> None:
    points, x, y = surface.points, surface.x, surface.y
    assert points is not None
    (left, right), (bottom, top) = x.ends, y.ends
    across = left + spread_places(x, points.x, 0) * (right - left)
    up = bottom + spread_places(y, points.y, 1) * (top - bottom)
    colours = np.full((len(across), 3), 0.4)
    if points.truth is not None:
        known = ~np.isnan(points.truth)
        colours[known] = palette.mark_colours(points.truth[known]) / 255.0
    there = ~np.isnan(across) & ~np.isnan(up)
    size = DOT if there.sum() < 400 else DOT / 2
    axes.scatter(
        across[there],
        up[there],
        s=size,
        c=colours[there],
        edgecolors="white",
        linewidths=0.6,
        zorder=3,
        clip_on=False,
    )


def _legend(axes: Axes, surface: Surface, palette: Palette) -> None:
    """A scale beside the map, or the colours of the classes."""
    if surface.shows == CLASS:
        keys = palette.keys(plain=True)[:MOST_KEYS]
        handles = [Patch(color=tuple(key.colour / 255.0), label=name(key.text, 24)) for key in keys]
        axes.legend(
            handles=handles,
            title="paler: less sure",
            title_fontsize=TINY,
            fontsize=SMALL,
            frameon=False,
            loc="upper left",
            bbox_to_anchor=(1.01, 1.0),
            borderaxespad=0.0,
            handlelength=1.2,
        )
        return
    shares = np.linspace(0.0, 1.0, 200)
    low, high = (0.0, 1.0) if surface.shows == PROBABILITY else _range(surface)
    values = low * (1 - shares) + high * shares
    strip = axes.inset_axes((1.03, 0.0, 0.035, 1.0))
    edges = np.concatenate([values[:1], values[:-1] / 2 + values[1:] / 2, values[-1:]])
    colours = palette.colours(values, None)[:, None] / 255.0
    strip.pcolormesh([0, 1], edges, colours, rasterized=True, shading="flat", antialiased=False)
    strip.set(xticks=[], ylim=(values[0], values[-1]))
    strip.yaxis.tick_right()
    strip.yaxis.set_label_position("right")
    strip.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    strip.yaxis.set_major_formatter(FuncFormatter(lambda value, position: number(value, 4)))
    if surface.shows == PROBABILITY:
        strip.set_ylabel(f"probability of {name(surface.title)}")
        if surface.threshold is not None:
            strip.axhline(surface.threshold, color=INK, linewidth=0.9)
    else:
        strip.set_ylabel(name(surface.of))


def _range(surface: Surface) -> tuple[float, float]:
    low, high = float(surface.values.min()), float(surface.values.max())
    least = max(abs(low), 1.0) * 1e-6
    return (low, high) if high > low else (low - least, high + least)


def _units(figure: Figure, grid: GridSpec, row: int, layer: LayerMaps, surface: Surface) -> None:
    """Small maps of a layer's units below its title, PER_ROW in a row of the grid."""
    said = f"hidden layer {layer.layer}"
    if len(layer.maps) < layer.units:
        said += f": {len(layer.maps)} of {layer.units:,} units, those that move the next layer most"
    title = figure.add_subplot(grid[row, :])
    title.set_axis_off()
    title.text(0.0, 0.0, said, size=SMALL, color=MUTED, va="bottom")
    ny, nx = layer.maps[0].values.shape
    x, y = _coarse(surface.x, nx), _coarse(surface.y, ny)
    for place, each in enumerate(layer.maps):
        axes = figure.add_subplot(grid[row + 1 + place // PER_ROW, place % PER_ROW])
        _mesh(axes, SignedPalette(each.values).colours(each.values, None), x, y)
        axes.set(xticks=[], yticks=[])
        axes.set_title(f"{each.unit}", size=TINY, color=MUTED, pad=2, weight="normal")


def _coarse(axis: Axis, places: int) -> Axis:
    """The axis of a map of so many places."""
    if axis.levels:
        return axis
    low, high = axis.ends
    shares = np.linspace(0.0, 1.0, places)
    return Axis(axis.name, axis.kind, low * (1 - shares) + high * shares)
