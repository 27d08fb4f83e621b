"""Picture of several trainings: a curve of each, named at its end."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from mlpcli.arrays import Array
from mlpcli.render.plots.canvas import SERIES, SMALL, TINY, WIDTH, figure_of, name
from mlpcli.render.plots.panels import Label, counting, end_labels, measuring

HEIGHT, ABOVE = 3.2, 0.5
"""Inches of the panel with few curves, and above it."""
DASHES = ("solid", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (3, 1, 1, 1, 1, 1)))
"""Lines in turn, once all colours are taken."""
LETTERS = 24
"""Letters of a name."""
MANY = 14
"""Curves from which names are smaller."""
FEW_EPOCHS = 12
"""Up to so many epochs are shown as dots too."""


def comparison_figure(curves: Sequence[tuple[str, Sequence[float | None]]], title: str) -> Figure:
    """Values by epoch, at least one curve; the panel is as high as the names at the ends need."""
    size = SMALL if len(curves) < MANY else TINY
    height = max(HEIGHT, len(curves) * 1.3 * size / 72 + ABOVE)
    last = max(len(values) for _, values in curves)
    figure = figure_of(WIDTH, height + ABOVE, title)
    axes = figure.add_subplot(xlabel="epoch")
    margin = max(0.02 * (last - 1), 0.5 if last == 1 else 0.0)
    axes.set_xlim(1 - min(margin, 0.5), last + margin)
    counting(axes.xaxis, last)
    labels, drawn = [], []
    for place, (label, found) in enumerate(curves):
        values = _numbers(found)
        colour = SERIES[place % len(SERIES)]
        dashes = DASHES[place // len(SERIES) % len(DASHES)]
        axes.plot(
            np.arange(1, len(values) + 1),
            values,
            color=colour,
            linestyle=dashes,
            linewidth=1.1,
            marker="o" if len(values) <= FEW_EPOCHS else None,
            markersize=2.5,
        )
        drawn.append(values)
        ends = values[np.isfinite(values)][-1:]
        mark = "" if dashes == "solid" else "┄ "
        if len(ends):
            labels.append(Label(float(ends[0]), mark + name(label, LETTERS), colour))
    measuring(axes.yaxis, np.concatenate(drawn))
    end_labels(axes, labels, size)
    return figure


def _numbers(values: Sequence[float | None]) -> Array:
    """The values, NaN for a missing one."""
    return np.array([np.nan if each is None else each for each in values], np.float64)
