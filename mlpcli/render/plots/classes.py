"""Pictures of classes and labels: confusion matrix, ROC, precision over recall, calibration."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.ticker import MaxNLocator

from mlpcli.metrics.curves import RankCurve
from mlpcli.metrics.evaluation_curves import ClassCurves
from mlpcli.render.plots.canvas import BLUE, GREY, MUTED, PALE, SERIES, SMALL, TINY, WIDTH, figure_of, name
from mlpcli.render.plots.matrix import draw_confusion, matrix_size
from mlpcli.render.plots.panels import plain_numbers, write

LARGE_MATRIX = 6
"""With more classes the matrix gets a row of its own in the whole picture."""
SIDE = 3.2
"""Inches of a panel."""
NAMED = 10
"""Curves that colours tell apart; of more, the worst are named."""
WORST = 5
GUIDE: dict[str, Any] = {"color": GREY, "linewidth": 0.8, "linestyle": (0, (2, 2))}
"""Style of a line to compare with."""
UNIT = (-0.02, 1.02)
"""Limits of an axis from 0 to 1."""
LETTERS = 18
"""Letters of a name in a list."""

Draw = Callable[[Figure, SubplotSpec, ClassCurves, Sequence[str], float], None]


def classes_figure(curves: ClassCurves, labels: Sequence[str], title: str = "") -> Figure:
    """All plots in one picture."""
    plots = plots_of_classes(curves)
    large = len(labels) > LARGE_MATRIX
    across = 3 if large else 2
    heights = [matrix_size(len(labels)), WIDTH / 3 + 0.4] if large else [SIDE] * (-(-len(plots) // 2))
    figure = figure_of(WIDTH, sum(heights) + 0.3, title)
    grid = figure.add_gridspec(len(heights), across, height_ratios=heights)
    if large:
        places = [grid[0, :], *(grid[1, column] for column in range(across))]
    else:
        places = [grid[index // across, index % across] for index in range(len(plots))]
    for plot, place in zip(plots, places, strict=False):
        PLOTS[plot](figure, place, curves, labels, heights[0] if plot == "confusion" else WIDTH / across)
    return figure


def class_figure(plot: str, curves: ClassCurves, labels: Sequence[str], title: str = "") -> Figure:
    """One of PLOTS by itself."""
    side = max(matrix_size(len(labels)), 3.6) if plot == "confusion" else 4.0
    figure = figure_of(side + 0.3, side + 0.3, title)
    PLOTS[plot](figure, figure.add_gridspec(1, 1)[0], curves, labels, side)
    return figure


def plots_of_classes(curves: ClassCurves) -> list[str]:
    """Names of the plots that have something to show."""
    ranks = {"roc": curves.roc, "precision_recall": curves.precision_recall}
    return [plot for plot in PLOTS if plot not in ranks or any(ranks[plot])]


def _confusion(
    figure: Figure, place: SubplotSpec, curves: ClassCurves, labels: Sequence[str], inches: float
) -> None:
    draw_confusion(figure.add_subplot(place), curves.confusion, labels, inches)


def _roc(
    figure: Figure, place: SubplotSpec, curves: ClassCurves, labels: Sequence[str], inches: float
) -> None:
    axes = _unit_square(figure, place, "ROC", "false positive rate", "true positive rate")
    axes.plot([0, 1], [0, 1], **GUIDE)
    _ranks(axes, curves, curves.roc, labels, inches, "AUC", "default")


def _precision_recall(
    figure: Figure, place: SubplotSpec, curves: ClassCurves, labels: Sequence[str], inches: float
) -> None:
    axes = _unit_square(figure, place, "precision over recall", "recall", "precision")
    if len(curves.precision_recall) == 1 and (curve := curves.precision_recall[0]) is not None:
        axes.axhline(curve.baseline, **GUIDE)
    _ranks(axes, curves, curves.precision_recall, labels, inches, "AP", "steps-pre")


def _ranks(
    axes: Axes,
    curves: ClassCurves,
    ranks: Sequence[RankCurve | None],
    labels: Sequence[str],
    inches: float,
    area: str,
    style: str,
) -> None:
    """One curve with its area, or one for each class, with a list of names and areas in the free corner."""
    there = [(curve, label) for curve, label in zip(ranks, labels[-len(ranks) :], strict=True) if curve]
    several = len(ranks) > 1
    worst = np.argsort([curve.area for curve, _ in there], kind="stable")
    chosen = [there[index] for index in sorted(worst[: NAMED if len(there) <= NAMED else WORST])]
    lines: list[tuple[str, str]] = []
    for curve, _ in there if len(there) > NAMED else []:
        axes.plot(curve.x, curve.y, color=GREY, linewidth=0.5, alpha=0.5, drawstyle=style)
    for index, (curve, label) in enumerate(chosen):
        colour = SERIES[index % len(SERIES)] if several else BLUE
        dashes = (0, (4, 1.5)) if index >= len(SERIES) else "solid"
        (line,) = axes.plot(curve.x, curve.y, color=colour, drawstyle=style, clip_on=False)
        line.set(linestyle=dashes, linewidth=1.0 if several else 1.5)
        said = f"{name(label, LETTERS)}  {curve.area:.3f}" if several else f"{area} {curve.area:.3f}"
        lines.append((said if dashes == "solid" else f"┄ {said}", colour))
    if not several and style != "default":
        lines.append((f"share of positives {there[0][0].baseline:.3f}", MUTED))
    if several:
        against = ", each against the rest" if curves.task == "multiclass" else " of each label"
        lines.insert(0, (area + (against if len(there) <= NAMED else f", lowest of {len(there)}"), MUTED))
    size = TINY if inches < 3 or len(lines) > 6 else SMALL
    at, side = ((0.98, 0.03), "right") if style == "default" else ((0.03, 0.03), "left")
    box = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6}
    for index, (text, colour) in enumerate(reversed(lines)):
        up = (0, index * 1.3 * size)
        write(axes, text, at, up, "data", ha=side, color=colour, size=size, zorder=6, bbox=box)


def _calibration(
    figure: Figure, place: SubplotSpec, curves: ClassCurves, labels: Sequence[str], inches: float
) -> None:
    cells = place.subgridspec(2, 1, height_ratios=[4, 1], hspace=0.02)
    axes, below = figure.add_subplot(cells[0]), figure.add_subplot(cells[1])
    curve = curves.calibration
    what = {
        "binary": f"probability of {name(labels[-1], LETTERS)}",
        "multiclass": "probability of the predicted class",
        "multilabel": "probability, all labels together",
    }[curves.task]
    axes.set_title("calibration, 95 % bars")
    axes.plot([0, 1], [0, 1], **GUIDE)
    axes.vlines(curve.predicted, curve.low, curve.high, color=BLUE, linewidth=0.8, alpha=0.5)
    there = np.isfinite(curve.observed)
    axes.plot(curve.predicted[there], curve.observed[there], "o-", color=BLUE, linewidth=1.0, markersize=3.5)
    axes.set_ylabel("share that came true" if curves.task != "multiclass" else "share that was right")
    axes.tick_params(labelbottom=False)
    shares = 100 * curve.weight / curve.weight.sum()
    below.stairs(shares, curve.edges, fill=True, color=PALE, edgecolor=GREY, linewidth=0.6)
    below.set(xlabel=what, ylabel="% of rows", ylim=(0, 1.1 * shares.max()))
    for each in (axes, below):
        each.set_xlim(UNIT)
        plain_numbers(each.xaxis)
    plain_numbers(axes.yaxis)
    below.yaxis.set_major_locator(MaxNLocator(2))
    axes.set_ylim(UNIT)


def _unit_square(figure: Figure, place: SubplotSpec, title: str, x: str, y: str) -> Axes:
    axes = figure.add_subplot(place, title=title, xlabel=x, ylabel=y, xlim=UNIT, ylim=UNIT)
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    return axes


PLOTS: dict[str, Draw] = {
    "confusion": _confusion,
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
}
"""Plots by the names of their files in a folder."""
