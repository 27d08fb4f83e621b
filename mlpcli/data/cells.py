"""Cells: how text stands for a number, for yes or no, or for nothing.

Columns come as text from files, or typed in a DataFrame; both are read by the same functions.
"""

from functools import lru_cache
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers: TypeAlias = npt.NDArray[np.floating[Any]]
Mask: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.object_]

MISSING_WORDS = frozenset(
    [
        *("", "?", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "null", "None"),
        *("NaN", "-NaN", "nan", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    ]
)
"""Cells that mean "no value": pandas' own and the question mark of many old tables."""

BOOLEAN_WORDS = {"false": 0.0, "f": 0.0, "no": 0.0, "n": 0.0, "true": 1.0, "t": 1.0, "yes": 1.0, "y": 1.0}


def texts_of(cells: "pd.Series[Any]") -> Texts:
    """The cells as `str`, whatever they were, in an object array; missing ones are None."""
    texts = cast(Texts, cells.to_numpy(dtype=object))
    if isinstance(cells.dtype, pd.StringDtype):
        texts = texts.copy()
        texts[np.asarray(cells.isna())] = None
        return texts
    if pd.api.types.infer_dtype(texts, skipna=False) == "string":
        return texts
    plain = [each if type(each) is str else None if _is_absent(each) else str(each) for each in texts]
    return np.array([*plain, None], dtype=object)[:-1]  # the None keeps NumPy from guessing a text type


def _is_absent(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))  # a list is a value


def is_number_column(cells: "pd.Series[Any]") -> bool:
    """Whether the cells are numbers already (booleans are not)."""
    kind = cells.dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def is_missing(cells: "pd.Series[Any]", missing: frozenset[str]) -> Mask:
    """True where a cell is absent or one of the missing words."""
    if is_number_column(cells):
        return np.asarray(cells.isna() | cells.isin(_numbers_in(missing)), dtype=bool)
    return is_word(texts_of(cells), missing)


def is_word(texts: Texts, words: frozenset[str]) -> Mask:
    """True where a text is one of the words, or None."""
    return pd.Series(texts, dtype=object).isin({*words, None}).to_numpy(dtype=np.bool_)


def as_numbers(cells: "pd.Series[Any]", missing: frozenset[str], decimal: str) -> tuple[Numbers, Mask]:
    """Values (NaN where missing or unreadable; `inf` is a value) and a mask of the unreadable."""
    if is_number_column(cells):
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan).copy()
        if numbers := _numbers_in(missing):
            values[np.isin(values, numbers)] = np.nan
        return values, np.zeros(len(values), dtype=bool)
    texts = texts_of(cells)
    readable = texts
    if decimal != ".":
        readable = pd.Series(texts, dtype=object).str.replace(decimal, ".", regex=False).to_numpy()
    values = np.array(pd.to_numeric(readable, errors="coerce"), dtype=np.float64)
    # Only what did not become a number is looked at again.
    doubtful = np.isnan(values)
    unreadable = np.zeros(len(values), dtype=bool)
    unreadable[doubtful] = ~is_word(texts[doubtful], missing)
    # A missing word that is a number is missing however it is written, as where pandas reads numbers.
    if numbers := _numbers_in(missing):
        values[np.isin(values, numbers)] = np.nan
    return values, unreadable


def as_booleans(cells: "pd.Series[Any]", missing: frozenset[str]) -> tuple[Numbers, Mask]:
    """0 and 1 (NaN where missing or unreadable) and a mask of the unreadable."""
    texts = texts_of(cells)
    codes, distinct = pd.factorize(texts)
    by_code = [BOOLEAN_WORDS.get(text.strip().lower(), np.nan) for text in distinct]
    values = np.array([*by_code, np.nan])[codes]
    absent = is_word(texts, missing)
    values[absent] = np.nan
    return values, np.isnan(values) & ~absent


def as_text(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    """The cells as a column of text; missing stays missing."""
    if isinstance(cells.dtype, pd.StringDtype):
        return cells
    return pd.Series(texts_of(cells), index=cells.index, dtype="str")


def count_distinct(cells: "pd.Series[Any]") -> int:
    """How many different cells there are; 1, True and "1" of a column of objects by their text."""
    return int((cells if is_number_column(cells) else as_text(cells)).nunique())


@lru_cache(maxsize=8)
def _numbers_in(words: frozenset[str]) -> list[float]:
    numbers = pd.to_numeric(np.array([*words], dtype=object), errors="coerce")
    return [float(number) for number in numbers if not np.isnan(number)]
