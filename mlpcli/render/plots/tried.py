"""Trials of a search as dots, and the part of their losses that is in the picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from mlpcli.arrays import Array
from mlpcli.render.plots.canvas import BLUE, GREY, INK, VERMILLION
from mlpcli.render.plots.panels import logarithmic, plain_numbers
from mlpcli.settings import is_number
from mlpcli.training.brackets import Trial

LOGARITHMIC = 5.0
"""Factor from the best loss to bad ones from which the axis is logarithmic."""
MOST_BELOW = 100.0
"""Factor below the median of trials to the end at which a logarithmic axis ends: the best may be nearly 0."""
ROOM_ABOVE = 1.5
"""Height for trials that did worse than those trained to the end, in heights of these."""
MARGIN = 0.06
"""Of the height, below the lowest loss and above the highest."""
MANY, SMALLEST = 100, 0.5
"""Trials from which dots are smaller, and their least size as a share of the usual."""
WINNER, WHOLE, CUT = "winner", "trained to the end", "cut"
"""Labels of dots."""


@dataclass(frozen=True)
class Tried:
    """The trials that have a loss, in their order."""

    numbers: Array
    """The first trial of the search is 1."""
    losses: Array
    whole: Array
    """Which have trained to the end."""
    values: list[dict[str, Any]]
    """All settings of each; a list of one number is that number, as `dropout` may be either."""
    winner: int
    """Its place among these."""
    usual: int | None
    """Likewise that of the preset's own settings, if it has trained to the end."""
    low: float
    high: float
    """Losses beyond these are drawn at the edge."""
    logarithmic: bool
    """Whether the axis of losses is."""

    @classmethod
    def of(cls, trials: Sequence[Trial], winner: Trial) -> "Tried":
        """The winner has trained to the end, as well as perhaps others."""
        known = [each for each in trials if math.isfinite(each.loss_or_infinite)]
        places = [each.place for each in known]
        losses = np.array([each.loss for each in known], np.float64)
        whole = np.array([each.finished for each in known])
        usual = places.index(0) if 0 in places and whole[places.index(0)] else None
        low, high, is_logarithmic = _limits(losses, whole, usual)
        return cls(
            numbers=np.array(places, np.float64) + 1,
            losses=losses,
            whole=whole,
            values=[_values(each) for each in known],
            winner=places.index(winner.place),
            usual=usual,
            low=low,
            high=high,
            logarithmic=is_logarithmic,
        )

    @property
    def heights(self) -> Array:
        """The losses, those outside of the picture at its edge."""
        return np.clip(self.losses, self.low, self.high)

    @property
    def varied(self) -> list[str]:
        """Names of the settings in which trials differ."""
        return [
            name for name, value in self.values[0].items() if any(each[name] != value for each in self.values)
        ]


def _values(trial: Trial) -> dict[str, Any]:
    values = trial.configuration.options.values()
    return {
        name: value[0] if isinstance(value, tuple) and len(value) == 1 and is_number(value[0]) else value
        for name, value in values.items()
    }


def _limits(losses: Array, whole: Array, usual: int | None) -> tuple[float, float, bool]:
    """The losses between which trials are in the picture, and whether the axis is logarithmic.

    The best and the preset's own are in it, but not those so bad that others could not be told apart.
    """
    anchor = float(np.quantile(losses[whole], 0.9))
    if usual is not None:
        anchor = max(anchor, float(losses[usual]))
    low, highest, median = float(losses.min()), float(losses.max()), float(np.median(losses))
    if anchor == low:  # a single one has ended, or all alike
        anchor = median
    if not 0 < LOGARITHMIC * low < max(anchor, median):
        return low, min(highest, anchor + ROOM_ABOVE * (anchor - low)) if anchor > low else highest, False
    low = max(low, float(np.median(losses[whole])) / MOST_BELOW)
    return low, min(highest, max(anchor * (anchor / low) ** ROOM_ABOVE, LOGARITHMIC * low)), True


def measure(axes: Axes, tried: Tried) -> None:
    """Set the limits and ticks of losses; panels that share the axis have them too."""
    if tried.logarithmic:
        margin = (tried.high / tried.low) ** MARGIN
        axes.set_ylim(tried.low / margin, tried.high * margin)
        logarithmic(axes.yaxis)
        return
    margin = MARGIN * (tried.high - tried.low) or 0.1 * abs(tried.high) or 1.0
    axes.set_ylim(tried.low - margin, tried.high + margin)
    plain_numbers(axes.yaxis)


def dots(axes: Axes, x: Array, tried: Tried) -> None:
    """A dot for each trial with a place on x, a triangle at the edge if its loss is beyond it.

    The preset's own has a dashed line across as well.
    """
    scale = float(np.clip((MANY / len(x)) ** 0.25, SMALLEST, 1.0))
    numbers = np.arange(len(x))
    is_winner, is_usual = numbers == tried.winner, numbers == (-1 if tried.usual is None else tried.usual)
    if tried.usual is not None:
        height = float(tried.heights[tried.usual])
        axes.axhline(height, color=INK, linewidth=0.7, linestyle=(0, (4, 2)), alpha=0.6)
    others = ~is_winner & ~is_usual
    kinds = (
        (CUT, others & ~tried.whole, GREY, 2.4 * scale),
        (WHOLE, others & tried.whole, BLUE, 3.6 * scale),
        ("", is_usual & ~is_winner, INK, 3.6),
        (WINNER, is_winner, VERMILLION, 5.0),
    )
    beyond = {
        "o": tried.losses == tried.heights,
        "^": tried.losses > tried.high,
        "v": tried.losses < tried.low,
    }
    for order, (label, those, colour, size) in enumerate(kinds, start=3):
        style: dict[str, Any] = {"color": colour, "markeredgewidth": 0, "linestyle": "none"}
        if label == WHOLE or (label and those.any()):
            axes.plot([], [], marker="o", markersize=size, label=label, **style)
        for marker, at in beyond.items():
            if (drawn := those & at).any():
                style |= {"marker": marker, "markersize": size + (marker != "o"), "zorder": order}
                axes.plot(x[drawn], tried.heights[drawn], clip_on=False, **style)
