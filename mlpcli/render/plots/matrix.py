"""A confusion matrix: counts as text, shares of each true class as shades."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from mlpcli.arrays import Array
from mlpcli.render.plots.canvas import INK, SMALL, TINY, name, number
from mlpcli.render.plots.panels import write

SHARES, COUNTS, NAMES = 10, 30, 60
"""Most rows or columns with shares, with counts, with all names; more would overlap."""
TWO_LINES = 22.0
"""Height in points from which a cell holds both a count and a share."""
LIST = 330.0
"""Most points of a list of names."""
LETTERS = 16
"""Letters of a name."""
DARK = 0.55
"""Share from which the text is white."""


def matrix_size(rows: int) -> float:
    """Inches that a matrix of so many rows needs on each side."""
    return float(np.clip(1.9 + 0.3 * rows, 3.2, 7.0))


def draw_confusion(axes: Axes, counts: Array, labels: Sequence[str], inches: float) -> None:
    """Draw counts (classes, classes), rows are the true classes; of labels (labels, 2, 2)."""
    names = [name(label, LETTERS) for label in labels]
    if counts.ndim == 3:
        _shade(axes, counts.reshape(len(counts), 4), _shares(counts).reshape(len(counts), 4), inches)
        _name(axes, names, ["not named", "named", "missed", "found"], rotated=False)
        axes.set_title("decisions")
        axes.axvline(1.5, color="white", linewidth=3)
        style = {"ha": "center", "va": "top", "size": SMALL, "color": axes.xaxis.label.get_color()}
        for place, text in ((0.25, "rows without the label"), (0.75, "rows with it")):
            write(axes, text, (place, 0.0), (0, -22), "axes fraction", **style)
        return
    _shade(axes, counts, _shares(counts), inches)
    _name(axes, names, names, rotated=max(map(len, names)) * len(names) * 0.6 * SMALL > inches * 50)
    axes.set(aspect="equal", title="confusion", xlabel="predicted", ylabel="true")


def _shares(counts: Array) -> Array:
    """Shares of each row's sum, 0 where that is 0."""
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
        linewidth=0.4 if max(rows, columns) <= COUNTS else 0.0,
    )
    axes.invert_yaxis()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    if max(rows, columns) > COUNTS:
        return
    wide, high = inches * 72 / columns, inches * 72 / rows
    size = float(np.clip(0.28 * min(wide, high), 3.5, SMALL + 1))
    for row in range(rows):
        for column in range(columns):
            if not counts[row, column] and columns > 5:
                continue
            text = number(counts[row, column], 3 if counts[row, column] % 1 else 7)
            if columns <= SHARES and high > TWO_LINES and counts[row].any():
                text += f"\n{100 * shares[row, column]:.0f} %"
            axes.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                fontsize=min(size, 1.36 * wide / max(len(text.split("\n")[0]), 2)),
                color="white" if shares[row, column] > DARK else INK,
            )


def _name(axes: Axes, rows: Sequence[str], columns: Sequence[str], *, rotated: bool) -> None:
    size = SMALL if max(len(rows), len(columns)) <= SHARES else TINY
    for axis, names in ((axes.xaxis, columns), (axes.yaxis, rows)):
        every = -(-len(names) // NAMES)
        named = range(0, len(names), every)
        axis.set_ticks(named, names[::every])
        axis.set_tick_params(labelsize=min(size, LIST / len(named)))
    if rotated:
        axes.tick_params(axis="x", labelrotation=90)
