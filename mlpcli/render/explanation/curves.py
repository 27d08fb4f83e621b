"""Curves of partial dependence in a terminal, side by side, on one scale."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlpcli.number_text import same_precision
from mlpcli.render.console import Screen
from mlpcli.render.panels import BARS, Panel, panel_width, show_panels
from mlpcli.render.terminal_curve import BRAILLE
from mlpcli.text_width import cut, padded, printable, width_of

if TYPE_CHECKING:
    from mlpcli.workflows.explanation.dependence import Dependence

HEIGHT = 7
LEAST_WIDTH = 36
LONGEST_LEVEL = 14
MOST_SPARKS = 16
"""Characters of a small curve."""


def show_curves(screen: Screen, curves: "Sequence[Dependence]") -> None:
    """Write a panel for each curve."""
    width = panel_width(screen, len(curves), LEAST_WIDTH)
    if width and curves:
        limits = scale_of(curves)
        show_panels(screen, [_panel(screen, curve, width, limits) for curve in curves])


def scale_of(curves: "Sequence[Dependence]") -> tuple[float, float]:
    """The lowest and highest value of all curves, which differ."""
    every = [value for curve in curves for value in curve.predictions] or [0.0]
    low, high = min(every), max(every)
    return (low, high) if low < high else (low - max(abs(low), 1.0) / 2, low + max(abs(low), 1.0) / 2)


def _panel(screen: Screen, curve: "Dependence", width: int, limits: tuple[float, float]) -> list[str]:
    grid = curve.grid
    if not grid.is_ordered:
        return _levels(screen, curve, width, limits)
    panel = Panel(screen, (width, HEIGHT), (grid.values[0], grid.values[-1]), limits)
    panel.line(grid.values, curve.predictions, "cyan", "*")
    most = max(max(grid.rows), 1)
    title = f"{printable(grid.column)}: {curve.direction}"
    return panel.lines(
        title, strip=[rows / most for rows in grid.rows], ends=(grid.labels[0], grid.labels[-1])
    )


def _levels(screen: Screen, curve: "Dependence", width: int, limits: tuple[float, float]) -> list[str]:
    """A mark for each level on the scale of all curves; as many lines as a curve has."""
    plain = not screen.shows(BRAILLE)
    dots = "..." if plain else "…"
    grid, values = curve.grid, curve.predictions
    room = HEIGHT + 2
    shown = len(values) if len(values) <= room else room - 1
    names = [cut(printable(label), LONGEST_LEVEL, dots) for label in grid.labels[:shown]]
    numbers = same_precision(values[:shown])
    name_width, number_width = max(map(width_of, names)), max(map(len, numbers))
    room_of_mark = max(width - name_width - number_width - 4, 4)
    low, high = limits
    lines = [cut(printable(grid.column), width, dots)]
    for label, value, number in zip(names, values, numbers, strict=False):
        mark = padded(_mark((value - low) / (high - low), room_of_mark, plain), room_of_mark)
        lines.append(f"{padded(label, name_width)}  {mark}  {number:>{number_width}}")
    if shown < len(values):
        lines.append(f"and {len(values) - shown} more")
    lines += [""] * (room + 1 - len(lines))
    return [padded(line, width) for line in lines]


def _mark(share: float, width: int, plain: bool) -> str:
    """A mark at a share of the width."""
    flat, mark = ("-", "o") if plain else ("─", "●")
    return flat * round(share * (width - 1)) + mark


def small_curve(curve: "Dependence", limits: tuple[float, float]) -> str:
    """A curve of numbers or dates in a word of bars, on the scale of all curves."""
    if not curve.grid.is_ordered:
        return ""
    every = -(-len(curve.predictions) // MOST_SPARKS)
    low, high = limits
    shares = [(value - low) / (high - low) for value in curve.predictions[::every]]
    return "".join(BARS[round(share * (len(BARS) - 1))] for share in shares)
