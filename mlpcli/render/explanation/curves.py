"""Curves of partial dependence in a terminal, side by side, on one scale."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlpcli.number_text import same_precision, short
from mlpcli.render.console import Screen
from mlpcli.render.panels import BARS, PLAIN_BARS, Panel, panel_width, show_panels
from mlpcli.render.terminal_curve import BRAILLE
from mlpcli.text_width import cut, padded, printable

if TYPE_CHECKING:
    from mlpcli.workflows.explanation.dependence import Dependence

HEIGHT = 7
LEAST_WIDTH = 36
LONGEST_LEVEL = 14
MOST_SPARKS = 16
"""Characters of a small curve."""
SPAN = 0.08
"""Part of the scale that is free above and below."""


def show_curves(screen: Screen, curves: "Sequence[Dependence]") -> None:
    """Write a panel for each curve."""
    width = panel_width(screen, len(curves), LEAST_WIDTH)
    if not width or not curves:
        return
    every = [value for curve in curves for value in curve.predictions]
    low, high = min(every), max(every)
    free = SPAN * (high - low) or max(abs(high), 1.0) * SPAN
    limits = low - free, high + free
    show_panels(screen, [_panel(screen, curve, width, limits) for curve in curves])


def _panel(screen: Screen, curve: "Dependence", width: int, limits: tuple[float, float]) -> list[str]:
    grid = curve.grid
    if not grid.is_ordered:
        return _bars(screen, curve, width)
    ends = grid.values[0], grid.values[-1]
    spread = ends if ends[0] < ends[1] else (ends[0] - 0.5, ends[1] + 0.5)
    panel = Panel(screen, (width, HEIGHT), spread, limits)
    if len(grid.values) > 1:
        panel.line(grid.values, curve.predictions, "cyan", "*")
    else:
        panel.dots(grid.values, curve.predictions, "cyan", "*")
    most = max(max(grid.rows), 1)
    strip = [rows / most for rows in grid.rows]
    title = f"{printable(grid.column)}: {curve.direction}"
    return panel.lines(title, strip=strip, ends=_ends(curve))


def _ends(curve: "Dependence") -> tuple[str, str]:
    grid = curve.grid
    if grid.kind == "date":
        return grid.labels[0], grid.labels[-1]
    return short(grid.values[0], 3), short(grid.values[-1], 3)


def _bars(screen: Screen, curve: "Dependence", width: int) -> list[str]:
    """A bar for each level, from the lowest prediction; as many lines as a curve has."""
    plain = not screen.shows(BRAILLE)
    dots = "..." if plain else "…"
    grid, values = curve.grid, curve.predictions
    room = HEIGHT + 2
    shown = len(values) if len(values) <= room else room - 1
    names = [cut(printable(label), LONGEST_LEVEL, dots) for label in grid.labels[:shown]]
    numbers = same_precision(values[:shown])
    name_width, number_width = max(map(len, names)), max(map(len, numbers))
    bar = max(width - name_width - number_width - 4, 4)
    low, high = min(values), max(values)
    lines = [padded(cut(f"{printable(grid.column)}: levels by rows", width, dots), width)]
    for name, value, number in zip(names, values, numbers, strict=False):
        share = (value - low) / (high - low) if high > low else 0.0
        lines.append(padded(f"{padded(name, name_width)}  {padded(_mark(share, bar, plain), bar)}  {number}", width))
    if shown < len(values):
        lines.append(padded(f"and {len(values) - shown} more", width))
    return [*lines, *[" " * width] * (room + 1 - len(lines))]


def _mark(share: float, width: int, plain: bool) -> str:
    """A mark at a share of the width."""
    flat, mark = ("-", "o") if plain else ("─", "●")
    return flat * round(share * (width - 1)) + mark


def small_curve(screen: Screen, curve: "Dependence") -> str:
    """The curve in a word of bars, from its lowest to its highest value."""
    levels = BARS if screen.shows(BRAILLE) else PLAIN_BARS
    return spark(curve.predictions, levels)


def spark(values: Sequence[float], levels: str = BARS) -> str:
    """Values as a word of bars."""
    step = max(1, -(-len(values) // MOST_SPARKS))
    some = list(values)[::step]
    low, high = min(some), max(some)
    scale = (len(levels) - 1) / (high - low) if high > low else 0.0
    return "".join(levels[round((value - low) * scale)] for value in some)
