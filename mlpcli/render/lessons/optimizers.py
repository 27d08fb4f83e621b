"""The lesson of the five optimizers in a terminal."""

import numpy as np

from mlpcli.number_text import short
from mlpcli.render.compared_curves import COLOURS_IN_TURN
from mlpcli.render.console import Screen
from mlpcli.render.panels import Panel, panel_width, show_panels
from mlpcli.render.terminal_curve import BRAILLE
from mlpcli.workflows.lessons.optimizers import NEAR, OptimizersLesson, OptimizerWalk, surface

HEIGHT = 10
LEAST_WIDTH = 36
X, Y = (-1.9, 2.1), (-1.6, 1.3)
"""Limits of the pictures."""
LEVELS = (-0.2, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 14.0)
"""Losses of the contours; that of the pass between the wells is 1.01."""
TITLES = {
    "sgd": "gradient descent (sgd)",
    "momentum": "momentum",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
}


def report(screen: Screen, lesson: OptimizersLesson) -> None:
    """The surface, the ways on it, and where they end."""
    x, y = lesson.start
    screen.line(f"Five optimizers on {lesson.formula}", "bold")
    screen.line(
        f"All start at ({x:g}, {y:g}) and take {lesson.steps:,} steps at rate {lesson.learning_rate:g}."
    )
    width = panel_width(screen, 1 + len(lesson.walks), LEAST_WIDTH)
    if width:
        drawn = "Thin lines: equal loss." if screen.shows(BRAILLE) else "Digits: the loss, 0 the lowest."
        screen.line(f"{drawn} S start, s shallow well, d deep well, E end of the way.")
        screen.line()
        panels = [_surface_panel(screen, lesson, width)]
        panels += [
            _panel(screen, lesson, walk, (width, colour))
            for walk, colour in zip(lesson.walks, COLOURS_IN_TURN, strict=False)
        ]
        show_panels(screen, panels)
    screen.heading("Where they end")
    rows = [
        [
            walk.optimizer,
            short(walk.losses[-1]),
            f"({short(walk.xs[-1])}, {short(walk.ys[-1])})",
            walk.well or ("none: diverged" if walk.diverged else "none yet"),
            "-" if walk.arrived is None else f"{walk.arrived:,}",
        ]
        for walk in lesson.walks
    ]
    screen.table(["optimizer", "loss", "end", "well", "steps"], rows, numbers=(1, 4))
    wells = ", ".join(
        f"{well.name} ({short(well.x)}, {short(well.y)}) loss {short(well.loss)}" for well in lesson.wells
    )
    screen.line(f"  Wells: {wells}. Steps: until it stays within {NEAR:g} of the well.", "dim")
    screen.heading("Notice")
    for each in NOTICED:
        screen.item("-", each)


NOTICED = (
    "sgd follows the slope alone: it stays in the first well that it gets into, be it the worse one.",
    "momentum adds up its steps: it can roll out of a shallow well, and swings before it settles.",
    "adagrad divides by all gradients so far, so its steps become smaller and smaller.",
    "rmsprop and adam divide by recent gradients only: steps are about as long as the rate, steep or not.",
    "A higher rate changes who wins: try it.",
)


def contours(panel: Panel) -> None:
    """Draw lines of equal loss, or digits from 0 for the lowest loss."""
    x, y = panel.grid()
    panel.edges(np.searchsorted(LEVELS, surface(x[None, :], y[:, None])), "dim")


def _surface_panel(screen: Screen, lesson: OptimizersLesson, width: int) -> list[str]:
    panel = Panel(screen, (width, HEIGHT), X, Y)
    contours(panel)
    for well in lesson.wells:
        panel.write(well.x, well.y, well.name, "green")
    panel.write(*lesson.start, "start", "yellow")
    return panel.lines("the surface")


def _panel(
    screen: Screen, lesson: OptimizersLesson, walk: OptimizerWalk, style: tuple[int, str]
) -> list[str]:
    width, colour = style
    panel = Panel(screen, (width, HEIGHT), X, Y)
    contours(panel)
    panel.line(walk.xs, walk.ys, colour, "*", in_front=True)
    for well in lesson.wells:
        panel.write(well.x, well.y, well.name[0], "green")
    panel.write(*lesson.start, "S", "yellow")
    panel.write(walk.xs[-1], walk.ys[-1], "E", "yellow")
    return panel.lines(TITLES[walk.optimizer])
