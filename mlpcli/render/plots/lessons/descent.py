"""Picture of gradient descent: the way on the parabola at each rate."""

import math

import numpy as np
from matplotlib.figure import Figure

from mlpcli.render.lessons.descent import limits, title_of
from mlpcli.render.plots.canvas import BLUE, GREY, SMALL, VERMILLION, WIDTH, figure_of
from mlpcli.render.plots.panels import plain_numbers, write
from mlpcli.workflows.lessons.descent import DescentLesson, loss

HEIGHT = 2.2
"""Inches of a row of panels."""
ACROSS = 3
"""Panels in a row, unless there are four."""
NUMBERED = 5
"""Steps with their number, below the point."""
LOW, APART = 0.15, 0.12
"""Shares of the panel: lower points have it above, and nearer ones have none."""


def descent_figure(lesson: DescentLesson) -> Figure:
    """A panel for each rate; the first steps are numbered."""
    across = 2 if len(lesson.walks) == 4 else min(ACROSS, len(lesson.walks))
    down = math.ceil(len(lesson.walks) / across)
    notes = [f"{lesson.formula}, {lesson.steps:,} steps from the circle"]
    figure = figure_of(WIDTH, HEIGHT * down + 0.5, "Gradient descent", notes)
    for place, walk in enumerate(lesson.walks, start=1):
        axes = figure.add_subplot(down, across, place, title=title_of(walk), xlabel="x", ylabel="loss")
        x, y = limits(walk)
        axes.set(xlim=x, ylim=y)
        plain_numbers(axes.xaxis)
        plain_numbers(axes.yaxis)
        places = np.linspace(*x, 200)
        axes.plot(places, loss(places), color=GREY, linewidth=1.0)
        axes.plot(walk.xs, walk.losses, "o-", color=BLUE, linewidth=0.9, markersize=3)
        axes.plot(walk.xs[0], walk.losses[0], "o", color="white", markeredgecolor=VERMILLION, markersize=6)
        free: list[tuple[float, float]] = []
        for step, (at, height) in enumerate(zip(walk.xs, walk.losses, strict=True)):
            share = (at - x[0]) / (x[1] - x[0]), (height - y[0]) / (y[1] - y[0])
            near = any(math.dist(share, other) < APART for other in free)
            if 0 < step <= NUMBERED and not near:
                free.append(share)
                side = (0, -10) if share[1] > LOW else (0, 4)
                write(axes, str(step), (at, height), side, "data", size=SMALL, color=BLUE, ha="center")
    return figure
