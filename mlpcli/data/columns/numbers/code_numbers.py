"""Numbers that are names: codes, whose digits say which one and not how many."""

import re
from datetime import UTC, datetime

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.blanks import as_seen

_EXACT_DIGITS = 15
"""Every whole number of so many digits is a float64."""
_LONGEST = 400
"""Digits of a number; longer ones are beyond float64 as well."""
_PHONE = re.compile(r"\+[0-9][-0-9 ()./]{5,30}", re.ASCII)
_PHONE_DIGITS = 7
_OFTEN, _MOST = 0.05, 0.9
"""Of distinct numbers, those that make all of them codes; of distinct cells, those that postcodes are."""
_ACCOUNT_DIGITS = 8
_ACCOUNT_ROWS = 20
_ACCOUNT_DISTINCT = 0.95
_ACCOUNT_SPREAD = 2.0
_EVEN_STEPS = 0.3
"""Standard deviation of the steps of sorted numbers over their mean, below which they grow evenly; of numbers
drawn at random it is about 1."""
_YEARS = 1990, 2100
"""Of moments written as whole numbers."""


def code_numbers(texts: Array, counts: Array) -> str:
    """The reason why distinct texts, most of them whole numbers, are names; "" if they are numbers.

    `counts` (n,) says how often each occurs. Words among the texts say nothing.
    """
    joined = "\n".join(texts)
    first = "\n".join(texts[:_ACCOUNT_ROWS])
    seen = _EIGHT_DIGITS.search(first) or _ZIP_PLUS_FOUR.search(joined)
    if not (seen or may_hold_code(joined.encode(errors="replace"), "\n")):
        return ""  # nearly all columns of numbers
    cells = [as_seen(text) for text in texts]
    digits = [cell for cell in cells if cell.isascii() and cell.isdigit()]
    others = [cell for cell in cells if any("0" <= each <= "9" for each in cell[:40]) and not cell.isdigit()]
    return (
        _phones(cells)
        or _postcodes(cells, digits)
        or (_leading_zeros(digits) if not any(map(_MEASURED.match, others)) else "")
        or _above_exact(digits)
        or (_accounts(digits, int(counts.sum())) if not others else "")
    )


_EIGHT_DIGITS = re.compile(r"(?<![0-9.,])[0-9]{8}")
_MEASURED = re.compile(r"[-+][0-9.,]|[0-9]*[.,][0-9]")
"""Matches a number with a sign or a decimal mark: a code has neither."""


def _postcodes(cells: list[str], digits: list[str]) -> str:
    """Postcodes of the United States, some with four more digits: ZIP+4."""
    longer = [cell for cell in cells if _ZIP_PLUS_FOUR.fullmatch(cell)]
    five = sum(len(cell) == 5 for cell in digits)
    # Some have a digit too few.
    are_all = five >= _MOST * len(digits) and five + len(longer) >= _MOST * len(cells)
    return f"postcodes such as {longer[0]!r}" if longer and are_all else ""


_ZIP_PLUS_FOUR = re.compile(r"[0-9]{5}-[0-9]{4}")


def _leading_zeros(digits: list[str]) -> str:
    """One cell of another length than most is a slip, not a code; codes have one length, or zeros often."""
    found = [cell for cell in digits if len(cell) > 1 and cell[0] == "0" and cell.strip("0")]
    one_length = len(set(map(len, digits))) == 1
    if not found or not (one_length or len(found) >= _OFTEN * len(digits)):
        return ""
    return f"numbers with leading zeros such as {found[0][:40]!r}"


def _above_exact(digits: list[str]) -> str:
    found = [cell for cell in digits if len(cell) > _EXACT_DIGITS and not _is_exact(cell)]
    if not found or len(found) < _OFTEN * len(digits):
        return ""
    return f"whole numbers above 2^53 such as {found[0][:40]!r}, too large to be stored exactly"


def _is_exact(digits: str) -> bool:
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LONGEST:
        return False
    try:
        return int(digits) == int(float(digits))
    except OverflowError:
        return False  # infinite


def _phones(cells: list[str]) -> str:
    """Half of the cells with digits, and none below zero, as a plus is a sign among numbers with one."""
    if any(cell[:1] == "-" and cell[1:2].isdigit() for cell in cells):
        return ""
    phones = [cell for cell in cells if _is_phone(cell)]
    with_digits = sum(any(each.isdigit() for each in cell[:40]) for cell in cells)
    return f"phone numbers such as {phones[0]!r}" if phones and 2 * len(phones) >= with_digits else ""


def _is_phone(cell: str) -> bool:
    return _PHONE.fullmatch(cell) is not None and sum(map(str.isdigit, cell)) >= _PHONE_DIGITS


