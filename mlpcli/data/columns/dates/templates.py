"""Templates: how the texts of one form of date are written in digits, the year first where it is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
NamedZone: TypeAlias = int
Offset: TypeAlias = tuple[Place, Place, Place | None]
Zone: TypeAlias = NamedZone | Offset | None
_Piece: TypeAlias = Callable[..., str]
"""Takes a place, with a table or width, into a template and returns what stands for it in the pattern."""


_YEARS = {f"{year % 100:02}": str(year) for year in range(1969, 2069)}
"""Of two digits, as `strptime` reads them."""
_LIKELY_YEARS = {str(year): str(year) for year in range(1800, 2200)}
"""Where it could as well be the number of an item."""
_FIRST_MONTHS = {
    "quarter": {"1": "01", "2": "04", "3": "07", "4": "10"},
    "half": {"1": "01", "2": "07"},
}
_HOURS = {
    half: {form.format(hour): f"{hour % 12 + later:02}" for hour in range(1, 13) for form in ("{:02}", "{}")}
    for half, later in (("a", 0), ("p", 12))
}


@dataclass(frozen=True)
class Template:
    """Places in all texts of one form, and the text that is made of them."""

    places: tuple[slice, ...]
    pattern: str
    """With %s for each place."""
    tables: tuple[tuple[int, Mapping[str, str]], ...]
    """For a place, what is written for what stands there."""
    is_week: bool = False
    """The places are year, week and perhaps weekday."""

    def written(self, text: str) -> str:
        """The date and time as `parse_dates` reads them; "" if there is no such quarter, week or hour."""
        parts = [text[place] for place in self.places]
        for place, table in self.tables:
            if parts[place] not in table:
                return ""
            parts[place] = table[parts[place]]
        if self.is_week:
            try:
                return date.fromisocalendar(*[*map(int, parts), 1][:3]).isoformat()
            except ValueError:
                return ""
        return self.pattern % tuple(parts)


@dataclass(frozen=True)
class Parts:
    """Places of the parts of a date in all texts of one form."""

    digits: tuple[Place, ...] = ()
    """Of day, month and year in an order that only the column tells."""
    mark: str = ""
    fields: Mapping[str, Place] = field(default_factory=dict)
    """Year, month, day, quarter, half, week, weekday."""
    named_month: int = 0
    clock: tuple[Place | None, ...] = ()
    """Of hour, minute, second and fraction."""
    half_day: str = ""
    """"a" or "p" of am and pm."""
    zone: Zone = None
    """Minutes ahead of UTC, or the places of an offset's sign, hours and minutes."""

    @property
    def is_day(self) -> bool:
        return len(self.digits) == 3 or "day" in self.fields

    def template(self) -> Template:
        places: list[slice] = []
        tables: list[tuple[int, Mapping[str, str]]] = []

        def piece(place: Place, table: Mapping[str, str] | None = None, width: int = 1) -> str:
            if table is not None:
                tables.append((len(places), table))
            places.append(slice(*place))
            return "0" * (width - place[1] + place[0]) * (table is None) + "%s"

        pattern = self.mark.join(map(piece, self.digits)) if self.digits else self._iso_date(piece)
        if self.clock:
            pattern += (" " if pattern else "") + self._time(piece)
        if self.zone is not None:
            pattern += " " * bool(self.digits) + _offset(self.zone, piece)
        return Template(tuple(places), pattern, tuple(tables), "week" in self.fields)

    def _iso_date(self, piece: _Piece) -> str:
        if not self.fields:
            return ""
        year = self.fields["year"]
        if year[1] - year[0] == 2:
            pattern = piece(year, _YEARS)
        else:
            pattern = piece(year, None if self.is_day else _LIKELY_YEARS)
        month = f"{self.named_month or 1:02}"
        for name, table in _FIRST_MONTHS.items():
            if name in self.fields:
                month = piece(self.fields[name], table)
        if "month" in self.fields:
            month = piece(self.fields["month"], width=2)
        if "week" in self.fields:
            weekday = self.fields.get("weekday")
            return pattern + piece(self.fields["week"]) + (piece(weekday) if weekday else "")
        return f"{pattern}-{month}-{piece(self.fields['day'], width=2) if 'day' in self.fields else '01'}"

    def _time(self, piece: _Piece) -> str:
        hour, minute, second, fraction = self.clock
        assert hour is not None
        # pandas reads am and pm behind dates in digits and times alone: the usual form need not be rewritten.
        keeps_half = bool(self.half_day) and not self.fields and self.zone is None
        table = None if keeps_half else _HOURS.get(self.half_day)
        pattern = piece(hour, table, 2 if self.fields else 1)
        pattern += f":{piece(minute, width=2)}" if minute else ":00"
        if second:
            pattern += f":{piece(second, width=2)}"
        elif self.digits and self.zone is not None:
            pattern += ":00"
        if fraction:
            pattern += f".{piece((fraction[0], min(fraction[1], fraction[0] + 6)))}"
        return f"{pattern} {self.half_day}m" if keeps_half else pattern


def _offset(zone: NamedZone | Offset, piece: _Piece) -> str:
    if isinstance(zone, int):
        return f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02}:{abs(zone) % 60:02}"
    sign, hours, minutes = zone
    return f"{piece(sign)}{piece(hours, width=2)}:{piece(minutes) if minutes else '00'}"
