"""Dialects of delimited text: the characters between and around cells."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Protocol

DOUBLE, SINGLE, UNQUOTED = '"', "'", ""


class Rows(Protocol):
    """A reader of the module `csv`."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


@dataclass(frozen=True)
class Dialect:
    """The delimiter of cells, how comment lines begin, and what else differs from usual CSV."""

    delimiter: str
    comment: str | None = None
    _: KW_ONLY
    quote: str = DOUBLE
    """The character around cells; "" if there is none."""
    loose: bool = False
    """Whether blanks may stand between a delimiter and a quote that opens."""
    gap: int = 0
    """So many blanks or more, or tabs, are one delimiter; 0 if each delimiter counts."""
    surplus: bool = False
    """Whether each row ends in a delimiter, behind which there is no cell."""

    @property
    def is_plain(self) -> bool:
        return self.quote == DOUBLE and not (self.loose or self.gap or self.surplus)

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Rows:
        """The cells of lines; `strict`: an error for text behind a quote that closes."""
        if self.gap:
            lines = map(self._with_single_delimiters, lines)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            skipinitialspace=self.loose,
            strict=strict,
        )

    def is_closed_well(self, text: str) -> bool:
        """Whether nothing but blanks stands between a quote that closes and what ends its cell."""
        return not self.quote or self.gap > 0 or self.quote not in text or bool(self._well_formed.match(text))

    @cached_property
    def _well_formed(self) -> re.Pattern[str]:
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        blanks = "[ \\t]*+" if self.loose and self.delimiter not in " \t" else ""
        behind = "[ \\t]*+" if self.delimiter not in " \t" else ""
        quoted = f"{blanks}{quote}(?:[^{quote}]|{quote}{quote})*+{quote}{behind}"
        bare = f"(?!{blanks}{quote})[^{delimiter}\r\n]*+"
        return re.compile(f"(?:{quoted}|{bare})(?:{delimiter}(?:{quoted}|{bare}))*+[\r\n]*+$")

    def _with_single_delimiters(self, line: str) -> str:
        blanks = "\t" if self.delimiter == "\t" and self.gap == 1 else " \t"
        text = line.strip(blanks + "\r\n")
        return self._runs.sub(lambda found: found[1] or self.delimiter, text) + "\n" if text else "\n"

    @cached_property
    def _runs(self) -> re.Pattern[str]:
        runs = {(" ", 1): "[ \t]+", ("\t", 1): "\t+"}.get((self.delimiter, self.gap), "[ \t]{2,}|\t")
        quote = re.escape(self.quote)
        quoted = f"{quote}(?:[^{quote}]|{quote}{quote})*+{quote}" if quote else "\0"
        return re.compile(f"({quoted})|{runs}")
