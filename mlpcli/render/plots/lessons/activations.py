"""Picture of all activations, each with its slope."""

import math

from matplotlib.figure import Figure

from mlpcli.render.lessons.activations import LIMIT
from mlpcli.render.plots.canvas import BLUE, GREY, PALE, VERMILLION, WIDTH, figure_of
from mlpcli.render.plots.panels import plain_numbers
from mlpcli.workflows.lessons.activations import SHOWN, ActivationsLesson

ACROSS = 4
HEIGHT = 1.35
"""Inches of a row of panels."""


def activations_figure(lesson: ActivationsLesson) -> Figure:
    """A small panel for each, all with the same limits."""
    down = math.ceil(len(lesson.activations) / ACROSS)
    notes = [
        "blue: the activation",
        "red, dashed: its slope",
        f"in brackets: the gradient that reaches the first of {lesson.layers} layers",
    ]
    figure = figure_of(WIDTH, HEIGHT * down + 0.5, "Activations", notes)
    for place, curve in enumerate(lesson.activations, start=1):
        axes = figure.add_subplot(down, ACROSS, place, title=f"{curve.name} ({curve.gradient:.2g})")
        axes.set(xlim=(-SHOWN, SHOWN), ylim=(-LIMIT, LIMIT))
        axes.axhline(0.0, color=PALE, linewidth=0.8)
        axes.axvline(0.0, color=PALE, linewidth=0.8)
        axes.plot(lesson.inputs, curve.outputs, color=BLUE, linewidth=1.3)
        axes.plot(lesson.inputs, curve.slopes, "--", color=VERMILLION, linewidth=1.0)
        axes.set_xticks((-SHOWN, 0.0, SHOWN), (f"-{SHOWN:g}", "0", f"{SHOWN:g}"))
        plain_numbers(axes.yaxis)
        axes.tick_params(color=GREY)
    return figure
