"""Parts of panels: axes, and names at the ends of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from mlpcli.arrays import Array
from mlpcli.render.plots.canvas import SMALL, number

NARROW = 2.4
"""Width in inches below which a panel has room for few ticks."""
LOGARITHMIC_FROM = 30.0
"""Factor from the smallest to the largest value from which an axis is logarithmic."""


def plain_numbers(axis: Axis) -> None:
    """Show ticks as short numbers without a common power of ten; fewer below a narrow panel."""

    def text(value: float, position: int | None) -> str:
        low, high = axis.get_view_interval()
        span, largest = abs(high - low), max(abs(low), abs(high))
        # As many digits as neighbours differ in, be it in the sixth: 1,000,012 and 1,000,014.
        digits = max(5, int(np.ceil(np.log10(largest / span))) + 3) if span else 5
        return "0" if abs(value) < 1e-9 * span else number(value, digits)

    narrow = axis is axis.axes.xaxis and inches(axis.axes)[0] < NARROW
    axis.set_major_locator(MaxNLocator(3 if narrow else 5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(text))


def inches(axes: Axes) -> tuple[float, float]:
    """Width and height before the layout, which takes a little of both for ticks and names."""
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    place = axes.get_position()
    return place.width * figure.get_figwidth(), place.height * figure.get_figheight()


def counting(axis: Axis, last: int) -> None:
    """Put ticks at whole numbers of an axis from 1 to `last`."""
    axis.set_major_locator(
        FixedLocator([1]) if last == 1 else MaxNLocator(6, steps=[1, 2, 5, 10], integer=True)
    )
    axis.set_major_formatter(FuncFormatter(lambda value, position: f"{value:,.0f}"))


def logarithmic(axis: Axis) -> None:
    """Make the axis logarithmic with plain numbers, at least two of them."""
    axes = axis.axes
    (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
    low, high = sorted(axis.get_view_interval())
    decades = np.log10(high / low)
    subs = (1.0,) if decades > 2.5 else (1.0, 3.0) if decades > 1.2 else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=subs, numticks=8))
    axis.set_minor_locator(LogLocator(subs=tuple(range(1, 10)), numticks=60))
    axis.set_major_formatter(FuncFormatter(lambda value, position: number(value)))
    axis.set_minor_formatter(NullFormatter())


def measuring(axis: Axis, values: Array) -> None:
    """Make the axis logarithmic if the values span much, else linear."""
    finite = values[np.isfinite(values)]
    if len(finite) and finite.min() > 0 and finite.max() > LOGARITHMIC_FROM * finite.min():
        logarithmic(axis)
    else:
        plain_numbers(axis)


def write(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], frame: Any, **style: Any
) -> None:
    """Write text at a place in a frame (matplotlib's `xycoords`), moved by points; it may leave the axes."""
    axes.annotate(
        text, at, offset, xycoords=frame, textcoords="offset points", annotation_clip=False, **style
    )


@dataclass(frozen=True)
class Label:
    """A name for the height `y` of the right edge, in data units."""

    y: float
    text: str
    colour: str | tuple[float, ...]


def end_labels(axes: Axes, labels: Sequence[Label], size: float = SMALL) -> None:
    """Write names at the right edge, moved apart where they would overlap. Limits and scale must be set."""
    shown = sorted((each for each in labels if np.isfinite(each.y)), key=lambda each: each.y)
    if not shown:
        return
    heights = axes.transAxes.inverted().transform(
        axes.transData.transform([(axes.get_xlim()[1], each.y) for each in shown])
    )[:, 1]
    points = inches(axes)[1] * 72
    for each, height in zip(shown, spread(np.clip(heights, 0, 1), 1.25 * size / points), strict=True):
        at = (1.0, float(height))
        write(axes, each.text, at, (4, 0), "axes fraction", va="center", color=each.colour, size=size)


def spread(places: Array, gap: float) -> Array:
    """Ascending places in 0..1 moved to be `gap` apart: overlapping ones around their mean, within 0..1 where
    they have room, else on above 1."""
    groups: list[list[float]] = []
    """Places less their rank's gaps, which must ascend; each group is moved to its mean."""
    for rank, place in enumerate(places):
        group = [float(place) - rank * gap]
        while groups and np.mean(groups[-1]) > np.mean(group):
            group = groups.pop() + group
        groups.append(group)
    moved = np.concatenate([np.full(len(group), np.mean(group)) for group in groups])
    ranks = np.arange(len(places))
    moved = np.minimum(moved, 1.0 - (len(places) - 1) * gap)
    return np.asarray(np.maximum(moved, 0.0) + ranks * gap)
