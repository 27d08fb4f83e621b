"""Orders of day, month and year: the one that a column has, and those that it could have as well."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mlpcli.arrays import Array

_ORDER = re.compile(r"%([dmYy])([-/.])%([dmYy])\2%([dmYy])")
_ENOUGH = 10
"""Distinct texts from which on sorted rows or few years leave no doubt."""
_SHORTER = 3.0
"""Ratio of two spans of time that makes the shorter the likely one."""
_MONTHLY_DAYS = (1, 15, 28, 29, 30, 31)
"""Days of series that are not daily: read with the year as day, all of theirs are in few years."""
_DAY = 86_400.0


@dataclass(frozen=True)
class Choice:
    """The order that texts with one mark are read in."""

    order: str
    open: tuple[str, ...] = ()
    """The order and the others that it could as well be."""
    seconds: dict[str, Array] = field(default_factory=dict)
    """Of the distinct texts (m,) in each order, NaN where it reads none."""


def order_of(format: str) -> tuple[str, str] | None:
    """The mark of a format and its order such as "dmy"; None where these are not digits with one mark."""
    found = _ORDER.match(format)
    return (found[2], (found[1] + found[3] + found[4]).lower()) if found else None


def choices(read: Mapping[str, Array], codes: Array, orders: Mapping[str, str] = {}) -> dict[str, Choice]:
    """The order by mark, given what each format reads of the distinct texts (m,), and `codes` of the rows.

    That which reads most texts; else that in which all rows are sorted; else that which puts the year where
    time is much shorter; else that of `orders`; else the first in `read`, and it is open.
    """
    by_mark: dict[str, dict[str, Array]] = {}
    for format, seconds in read.items():
        if found := order_of(format):
            of_mark = by_mark.setdefault(found[0], {})
            before = of_mark.get(found[1], seconds)
            of_mark[found[1]] = np.where(np.isnan(before), seconds, before)
    return {mark: _choice(of_mark, codes, orders.get(mark, "")) for mark, of_mark in by_mark.items()}


def _choice(seconds_of: dict[str, Array], codes: Array, elsewhere: str) -> Choice:
    counts = {order: int(np.count_nonzero(~np.isnan(each))) for order, each in seconds_of.items()}
    most = max(counts.values())
    possible = [order for order in seconds_of if counts[order] == most]
    if len(possible) == 1:
        return Choice(possible[0])
    in_rows = [order for order in possible if _are_sorted(seconds_of[order], codes)]
    if len(in_rows) == 1 and most >= _ENOUGH:
        return Choice(in_rows[0])
    if most >= _ENOUGH:
        possible = _with_likely_year(possible, seconds_of)
    if elsewhere in possible or len(possible) == 1:
        return Choice(elsewhere if elsewhere in possible else possible[0])
    first = in_rows[0] if len(in_rows) == 1 else possible[0]
    return Choice(first, (first, *(order for order in possible if order != first)), seconds_of)


def _are_sorted(seconds: Array, codes: Array) -> bool:
    known = ~np.isnan(seconds)
    steps = np.diff(seconds[codes][known[codes]])
    return bool(np.all(steps >= 0) or np.all(steps <= 0))


def _with_likely_year(possible: list[str], seconds_of: Mapping[str, Array]) -> list[str]:
    """Those of the possible orders with the year where the dates span less than a third of the time.

    Only the place of the year is judged so: the firsts of the months of a year are twelve days in a row if
    day and month are exchanged.
    """
    first = [order for order in possible if order[0] == "y"]
    last = [order for order in possible if order[0] != "y"]
    if not first or not last:
        return possible
    spans = [
        min(np.nanmax(seconds_of[each]) - np.nanmin(seconds_of[each]) for each in part)
        for part in (first, last)
    ]
    likely, other = (first, last) if spans[0] < spans[1] else (last, first)
    is_likely = max(spans) >= _SHORTER * max(min(spans), _DAY)
    return likely if is_likely and not any(_are_monthly(seconds_of[each]) for each in other) else possible


def _are_monthly(seconds: Array) -> bool:
    days = (seconds[~np.isnan(seconds)] // _DAY).astype(np.int64).astype("datetime64[D]")
    return bool(np.isin((days - days.astype("datetime64[M]")).astype(np.int64) + 1, _MONTHLY_DAYS).all())
