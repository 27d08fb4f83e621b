"""Picture of a network under dropout masks, and of the mean of many."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpcli.number_text import short
from mlpcli.render.lessons.dropout import limits, off
from mlpcli.render.plots.canvas import BLUE, GREY, MUTED, ORANGE, SMALL, VERMILLION, WIDTH, figure_of
from mlpcli.render.plots.panels import plain_numbers, write
from mlpcli.workflows.lessons.dropout import SHOWN, DropoutLesson

ACROSS = 3
HEIGHT = 2.1
"""Inches of a row of panels."""
UNITS_SHARE = 0.16
"""Height of the units above a curve, as a share of the panel."""


def dropout_figure(lesson: DropoutLesson) -> Figure:
    """A panel for each mask, with its units, and one for the mean."""
    panels = len(lesson.thinned) + 1
    down = math.ceil(panels / ACROSS)
    notes = [
        "blue: under the mask",
        "orange, dashed: dropout off",
        "grey: training rows",
        f"circles: units of layer 1 and 2, filled if on; dropout {lesson.dropout:g}",
    ]
    figure = figure_of(WIDTH, HEIGHT * down + 0.5, "One network under dropout masks", notes)
    for place, thinned in enumerate(lesson.thinned, start=1):
        title = f"mask {place}: {off(thinned)} units off"
        axes = figure.add_subplot(down, ACROSS, place, title=title)
        _curves(axes, lesson, thinned.outputs)
        for row, kept in enumerate(thinned.kept):
            height = 1.0 - UNITS_SHARE / 2 * (row + 0.5)
            for column, on in enumerate(kept):
                across = (column + 1) / (len(kept) + 1)
                fill = BLUE if on else "white"
                axes.plot(
                    across,
                    height,
                    "o",
                    color=fill,
                    markeredgecolor=BLUE if on else VERMILLION,
                    markersize=4,
                    transform=axes.transAxes,
                )
    most = max(lesson.distances)
    axes = figure.add_subplot(down, ACROSS, panels, title=f"mean of {most:,} masks")
    _curves(axes, lesson, lesson.mean)
    said = f"distance {short(lesson.distances[most], 2)},\nof one mask {short(lesson.distances[1], 2)}"
    write(axes, said, (1.0, 1.0), (-2, -2), "axes fraction", ha="right", va="top", size=SMALL, color=MUTED)
    return figure


def _curves(axes: Axes, lesson: DropoutLesson, outputs: Sequence[float]) -> None:
    targets = lesson.rows[1]
    low, high = limits(lesson)
    low, high = min(low, *targets), max(high, *targets)
    axes.set(xlim=(-SHOWN, SHOWN), ylim=(low, high + (high - low) * UNITS_SHARE * 1.3))
    axes.plot(*lesson.rows, ".", color=GREY, markersize=2.5)
    axes.plot(lesson.inputs, outputs, color=BLUE, linewidth=1.4)
    axes.plot(lesson.inputs, lesson.whole, "--", color=ORANGE, linewidth=1.0)
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
