"""Losses by epoch as a small picture in the terminal, the best epoch marked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from mlpcli.render.console import Screen, use_colour
from mlpcli.render.terminal_curve import BRAILLE, Curve, Mark, draw

if TYPE_CHECKING:
    from mlpcli.nn.fitting import EpochRecord

Losses: TypeAlias = Sequence[tuple[int, float, float | None]]
"""Epoch, training loss, validation loss."""

COLOURS = ("cyan", "magenta", "yellow", "blue", "green", "red")
WIDEST = 76


def losses_of(history: "Mapping[int, Sequence[EpochRecord]]") -> dict[int, Losses]:
    """The losses of each network."""
    return {
        number: [(record.epoch, record.train_loss, record.validation_loss) for record in records]
        for number, records in history.items()
    }


def course(
    screen: Screen, networks: Mapping[int, Losses], best: Mapping[int, int], height: int, width: int = 0
) -> str | None:
    """Both losses of one network; of several, the validation losses of the last few.

    None if there is no curve to draw, or no characters for it. Width 0 is that of the screen.
    """
    last = max(map(len, networks.values()), default=0)
    if last < 2 or not screen.shows(BRAILLE):
        return None
    width = min(width or screen.width, WIDEST)
    coloured, several = use_colour(screen.stream), len(networks) > 1
    curves, marks = [], []
    for number, losses in sorted(networks.items())[-len(COLOURS) :]:
        epochs = [epoch for epoch, _, _ in losses]
        validated = losses[0][2] is not None
        colour = COLOURS[number % len(COLOURS)] if coloured else None
        if not (several and validated):
            curves.append(Curve(epochs, [loss for _, loss, _ in losses], dotted=validated))
        if validated:
            curves.append(Curve(epochs, [loss for _, _, loss in losses], colour))
        if not several and number in best:
            marks.append(Mark(best[number], "green" if coloured else None))
    title = "loss by epoch; dots: training; upright: the best"
    if all(losses[0][2] is None for losses in networks.values()):
        title = "training loss by epoch"
    elif several:
        title = "validation loss by epoch, network by network"
    if width < len(title) + 20:
        title = "loss by epoch"
    return "\n".join(draw(curves, width, height, x_label=title, ends=("1", f"{last}"), marks=marks))
