"""A surface in the terminal and as JSON fields."""

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import DATE
from mlpcli.errors import count
from mlpcli.model.effects.axes import Axis
from mlpcli.model.effects.shown import CLASS, PROBABILITY, VALUE
from mlpcli.number_text import short
from mlpcli.render import counts
from mlpcli.render.console import Screen
from mlpcli.render.formatting import quoted, some
from mlpcli.render.surfaces.canvas import DISC, PLAIN, Style, codes_of, drawn, sampled
from mlpcli.render.surfaces.legend import key_text, mark_text, packed
from mlpcli.render.surfaces.maps import MapPoints, map_lines, panel, side_by_side
from mlpcli.render.surfaces.palettes import (
    ClassPalette,
    Palette,
    ProbabilityPalette,
    SignedPalette,
    ValuePalette,
)
from mlpcli.text_width import cut, printable, width_of, wrapped
from mlpcli.workflows.surfaces.result import LayerMaps, Surface, Typical

WIDEST, TALLEST, LOWEST = 84, 22, 6
"""Columns of a map with its labels, and its most and fewest lines."""
AROUND = 12
"""Lines above and below a map."""
COLUMNS_A_LINE = 3
"""Of a map, which is so about as wide as two thirds of its height twice."""
PANEL_WIDTH, PANEL_HEIGHT = 17, 7
NARROW_PANEL = 12
SHOWN_TYPICAL = 6
DIGITS = 6
"""Significant ones of the activations in JSON."""


def palette_of(surface: Surface) -> Palette:
    """The colours of what a surface shows."""
    if surface.shows == PROBABILITY:
        return ProbabilityPalette(surface.classes, surface.threshold)
    points = surface.points
    truth = np.empty(0) if points is None or points.truth is None else points.truth
    known = truth[~np.isnan(truth)]
    if surface.shows == CLASS:
        return ClassPalette(surface.classes, np.concatenate([surface.values.ravel(), known]))
    return ValuePalette(surface.values)


def title_of(surface: Surface) -> str:
    """What the map shows."""
    over = f"over {quoted(surface.x.name)} and {quoted(surface.y.name)}"
    if surface.shows == PROBABILITY:
        return f"probability of {surface.title} {over}"
    return f"predicted {surface.of} {over}"


def typical_line(surface: Surface) -> str:
    """The values of the columns that are no axes; empty if there are none."""
    if not surface.typical:
        return ""
    values = some([typical_text(each) for each in surface.typical], SHOWN_TYPICAL)
    return f"at {values} (typical of {os.path.basename(surface.typical_of)})"


def typical_text(each: Typical) -> str:
    """A column with its value."""
    if math.isnan(each.value):
        value = "no known word" if each.kind == "text" else "missing"
    elif each.level is not None:
        value = each.level
    else:
        value = day_or_moment(each.value) if each.kind == DATE else short(each.value)
    return f"{quoted(each.name)} {value}"


def day_or_moment(days: float) -> str:
    """Days since 1970 as a date, with the time of the day unless that is midnight."""
    from mlpcli.render.formatting import moment

    return moment(round(days * 86_400))


def report(screen: Screen, surface: Surface) -> None:
    """The map with axes, legend and what the other columns are, then the hidden units."""
    # Of a terminal that is lower the whole report fits on its screen.
    tallest = max(screen.height - AROUND, LOWEST) if screen.height else TALLEST
    title = title_of(surface)
    screen.line(title[:1].upper() + title[1:], "bold")
    if surface.typical:
        screen.line(typical_line(surface), "dim")
    screen.line()
    map_report(screen, surface, tallest)
    for layer in surface.units:
        _units(screen, layer, surface.x, surface.y, Style.of(screen))


