"""Losses by epoch as a small picture in the terminal, the best epoch marked."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from mlpcli.errors import count
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.terminal_curve import BRAILLE, Curve, Mark, draw
from mlpcli.text_width import wrapped

if TYPE_CHECKING:
    from mlpcli.nn.fitting import EpochRecord

Losses: TypeAlias = Sequence[tuple[int, float, float | None]]
"""Epoch, training loss, validation loss."""

WIDEST = 100
"""Columns of the picture in a summary."""
TRAINING, VALIDATION, BEST = "yellow", "cyan", "green"
"""Colours, as near to those of the plots as a terminal has them."""


def losses_of(history: "Mapping[int, Sequence[EpochRecord]]") -> dict[int, Losses]:
    """The losses of each network."""
    return {
        number: [(record.epoch, record.train_loss, record.validation_loss) for record in records]
        for number, records in history.items()
    }


def course(
    screen: Screen,
    networks: Mapping[int, Losses],
    best: Mapping[int, int],
    height: int,
    width: int = 0,
    *,
    running: Collection[int] = (),
) -> str | None:
    """Both losses by epoch, of several networks their means, below a title.

    None if there is no curve to draw, or no characters for it. Width 0 is that of the screen, up to WIDEST.
    `running` networks have not trained their last epoch yet.
    """
    there = {number: losses for number, losses in networks.items() if losses}
    last = max(map(len, there.values()), default=0)
    if last < 2 or not screen.shows(BRAILLE):
        return None
    width = width or min(screen.width, WIDEST)
    losses = mean_losses(there, running)
    epochs = [epoch for epoch, _, _ in losses]
    coloured, marked = use_colour(screen.stream), len(there) == 1 and all(number in best for number in there)
    validated = any(loss is not None for _, _, loss in losses)
    curves = [
        Curve(epochs, [loss for _, loss, _ in losses], TRAINING if coloured else None, dotted=validated)
    ]
    if validated:  # drawn last, in front
        curves.append(Curve(epochs, [loss for _, _, loss in losses], VALIDATION if coloured else None))
    marks = [Mark(best[number], BEST if coloured else None) for number in there if marked]
    title = _title(len(there), validated=validated, marked=marked)
    drawn = draw(
        curves, width, height, x_label="epoch", ends=("1", f"{last:,}"), marks=marks, logarithmic=True
    )
    return "\n".join([*wrapped(title, width), *drawn]) if drawn else None


def mean_losses(networks: Mapping[int, Losses], running: Collection[int] = ()) -> Losses:
    """The means over networks epoch by epoch; one that ended earlier stays at its last losses.

    One that is `running` counts only as far as it has come.
    """
    if len(networks) == 1:
        return next(iter(networks.values()))
    found = []
    for epoch in range(1, max(map(len, networks.values())) + 1):
        at = [
            losses[min(epoch, len(losses)) - 1]
            for number, losses in networks.items()
            if epoch <= len(losses) or number not in running
        ]
        held = [loss for _, _, loss in at if loss is not None]
        found.append((epoch, _mean([loss for _, loss, _ in at]), _mean(held) if held else None))
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _title(networks: int, *, validated: bool, marked: bool) -> str:
    what = "loss per epoch" if networks == 1 else f"loss per epoch, mean of {count(networks, 'network')}"
    if not validated:
        return f"training {what}" + (" (vertical: best epoch)" if marked else "")
    return what + " (line: validation, dots: training" + (", vertical: best epoch)" if marked else ")")
