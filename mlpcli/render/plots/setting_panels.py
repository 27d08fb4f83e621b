"""Panel of a setting: losses of the trials over the values that it had."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from mlpcli.arrays import Array
from mlpcli.options.search_space import Domain, Range
from mlpcli.render.formatting import setting_text
from mlpcli.render.plots.canvas import INK, SMALL, TINY, VERMILLION, name, number
from mlpcli.render.plots.panels import logarithmic, plain_numbers, write
from mlpcli.render.plots.tried import Tried, dots
from mlpcli.settings import NONE, is_number

MOST_APART = 12
"""Different numbers of a list up to which each has a place of its own, as words have."""
LOGARITHMIC = 3.0
"""Factor from the smallest to the largest value from which an axis may be logarithmic."""
LONGEST_TICK, LONGEST_VALUE = 14, 16
"""Characters of a tick, and of a value above the panel."""
CHARACTER = 0.64
"""Width of a character in font sizes, and of the gap between two ticks."""
MOST_UPRIGHT = 14
"""Upright ticks that have room side by side."""
SPREAD, GOLDEN = 0.5, 0.618
"""Share of the place of a value that its dots are spread over; multiples of the second spread evenly."""


def setting_panel(axes: Axes, tried: Tried, setting: str, domain: Domain | None, width: float) -> None:
    """Losses over the values, with the winner's and the preset's value above.

    Limits of y must be set. `width` is that of the axes in inches, about, once they are laid out.
    """
    axes.set_title(setting.replace("_", "-"), size=SMALL, pad=TINY + 5)
    _remark(axes, tried, setting)
    axes.tick_params(labelsize=TINY)
    values = [each[setting] for each in tried.values]
    different: list[Any] = []
    for each in sorted(values, key=_order):
        if each not in different:
            different.append(each)
    if _is_measured(different, domain):
        x = np.array(values, np.float64)
        places = x
        _scale(axes, x, domain)
    else:
        places = np.array([different.index(each) for each in values], np.float64)
        x = places + SPREAD * (tried.numbers * GOLDEN % 1 - 0.5)
        for each in (tried.winner, tried.usual):
            if each is not None:
                x[each] = places[each]
        axes.set_xlim(-0.6, len(different) - 0.4)
        _name_places(axes, different, width)
    axes.axvline(places[tried.winner], color=VERMILLION, linewidth=0.7, alpha=0.5)
    dots(axes, x, tried)


def _remark(axes: Axes, tried: Tried, setting: str) -> None:
    values, usual = tried.values, tried.usual
    ours = values[tried.winner][setting]
    words = {"winner": (ours, VERMILLION)}
    if usual is not None:
        words["first"] = values[usual][setting], INK
        if words["first"][0] == ours:
            words = {"winner and first": (ours, VERMILLION)}
    indent = 0.0
    for word, (value, colour) in words.items():
        said = f"{word} {_text(value, LONGEST_VALUE)}"
        write(axes, said, (0, 1), (indent, 3), "axes fraction", size=TINY, color=colour)
        indent += CHARACTER * TINY * (len(said) + 2)


def _order(value: Any) -> tuple[int, float, int, str]:
    """None and off first, numbers by size, layers by their weights, words by letters."""
    if value is None or value == NONE or isinstance(value, bool):
        return 0, float(value is True), 0, ""
    if is_number(value):
        return 1, float(value), 0, ""
    if isinstance(value, (list, tuple)) and all(map(is_number, value)):
        between = sum(first * second for first, second in pairwise(value))
        return 2, float(between), sum(value), ""
    return 3, 0.0, 0, setting_text(value)


def _is_measured(values: Sequence[Any], domain: Domain | None) -> bool:
    """Whether the values are on an axis of numbers; else each has a place of its own."""
    numbers = all(is_number(each) for each in values)
    return numbers and (isinstance(domain, Range) or len(values) > MOST_APART)


def _scale(axes: Axes, x: Array, domain: Domain | None) -> None:
    """Set limits and ticks: logarithmic for a range that is drawn so, and for many numbers of a list."""
    low, high = float(x.min()), float(x.max())
    wanted = domain.logarithmic if isinstance(domain, Range) else True
    if wanted and 0 < LOGARITHMIC * low < high:
        margin = (high / low) ** 0.04
        axes.set_xlim(low / margin, high * margin)
        logarithmic(axes.xaxis)
    else:
        margin = 0.04 * (high - low) or 1.0
        axes.set_xlim(low - margin, high + margin)
        plain_numbers(axes.xaxis)


def _name_places(axes: Axes, values: Sequence[Any], width: float) -> None:
    """Name the values below their places: upright if they have no room side by side, not all if very many."""
    texts = [_tick(each) for each in values]
    room = width * 72 / (len(texts) + 0.2)
    pairs = pairwise(texts)
    needed = max(((len(one) + len(other)) / 2 for one, other in pairs), default=0)
    upright = CHARACTER * TINY * (needed + 1) > room
    step = -(-len(texts) // MOST_UPRIGHT) if upright else 1
    axes.set_xticks(range(0, len(texts), step), texts[::step], rotation=90 if upright else 0)
    axes.tick_params(axis="x", length=0)


def _tick(value: Any) -> str:
    """A short text: layers of one size as 3x128."""
    if isinstance(value, (list, tuple)) and len(value) > 1 and len(set(value)) == 1:
        return f"{len(value)}x{setting_text(value[0])}"
    if is_number(value):
        return number(value, 4)
    return _text(value, LONGEST_TICK)


def _text(value: Any, most: int) -> str:
    """As an option takes it; nothing given is not the same as the word none."""
    return "unset" if value is None else name(setting_text(value) or NONE, most)
