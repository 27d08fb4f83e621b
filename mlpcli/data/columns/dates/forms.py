"""Texts and their forms, and the formats by which pandas reads them.

pandas reads every text by a stated format and guesses none. Which formats may read a text depends mostly on
where its digits stand. So formats are tried on the few forms that a column's texts have, not on every text.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.grammar import template
from mlpcli.data.columns.dates.templates import Template
from mlpcli.data.columns.dates.words import plain_characters

ISO = "ISO8601"
ONE_FOR_DIGIT = str.maketrans("023456789", "111111111")
"""Every field of a date can be written with ones alone: what reads 31/01/2012 also reads 11/11/1111."""

COMPACT = "%Y%m%d"
"""Of whole numbers such as 20190723, which are read as dates only where a column is known to hold them."""

DATE_LIKE = re.compile(
    r"(?=[a-z1])"  # no sign before: pandas reads -2012-01-31 as a year before Christ
    r"(?!1*(?:[.,]1*)?$)"  # a plain number is none, though ISO 8601 has 2012, 20120131 and 2012.01
    r"(?!1111[^-]11?$)(?!1111-1$)"  # nor is 2012/01 or 2012-1, more often a season or an item
    r"(?!.*:1(?!1))"  # nor is 3:2, a score
    r"(?:[-1/.:, +]|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|am|pm|t|z|utc|gmt)+",
    re.IGNORECASE | re.ASCII,
)
"""Matches the forms that may be dates. pandas sees no others: it reads "now" and "today" by any format."""

_SHAPE_OF_COMPACT = re.compile(r"1{8}(?:\.1)?")
LONGEST = 100
"""Characters of a date, the longest of which have half; longer cells are not looked at."""
_MARKS = frozenset(" ,./")
"""What a text has if and only if its `strptime` format has it; colons and hyphens may be an offset's."""
BELOW_MICROSECONDS = re.compile(r"(\.[0-9]{6})[0-9]+")
_YEAR_1900 = -2_208_988_800.0
"""Seconds of 1900-01-01, the day that `strptime` takes where a text has a time alone."""

_SHAPES: dict[str, str] = {
    **dict.fromkeys(("%d", "%m", "%H", "%I"), "11?"),
    **dict.fromkeys(("%y", "%M", "%S"), "11"),
    **dict.fromkeys(("%Y",), "1111"),
    **dict.fromkeys(("%f",), "1{1,6}"),
    **dict.fromkeys(("%p",), "[ap]m"),
    **dict.fromkeys(("%z",), "[-+]11:11"),
}


class Forms:
    """Distinct texts as they are, and their forms."""

    _texts: Array
    _forms: Array
    _form_of: Array

    def __init__(self, texts: Array) -> None:
        stripped = [text.strip() for text in texts]
        self._texts = np.array([text if len(text) <= LONGEST else "" for text in stripped], object)
        self._find_forms()
        # One text with nanoseconds would make pandas count all in nanoseconds, which end in 2262.
        cut = np.array([BELOW_MICROSECONDS.sub(r"\1", form) for form in self._forms], dtype=object)
        for row in np.flatnonzero((cut != self._forms)[self._form_of]):
            self._texts[row] = BELOW_MICROSECONDS.sub(r"\1", self._texts[row])
        self._forms = cut
        self._date_like = np.array([DATE_LIKE.fullmatch(form) is not None for form in cut], dtype=np.bool_)
        self._marks = {_MARKS.intersection(form) for form in cut[self._date_like]}

    def __len__(self) -> int:
        return len(self._texts)

    def read(self, format: str, wanted: Array) -> Array:
        """Seconds (n,) of the wanted texts that the format reads, NaN elsewhere."""
        seconds = np.full(len(self), np.nan)
        readable = self._readable(format)
        if readable.any():
            rows = np.flatnonzero(wanted & readable[self._form_of])
            seconds[rows] = _read(self._texts[rows], format)
        return seconds

    def read_by_each(self, formats: Iterable[str]) -> dict[str, Array]:
        """Seconds (n,) by each format that reads some text, NaN where it does not."""
        everything = np.ones(len(self), dtype=np.bool_)
        possible = [format for format in formats if self._readable(format).any()]
        read = {format: self.read(format, everything) for format in possible}
        return {format: seconds for format, seconds in read.items() if not np.isnan(seconds).all()}

    def _find_forms(self) -> None:
        written = [text.translate(ONE_FOR_DIGIT) for text in self._texts]
        self._form_of, self._forms = distinct_of(np.array(written, dtype=object))

    def _readable(self, format: str) -> Array:
        """(forms,) True where the format may read a form."""
        readable = self._date_like.copy()
        # Most formats end here: pandas takes long even for one text.
        if format != ISO and _MARKS.intersection(format) not in self._marks:
            readable[:] = False
        readable[readable] = ~np.isnan(_read(self._forms[readable], format))
        return readable


