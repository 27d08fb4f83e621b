"""A map with its axes, and panels of small maps side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import DATE
from mlpcli.model.effects.axes import Axis
from mlpcli.render.surfaces.canvas import Mark, Style, drawn, sampled
from mlpcli.render.surfaces.palettes import WHITE, Palette
from mlpcli.render.surfaces.points import spread_places
from mlpcli.render.surfaces.ticks import ticks
from mlpcli.text_width import cut, padded, printable, width_of

WIDEST_LABEL = 14
ROWS_BETWEEN_TICKS = 4
UNKNOWN = "."
"""A row without a truth, where there are no colours."""
NARROWEST = 6
"""Columns of a map, however narrow the terminal."""


@dataclass(frozen=True)
class MapPoints:
    """Rows to be drawn on a map."""

    x: Array
    y: Array
    truth: Array | None


def map_lines(
    x: Axis,
    y: Axis,
    values: Array,
    confidence: Array | None,
    palette: Palette,
    style: Style,
    width: int,
    height: int,
    points: MapPoints | None = None,
) -> list[str]:
    """The map with its axes: lines of so many columns, `height` of them and two for axis and ticks."""
    y_ticks = {
        height - 1 - min(int(place * height), height - 1): cut(printable(text), WIDEST_LABEL)
        for place, text in ticks(y, max(height // (1 if y.levels else ROWS_BETWEEN_TICKS), 2))
    }
    label_width = max(map(width_of, y_ticks.values()), default=0)
    inner = max(width - label_width - 2, NARROWEST)
    pixels = height * style.lines_of_pixels
    lines = drawn(
        sampled(values, x, y, inner, pixels),
        None if confidence is None else sampled(confidence, x, y, inner, pixels),
        palette,
        {} if points is None else _marks(x, y, points, palette, inner, height),
        style,
    )
    bar, tick, corner, across = ("│", "┤", "└", "─") if style.blocks else ("|", "+", "+", "-")
    framed = [
        f"{padded(y_ticks.get(row, ''), label_width, right=True)} {tick if row in y_ticks else bar}{line}"
        for row, line in enumerate(lines)
    ]
    blank = " " * label_width
    return [
        *framed,
        f"{blank} {corner}{across * inner}",
        f"{blank}  {padded(_labels_below(x, inner), inner)}",
    ]


def _labels_below(axis: Axis, width: int) -> str:
    """Texts of ticks in one line, each in the middle of its place, as many as have room."""
    longest = 11 if axis.kind == DATE else 9
    found = ticks(axis, max(width // longest, 2))
    if axis.levels:
        found, longest = ticks(axis, len(axis.levels)), max(width // len(axis.levels) - 1, 3)
    line = ""
    for place, text in found:
        text = cut(printable(text), max(longest, 6) if not axis.levels else longest)
        start = round(place * width - width_of(text) / 2)
        start = max(min(start, width - width_of(text)), 0)
        if line and start < width_of(line) + 1:
            continue
        line += " " * (start - width_of(line)) + text
    return line


def _marks(
    x: Axis, y: Axis, points: MapPoints, palette: Palette, width: int, height: int
) -> dict[tuple[int, int], Mark]:
    """The marks by row and column of characters; of several in one cell the most frequent of them."""
    across, down = spread_places(x, points.x, 0), spread_places(y, points.y, 1)
    there = ~np.isnan(across) & ~np.isnan(down)
    columns = np.minimum((across[there] * width).astype(np.intp), width - 1).tolist()
    rows = np.minimum(((1 - down[there]) * height).astype(np.intp), height - 1).tolist()
    truth = np.full(len(columns), np.nan) if points.truth is None else points.truth[there]
    known = ~np.isnan(truth)
    colours = np.tile(WHITE * 0.35, (len(truth), 1))
    characters = np.full(len(truth), UNKNOWN)
    if known.any():
        colours[known] = palette.mark_colours(truth[known])
        characters[known] = palette.mark_characters(truth[known])
    found: dict[tuple[int, int], Counter[tuple[str, tuple[float, ...]]]] = {}
    for row, column, character, colour in zip(
        rows, columns, characters.tolist(), colours.tolist(), strict=True
    ):
        found.setdefault((row, column), Counter())[character, tuple(colour)] += 1
    chosen = {place: counts.most_common(1)[0][0] for place, counts in found.items()}
    return {place: Mark(character, np.array(colour)) for place, (character, colour) in chosen.items()}


def side_by_side(panels: Sequence[Sequence[str]], width: int, gap: int = 2) -> list[str]:
    """Panels of as many lines, each `width` columns wide, in one row; what is shorter is not padded."""
    return [(" " * gap).join(lines) for lines in zip(*panels, strict=True)]


def panel(title: str, lines: Sequence[str], width: int) -> list[str]:
    """A small map below its title."""
    return [padded(cut(title, width), width), *lines]