def map_report(screen: Screen, surface: Surface, tallest: int = TALLEST) -> None:
    """The map between its axes, and its legend; `tallest` lines of colours at most."""
    style, palette, points = Style.of(screen), palette_of(surface), surface.points
    width = min(screen.width, WIDEST)
    height = min(max(width // COLUMNS_A_LINE, LOWEST), TALLEST, tallest)
    if surface.y.levels:
        height = max(height // len(surface.y.levels), 1) * len(surface.y.levels)
    screen.line(cut(printable(f"{surface.y.name} (up)"), max(width, 8)), "dim")
    lines = map_lines(
        surface.x,
        surface.y,
        surface.values,
        surface.confidence,
        palette,
        style,
        width,
        height,
        None if points is None else MapPoints(points.x, points.y, points.truth),
    )
    for line in lines:
        screen.raw(line.rstrip())
    across = printable(f"{surface.x.name} (across)")
    screen.line(f"{cut(across, max(width, 8)):>{width}}" if width_of(across) < width else across, "dim")
    screen.line()
    for line in _legend(surface, palette, style, width):
        screen.raw(line)


def notes_report(talk: Screen, surface: Surface) -> None:
    """Notes on the axes and on cells that had to be replaced."""
    for note in surface.notes:
        talk.note(note)
    counts.report(talk, surface.counts)


def _legend(surface: Surface, palette: Palette, style: Style, width: int) -> list[str]:
    """A scale or keys, and the marks of rows."""
    lines = []
    scale = palette.scale()
    if style.colours and scale is not None:
        lines += _scale(*scale, surface, style, width)
    else:
        plain = not style.blocks
        if surface.shows == VALUE:
            lines += wrapped(printable(f"{surface.of}:"), width)
        lines += packed([key_text(key, style) for key in palette.keys(plain=plain)], width)
        if surface.shows == CLASS:
            said = "paler where it is less sure" if style.colours else "a . where it is less sure"
            lines += wrapped(said, width)
    points = surface.points
    if points is None:
        return lines
    drawn_rows = len(points.x)
    what = (
        count(drawn_rows, "row") if drawn_rows == points.rows else f"{drawn_rows:,} of {points.rows:,} rows"
    )
    if points.truth is None:
        return [*lines, *wrapped(f"{DISC if style.colours and style.blocks else '.'} {what}", width)]
    marks = [mark_text(key, style) for key in palette.marks()] if surface.shows == PROBABILITY else []
    if surface.shows == PROBABILITY:
        return [*lines, *packed([*marks, (f"truth of {what}", f"truth of {what}")], width)]
    if style.colours:
        said = f"{DISC if style.blocks else 'o'} {what}, in the colour of their truth"
    else:
        said = f"capitals: {what} by their truth" if surface.shows == CLASS else f"o {what}"
    return [*lines, *wrapped(said, width)]


def _scale(
    colours: Array, texts: Sequence[tuple[float, str]], surface: Surface, style: Style, width: int
) -> list[str]:
    """A bar of colours with texts below it."""
    codes = codes_of(colours, style.colours).tolist()
    bar = "".join(f"\x1b[48;{code}m " for code in codes) + PLAIN
    below = ""
    for place, text in texts:
        start = max(min(round(place * len(codes) - len(text) / 2), len(codes) - len(text)), 0)
        if not below or start > len(below):
            below += " " * (start - len(below)) + text
    what = surface.of
    if surface.shows == PROBABILITY:
        what = f"probability of {surface.title}"
        if surface.threshold is not None:
            what += f"; from {short(surface.threshold, 3)} on it is predicted"
    what = printable(what)
    if len(codes) + 2 + width_of(what) <= width:
        return [f"{bar}  {what}", below]
    return [*wrapped(what, width), bar, below]


def _units(screen: Screen, layer: LayerMaps, x: Axis, y: Axis, style: Style) -> None:
    """Small maps of the units of a layer, as many side by side as fit."""
    of_all = count(layer.units, "unit")
    if len(layer.maps) < layer.units:
        of_all = f"{len(layer.maps)} of {of_all}, those that move the next layer most"
    screen.heading(f"hidden layer {layer.layer}: {of_all}")
    width = min(PANEL_WIDTH, max(screen.width, NARROW_PANEL))
    fit = max((screen.width + 2) // (width + 2), 1)
    pixels = PANEL_HEIGHT * style.lines_of_pixels
    for start in range(0, len(layer.maps), fit):
        panels = []
        for each in layer.maps[start : start + fit]:
            values = sampled(each.values, x, y, width, pixels)
            lines = drawn(values, None, SignedPalette(each.values), {}, style)
            low, high = short(float(each.values.min()), 2), short(float(each.values.max()), 2)
            panels.append(panel(f"{each.unit}: {low} to {high}", lines, width))
        for line in side_by_side(panels, width):
            screen.raw(line)
    if layer.layer == 1:
        said = "blue above 0, orange below, each on its own scale"
        if not style.colours:
            said = "0 lowest, 9 highest, about 4 and 5 at 0, each on its own scale"
        screen.line(said, "dim")


def fields(surface: Surface) -> dict[str, Any]:
    """The JSON fields: axes, values (ny rows of nx), points, and the hidden units."""
    values: list[list[Any]] = surface.values.tolist()
    if surface.shows == CLASS:
        values = [[surface.classes[int(each)] for each in line] for line in values]
    content: dict[str, Any] = {
        "x": _axis(surface.x),
        "y": _axis(surface.y),
        "shows": surface.shows,
        "of": surface.of,
        "classes": list(surface.classes),
        "threshold": surface.threshold,
        "values": values,
        "confidence": None if surface.confidence is None else surface.confidence.tolist(),
        "typical": {
            each.name: each.level if each.level is not None else _cell(each.value, each.kind)
            for each in surface.typical
        },
        "typical_of": surface.typical_of,
        "points": _points(surface),
        "units": [
            {
                "layer": layer.layer,
                "units": layer.units,
                "maps": [{"unit": each.unit, "values": _rounded(each.values)} for each in layer.maps],
            }
            for layer in surface.units
        ],
        "notes": surface.notes,
    }
    return content | counts.fields(surface.counts)


def _axis(axis: Axis) -> dict[str, Any]:
    values = list(axis.levels) if axis.levels else [_cell(each, axis.kind) for each in axis.values.tolist()]
    return {"column": axis.name, "kind": axis.kind, "values": values, "limited": axis.limited}


def _cell(value: float, kind: str) -> Any:
    """A value as it would stand in a table; None for a gap."""
    if math.isnan(value):
        return None
    return day_or_moment(value) if kind == DATE else value


def _points(surface: Surface) -> dict[str, Any] | None:
    points = surface.points
    if points is None:
        return None
    truth: list[Any] | None = None
    if points.truth is not None:
        truth = [None if math.isnan(each) else each for each in points.truth.tolist()]
        if surface.classes:
            truth = [None if each is None else surface.classes[int(each)] for each in truth]
    return {
        "x": _cells(surface.x, points.x),
        "y": _cells(surface.y, points.y),
        "truth": truth,
        "rows": points.rows,
    }


def _cells(axis: Axis, values: Array) -> list[Any]:
    if not axis.levels:
        return [_cell(each, axis.kind) for each in values.tolist()]
    name_of = dict(zip(axis.values.tolist(), axis.levels, strict=True))
    return [name_of.get(each) for each in values.tolist()]


def _rounded(values: Array) -> list[list[float]]:
    return [[float(f"{each:.{DIGITS}g}") for each in line] for line in values.tolist()]
