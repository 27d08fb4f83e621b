"""Cells of columns: numbers or texts, and what they mean under a reading.

A column is either `Numbers` or `Texts`, each distinct text of which is stored, parsed and remembered once.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.durations import read_durations
from mlpcli.data.columns.dates.formats import guess_formats, is_no_date, parse_dates
from mlpcli.data.columns.dates.forms import COMPACT
from mlpcli.data.columns.missing_words import says_nothing
from mlpcli.data.columns.numbers.numerals import read_numerals
from mlpcli.data.columns.readings import USUAL, Reading
from mlpcli.data.schema import BOOLEAN, NUMBER
from mlpcli.data.spelling import OLD_TRUTH, TRUTH, cleaned

Rows: TypeAlias = Array | slice
"""Row numbers, a mask or a slice."""
NOTHING = "a missing value"
LONGEST_SHOWN = 40


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
    def example(self, row: int) -> str:
        """The beginning of a cell's text; "" where there is none."""

    def shown(self, row: int) -> str:
        """A cell as messages show it."""
        return repr(text) if (text := self.example(row)) else NOTHING

    def formats(self, orders: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """The formats of the dates in the column; `orders` of day, month and year from other columns."""
        return guess_formats(self.texts().used(), orders or {})

    def dates(self, formats: Sequence[str]) -> tuple[Array, Array]:
        """Seconds since 1970 (NaN where missing or unreadable) and a mask of the unreadable."""
        return self.texts().dates(formats)


@dataclass(eq=False)
class Numbers(Cells):
    """A column of float64 values (rows,), NaN where there is none."""

    values: Array
    reading: Reading = USUAL

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
        values, missing = self.values.astype(np.float64), self.missing()
        other = np.ones(len(self), dtype=bool) if self.reading.exact else ~np.isin(values, (0.0, 1.0))
        values[other | missing] = np.nan
        return values, other & ~missing

    def dates(self, formats: Sequence[str]) -> tuple[Array, Array]:
        if all(format == COMPACT for format in formats):
            return self._whole_texts().dates(formats)
        return super().dates(formats)

    def _whole_texts(self) -> "Texts":
        absent = self.missing()
        cells = [None if gap else f"{value:.0f}" for value, gap in zip(self.values, absent, strict=True)]
        return Texts.of(cells, self.reading)

    def texts(self) -> "Texts":
        return Texts.of(self.values.tolist(), self.reading)

    def as_codes(self) -> Array:
        return np.unique(self.values, return_inverse=True)[1]

    def distinct(self) -> int:
        return len(np.unique(self.values[~np.isnan(self.values)]))

    def example(self, row: int) -> str:
        return "" if np.isnan(self.values[row]) else f"{self.values[row]:g}"


class Texts(Cells):
    """A column of text: for each row the number of its text in `levels`, -1 where there is none."""

    def __init__(self, codes: Array, levels: Array, reading: Reading = USUAL) -> None:
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
    def of(cls, cells: Iterable[Any], reading: Reading = USUAL) -> "Texts":
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
            codes, texts = _merged(codes, texts.tolist())
        if reading.empty and (codes < 0).any():
            codes, texts = np.where(codes < 0, len(texts), codes), np.array([*texts, ""], dtype=object)
        return cls.read(codes.astype(np.int32), texts, reading)

    @classmethod
    def read(cls, codes: Array, levels: Array, reading: Reading) -> "Texts":
        """From cells as they are in a file: blanks at the ends and the Unicode form make no difference."""
        if not reading.exact and _need_cleaning(levels):
            codes, levels = _merged(codes, [cleaned(level) for level in levels])
        if reading.empty and "" in (known := levels.tolist()):
            codes, levels = _merged(codes, [level or reading.empty for level in known])
        return cls(codes, levels, reading)

    def under(self, reading: Reading) -> "Texts":
        if reading == self.reading:
            return self
        return Texts.read(self.codes, self.levels, reading)

    def spread(self, by_level: Array, absent: Any) -> Array:
        """Rows' values from those of the levels; a new array."""
        if not len(self.levels):
            return np.full(len(self.codes), absent, dtype=by_level.dtype)
        values: Array = by_level[self.codes]
        values[self.codes < 0] = absent
        return values

    def used(self) -> Array:
        """The levels that occur, in order of the level."""
        return np.asarray(self.levels[self.counts() > 0])

    def text(self, row: int) -> str:
        """One cell; "" where there is none."""
        code = int(self.codes[row])
        return str(self.levels[code]) if code >= 0 else ""

    def missing(self) -> Array:
        return self.spread(self._meanings.missing, True)

    def level_missing(self) -> Array:
        """(levels,) The missing words."""
        return self._meanings.missing

    def numbers(self) -> tuple[Array, Array]:
        return self._values(self._meanings.numbers)

    def booleans(self) -> tuple[Array, Array]:
        return self._values(self._meanings.booleans)

    def dates(self, formats: Sequence[str]) -> tuple[Array, Array]:
        return self._values(self._meanings.dates(tuple(formats)))

    def _values(self, read: "_Values") -> tuple[Array, Array]:
        return self.spread(read.values, np.nan), self.spread(read.unreadable, False)

    def words(self, kind: str, formats: Sequence[str] = ()) -> tuple[Array, Array]:
        """(levels,) masks: the texts that are no value of a kind and none of the table's missing words, and
        those of them that do not say that there is nothing, either."""
        if kind == NUMBER:
            read = self._meanings.numbers
        else:
            read = self._meanings.booleans if kind == BOOLEAN else self._meanings.dates(tuple(formats))
        return read.words, read.unreadable

    def texts(self) -> "Texts":
        return self

    def counts(self) -> Array:
        """(levels,) The number of rows of each level."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))

    def merged(self, keys: Sequence[str]) -> "Texts":
        """The levels with the same of `keys` (levels,) as one, spelled as in the first row."""
        if len(set(keys)) == len(keys):
            return self
        compact = self.compact()
        key_of = dict(zip(self.levels, keys, strict=True))
        first: dict[str, str] = {}
        spelled = [first.setdefault(key_of[level], level) for level in compact.levels]
        codes, levels = _merged(compact.codes, spelled)
        return Texts(codes, levels, self.reading)

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

    def example(self, row: int) -> str:
        return self.text(row)[:LONGEST_SHOWN]

    def shown(self, row: int) -> str:
        return repr(self.example(row)) if self.codes[row] >= 0 else NOTHING


class _Meanings:
    """The distinct texts of a column, and what each means under a reading: (levels,) arrays."""

    def __init__(self, levels: Array, reading: Reading) -> None:
        self._levels, self._reading = levels, reading
        self._dates: tuple[tuple[str, ...], _Values] | None = None

    @cached_property
    def missing(self) -> Array:
        words = self._reading.missing
        return np.array([text.strip() in words for text in self._levels], dtype=np.bool_)

    @cached_property
    def numbers(self) -> "_Values":
        form, exact = self._reading.form, self._reading.exact
        if form.clock:
            values = read_durations(self._levels, form.clock)
        else:
            values = read_numerals(self._levels, self._reading.decimal, form, exact=exact)
        read = self._read(values)
        # A missing word that is a number is missing however it is written, as where pandas reads numbers.
        if numbers := _numbers_in(self._reading.missing):
            values[np.isin(values, numbers)] = np.nan
        return read

    @cached_property
    def booleans(self) -> "_Values":
        words = OLD_TRUTH if self._reading.exact else TRUTH
        values = np.array([words.get(text.strip().lower(), np.nan) for text in self._levels])
        values[self.missing] = np.nan
        return self._read(values)

    def dates(self, formats: tuple[str, ...]) -> "_Values":
        """Seconds; the last are remembered for encoding after fitting."""
        if self._dates is None or self._dates[0] != formats:
            seconds = parse_dates(self._levels, formats, exact=self._reading.exact)
            seconds[self.missing] = np.nan
            read = self._read(seconds)
            if not self._reading.exact and read.unreadable.any():
                read.unreadable[read.unreadable] = ~is_no_date(self._levels[read.unreadable])
            self._dates = formats, read
        return self._dates[1]

    def _read(self, values: Array) -> "_Values":
        words = np.isnan(values) & ~self.missing
        unreadable = words.copy()
        if not self._reading.exact and words.any():
            unreadable[words] = ~says_nothing(self._levels[words])
        return _Values(values, words, unreadable)


class _Values(NamedTuple):
    """Values of the levels of a column as those of a kind."""

    values: Array
    """NaN where there is none."""
    words: Array
    """Where there is none, though the text is none of the table's missing words."""
    unreadable: Array
    """Those of the words that do not say that there is nothing, either."""


def _need_cleaning(levels: Array) -> bool:
    """Whether some level may have blanks at its ends or be no ASCII text: known from all of them at once."""
    joined = "\x00".join(levels.tolist())
    if not joined.isascii():
        return True
    ends = (joined[:1], joined[-1:])
    if any(end.isspace() for end in ends):
        return True
    blanks = [blank for blank in " \t\n\r\v\f\x1c\x1d\x1e\x1f" if blank in joined]
    return any(f"{blank}\x00" in joined or f"\x00{blank}" in joined for blank in blanks)


def _merged(codes: Array, levels: Sequence[str]) -> tuple[Array, Array]:
    """Codes and levels, those of equal text made one."""
    number_of = {level: number for number, level in enumerate(dict.fromkeys(levels))}
    by_level = np.array([*(number_of[level] for level in levels), -1], dtype=np.int32)
    return by_level[codes], np.array([*number_of, None], dtype=object)[:-1]


@lru_cache(maxsize=8)
def _numbers_in(words: frozenset[str]) -> list[float]:
    import pandas as pd

    numbers = pd.to_numeric(np.array([*words], dtype=object), errors="coerce")
    return [float(number) for number in numbers if not np.isnan(number)]
