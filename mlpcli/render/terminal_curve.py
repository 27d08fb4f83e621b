"""Curves in a terminal: lines of braille dots between two short axes."""

from collections.abc import Sequence
from dataclasses import dataclass

BRAILLE = "\u28ff"
"""A character of the block that curves are drawn with, which not every encoding has."""
LARGEST = 1e300
"""Larger values are not drawn, as differences would overflow."""
NO_DOT = "\u2800"
LABEL_WIDTH = 8
POINTS_PER_COLUMN = 2
"""Dots side by side in a character."""
SPAN = 6.0
"""Values above the lowest plus so many times the distance to the upper quartile are cut off, or a first loss
would flatten all that follows."""


@dataclass(frozen=True)
class Curve:
    """Points from left to right; None leaves one out."""

    xs: Sequence[float]
    ys: Sequence[float | None]
    colour: str | None = None
    dotted: bool = False


@dataclass(frozen=True)
class Mark:
    """A dotted vertical line at `x`."""

    x: float
    colour: str | None = None


def draw(
    curves: Sequence[Curve],
    width: int,
    height: int,
    *,
    x_label: str,
    ends: tuple[str, str],
    marks: Sequence[Mark] = (),
    highest: float | None = None,
) -> list[str]:
    """Rows of text, `width` columns wide, `height` rows for the curves and two below for the axis.

    `ends` are the texts at the ends of the horizontal axis, which spans the curves. Values above `highest`
    are drawn at the top; by default a limit is found.
    """
    from plotille import Canvas  # takes 13 ms, and is needed only here

    points = [
        [(x, y) for x, y in zip(curve.xs, curve.ys, strict=True) if y is not None and abs(y) < LARGEST]
        for curve in curves
    ]
    if not any(points):
        return []
    xs, ys = [x for each in points for x, _ in each], [y for each in points for _, y in each]
    left, right = _apart(min(xs), max(xs))
    low, top = min(ys), max(ys)
    low, top = _apart(low, min(top, _highest(ys) if highest is None else highest))
    inner = max(width - LABEL_WIDTH - 2, 4)
    canvas = Canvas(inner, height, xmin=left, ymin=low, xmax=right, ymax=top)
    for mark in marks:
        dots = 4 * height
        for dot in range(0, dots, 3):
            canvas.point(mark.x, low + (top - low) * dot / dots, color=mark.colour)
    for curve, each in zip(curves, points, strict=True):
        if curve.dotted:
            for x, y in _thinned(each, inner):
                canvas.point(x, min(y, top), color=curve.colour)
            continue
        shown = _thinned(each, POINTS_PER_COLUMN * inner)
        for (x0, y0), (x1, y1) in zip(shown, shown[1:] or shown, strict=False):
            canvas.line(x0, min(y0, top), x1, min(y1, top), color=curve.colour)
    rows = [row.replace(NO_DOT, " ").rstrip() for row in canvas.plot().split("\n")]
    labels = {0: f"{top:.3g}", height - 1: f"{low:.3g}"}
    drawn = [
        f"{labels.get(number, ''):>{LABEL_WIDTH}} {'┤' if number in labels else '│'}{row}"
        for number, row in enumerate(rows)
    ]
    first, last = ends
    room = inner - len(first) - len(last)
    middle = f"{x_label if len(x_label) + 2 <= room else '':^{max(room, 1)}}"
    return [
        *drawn,
        f"{'':>{LABEL_WIDTH}} └{'─' * inner}",
        f"{'':>{LABEL_WIDTH}}  {first}{middle}{last}".rstrip(),
    ]


def _thinned(points: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """Evenly chosen points, about `most`, and the last."""
    step = max(len(points) // most, 1)
    return [*points[:-1:step], *points[-1:]]


def _highest(values: Sequence[float]) -> float:
    ordered = sorted(values)
    span = SPAN * (ordered[3 * (len(ordered) - 1) // 4] - ordered[0])
    return ordered[0] + span if span > 0 else ordered[-1]


def _apart(low: float, high: float) -> tuple[float, float]:
    """The limits, moved apart if they are too close for an axis."""
    least = max(abs(low), abs(high), 1e-12) * 1e-6
    return (low, high) if high - low > least else (low - least, low + least)
