"""The unit of a column of numbers, chosen from all its cells."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from statistics import median

from mlpcli.data.columns.numbers.units import is_currency, is_known, is_sign, power_of, split_factor, unit_key
from mlpcli.data.columns.numbers.written_numbers import Written
from mlpcli.data.form import PLAIN, Form

LARGE_M, LARGE_AND_SMALL_M = "k/M", "k/m"
"""At the end of a form's unit: factors are read; with the latter m is a million as well."""
_OTHER_SIZE = 2.0
"""Ratio of medians from which on numbers without a unit are not those with it."""
_SHARE = 0.9
"""Of the cells with a unit that have the same, from which the others are strays."""
_MANY = 30
"""Distinct numbers before a lone letter, from which they are rather measured than numbered."""
_SYMBOLS = frozenset("mgshltLVWJNK")
"""Letters that are units behind a blank; A and B are flats and gates as often."""
_DEGREES, _PERCENT = "°", "%"

Found = Sequence[tuple[Written, int]]
"""Numbers with something beside them, and their rows."""


@lru_cache(maxsize=64)
def unit_and_factors(unit: str) -> tuple[str, str]:
    """The unit of a form and `LARGE_M`, `LARGE_AND_SMALL_M` or ""."""
    for factors in (LARGE_M, LARGE_AND_SMALL_M):
        if unit.endswith(factors):
            return unit.removesuffix(factors).rstrip(), factors
    return unit, ""


def described_unit(unit: str, factors: str) -> str:
    """Words for a unit, and for the factors that are read."""
    words = " in degrees" if unit == _DEGREES else f" in {unit}" if unit else ""
    if factors:
        words += f", k and {factors[-1]} read as thousand and million"
    return words


def choose_form(found: Found, bare: Sequence[float], angles: int) -> Form:
    """The form of a column: `bare` are the numbers with nothing beside them, `angles` the rows of those."""
    factors = _factors(found, bare)
    units: Counter[str] = Counter()
    spelled: Counter[tuple[str, str]] = Counter()
    of_unit: dict[str, list[Written]] = {}
    if angles:
        units[_DEGREES] += angles
        spelled[_DEGREES, _DEGREES] += angles
    compass = _is_compass([written for written, _ in found], bool(angles))
    for written, count in found:
        after = split_factor(written.after)[1] if factors else written.after
        if written.percent:
            after = _PERCENT
        elif compass and after in ("N", "E", "S", "W"):
            after = _DEGREES
        elif written.before and after:
            continue
        if unit := written.before if not written.percent and written.before else after:
            key = unit_key(unit)
            units[key] += count
            spelled[key, unit] += count
            of_unit.setdefault(key, []).append(written)
    unit = _one(units, spelled, of_unit)
    if unit not in ("", _PERCENT, _DEGREES) and _is_of_few(unit, of_unit.get(unit_key(unit), ()), bare):
        unit = ""
    if unit == _PERCENT:
        return Form(hundredths=_are_fractions(bare), unit=_PERCENT)
    return Form(unit=f"{unit} {factors}".strip()) if unit or factors else PLAIN


def _one(units: Counter[str], spelled: Counter[tuple[str, str]], of_unit: dict[str, list[Written]]) -> str:
    """The unit of (nearly) all cells that have one, as it is spelled most often; "" if there is none."""
    if not units:
        return ""
    key, rows = units.most_common(1)[0]
    unit = next(shown for (each, shown), _ in spelled.most_common() if each == key)
    enough = rows >= _SHARE * units.total()
    if is_sign(unit):
        return unit  # without a unit every sign of a currency would be read
    if len(unit) == 1 and unit.isascii() and unit.isalpha() and not _is_measured(of_unit[key], unit):
        return ""
    return unit if enough else ""


def _is_of_few(unit: str, with_unit: Sequence[Written], bare: Sequence[float]) -> bool:
    """Whether what stands behind some numbers is no unit of all.

    Where few have it and the others are of another size, 66 beside 170 cm, those are in inches.
    """
    if is_currency(unit) or not with_unit or not bare:
        return False
    # `3 failed` beside `3` is another thing; and 12 S may be in the south.
    if len(bare) > (1.0 - _SHARE) * len(with_unit) and (unit in "NSEW" or not is_known(unit)):
        return True
    if len(bare) <= len(with_unit):
        return False
    sizes = sorted([median(float(written.digits) for written in with_unit), median(map(abs, bare))])
    return sizes[1] > _OTHER_SIZE * sizes[0]


def _is_measured(numbers: Sequence[Written], letter: str) -> bool:
    """Whether a lone letter behind numbers is a unit.

    5A, 6A and 7A are seats, flats or sizes: few and whole. As a category of few levels they lose nothing.
    Measured values have decimals or are many.
    """
    if any(number.digits[:1] == "0" and number.digits[1:2].isdigit() for number in numbers):
        return False
    if all(not number.glued for number in numbers) and letter in _SYMBOLS:
        return True
    return (
        any("." in number.digits for number in numbers) or len({number.digits for number in numbers}) >= _MANY
    )


def _is_compass(found: Sequence[Written], angles: bool) -> bool:
    """Whether lone letters are directions: both of a pair, or one behind the decimals of a position."""
    letters = {written.after for written in found if len(written.after) == 1}
    if not letters or not (letters <= {"N", "S"} or letters <= {"E", "W"}):
        return False
    if any(written.before for written in found) or any(float(written.digits) > 180 for written in found):
        return False
    if angles or len(letters) == 2:
        return True
    return all(len(written.digits.partition(".")[2]) >= 3 for written in found if written.after)


def _factors(found: Found, bare: Sequence[float]) -> str:
    """Whether the names behind numbers are factors, and then how m is read; "" if they are not.

    A letter alone may be a unit: K is kelvin, m is metre, B is a flat.
    """
    named: list[tuple[Written, str, str]] = []
    others = 0
    for written, count in found:
        factor, rest = split_factor(written.after)
        if factor and not (rest and written.before):
            named.append((written, factor, rest))
        elif written.after and not is_currency(written.after):
            others += count
    names = {factor for _, factor, _ in named}
    small = bool(names & {"k", "K"}) and "m" in names and "M" not in names
    named = [each for each in named if each[1] != "m" or small]
    rows = sum(count for written, count in found if split_factor(written.after)[0])
    if not named or others > (1 - _SHARE) * rows:
        return ""
    factors = LARGE_AND_SMALL_M if small else LARGE_M
    if any(
        len(factor) > 1 or not factor.isascii() or rest or written.before for written, factor, rest in named
    ):
        return factors
    powers = {power_of(factor) for _, factor, _ in named}
    if bare and max(powers) > 6 and min(powers) > 6:
        return ""  # 1.6T beside 1.6 is turbocharged
    decimals = any("." in written.digits for written, _, _ in named)
    if len(powers) > 1:
        return factors if decimals or powers >= {3, 6} else ""
    numbers = {written.digits for written, _, _ in named}
    if (decimals or len(numbers) >= _MANY) and all(written.glued for written, _, _ in named):
        return factors
    # Kelvin, a flat or thousands: numbers without the letter are of another size only beside thousands.
    if not bare:
        return ""
    with_letter = median(map(float, numbers))
    without = median(map(abs, bare))
    return factors if max(with_letter, without) > 10 * min(with_letter, without) else ""


def _are_fractions(bare: Sequence[float]) -> bool:
    """Whether numbers lie between -1 and 1 and are not all whole."""
    return all(abs(value) <= 1 for value in bare) and any(value % 1 for value in bare)
