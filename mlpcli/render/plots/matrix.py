"""A confusion matrix: counts in words, the shares of each true class in shades."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from mlpcli.metrics.outcome import Array
from mlpcli.render.plots.canvas import INK, SMALL, TINY, name, number

SHARES, COUNTS, NAMES = 10, 30, 60
"""Up to so many columns show shares, counts, the name of each; more names would overlap."""
LETTERS = 16
"""Of a name."""
DARK = 0.55
"""From this share on the text is white."""


def matrix_size(rows: int) -> float:
    """Inches that a matrix of so many rows wants on each side."""
    return float(np.clip(1.9 + 0.3 * rows, 3.2, 7.0))


def draw_confusion(axes: Axes, counts: Array, labels: Sequence[str], inches: float) -> None:
    """(classes, classes), rows are the truth; of labels (labels, 2, 2)."""
    names = [name(label, LETTERS) for label in labels]
    if counts.ndim == 3:
        _shade(axes, counts.reshape(len(counts), 4), _shares(counts).reshape(len(counts), 4), inches)
        _name(axes, names, ["not named", "named", "missed", "found"], rotated=False)
        axes.set_title("decisions")
        axes.axvline(1.5, color="white", linewidth=3)
        for place, text in ((0.25, "rows without the label"), (0.75, "rows with it")):
            axes.annotate(
                text,
                (place, 0.0),
                (0, -22),
                xycoords="axes fraction",
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=SMALL,
                color=axes.xaxis.label.get_color(),
            )
        return
    _shade(axes, counts, _shares(counts), inches)
    _name(axes, names, names, rotated=max(map(len, names)) * len(names) * 0.6 * SMALL > inches * 50)
    axes.set_aspect("equal")
    axes.set_title("confusion")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")


def _shares(counts: Array) -> Array:
    """Of each row's sum, 0 where that is 0."""
    sums = counts.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(counts, sums, out=np.zeros(counts.shape), where=sums > 0))


def _shade(axes: Axes, counts: Array, shares: Array, inches: float) -> None:
    rows, columns = counts.shape
    shades = matplotlib.colormaps["Blues"]
    # From white to a blue that is not quite the darkest; as a mesh it is sharp in SVG and PDF as well.
    axes.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        shares,
        cmap=shades,
        vmin=0.0,
        vmax=1.15,
        edgecolors="#F0F0F0",
        linewidth=0.4 if columns <= COUNTS else 0.0,
    )
    axes.invert_yaxis()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    if columns > COUNTS:
        return
    size = float(np.clip(inches * 72 / columns * 0.28, 3.5, SMALL + 1))
    for row in range(rows):
        for column in range(columns):
            if not counts[row, column] and columns > 5:
                continue
            text = number(counts[row, column], 3 if counts[row, column] % 1 else 7)
            if columns <= SHARES and counts[row].any():
                text += f"\n{100 * shares[row, column]:.0f} %"
            axes.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                fontsize=min(size, 1.6 * inches * 72 / columns / max(len(text.split("\n")[0]), 2) * 0.85),
                color="white" if shares[row, column] > DARK else INK,
            )


def _name(axes: Axes, rows: Sequence[str], columns: Sequence[str], *, rotated: bool) -> None:
    size = SMALL if max(len(rows), len(columns)) <= SHARES else TINY
    for axis, names in ((axes.xaxis, columns), (axes.yaxis, rows)):
        every = -(-len(names) // NAMES)
        axis.set_ticks(range(0, len(names), every), names[::every])
        axis.set_tick_params(labelsize=min(size, 350 / len(names) if len(names) > COUNTS else size))
    if rotated:
        axes.tick_params(axis="x", labelrotation=90)
