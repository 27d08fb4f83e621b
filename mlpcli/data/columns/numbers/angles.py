"""Angles of maps and instruments: degrees, minutes and seconds, with a letter for the direction."""

import math
import re
from functools import lru_cache

COMPASS = {"N": 1.0, "E": 1.0, "S": -1.0, "W": -1.0}
"""The sign of each direction. O is none of them: it is east in German and west in French and Spanish."""


def read_angle(text: str, decimal: str) -> float:
    """Degrees, south and west negative: `48°51'24"N` is 48.8567, `N 48.85°` 48.85; NaN for other texts.

    A text without minutes and direction, `23.5°`, is none: its degrees may be those of a thermometer.
    """
    match = _pattern(decimal).fullmatch(text) if "°" in text else None
    if match is None:
        return math.nan
    sign, before, degrees, minutes, seconds, after = match.groups()
    letters = (before or "") + (after or "")
    if len(letters) > 1 or (sign and letters) or not (minutes or letters):
        return math.nan
    parts = [float(part.replace(decimal, ".")) if part else 0.0 for part in (degrees, minutes, seconds)]
    if parts[0] > 360 or max(parts[1:]) >= 60:
        return math.nan
    value = (parts[0] * 3600 + parts[1] * 60 + parts[2]) / 3600
    return -value if sign == "-" else value * COMPASS.get(letters.upper(), 1.0)


@lru_cache(maxsize=4)
def _pattern(decimal: str) -> re.Pattern[str]:
    number = rf"(\d{{1,3}}(?:[{decimal}]\d{{0,15}})?)"
    minutes, seconds = rf"{number} ?(?:'|min)", rf"{number} ?(?:\"|''|sec)"
    rest = rf"(?: ?{minutes}(?: ?{seconds})?)?"
    return re.compile(rf"([-+]?)(?:([NSEW]) ?)?{number} ?°{rest} ?([NSEW])?", re.ASCII | re.IGNORECASE)