def _accounts(digits: list[str], rows: int) -> str:
    """Numbers of one length, nearly all different, spread over all that have this length."""
    length = len(digits[0]) if digits else 0
    if length < _ACCOUNT_DIGITS or length > _EXACT_DIGITS or any(len(cell) != length for cell in digits):
        return ""
    if rows < _ACCOUNT_ROWS or len(digits) <= _ACCOUNT_DISTINCT * rows or _are_moments(digits):
        return ""
    values = np.sort(np.array(digits, dtype=np.int64)).astype(np.float64)
    steps = np.diff(values)
    if values[-1] <= _ACCOUNT_SPREAD * values[0] or steps.std() < _EVEN_STEPS * steps.mean():
        return ""
    # Measured values crowd somewhere; codes are spread evenly (Kolmogorov and Smirnov, at 5 %).
    lowest, span, ranks = 10.0 ** (length - 1), 9 * 10.0 ** (length - 1), np.arange(1, len(values) + 1)
    if np.abs((values - lowest) / span - ranks / len(values)).max() > max(0.15, 1.36 / len(values) ** 0.5):
        return ""
    return f"{length}-digit numbers, nearly all distinct, such as {digits[0]!r}: account numbers or codes"


def _are_moments(digits: list[str]) -> bool:
    """Whether all are seconds or milliseconds since 1970, or years, months and days without marks between."""
    first, last = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in _YEARS)
    if all(first <= int(cell[:-3] if len(cell) > 11 else cell) < last for cell in digits):
        return True
    return all(map(_COMPACT_DATE.fullmatch, digits))


_COMPACT_DATE = re.compile(
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:(?:[01][0-9]|2[0-4])[0-5][0-9](?:[0-6][0-9])?)?"
)


def may_hold_code(text: bytes, delimiter: str) -> bool:
    """Whether some cell in the bytes of CSV rows may be a code; never no where one is.

    Such cells begin, behind blanks, with 0 and another digit (but not as 05:30, 05/01 and 05.5 do), or with
    + and a digit, or have 16 digits in a row. It takes below 1 ms a megabyte.
    """
    array = np.frombuffer(b"\n" + text, dtype=np.uint8)
    inside = _inside_cells(delimiter)
    # Pieces that stay in the processor's cache.
    starts = range(0, len(array), _PIECE)
    return any(_piece_may_hold_code(array, start, inside, delimiter) for start in starts)


def _piece_may_hold_code(array: Array, start: int, inside: Array, delimiter: str) -> bool:
    piece = array[start : start + _PIECE + _OVERLAP]
    digit = (piece - np.uint8(48)) < 10
    # All digits and most marks inside of cells stand from + to :, so one comparison tells most of them.
    outside = (piece - np.uint8(43)) >= 16
    if not inside[43:59].all():
        outside |= piece == ord(delimiter)
    zeros = piece[1:-1] == 48
    zeros &= digit[2:]
    zeros &= outside[:-2]
    if zeros.any() and _begin_cells(array, start + 1 + np.flatnonzero(zeros), inside, delimiter):
        return True
    signs = piece[1:-1] == 43
    if signs.any() and not inside[piece[np.flatnonzero(signs & digit[2:])]].all():
        return True
    run = digit[1:]
    for length in (1, 2, 4, 8):
        run = run[:-length] & run[length:]
    run &= outside[: len(run)]
    return bool(run.any()) and not inside[piece[np.flatnonzero(run)]].all()


_PIECE = 1 << 18
_OVERLAP = 18
"""Bytes of 16 digits and what is around them."""


def _begin_cells(array: Array, zeros: Array, inside: Array, delimiter: str) -> bool:
    """Whether one of the zeros, given by their places, is the first of a code's digits."""
    after = array[np.minimum(zeros + 2, len(array) - 1)]
    zeros = zeros[~(inside[array[zeros - 1]] | _OF_TIMES[after])]
    before = zeros - 1
    for _ in range(0 if delimiter == " " else _BLANKS_LOOKED_BEHIND):
        blank = (array[before] == 32) & (before > 0)
        if not blank.any():
            break
        before = before - blank
    return not inside[array[before]].all()


_OF_TIMES = np.zeros(256, dtype=np.bool_)
_OF_TIMES[list(b":/-.")] = True
"""Bytes behind two digits of times, dates and fractions."""
_BLANKS_LOOKED_BEHIND = 8


def _inside_cells(delimiter: str) -> Array:
    """(256,) True for the bytes that stand before a digit only inside of a cell."""
    inside = np.zeros(256, dtype=np.bool_)
    inside[list(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:/-_+")] = True
    inside[list(delimiter.encode())] = False
    return inside
