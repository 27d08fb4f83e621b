"""Cells of columns: numbers or texts, and what they mean under a reading.

A column is either `Numbers` or `Texts`, each distinct text of which is stored, parsed and remembered once; a
`Frame` holds some columns of one table and knows where its rows stand.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.dates import guess_formats, parse_dates
from mlpcli.data.columns.numerals import read_numerals
from mlpcli.data.reading.source import ReadingSettings

if TYPE_CHECKING:
    import pandas as pd  # loaded where it is called: `inspect` needs none

Rows: TypeAlias = Array | slice
"""Row numbers, a mask or a slice."""
Place: TypeAlias = Callable[[int], str]
"""Where a row (from 0) stands, for messages."""

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
    """A reading of cells: the words for missing values, and the decimal mark."""

    missing: frozenset[str] = MISSING_WORDS
    decimal: str = "."

    @classmethod
    def of(cls, settings: ReadingSettings) -> "Reading":
        """The reading that settings ask for."""
        return cls(MISSING_WORDS | set(settings.missing or ()), settings.decimal or ".")


class Cells(ABC):
    """The cells of one column under a reading."""

    reading: Reading

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __getitem__(self, rows: Rows) -> "Cells": ...

    @abstractmethod
    def under(self, reading: Reading) -> "Cells":
        """The same cells under another reading."""

    @abstractmethod
    def missing(self) -> Array:
        """(rows,) True where a cell is absent or one of the missing words."""

    @abstractmethod
    def numbers(self) -> tuple[Array, Array]:
        """New values (NaN where missing or unreadable; `inf` is a value) and a mask of the unreadable."""

    @abstractmethod
    def booleans(self) -> tuple[Array, Array]:
        """New values 0 and 1 (NaN where missing or unreadable) and a mask of the unreadable."""

    @abstractmethod
    def texts(self) -> "Texts":
        """The cells as texts."""

    @abstractmethod
    def as_codes(self) -> Array:
        """(rows,) whole numbers, equal where cells are."""

    @abstractmethod
    def distinct(self) -> int:
        """The number of distinct cells."""

    @abstractmethod
    def shown(self, row: int) -> str:
        """A cell as messages show it."""

    def formats(self) -> tuple[str, ...]:
        """The formats of the dates in the column."""
        return guess_formats(self.texts().used())

    def dates(self, formats: Sequence[str]) -> tuple[Array, Array]:
        """Seconds since 1970 (NaN where missing or unreadable) and a mask of the unreadable."""
        return self.texts().dates(formats)


@dataclass(eq=False)
class Numbers(Cells):
    """A column of float64 values (rows,), NaN where there is none."""

    values: Array
    reading: Reading = Reading()

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: Rows) -> "Numbers":
        return Numbers(self.values[rows], self.reading)

    def under(self, reading: Reading) -> "Numbers":
        return Numbers(self.values, reading)

    def missing(self) -> Array:
        return np.isnan(self.values) | np.isin(self.values, _numbers_in(self.reading.missing))

    def numbers(self) -> tuple[Array, Array]:
        values = self.values.astype(np.float64)
        if numbers := _numbers_in(self.reading.missing):
            values[np.isin(values, numbers)] = np.nan
        return values, np.zeros(len(values), dtype=bool)

    def booleans(self) -> tuple[Array, Array]:
        return np.full(len(self), np.nan), ~self.missing()

    def texts(self) -> "Texts":
        return Texts.of(self.values.tolist(), self.reading)

    def as_codes(self) -> Array:
        return np.unique(self.values, return_inverse=True)[1]

    def distinct(self) -> int:
        return len(np.unique(self.values[~np.isnan(self.values)]))

    def shown(self, row: int) -> str:
        return NOTHING if np.isnan(self.values[row]) else repr(f"{self.values[row]:g}")


class Texts(Cells):
    """A column of text: for each row the number of its text in `levels`, -1 where there is none."""

    def __init__(self, codes: Array, levels: Array, reading: Reading = Reading()) -> None:
        """`codes` (rows,) int32, `levels` distinct str."""
        self.codes, self.levels, self.reading = codes, levels, reading
        self._meanings = _Meanings(levels, reading)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Rows) -> "Texts":
        part = copy(self)  # shares what is known of the levels
        part.codes = self.codes[rows]
        return part

    @classmethod
    def of(cls, cells: Iterable[Any], reading: Reading = Reading()) -> "Texts":
        """From cells of any type; what is absent (None, NaN) has no text."""
        import pandas as pd

        array = np.empty(len(values := list(cells)), dtype=object)
        array[:] = values
        if pd.api.types.infer_dtype(array, skipna=True).startswith("mixed"):
            # Equal, but other texts: 1, 1.0 and True.
            absent = pd.isna(array)
            array[:] = [str(cell) for cell in values]
            array[absent] = None
        codes, levels = pd.factorize(array)
        texts = np.array([str(level) for level in levels], dtype=object)
        if len(set(texts)) < len(texts):  # 1 and "1" of a column of objects
            again, texts = pd.factorize(texts)
            codes = np.where(codes < 0, -1, again[codes])
        return cls(codes.astype(np.int32), texts, reading)

    def under(self, reading: Reading) -> "Texts":
        return self if reading == self.reading else Texts(self.codes, self.levels, reading)

    def spread(self, by_level: Array, absent: Any) -> Array:
        """Rows' values from those of the levels; a new array."""
        if not len(self.levels):
            return np.full(len(self.codes), absent, dtype=by_level.dtype)
        values: Array = by_level[self.codes]
        values[self.codes < 0] = absent
        return values

    def used(self) -> Array:
        """The levels that occur, in order of the level."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))
        return np.asarray(self.levels[counts > 0])

    def text(self, row: int) -> str:
        """One cell; "" where there is none."""
        code = int(self.codes[row])
        return str(self.levels[code]) if code >= 0 else ""

    def missing(self) -> Array:
        return self.spread(self._meanings.missing, True)

    def numbers(self) -> tuple[Array, Array]:
        values, unreadable = self._meanings.numbers
        return self.spread(values, np.nan), self.spread(unreadable, False)

    def booleans(self) -> tuple[Array, Array]:
        values, unreadable = self._meanings.booleans
        return self.spread(values, np.nan), self.spread(unreadable, False)

    def dates(self, formats: Sequence[str]) -> tuple[Array, Array]:
        seconds, unreadable = self._meanings.dates(tuple(formats))
        return self.spread(seconds, np.nan), self.spread(unreadable, False)

    def texts(self) -> "Texts":
        return self

    def compact(self) -> "Texts":
        """The same cells, the levels only those that occur and in order of their first row."""
        used, first, again = np.unique(self.codes, return_index=True, return_inverse=True)
        order = [code for code in np.argsort(first).tolist() if used[code] >= 0]
        number = np.full(len(used), -1, np.int32)
        number[order] = np.arange(len(order))
        return Texts(number[again], self.levels[used[order]], self.reading)

    def as_codes(self) -> Array:
        return self.codes

    def distinct(self) -> int:
        return len(self.used())

    def shown(self, row: int) -> str:
        return repr(self.text(row)[:40]) if self.codes[row] >= 0 else NOTHING


class _Meanings:
    """The distinct texts of a column, and what each means under a reading: (levels,) arrays."""

    def __init__(self, levels: Array, reading: Reading) -> None:
        self._levels, self._missing_words, self._decimal = levels, reading.missing, reading.decimal
        self._dates: tuple[tuple[str, ...], Array] | None = None

    @cached_property
    def missing(self) -> Array:
        return np.array([text.strip() in self._missing_words for text in self._levels], dtype=np.bool_)

    @cached_property
    def numbers(self) -> tuple[Array, Array]:
        values = read_numerals(self._levels, self._decimal)
        unreadable = np.isnan(values) & ~self.missing
        # A missing word that is a number is missing however it is written, as where pandas reads numbers.
        if numbers := _numbers_in(self._missing_words):
            values[np.isin(values, numbers)] = np.nan
        return values, unreadable

    @cached_property
    def booleans(self) -> tuple[Array, Array]:
        values = np.array([BOOLEAN_WORDS.get(text.strip().lower(), np.nan) for text in self._levels])
        values[self.missing] = np.nan
        return values, np.isnan(values) & ~self.missing

    def dates(self, formats: tuple[str, ...]) -> tuple[Array, Array]:
        """Seconds and a mask of the unreadable; the last are remembered for encoding after fitting."""
        if self._dates is None or self._dates[0] != formats:
            seconds = parse_dates(self._levels, formats)
            seconds[self.missing] = np.nan
            self._dates = formats, seconds
        seconds = self._dates[1]
        return seconds, np.isnan(seconds) & ~self.missing


def row_number(row: int) -> str:
    """The place of a row that is not in a file."""
    return f"row {row:,}"


@dataclass(eq=False)
class Frame:
    """Columns of a table by name, of one length, and where their rows stand."""

    columns: dict[str, Cells]
    rows: int
    place: Place = row_number

    @classmethod
    def of(
        cls,
        table: "pd.DataFrame",
        names: Sequence[str],
        numbers: Collection[str],
        reading: Reading = Reading(),
        place: Place = row_number,
    ) -> "Frame":
        """Columns of a DataFrame: those of `numbers` as such if that is their type, the others as texts."""
        columns: dict[str, Cells] = {}
        for name in names:
            cells = table[name]
            if name in numbers and _holds_numbers(cells):
                columns[name] = Numbers(cells.to_numpy(dtype=np.float64, na_value=np.nan), reading)
            else:
                columns[name] = Texts.of(cells, reading)
        return cls(columns, len(table), place)

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, name: str) -> Cells:
        return self.columns[name]

    def __setitem__(self, name: str, cells: Cells) -> None:
        self.columns[name] = cells

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return list(self.columns)

    def pop(self, name: str) -> Cells:
        """Remove and return a column."""
        return self.columns.pop(name)

    def take(self, rows: Rows) -> "Frame":
        """Some of the rows."""
        columns = {name: cells[rows] for name, cells in self.columns.items()}
        numbers = np.arange(self.rows)[rows]
        place = self.place
        return Frame(columns, len(numbers), lambda row: place(int(numbers[row])))

    def compact(self) -> "Frame":
        """The same cells, as if no other text had ever been there."""
        compacted = ((name, each.compact()) for name, each in self.columns.items() if isinstance(each, Texts))
        return Frame(self.columns | dict(compacted), self.rows, self.place)

    def under(self, reading: Reading) -> "Frame":
        """The same cells under another reading."""
        columns = {name: cells.under(reading) for name, cells in self.columns.items()}
        return Frame(columns, self.rows, self.place)


def _holds_numbers(cells: "pd.Series[Any]") -> bool:
    """Whether the cells are real numbers already (booleans are not)."""
    from pandas.api import types

    kind = cells.dtype
    return types.is_numeric_dtype(kind) and not (types.is_bool_dtype(kind) or types.is_complex_dtype(kind))


@lru_cache(maxsize=8)
def _numbers_in(words: frozenset[str]) -> list[float]:
    import pandas as pd

    numbers = pd.to_numeric(np.array([*words], dtype=object), errors="coerce")
    return [float(number) for number in numbers if not np.isnan(number)]
