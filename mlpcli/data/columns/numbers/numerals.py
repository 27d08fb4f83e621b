"""Numbers as people write them: with thousands separators, a currency, unit or factor, or a percent sign."""

import math
import re
from functools import lru_cache

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.numbers.angles import COMPASS, read_angle
from mlpcli.data.columns.numbers.number_forms import (
    LARGE_AND_SMALL_M,
    choose_form,
    described_unit,
    unit_and_factors,
)
from mlpcli.data.columns.numbers.older_numerals import read_older_numerals
from mlpcli.data.columns.numbers.units import is_sign, power_of, split_factor, unit_key
from mlpcli.data.columns.numbers.written_numbers import Written, plain_signs, take_apart
from mlpcli.data.form import PLAIN, Form

_DEGREES, _PERCENT = "°", "%"


def read_numerals(texts: Array, decimal: str, form: Form = PLAIN, *, exact: bool = False) -> Array:
    """Values (n,) float64, NaN where a text is no number of this form: `1e3`, `1,234.5`, `$5`, `(3 €)` is -3.

    Thousands stand in groups of three (or as in `12,34,567`) behind a comma, point, apostrophe or blank other
    than the decimal mark; `0,123` has none. Units and factors (`4.8 kg`, `1.2K`) are read if they are of the
    form, signs of currencies also if it has no unit; `12 %` is 12 or 0.12. `exact`: as older versions did.
    """
    if exact:
        return read_older_numerals(texts, decimal)
    values = _plain_values(texts, decimal)
    for index in np.flatnonzero(np.isnan(values)):
        if plain := plain_signs(texts[index]):
            values[index] = written_value(plain, decimal, form)
    return values


def number_form(texts: Array, counts: Array, decimal: str) -> Form:
    """The form that the numbers among distinct texts have, which occur `counts` (n,) times each.

    Its unit is that of nine tenths of the cells with a unit; "" if they differ. One that ends in k/M says
    that factors are read. Percent signs are hundredths if the numbers without them are fractions.
    """
    values = _plain_values(texts, decimal)
    odd = np.flatnonzero(np.isnan(values))
    bare = values[~np.isnan(values)].tolist()
    found: list[tuple[Written, int]] = []
    angles = 0
    for index in odd:
        if not (plain := plain_signs(texts[index])):
            continue
        count = int(counts[index])
        written = take_apart(plain, decimal)
        if written is None:
            angles += count * (not math.isnan(read_angle(plain, decimal)))
        elif written.before or written.after or written.percent:
            found.append((written, count))
        else:
            bare.append(_signed(written))
    return choose_form(found, bare, angles) if found or angles else PLAIN


def described_form(texts: Array, form: Form) -> str:
    """Words behind "decimal numbers" for what a form has decided, "" if there is nothing: ` in kg`."""
    unit, factors = unit_and_factors(form.unit)
    percent = [text for text in texts if "%" in text or "\uff05" in text]
    words = "" if unit == _PERCENT else described_unit(unit, factors)
    if percent and unit in ("", _PERCENT):
        shown = min(percent, key=len).strip()  # most likely without a decimal mark
        number = take_apart(plain_signs(shown), ".") or take_apart(plain_signs(shown), ",")
        if number is not None and number.percent:
            if form.hundredths:
                words += f", {shown} read as {_signed(number) / 100:g} because other cells are fractions"
            elif len(percent) < len(texts):
                words += f", {shown} read as {_signed(number):g} like the other cells"
            else:
                words += " in percent"
    return words


def _plain_values(texts: Array, decimal: str) -> Array:
    """Values (n,) of numbers with nothing beside them, NaN for other texts and for some odd forms."""
    import pandas as pd

    plain = texts
    if decimal != ".":
        # A point would be read as the decimal mark that it is not here.
        plain = np.array(["" if "." in text else text.replace(decimal, ".") for text in texts], dtype=object)
    values = np.array(pd.to_numeric(plain, errors="coerce"), dtype=np.float64)
    grouped = grouped_thousands(decimal)
    for index in np.flatnonzero(np.isnan(values)):
        if match := grouped.fullmatch(texts[index]):
            number, mark = match.groups()
            values[index] = float(number.replace(mark, "").replace(decimal, "."))
    return values


@lru_cache(maxsize=4)
def grouped_thousands(decimal: str) -> re.Pattern[str]:
    """Matches thousands in groups, the most frequent form that pandas does not read."""
    mark = "," if decimal == "." else "."
    return re.compile(rf"(-?[1-9][0-9]{{0,2}}([{mark}' ])[0-9]{{3}}(?:\2[0-9]{{3}})*(?:[{decimal}][0-9]*)?)")


def _signed(written: Written, power: int = 0) -> float:
    # As one decimal number, so that 1.2K is 1200 and 12 % is 0.12 to the bit.
    value = float(f"{written.digits}e{written.power + power}")
    return -value if written.negative else value


def written_value(text: str, decimal: str, form: Form) -> float:
    """The number of a text of `plain_signs`, NaN if it is none of the form."""
    written = take_apart(text, decimal)
    if written is None:
        return read_angle(text, decimal)
    unit, factors = unit_and_factors(form.unit)
    before, after = written.before, written.after
    if written.percent:
        known = _fits(before, unit) if before else unit in ("", _PERCENT)
        return _signed(written, -2 if form.hundredths else 0) if known else math.nan
    if unit == _DEGREES and after in COMPASS and not before:
        return _signed(written) * COMPASS[after] if not written.negative else math.nan
    power = 0
    if factors:
        factor, after = split_factor(after)
        if factor == "m" and factors != LARGE_AND_SMALL_M:
            return math.nan
        power = power_of(factor) if factor else 0
    if (before and after) or not (_fits(before, unit) and _fits(after, unit)):
        return read_angle(text, decimal)  # "5 °N", where °N is no unit
    return _signed(written, power)


def _fits(beside: str, unit: str) -> bool:
    """Whether it is nothing or the unit of the column; any sign of a currency where the column has none."""
    if not beside:
        return True
    return unit_key(beside) == unit_key(unit) if unit else is_sign(beside)
