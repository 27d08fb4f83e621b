"""The lesson of the activations in a terminal."""

import numpy as np

from mlpcli.number_text import short
from mlpcli.render.console import Screen
from mlpcli.render.panels import Panel, panel_width, show_panels
from mlpcli.workflows.lessons.activations import FAINT, SHOWN, ActivationCurve, ActivationsLesson

HEIGHT = 6
LEAST_WIDTH = 18
EVERY = 3
"""Columns of dots from one of a slope to the next."""
LIMIT = 2.0
"""Curves are drawn from minus this to this."""


def report(screen: Screen, lesson: ActivationsLesson) -> None:
    """All curves with their slopes, and a table of what matters for learning."""
    screen.line("Activations (line) and their slopes (dots)", "bold")
    width = panel_width(screen, len(lesson.activations), LEAST_WIDTH)
    if width:
        screen.line(f"From -{SHOWN:g} to {SHOWN:g}; heights from -{LIMIT:g} to {LIMIT:g}.")
        screen.line()
        show_panels(screen, [_panel(screen, lesson, each, width) for each in lesson.activations])
    screen.line()
    rows = [
        [
            each.name,
            _range(each.range),
            short(each.slope_at_0),
            short(each.largest_slope),
            _ends(each.dead),
            _ends(each.faint),
            f"{each.gradient:.2g}",
        ]
        for each in lesson.activations
    ]
    heads = ["activation", "range", "slope at 0", "largest", "dead", "faint", "gradient"]
    screen.table(heads, rows, numbers=(2, 3, 6))
    screen.line()
    screen.item("dead:", "inputs where the slope is 0, so that nothing is learned")
    screen.item("faint:", f"inputs where the slope is below {FAINT:g}")
    screen.item(
        "gradient:",
        f"how much of the last hidden layer's gradient reaches the first of {lesson.layers}, measured before "
        "training",
    )
    screen.heading("What is left of a gradient after sigmoid layers, at most (0.25 ^ layers)")
    bounds = lesson.sigmoid_bounds
    screen.table(["layers", *map(str, bounds)], [["share", *(f"{each:.2g}" for each in bounds.values())]])
    screen.heading("Notice")
    for text in NOTICED:
        screen.item("-", text)


NOTICED = (
    "The slope of the sigmoid is 0.25 at best: each layer takes three quarters of the gradient or more, and "
    "the first layers hardly learn (vanishing gradient).",
    "tanh has slope 1 at 0, but it flattens out on both sides as the sigmoid does.",
    "relu passes the whole gradient on where it is on. Where it is off, nothing: a unit that is off for all "
    "rows never learns again (dead). leaky-relu, elu and others leave it a way back.",
    "identity bends nothing: layers of it are one layer.",
)


def _panel(screen: Screen, lesson: ActivationsLesson, curve: ActivationCurve, width: int) -> list[str]:
    panel = Panel(screen, (width, HEIGHT), (-SHOWN, SHOWN), (-LIMIT, LIMIT))
    panel.line(lesson.inputs, curve.outputs, "cyan", "*")
    places = panel.grid()[0][::EVERY]
    panel.dots(places.tolist(), np.interp(places, lesson.inputs, curve.slopes).tolist(), "yellow", ".")
    return panel.lines(curve.name, axis=False)


def _range(ends: tuple[float | None, float | None]) -> str:
    low, high = ends
    return f"{'-inf' if low is None else short(low)} to {'inf' if high is None else short(high)}"


def _ends(ends: tuple[float | None, float | None]) -> str:
    """Inputs from an end up to another, at one side or both."""
    low, high = ends
    if low is None and high is None:
        return "-"
    if low is not None and high is not None and low == -high:
        return f"|x| above {short(high, 2)}"
    return f"below {short(low, 2)}" if low is not None else f"above {short(high or 0.0, 2)}"
