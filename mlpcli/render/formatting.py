"""Numbers, dates, durations and counts as text."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

from mlpcli.errors import count
from mlpcli.number_text import short
from mlpcli.settings import described_fields, flag_of


def day(value: float) -> str:
    """Days since 1970 as a date; as a number if out of the calendar's range."""
    try:
        return (date(1970, 1, 1) + timedelta(days=value)).isoformat()
    except OverflowError:
        return short(value)


def day_teller(first: float, last: float) -> Callable[[float], str]:
    """How days since 1970 from the first to the last are told: as dates, or moments within one day.

    Times of the day alone are read as those of the first day of 1970, which is left out.
    """
    try:
        is_one_day = date.fromisoformat(day(first)) == date.fromisoformat(day(last))
    except ValueError:  # beyond the calendar
        is_one_day = False
    if not is_one_day:
        return day
    if first >= 0 and last < 1:
        return lambda value: f"{datetime(1970, 1, 1) + timedelta(minutes=round(value * 1440)):%H:%M}"
    return lambda value: moment(60.0 * round(value * 1440))


def rate(value: float) -> str:
    """A learning rate with two significant digits."""
    return f"{value:.2g}"


def duration(seconds: float) -> str:
    """Seconds as 0.42 s, 12 s, 3 min 05 s."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def by_column(counts: Mapping[str, int], most: int = 5) -> str:
    """Counts as age 3, 'blood type' 1, and 4 more columns."""
    named = sorted(counts.items(), key=lambda each: -each[1])
    text = ", ".join(f"{quoted(name)} {number:,}" for name, number in named[:most])
    left = len(named) - most
    return text + (f", and {count(left, 'more column')}" if left > 0 else "")


def quoted(name: str) -> str:
    """A name as it is if it is one word, else in quotes."""
    return name if name.isidentifier() else repr(name)


def some(names: Sequence[str], most: int = 20) -> str:
    """Names as a, b, c, and 61 more."""
    left = len(names) - most
    return ", ".join(names[:most]) + (f", and {left:,} more" if left > 0 else "")


def span(numbers: Sequence[int]) -> str:
    """The range from the smallest to the largest."""
    lowest, highest = min(numbers), max(numbers)
    return f"{lowest:,}" if lowest == highest else f"{lowest:,} to {highest:,}"


def moment(seconds: float) -> str:
    """Seconds since 1970 as a date, with the time of the day unless that is midnight."""
    try:
        at = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    except OverflowError:
        return short(seconds)
    if at.time() == time():
        return at.date().isoformat()
    return at.isoformat(sep=" ", timespec="minutes" if not at.second else "seconds")


def clock(seconds: float) -> str:
    """Seconds as hours, minutes and seconds: 1:30:00."""
    minutes, second = divmod(round(abs(seconds)), 60)
    return f"{'-' * (seconds < 0)}{minutes // 60:,}:{minutes % 60:02d}:{second:02d}"


def share(part: float, whole: float) -> str:
    """A share in percent: 0.3 %, 12 %; - for none, never 0 or 100 % of some."""
    if not part or not whole:
        return "-"
    percent = 100 * part / whole
    if percent < 0.1:
        return "<0.1 %"
    if part < whole and percent > 99.9:
        return ">99.9 %"
    return f"{percent:.1f} %" if percent < 10 or 99.5 <= percent < 100 else f"{percent:.0f} %"


def file_size(size: int) -> str:
    """Bytes as 812 bytes, 12 kB, 1.2 MB."""
    for unit, of_unit in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= of_unit:
            return f"{short(size / of_unit, 2)} {unit}"
    return count(size, "byte")


def setting_text(value: object) -> str:
    """The value of a setting as an option takes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple)):
        return ",".join(map(setting_text, value)) or "none"
    if value is None:
        return "-"
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def changes_text(changes: Mapping[str, object]) -> str:
    """Settings with their values in a line."""
    return ", ".join(f"{option_name(name)} {setting_text(value)}" for name, value in changes.items())


def option_name(name: str) -> str:
    """A setting as its option is called, without dashes before it."""
    return _option_names().get(name, name.replace("_", "-"))


@cache
def _option_names() -> dict[str, str]:
    from mlpcli.options.options import SETTINGS_CLASSES  # which inspect does not need

    return {
        name: flag_of(name, described)[2:]
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
    }
