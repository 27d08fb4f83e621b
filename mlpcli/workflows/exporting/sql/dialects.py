"""The two dialects of SQL: how they write texts, names and functions."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mlpcli.data.spelling import WITHOUT_WIDTH
from mlpcli.errors import DataError

SPACES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + WITHOUT_WIDTH
"""Characters that are taken off the ends of texts."""
ARGUMENTS = 100
"""Of one function of SQLite, which takes 127 at most."""
TERMS = 30
"""In one pair of parentheses of a sum: SQLite nests expressions up to 1,000 deep."""


class Dialect:
    """What both share."""

    name: ClassVar[str]
    text_type: ClassVar[str]
    highest: ClassVar[str]
    lowest: ClassVar[str]
    character: ClassVar[str]
    """The function from a code point to text."""
    most_columns: ClassVar[int]
    """Of a table inside the query."""

    def literal(self, text: str) -> str:
        """A text; characters that cannot be seen are told by their code points."""
        pieces: list[str] = []
        plain = ""
        for each in checked(text):
            if each.isprintable():
                plain += each
                continue
            pieces += [quoted(plain)] * bool(plain) + [f"{self.character}({ord(each)})"]
            plain = ""
        pieces += [quoted(plain)] * (bool(plain) or not pieces)
        return pieces[0] if len(pieces) == 1 else f"({' || '.join(pieces)})"

    def number_of(self, cell: str) -> str:
        """The number in a cell, NULL for anything else."""
        raise NotImplementedError

    def has_leading_zero(self, cell: str) -> str:
        """Whether a cell is text such as 007."""
        raise NotImplementedError

    def text_of(self, cell: str) -> str:
        """The text of a cell without spaces at its ends."""
        raise NotImplementedError

    def spellings(self, text: str) -> tuple[str, ...]:
        """The forms of a text that must be looked for; none is one of the others."""
        raise NotImplementedError

    def largest(self, values: Sequence[str]) -> str:
        """The largest of numbers that are not NULL."""
        return self._of_several(self.highest, values)

    def smallest(self, values: Sequence[str]) -> str:
        """The smallest of numbers that are not NULL."""
        return self._of_several(self.lowest, values)

    def _of_several(self, function: str, values: Sequence[str]) -> str:
        texts = list(values)
        while len(texts) > 1:
            groups = [texts[start : start + ARGUMENTS] for start in range(0, len(texts), ARGUMENTS)]
            texts = [f"{function}({', '.join(group)})" if len(group) > 1 else group[0] for group in groups]
        return texts[0]


@dataclass(frozen=True)
class Sqlite(Dialect):
    """SQLite 3.35 or newer with its mathematical functions."""

    name = "sqlite"
    text_type, highest, lowest, character = "TEXT", "max", "min", "char"
    most_columns = 1_990

    def number_of(self, cell: str) -> str:
        # A text is compared as the number that it is, if it is one; '12 kg' is none.
        return f"CASE WHEN CAST({cell} AS NUMERIC) = {cell} THEN CAST({cell} AS REAL) END"

    def has_leading_zero(self, cell: str) -> str:
        return f"(typeof({cell}) = 'text' AND ltrim({cell}, ' +-') GLOB '0[0-9]*')"

    def text_of(self, cell: str) -> str:
        return f"trim(CAST({cell} AS TEXT), spaces.signs)"

    def spellings(self, text: str) -> tuple[str, ...]:
        # SQLite does not compose letters and their accents.
        return tuple(dict.fromkeys([text, unicodedata.normalize("NFD", text)]))


@dataclass(frozen=True)
class DuckDB(Dialect):
    """DuckDB 1.3 or newer."""

    name = "duckdb"
    text_type, highest, lowest, character = "VARCHAR", "greatest", "least", "chr"
    most_columns = 50_000

    def number_of(self, cell: str) -> str:
        return f"TRY_CAST({cell} AS DOUBLE)"

    def has_leading_zero(self, cell: str) -> str:
        return f"regexp_matches(CAST({cell} AS VARCHAR), '^ *[-+]?0[0-9]')"

    def text_of(self, cell: str) -> str:
        return f"trim(nfc_normalize(CAST({cell} AS VARCHAR)), spaces.signs)"

    def spellings(self, text: str) -> tuple[str, ...]:
        return (text,)


SQLITE, DUCKDB = Sqlite(), DuckDB()
DIALECTS: dict[str, Dialect] = {each.name: each for each in (SQLITE, DUCKDB)}


def is_known(text: str) -> bool:
    """Whether SQL can hold all characters of a text."""
    return not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text)


def checked(text: str) -> str:
    """The text itself; DataError for one that SQL cannot hold."""
    if not is_known(text):
        said = f"{text!r} has a character that SQL cannot hold"
        raise DataError(f"the model cannot be exported: {said}", "Export it as .py, or train without it.")
    return text


def quoted(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """The name of a column or table in double quotes."""
    return '"' + checked(name).replace('"', '""') + '"'


def one_line(text: str, most: int = 60) -> str:
    """For comments and names: no line break, no sign that cannot be seen, and not long."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def total(terms: Iterable[str]) -> str:
    """A sum, in groups of terms."""
    texts = list(terms)
    while len(texts) > 1:
        groups = [texts[start : start + TERMS] for start in range(0, len(texts), TERMS)]
        texts = [f"({' + '.join(group)})" if len(group) > 1 else group[0] for group in groups]
    return texts[0]