class FormsInDigits(Forms):
    """Distinct texts written in digits: without words and names of zones, the half of the day as am or pm."""

    def __init__(self, texts: Array) -> None:
        super().__init__(texts)
        wide = np.array([not form.isascii() for form in self._forms], dtype=np.bool_)
        if wide.any():
            for row in np.flatnonzero(wide[self._form_of]):
                self._texts[row] = plain_characters(self._texts[row])
            super().__init__(self._texts)
        self._iso = self._date_like.copy()
        self._iso[self._iso] = ~np.isnan(_read(self._forms[self._iso], ISO))
        self._write_in_digits()

    def _write_in_digits(self) -> None:
        forms: list[str] = self._forms.tolist()
        templates: dict[int, Template] = {}
        for place in np.flatnonzero(~self._iso).tolist():
            form = forms[place]
            found = template(form)
            if found is None:
                forms[place] = form if _SHAPE_OF_COMPACT.fullmatch(form) else ""
                continue
            example = form.replace("1111", "2011")  # a year that quarters and weeks may have
            written = found.written(example)
            if written != example.lower():
                templates[place] = found
            forms[place] = written.translate(ONE_FOR_DIGIT)
            self._iso[place] = written.startswith("2011-")
        if templates:
            for row in np.flatnonzero(np.isin(self._form_of, list(templates))):
                self._texts[row] = templates[int(self._form_of[row])].written(self._texts[row])
        iso = {forms[place] for place in np.flatnonzero(self._iso).tolist()}
        again, self._forms = distinct_of(np.array(forms, dtype=object))
        self._form_of = again[self._form_of]
        self._iso = np.array([form in iso for form in self._forms], dtype=np.bool_)

    def _readable(self, format: str) -> Array:
        if format == ISO:
            return self._iso
        shape = shape_of(format)
        return np.array([shape.fullmatch(form) is not None for form in self._forms], dtype=np.bool_)


def distinct_of(texts: Array) -> tuple[Array, Array]:
    """For each text its place among the distinct ones (-1 for None), and those in order of appearance."""
    import pandas as pd

    codes, distinct = pd.factorize(texts)
    return codes, cast(Array, distinct)


@lru_cache(maxsize=1024)
def shape_of(format: str) -> re.Pattern[str]:
    """Of the forms of a format; nothing fits one with a field of words, as these are written in digits."""
    if format == COMPACT:
        return _SHAPE_OF_COMPACT
    shape = "".join(
        _SHAPES.get(part, r"(?!)") if part.startswith("%") else re.escape(part)
        for part in re.findall(r"%.|[^%]+", format)
    )
    return re.compile(shape)


def _read(texts: Array, format: str) -> Array:
    """Seconds (n,) by one format, NaN where it does not read a text."""
    if not len(texts):
        return np.empty(0)
    import pandas as pd

    if format == COMPACT:
        texts = np.array([text.removesuffix(".0") for text in texts], dtype=object)
    cells = cast(Any, texts)  # the stubs do not know object arrays
    stamps = pd.to_datetime(cells, format=format, errors="coerce", utc=True, cache=False)
    seconds = np.where(stamps.isna(), np.nan, stamps.as_unit("us").asi8 / 1e6)
    has_date = format == ISO or "%Y" in format or "%y" in format
    return seconds if has_date else seconds - _YEAR_1900
