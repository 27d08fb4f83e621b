"""Cells: how text stands for a number, for yes or no, or for nothing."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers: TypeAlias = npt.NDArray[np.floating[Any]]
Mask: TypeAlias = npt.NDArray[np.bool_]

MISSING_WORDS = frozenset(
    [
        *("", "?", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "null", "None"),
        *("NaN", "-NaN", "nan", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    ]
)
"""Cells that mean "no value": pandas' own and the question mark of many old tables."""

BOOLEAN_WORDS = {"false": 0.0, "f": 0.0, "no": 0.0, "n": 0.0, "true": 1.0, "t": 1.0, "yes": 1.0, "y": 1.0}


def is_missing(cells: "pd.Series[Any]", missing: frozenset[str]) -> Mask:
    """True where a cell is absent or one of the missing words."""
    absent = cells.isna()
    if not pd.api.types.is_numeric_dtype(cells.dtype):
        absent |= cells.isin(missing)
    return np.asarray(absent, dtype=bool)


def as_numbers(cells: "pd.Series[Any]", missing: frozenset[str], decimal: str) -> tuple[Numbers, Mask]:
    """Values (NaN where missing or unreadable; `inf` is a value) and a mask of the unreadable."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan).copy()
        return values, np.zeros(len(values), dtype=bool)
    absent = is_missing(cells, missing)
    texts = cells.where(~absent, None)
    if decimal != ".":
        texts = as_text(texts).str.replace(decimal, ".", regex=False)
    values = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan).copy()
    return values, np.isnan(values) & ~absent


def as_booleans(cells: "pd.Series[Any]", missing: frozenset[str]) -> tuple[Numbers, Mask]:
    """0 and 1 (NaN where missing or unreadable) and a mask of the unreadable."""
    absent = is_missing(cells, missing)
    values = as_text(cells).str.strip().str.lower().map(BOOLEAN_WORDS).to_numpy(dtype=np.float64).copy()
    values[absent] = np.nan
    return values, np.isnan(values) & ~absent


def as_text(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    """The cells as text, whatever they were; missing stays missing."""
    if pd.api.types.is_string_dtype(cells.dtype):
        return cells
    texts = cells.astype(object)
    return texts.where(texts.isna(), texts.map(str)).astype("str")
