"""Cells of columns: how text stands for a number, for yes or no, or for nothing.

A column is either numbers, or texts that are stored once each (`Texts`); a `Frame` holds some columns of one
table. What is asked of a text is asked once for each different one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from mlpcli.data.columns.numerals import read_numerals

if TYPE_CHECKING:
    import pandas as pd  # loaded where it is called: `inspect` needs none

Numbers: TypeAlias = npt.NDArray[np.floating[Any]]
Mask: TypeAlias = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.intp] | Mask | slice
Levels: TypeAlias = npt.NDArray[np.object_]

MISSING_WORDS = frozenset(
    [
        *("", "?", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "null", "None"),
        *("NaN", "-NaN", "nan", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    ]
)
"""Cells that mean "no value": pandas' own and the question mark of many old tables."""

NOTHING = "a missing value"

BOOLEAN_WORDS = {"false": 0.0, "f": 0.0, "no": 0.0, "n": 0.0, "true": 1.0, "t": 1.0, "yes": 1.0, "y": 1.0}


@dataclass(frozen=True)
class Reading:
    """How cells are read: what means missing, and the decimal mark."""

    missing: frozenset[str] = MISSING_WORDS
    decimal: str = "."


@dataclass(frozen=True)
class Texts:
    """A column of text: for each row the number of its text in `levels`, -1 where there is none."""

    codes: npt.NDArray[np.int32]
    levels: Levels

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Rows) -> "Texts":
        return Texts(self.codes[rows], self.levels)

    @classmethod
    def of(cls, cells: Iterable[Any]) -> "Texts":
        """From cells of any type; what is absent (None, NaN) has no text."""
        import pandas as pd

        array = np.empty(len(values := list(cells)), dtype=object)
        array[:] = values
        if pd.api.types.infer_dtype(array, skipna=True).startswith("mixed"):
            # Equal, but other texts: 1, 1.0 and True.
            array[:] = [
                None if absent else str(cell) for cell, absent in zip(values, pd.isna(array), strict=True)
            ]
        codes, levels = pd.factorize(array)
        texts = np.array([*(str(level) for level in levels), None], dtype=object)[:-1]
        if len(set(texts)) < len(texts):  # 1 and "1" of a column of objects
            again, texts = pd.factorize(texts)
            codes = np.where(codes < 0, -1, again[codes])
        return cls(codes.astype(np.int32), texts)

    def spread(self, by_level: npt.NDArray[Any], absent: Any) -> npt.NDArray[Any]:
        """Rows' values from those of the levels."""
        if not len(self.levels):
            return np.full(len(self.codes), absent, dtype=by_level.dtype)
        values = by_level[self.codes]
        values[self.codes < 0] = absent
        return values

    def used(self) -> Levels:
        """The levels that occur, in order of the level."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))
        return self.levels[counts > 0]

    def text(self, row: int) -> str:
        """One cell; "" where there is none."""
        code = int(self.codes[row])
        return str(self.levels[code]) if code >= 0 else ""


Cells: TypeAlias = Numbers | Texts


class Frame:
    """Columns of a table by name, of one length."""

    def __init__(self, columns: Mapping[str, Cells], rows: int) -> None:
        self._columns = dict(columns)
        self._rows = rows

    @classmethod
    def of(cls, table: "pd.DataFrame", names: Sequence[str], numbers: Collection[str]) -> "Frame":
        """Columns of a DataFrame: `numbers` as such where their type is one, the others as texts."""
        columns: dict[str, Cells] = {}
        for name in names:
            cells = table[name]
            if name in numbers and is_number_column(cells):
                columns[name] = cells.to_numpy(dtype=np.float64, na_value=np.nan)
            else:
                columns[name] = Texts.of(cells)
        return cls(columns, len(table))

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, name: str) -> Cells:
        return self._columns[name]

    def __setitem__(self, name: str, cells: Cells) -> None:
        self._columns[name] = cells

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return list(self._columns)

    def pop(self, name: str) -> Cells:
        """A column, which is no longer held here."""
        return self._columns.pop(name)

    def take(self, rows: Rows) -> "Frame":
        """Some of the rows."""
        columns = {name: cells[rows] for name, cells in self._columns.items()}
        count = len(range(self._rows)[rows]) if isinstance(rows, slice) else len(np.arange(self._rows)[rows])
        return Frame(columns, count)


def is_number_column(cells: "pd.Series[Any]") -> bool:
    """Whether the cells are real numbers already (booleans are not)."""
    import pandas as pd

    kind = cells.dtype
    return pd.api.types.is_numeric_dtype(kind) and not (
        pd.api.types.is_bool_dtype(kind) or pd.api.types.is_complex_dtype(kind)
    )


def is_missing(cells: Cells, reading: Reading) -> Mask:
    """True where a cell is absent or one of the missing words."""
    if not isinstance(cells, Texts):
        return np.asarray(np.isnan(cells) | np.isin(cells, _numbers_in(reading.missing)), dtype=bool)
    return cells.spread(_are_missing(cells.levels, reading.missing), True)


def as_numbers(cells: Cells, reading: Reading) -> tuple[Numbers, Mask]:
    """Values (NaN where missing or unreadable; `inf` is a value) and a mask of the unreadable."""
    if not isinstance(cells, Texts):
        values = cells.astype(np.float64)
        if numbers := _numbers_in(reading.missing):
            values[np.isin(values, numbers)] = np.nan
        return values, np.zeros(len(values), dtype=bool)
    by_level = read_numerals(cells.levels, reading.decimal)
    unreadable = np.isnan(by_level) & ~_are_missing(cells.levels, reading.missing)
    # A missing word that is a number is missing however it is written, as where pandas reads numbers.
    if numbers := _numbers_in(reading.missing):
        by_level[np.isin(by_level, numbers)] = np.nan
    return cells.spread(by_level, np.nan), cells.spread(unreadable, False)


def as_booleans(cells: Cells, reading: Reading) -> tuple[Numbers, Mask]:
    """0 and 1 (NaN where missing or unreadable) and a mask of the unreadable."""
    if not isinstance(cells, Texts):
        return np.full(len(cells), np.nan), ~is_missing(cells, reading)
    by_level = np.array([BOOLEAN_WORDS.get(text.strip().lower(), np.nan) for text in cells.levels])
    absent = _are_missing(cells.levels, reading.missing)
    by_level[absent] = np.nan
    return cells.spread(by_level, np.nan), cells.spread(np.isnan(by_level) & ~absent, False)


def count_distinct(cells: Cells) -> int:
    """How many different cells there are."""
    if isinstance(cells, Texts):
        return len(cells.used())
    return len(np.unique(cells[~np.isnan(cells)]))


def shown(cells: Cells, row: int) -> str:
    """One cell as messages show it."""
    if isinstance(cells, Texts):
        return repr(cells.text(row)[:40]) if cells.codes[row] >= 0 else NOTHING
    return NOTHING if np.isnan(cells[row]) else repr(f"{cells[row]:g}")


def _are_missing(levels: Levels, missing: frozenset[str]) -> Mask:
    stripped = [text.strip() for text in levels]
    return cast(Mask, np.array([text in missing for text in stripped], dtype=np.bool_))


@lru_cache(maxsize=8)
def _numbers_in(words: frozenset[str]) -> list[float]:
    import pandas as pd

    numbers = pd.to_numeric(np.array([*words], dtype=object), errors="coerce")
    return [float(number) for number in numbers if not np.isnan(number)]


def texts_of(cells: Cells) -> Texts:
    """Cells as texts, whatever they are."""
    return cells if isinstance(cells, Texts) else Texts.of(cells.tolist())
