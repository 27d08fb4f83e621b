"""Picture of the ways of five optimizers, on the surface and by their loss."""

import numpy as np
from matplotlib.figure import Figure

from mlpcli.render.lessons.optimizers import LEVELS, TITLES, X, Y
from mlpcli.render.plots.canvas import GREY, INK, SERIES, SMALL, WIDTH, figure_of
from mlpcli.render.plots.panels import Label, end_labels, plain_numbers, write
from mlpcli.workflows.lessons.optimizers import OptimizersLesson, surface

HEIGHT, BELOW = 3.6, 1.9
"""Inches of the surface, and of the losses below it."""
ROOM = 1.05
"""Losses above the start's by this factor leave the picture."""


def optimizers_figure(lesson: OptimizersLesson) -> Figure:
    """Contours with the ways, start and wells marked; below, the losses by step."""
    x, y = lesson.start
    notes = [f"{lesson.formula}, rate {lesson.learning_rate:g}, {lesson.steps:,} steps from ({x:g}, {y:g})"]
    figure = figure_of(WIDTH, HEIGHT + BELOW + 0.5, "Five optimizers on a surface with two wells", notes)
    grid = figure.add_gridspec(2, 1, height_ratios=(HEIGHT, BELOW))
    above = figure.add_subplot(grid[0], xlabel="x", ylabel="y", xlim=X, ylim=Y)
    below = figure.add_subplot(grid[1], xlabel="step", ylabel="loss")
    xs, ys = np.linspace(*X, 161), np.linspace(*Y, 121)
    above.contour(
        xs,
        ys,
        surface(xs[None, :], ys[:, None]),
        levels=LEVELS,
        colors=GREY,
        linewidths=0.5,
        linestyles="solid",
    )
    top = ROOM * lesson.walks[0].losses[0]
    labels = []
    for walk, colour in zip(lesson.walks, SERIES, strict=False):
        title = TITLES[walk.optimizer]
        above.plot(walk.xs, walk.ys, ".-", color=colour, linewidth=1.1, markersize=3, label=title)
        above.plot(walk.xs[-1], walk.ys[-1], "s", color=colour, markersize=5)
        below.plot(walk.losses, color=colour, linewidth=1.1)
        end = top if walk.diverged else walk.losses[-1]
        labels.append(Label(end, f"{title}, diverged" if walk.diverged else title, colour))
    marks = [("start", *lesson.start), *((f"{each.name} well", each.x, each.y) for each in lesson.wells)]
    for name, at, height in marks:
        above.plot(at, height, "x", color=INK, markersize=6, zorder=5)
        write(above, name, (at, height), (7, -9), "data", size=SMALL, color=INK)
    plain_numbers(above.xaxis)
    plain_numbers(above.yaxis)
    lowest = min(each.loss for each in lesson.wells)
    below.set(xlim=(0, lesson.steps), ylim=(lowest - 0.3, top))
    plain_numbers(below.xaxis)
    plain_numbers(below.yaxis)
    end_labels(below, labels)
    return figure
