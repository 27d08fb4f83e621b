"""The lesson of gradient descent in a terminal."""

import numpy as np

from mlpcli.number_text import short
from mlpcli.render.console import Screen
from mlpcli.render.panels import Panel, panel_width, show_panels
from mlpcli.workflows.lessons.descent import (
    ARRIVES,
    FLOOR,
    GROWS,
    LOWEST,
    OVERSHOOTS,
    SLOW,
    START,
    SWINGS,
    Descent,
    DescentLesson,
    loss,
)

HEIGHT = 10
LEAST_WIDTH = 28
DECIMALS = 10
LARGEST = 1e6
"""Larger numbers are rounded."""
DIGITS = "0123456789"
SAID = {
    SLOW: "not there yet",
    ARRIVES: "arrives",
    OVERSHOOTS: "overshoots",
    SWINGS: "swings for ever",
    GROWS: "too large",
}
"""Courses in a few words."""


def report(screen: Screen, lesson: DescentLesson) -> None:
    """The walks on the parabola, and tables of their numbers."""
    screen.line(f"Gradient descent on {lesson.formula} from x = {START:g}", "bold")
    screen.line("Each step: x becomes x - rate times slope, and the slope is 2 (x - 3).")
    width = panel_width(screen, len(lesson.walks), LEAST_WIDTH)
    if width:
        screen.line("Dots: the loss. Line: the way; the digits number its first steps, 0 is the start.")
        screen.line()
        show_panels(screen, [_panel(screen, walk, width) for walk in lesson.walks])
    heads = ["step", *(f"rate {walk.learning_rate:g}" for walk in lesson.walks)]
    numbers = range(1, len(heads))
    for title, columns in (
        ("x after each step", [walk.xs for walk in lesson.walks]),
        ("Loss after each step", [walk.losses for walk in lesson.walks]),
    ):
        screen.heading(title)
        rows = [
            [str(step), *(exact(column[step]) if step < len(column) else "-" for column in columns)]
            for step in shown_steps(screen, lesson.steps)
        ]
        screen.table(heads, rows, numbers=(0, *numbers))
    screen.heading("Notice")
    for each in _noticed(lesson):
        screen.item("-", each)


def exact(value: float) -> str:
    """A number with as many decimals as it has, up to `DECIMALS`."""
    if abs(value) >= LARGEST:
        return short(value)
    said = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def shown_steps(screen: Screen, steps: int, most: int = 10) -> list[int]:
    """The steps of the tables: all if few or wanted, else some and the last."""
    if steps <= most or screen.verbose:
        return list(range(steps + 1))
    return [*range(most), steps]


def limits(walk: Descent) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits of a picture that has all of a walk, of x and of the loss."""
    side = max(START - LOWEST, *(abs(x - LOWEST) for x in walk.xs)) * 1.1
    return (LOWEST - side, LOWEST + side), (0.0, max(side**2 + FLOOR, 1.0))


def title_of(walk: Descent) -> str:
    """The rate, and how the walk went."""
    return f"rate {walk.learning_rate:g}: {SAID[walk.course]}"


def _panel(screen: Screen, walk: Descent, width: int) -> list[str]:
    x, y = limits(walk)
    panel = Panel(screen, (width, HEIGHT), x, y)
    places = np.linspace(*x, 2 * width)
    panel.dots(places.tolist(), loss(places).tolist(), "dim", ".")
    panel.line(walk.xs, walk.losses, "cyan", "*", in_front=True)
    for digit, at, height in zip(DIGITS, walk.xs, walk.losses, strict=False):
        panel.write(at, height, digit, "yellow", over=False)
    return panel.lines(title_of(walk))


def _noticed(lesson: DescentLesson) -> list[str]:
    """One sentence for each course that is there."""
    said = {
        SLOW: "Each step is short, and most of the distance is kept: more steps or a higher rate are needed.",
        ARRIVES: "Each step takes a good share of the distance, and the steps become shorter by themselves, "
        "as the slope does.",
        OVERSHOOTS: "Each step lands on the other side, but nearer: it gets there in a zigzag.",
        SWINGS: "Each step lands on the other side, as far away: it never gets nearer.",
        GROWS: "Each step lands on the other side, and farther away: the loss grows without end. So does "
        "that of a network whose rate is too high.",
    }
    found = []
    for course, text in said.items():
        factors = [
            f"{each.learning_rate:g} ({short(1 - 2 * each.learning_rate)})"
            for each in lesson.walks
            if each.course == course
        ]
        if factors:
            found.append(f"Rate {', '.join(factors)}: {text}")
    return [
        *found,
        "In brackets: 1 - 2 rate, by which each step multiplies the distance. Beyond -1 and 1 it grows.",
    ]
