"""Forms: how the cells of a column are written, where columns differ in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

NO_CLOCK, HOURS_MINUTES, MINUTES_SECONDS = "", "h:m", "m:s"
CLOCKS = (NO_CLOCK, HOURS_MINUTES, MINUTES_SECONDS)


@dataclass(frozen=True)
class Form:
    """What all cells of a column decide together about the meaning of each."""

    unit: str = ""
    """Before or behind its numbers, which may also stand without: kg, EUR, °C; with k/M or k/m at its end
    factors such as 1.2K are read, the latter with m as a million."""
    decimal: Annotated[str, ("", ".", ",")] = ""
    """The decimal mark of its numbers, if it is not that of the table."""
    hundredths: bool = False
    """A percent sign divides by a hundred, as the other cells are fractions: 12 % is 0.12."""
    clock: Annotated[str, CLOCKS] = NO_CLOCK
    """Of a column of durations, which are numbers of seconds: how 1:30 is read in it."""
    formats: tuple[str, ...] = ()
    """Of a column of dates."""


PLAIN = Form()

_FORMAT = re.compile(r"(?:%[aAbBdfHImMpSyYzZ]|[^%])*")


def are_formats(formats: Sequence[str]) -> bool:
    """Whether all are formats of dates that `strptime` takes, as may not be so in a file."""
    return all(_FORMAT.fullmatch(format) for format in formats)
