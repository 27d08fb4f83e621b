"""Numbers as models of formats 1 and 2 read them: their predictions stay those of their training."""

import re
import unicodedata

import numpy as np

from mlpcli.arrays import Array

_BLANKS = " \u00a0\u202f"
_GROUPED = r"[1-9]\d{{0,2}}(?P<mark>[{marks}])\d{{3}}(?:(?P=mark)\d{{3}})*"
_NUMBER = r"(?P<number>(?:{grouped}|\d+)(?:[{decimal}]\d*)?|[{decimal}]\d+)"


def read_older_numerals(texts: Array, decimal: str) -> Array:
    """Values (n,) float64, NaN where a text is no number: `1e3`, `1,234.5`, `$5`, `-3 €`, `12 %` is 12.

    Thousands stand in groups of three behind a comma, point, apostrophe or blank other than the decimal mark;
    `0,123` has none.
    """
    import pandas as pd

    plain = texts
    if decimal != ".":
        # A point would be read as the decimal mark that it is not here.
        plain = np.array(["" if "." in text else text.replace(decimal, ".") for text in texts], dtype=object)
    values = np.array(pd.to_numeric(plain, errors="coerce"), dtype=np.float64)
    marks = "".join(mark for mark in ",.'\u2019" if mark != decimal) + _BLANKS
    grouped = _GROUPED.format(marks=marks)
    pattern = re.compile(_NUMBER.format(grouped=grouped, decimal=decimal), re.ASCII)
    for index in np.flatnonzero(np.isnan(values)):
        values[index] = _written(texts[index], pattern, decimal)
    return values


def _written(text: str, pattern: re.Pattern[str], decimal: str) -> float:
    text = text.strip()
    if not text or not any(each.isdigit() for each in text[:8]):
        return np.nan  # most words end here
    bare = _without_currency(text)
    sign = bare[0] if bare[:1] in ("-", "+", "\u2212") else ""
    if sign:  # before the currency or after it
        bare = _without_currency(bare[1:].lstrip())
    match = pattern.fullmatch(bare.removesuffix("%").rstrip())
    if match is None:
        return np.nan
    digits = match["number"]
    if match["mark"]:
        digits = digits.replace(match["mark"], "")
    value = float(digits.replace(decimal, "."))
    return value if sign in ("", "+") else -value


def _without_currency(text: str) -> str:
    if text and unicodedata.category(text[0]) == "Sc":
        return text[1:].lstrip()
    if text and unicodedata.category(text[-1]) == "Sc":
        return text[:-1].rstrip()
    return text
