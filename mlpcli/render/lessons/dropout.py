"""The lesson of dropout in a terminal."""

from collections.abc import Sequence

from mlpcli.number_text import short
from mlpcli.render.console import Screen
from mlpcli.render.formatting import share
from mlpcli.render.panels import Panel, panel_width, show_panels
from mlpcli.workflows.lessons.dropout import SHOWN, DropoutLesson, ThinnedNetwork

HEIGHT = 8
LEAST_WIDTH = 36
KEPT, DROPPED = "●", "○"
PLAIN_KEPT, PLAIN_DROPPED = "#", "."


def report(screen: Screen, lesson: DropoutLesson) -> None:
    """The thinned networks, their mean, and how near it is to the network without dropout."""
    layers = [len(kept) for kept in lesson.thinned[0].kept]
    screen.line(f"A network under {len(lesson.thinned)} dropout masks", "bold")
    screen.line(
        f"One input, {' and '.join(map(str, layers))} hidden units, trained on {len(lesson.rows[0])} rows "
        f"with dropout {lesson.dropout:g}."
    )
    width = panel_width(screen, 1 + len(lesson.thinned), LEAST_WIDTH)
    kept, dropped = units(screen)
    if width:
        screen.line("Line: the network under this mask. Dots: the same network with dropout off.")
        screen.line(f"Units: {kept} on, {dropped} off, hidden layer 1 and 2.")
        screen.line()
        y = limits(lesson)
        panels = [_panel(screen, lesson, place, (width, y)) for place in range(len(lesson.thinned))]
        show_panels(screen, [*panels, _mean_panel(screen, lesson, (width, y))])
    screen.heading("Distance from the network with dropout off")
    most = max(lesson.distances)
    rows = [
        ["1 mask, average" if number == 1 else f"mean of {number:,} masks", short(distance, 3)]
        for number, distance in lesson.distances.items()
    ]
    screen.table(["", "distance"], rows, numbers=(1,))
    screen.line("  Distance: root of the mean squared difference of the two curves.", "dim")
    screen.heading("Notice")
    left = share(lesson.distances[most], lesson.distances[1])
    for text in (
        "Each training step trains another thinned network; all share their weights.",
        "So no unit can rely on a certain other one, and what one mask lacks another has.",
        f"The mean of {most:,} masks is near the network with dropout off ({left} of one mask's distance); "
        "it costs one pass instead, so dropout is off at prediction.",
        "Near, not equal: the second hidden layer bends what it gets, and the mean of bent values is not "
        "the bent mean.",
    ):
        screen.item("-", text)


def units(screen: Screen) -> tuple[str, str]:
    """Characters of units that are on and off."""
    return (KEPT, DROPPED) if screen.shows(KEPT + DROPPED) else (PLAIN_KEPT, PLAIN_DROPPED)


def limits(lesson: DropoutLesson) -> tuple[float, float]:
    """Limits of the outputs of all curves, with a little room."""
    curves = [lesson.whole, lesson.mean, *(each.outputs for each in lesson.thinned)]
    low, high = min(map(min, curves)), max(map(max, curves))
    room = 0.05 * (high - low)
    return low - room, high + room


def _panel(
    screen: Screen, lesson: DropoutLesson, place: int, size: tuple[int, tuple[float, float]]
) -> list[str]:
    thinned = lesson.thinned[place]
    found = _curves(screen, lesson, thinned.outputs, size)
    title = f"mask {place + 1}: {off(thinned)} units off"
    width = size[0]
    drawn = [f"{_layer(screen, kept):{width}}" for kept in thinned.kept]
    return [*found.lines(title, axis=False), *drawn]


def _mean_panel(screen: Screen, lesson: DropoutLesson, size: tuple[int, tuple[float, float]]) -> list[str]:
    width = size[0]
    found = _curves(screen, lesson, lesson.mean, size)
    blank = [" " * width for _ in lesson.thinned[0].kept]
    return [*found.lines(f"mean of {max(lesson.distances):,} masks", axis=False), *blank]


def _curves(
    screen: Screen, lesson: DropoutLesson, outputs: Sequence[float], size: tuple[int, tuple[float, float]]
) -> Panel:
    width, y = size
    panel = Panel(screen, (width, HEIGHT), (-SHOWN, SHOWN), y)
    panel.dots(lesson.inputs, lesson.whole, "yellow", ".")
    panel.line(lesson.inputs, outputs, "cyan", "*")
    return panel


def _layer(screen: Screen, kept: Sequence[bool]) -> str:
    on, off_ = units(screen)
    return "      " + "".join(on if each else off_ for each in kept)


def off(thinned: ThinnedNetwork) -> int:
    """The number of units that a mask drops."""
    return sum(kept.count(False) for kept in thinned.kept)
