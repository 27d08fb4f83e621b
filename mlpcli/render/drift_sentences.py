"""The shift of a column in one plain sentence."""

import math
from typing import TYPE_CHECKING

from mlpcli.data.schema import DATE
from mlpcli.number_text import short
from mlpcli.render.formatting import day

if TYPE_CHECKING:
    from mlpcli.workflows.drifting.columns import ColumnShift

MOVED = 0.05
"""Of the middle half's width: by so much a median has moved."""
WIDER = 1.25
"""Ratio of the middle halves from which on values are more spread."""
LESSER = 0.2
"""Of the share beyond one end of the training range, that beyond the other from which on both are said."""
LONGEST = 40
"""Characters of a level."""


def percent(share: float) -> str:
    """A share as 12 %, 1.5 %, <0.1 %."""
    if share and share < 0.0005:
        return "<0.1 %"
    part = 100 * share
    return f"{part:.0f} %" if part >= 9.95 or part == round(part) else f"{part:.1f} %"


def sentence(shift: "ColumnShift", *, predicted: bool = False) -> str:
    """The shift in words, largest part first."""
    name = f"{'predicted ' * predicted}{shift.name!r}"
    if shift.by_gaps:
        return f"{name}: {_missing(shift)}"
    if shift.levels is not None:
        return f"{name}: {_levels(shift)}"
    return f"{name}{_numbers(shift)}"


def _missing(shift: "ColumnShift") -> str:
    missing, unreadable = ((now - then) for then, now in (shift.missing, shift.unreadable))
    if abs(unreadable) > abs(missing):
        example = f" (as {shift.examples[0][:LONGEST]!r})" if shift.examples else ""
        then, now = map(percent, shift.unreadable)
        return f"{now} cannot be read as a {shift.kind}{example}, was {then}"
    then, now = map(percent, shift.missing)
    return f"{now} missing, was {then}"


def _levels(shift: "ColumnShift") -> str:
    assert shift.levels is not None
    changes = [abs(now - then) for then, now in zip(shift.then, shift.now, strict=True)]
    place = changes.index(max(changes))
    before, after = shift.unseen
    if after - before > changes[place] / 2:
        example = f" (as {shift.examples[0][:LONGEST]!r})" if shift.examples else ""
        return f"{percent(after)} new or rare categories{example}, was {percent(before)}"
    level, then, now = shift.levels[place], percent(shift.then[place]), percent(shift.now[place])
    named = "less frequent categories" if level is None else repr(level[:LONGEST])
    return f"{named} {now}, was {then}"


def _numbers(shift: "ColumnShift") -> str:
    assert shift.edges is not None
    if shift.by_range and not any(map(math.isinf, _medians(shift))):
        return f": {_outside(shift)}"
    changes = [now - then for then, now in zip(shift.then, shift.now, strict=True)]
    place = max(range(len(changes)), key=lambda each: abs(changes[each]))
    low, high = shift.edges[place]
    then, now = percent(shift.then[place]), percent(shift.now[place])
    continuous = any(one != other for one, other in shift.edges[1:-1])
    if low == high and low is not None and continuous and abs(changes[place]) > 0.6 * (shift.ks or 0.0):
        return f": {now} are {_shown(shift, low)}, was {then}"
    said = _moved(shift)
    if said:
        return said
    if low is None or high is None:
        end = high if low is None else low
        where = "" if end is None else f" {'below' if low is None else 'above'} {_shown(shift, end)}"
    else:
        where = f" from {_shown(shift, low)} to {_shown(shift, high)}"
    return f": {now}{where}, was {then}"


def _medians(shift: "ColumnShift") -> list[float]:
    medians = (shift.quarters_then[1:2], shift.quarters_now[1:2])
    return [value for each in medians for value in each if value is not None]


def _outside(shift: "ColumnShift") -> str:
    """The shares of values beyond those of training, with the one that is farthest."""
    words = ("before", "after") if shift.kind == DATE else ("below", "above")
    shares, ends = (shift.now[0], shift.now[-1]), shift.range_now
    sides = [
        f"{percent(share)} {word} the training range (as {_shown(shift, end)})"
        for share, word, end in sorted(zip(shares, words, ends, strict=True), reverse=True)
        if share and share >= LESSER * max(shares)
    ]
    return f"{' and '.join(sides)}, was 0 %"


def _moved(shift: "ColumnShift") -> str:
    """A median that is another, or middle half that is wider or narrower; "" of neither."""
    then, now = shift.quarters_then, shift.quarters_now
    if None in then or None in now:
        return ""
    first, median, third = (float(each or 0.0) for each in then)
    new_first, new_median, new_third = (float(each or 0.0) for each in now)
    words = ("later", "earlier") if shift.kind == DATE else ("higher", "lower")
    word = words[new_median < median]
    if math.isinf(new_median):
        side, end = ("above", shift.range[1]) if new_median > 0 else ("below", shift.range[0])
        return f" is {word}: more than half {side} {_shown(shift, end)}, where training ended"
    width = third - first
    if abs(new_median - median) > MOVED * width:
        return f" is {word}: median {_shown(shift, new_median)}, was {_shown(shift, median)}"
    new_width = new_third - new_first
    if math.isfinite(new_width) and not width / WIDER <= new_width <= width * WIDER:
        spread = "more" if new_width > width else "less"
        half = f"{_shown(shift, new_first)} to {_shown(shift, new_third)}"
        was = f"{_shown(shift, first)} to {_shown(shift, third)}"
        return f" is {spread} spread: the middle half from {half}, was {was}"
    return ""


def _shown(shift: "ColumnShift", value: float) -> str:
    if shift.kind == DATE:
        return day(value)
    return short(value, 3)
