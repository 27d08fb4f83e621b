"""Numbers as people read them: one precision for a quantity, thousands separated, exponents only far out.

Reports, tables, the live view, axes and the `repr` of results use these functions; JSON has full precision.
"""

import math
from collections.abc import Iterable

SMALLEST, LARGEST = 1e-4, 1e9
"""Sizes between which no number is written with an exponent."""
MOST_DECIMALS = 4
SIGNIFICANT = 4
ROUNDING_ERROR = 1e-12
"""Values below this are zero but for rounding."""
MISSING = "-"
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")

Number = float | None


def text(value: Number) -> str:
    """A score or loss by itself: 0.9913, 12.35, 26,840; a count whole; - if it is None or not finite."""
    if isinstance(value, int):
        return f"{value:,}"
    return same_precision([value])[0]


def same_precision(
    values: Iterable[Number], *, signed: bool = False, scale: Iterable[Number] = ()
) -> list[str]:
    """Values of one quantity, all with as many decimals, chosen by the largest of them and of `scale`.

    Four decimals below ten, else four significant digits, and whole numbers from 1,000 on. A value that would
    read as zero and is above it is <0.0001.
    """
    values = list(values)
    decimals = decimals_for([*values, *scale])
    return [fixed(value, decimals, signed=signed) for value in values]


def decimals_for(values: Iterable[Number]) -> int | None:
    """Decimals by which values of one quantity are written; None: with exponents."""
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value)]
    size = max(sizes, default=0.0)
    if size < ROUNDING_ERROR:
        return MOST_DECIMALS
    if size >= LARGEST or size < SMALLEST:
        return None
    digits = math.floor(math.log10(size)) + 1
    if size < 10 * SMALLEST:
        return SIGNIFICANT - 1 - digits
    return MOST_DECIMALS if size < 10 else max(SIGNIFICANT - digits, 0)


def fixed(value: Number, decimals: int | None, *, signed: bool = False) -> str:
    """A value with so many decimals, as from `decimals_for`; with `signed` a plus before positive ones."""
    if value is None or not math.isfinite(value):
        return MISSING
    if abs(value) < ROUNDING_ERROR and (decimals is not None or value == 0):
        return f"{0.0:.{decimals or 0}f}"
    if decimals is None:
        return f"{value:+.3e}" if signed else f"{value:.3e}"
    said = f"{value:+,.{decimals}f}" if signed else f"{value:,.{decimals}f}"
    if float(said.replace(",", "")) == 0:
        return f"{0.0:.{decimals}f}" if signed or value < 0 else f"<{10.0**-decimals:.{decimals}f}"
    return said


def short(value: float, digits: int = SIGNIFICANT) -> str:
    """A value of the data or of an axis, with so many significant digits and no trailing zeros.

    Whole numbers from 10,000 on have separators; below, they have none, as they may be years.
    """
    if not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size < ROUNDING_ERROR:
        return "0"
    if size >= LARGEST or size < SMALLEST:
        return f"{value:.{digits}g}"
    if size >= 10 ** (digits - 1):
        return f"{value:,.0f}" if round(size) >= 10_000 else f"{value:.0f}"
    decimals = digits - 1 - math.floor(math.log10(size))
    said = f"{value:.{decimals}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def spans(intervals: Iterable[tuple[float, float] | None]) -> list[str]:
    """Intervals of one quantity as `low to high`, with two significant digits of the narrowest."""
    intervals = list(intervals)
    known = [each for each in intervals if each is not None and all(map(math.isfinite, each))]
    narrowest = min((high - low for low, high in known if high > low), default=0.0)
    return [
        " to ".join(to_width(bound, narrowest) for bound in each) if each in known and each else MISSING
        for each in intervals
    ]


def to_width(value: float, width: float) -> str:
    """A bound of an interval that is so wide, with two significant digits of that width."""
    if not math.isfinite(value):
        return MISSING
    if not SMALLEST <= width < LARGEST:
        return text(value)
    return f"{value:,.{max(0, 1 - math.floor(math.log10(width)))}f}"


def size_text(size: float) -> str:
    """Bytes with three digits: 1.25 GB."""
    unit = 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.3g} {UNITS[unit]}"
