"""Courses of several trainings as one small picture in the terminal, each with a letter and a colour."""

from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from mlpcli.errors import count
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.loss_curve import WIDEST
from mlpcli.render.terminal_curve import BRAILLE, COLOURS, Curve, coloured, draw
from mlpcli.text_width import printable, width_of
from mlpcli.workflows.comparing.compared_file import TRAIN_LOSS, ComparedFile, Number

if TYPE_CHECKING:
    from mlpcli.workflows.compare import FileComparison

HEIGHT = 14
LETTERS = ascii_uppercase + ascii_lowercase
COLOURS_IN_TURN = ("cyan", "yellow", "green", "magenta", "blue", "red")
GAP = 3
"""Blanks between the entries of the legend."""


def curves_report(screen: Screen, comparison: "FileComparison") -> None:
    """Draw the curves of all files that have some, with a title and a legend.

    Nothing is drawn where no training has two epochs, or there are no characters for it.
    """
    title, curves = curves_of(comparison)
    last = max((len(values) for _, values in curves), default=0)
    if last < 2 or not screen.shows(BRAILLE):
        return
    drawn = curves[: len(LETTERS)]
    width = min(screen.width, WIDEST)
    colours = [
        COLOURS_IN_TURN[place % len(COLOURS_IN_TURN)] if use_colour(screen.stream) else None
        for place in range(len(drawn))
    ]
    lines = draw(
        [
            Curve(range(1, len(values) + 1), values, colour, letter=letter)
            for (_, values), colour, letter in zip(drawn, colours, LETTERS, strict=False)
        ],
        width,
        HEIGHT,
        x_label="epoch",
        ends=("1", f"{last:,}"),
        logarithmic=True,
    )
    if not lines:
        return
    screen.heading(title)
    screen.raw("\n".join(lines))
    screen.raw("\n".join(_legend([name for name, _ in drawn], colours, width)))
    if len(drawn) < len(curves):
        screen.line(f"  and {count(len(curves) - len(drawn), 'more curve')}, which are not drawn", "dim")


def curves_of(comparison: "FileComparison") -> tuple[str, list[tuple[str, Sequence[Number]]]]:
    """A title, and the names and values by epoch of the curves that can be drawn.

    They are those of the metric that is wanted, if a file has its values; else losses, of the rows held out
    where there are some.
    """
    files = [each for each in comparison.files if each.course is not None]
    wanted = comparison.metric
    if wanted is not None and any(_values(each, wanted) for each in files):
        title = f"Validation {wanted} by epoch"
        curves = [(each.name, _values(each, wanted)) for each in files if _values(each, wanted)]
    else:
        names = {each.course.loss for each in files if each.course is not None}
        if len(names) == 1:
            title = f"{'Training' if names == {TRAIN_LOSS} else 'Validation'} loss by epoch"
        else:
            of_training = [each.name for each in files if each.course and each.course.loss == TRAIN_LOSS]
            title = f"Validation loss by epoch; training loss of {', '.join(of_training)}"
        curves = [(each.name, each.course.losses[each.course.loss]) for each in files if each.course]
    if any(len(each.epochs) > 1 for each in files):
        title += " (means over the networks)"
    return title, curves


def _values(file: ComparedFile, metric: str) -> Sequence[Number]:
    return [] if file.course is None else file.course.metrics.get(metric, [])


def _legend(names: Sequence[str], colours: Sequence[str | None], width: int) -> list[str]:
    """Letters and names, in as many lines as they take."""
    lines, room = list[str](), 0
    for letter, name, colour in zip(LETTERS, names, colours, strict=False):
        said = printable(name)
        entry = coloured(letter, COLOURS[colour] if colour else 0) + f" {said}"
        needed = GAP + 2 + width_of(said)
        if lines and needed <= room:
            lines[-1] += " " * GAP + entry
        else:
            lines.append("  " + entry)
            room = width - 2 + GAP
        room -= needed
    return lines
