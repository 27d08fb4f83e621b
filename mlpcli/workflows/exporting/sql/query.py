"""A query in the making: tables one behind the other (WITH), and names that are each used once."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mlpcli.errors import DataError, Sentence
from mlpcli.workflows.exporting.sql.dialects import DUCKDB, Dialect, identifier, one_line

WIDTH = 110
ROW = "mlpcli_row"
"""The column with the number of the row."""
INNER = re.compile(r"(?:level|place|mean)_[0-9_]+")
"""Names of columns of other tables that are looked into."""


@dataclass
class Query:
    """The tables of a query, in their order."""

    dialect: Dialect
    parts: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Of tables, in lower case."""

    def select(
        self, name: str, columns: Iterable[str], source: str, comment: str = "", ending: str = ""
    ) -> str:
        """Add a table of expressions; returns its name."""
        listed = list(columns)
        self.check_width(len(listed), comment or name)
        body = f"    SELECT\n{indented(listed, 8)}\n    FROM {source}" + (f"\n    {ending}" if ending else "")
        return self.add(name, body, comment)

    def values(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]], comment: str) -> str:
        """Add a table of constants; returns its name."""
        self.check_width(len(columns), comment or name)
        head = f"{name}({wrapped(columns, 8)})"
        body = "    VALUES\n" + ",\n".join(f"        ({wrapped(row, 12)})" for row in rows)
        return self.add(name, body, comment, head)

    def add(self, name: str, body: str, comment: str, head: str = "") -> str:
        """Add a table by its text; returns its name."""
        assert name.lower() not in self.names
        self.names.add(name.lower())
        # Without the word SQLite would write a table's expressions wherever the next one names its columns.
        said = "".join(f"-- {line}\n" for line in comment.split("\n") if line)
        self.parts.append(f"{said}{head or name} AS MATERIALIZED (\n{body}\n)")
        return name

    def check_width(self, columns: int, what: str) -> None:
        """DataError if a table inside the query may not have so many columns."""
        most = self.dialect.most_columns
        if columns > most:
            said = (
                f"{what} would be {columns:,} columns, and a query of {self.dialect.name} can have {most:,}"
            )
            others = ".py" if self.dialect is DUCKDB else ".py or for DuckDB"
            hint = Sentence("Export it as {}, or train a narrower network: {hidden}.", others)
            raise DataError(f"the model cannot be exported: {said}", hint)

    def text(self, ending: str, first: str = "") -> str:
        """The whole query; `first` is a table before all others."""
        return "WITH\n" + ",\n\n".join([*[first] * bool(first), *self.parts]) + f"\n\n{ending};\n"


class Names:
    """Columns that are named after what they are, each name once."""

    def __init__(self) -> None:
        self._taken: set[str] = {ROW}

    def of(self, said: str) -> str:
        """A name in quotes."""
        base = name = one_line(said, 80)
        number = 1
        while name.casefold() in self._taken or INNER.fullmatch(name.casefold()):
            number += 1
            name = f"{base} ({number})"
        self._taken.add(name.casefold())
        return identifier(name)


def wrapped(texts: Sequence[str], indent: int) -> str:
    """Texts with commas between them, over several lines where that is long."""
    whole = ", ".join(texts)
    if len(whole) + indent <= WIDTH:
        return whole
    lines, line = [], ""
    for text in texts:
        if line and len(line) + len(text) + indent + 2 > WIDTH:
            lines.append(line)
            line = ""
        line += f"{', ' if line else ''}{text}"
    return f",\n{' ' * indent}".join([*lines, line])


def indented(columns: Sequence[str], indent: int) -> str:
    """A column a line."""
    blank = " " * indent
    return ",\n".join(blank + each for each in columns)


def noted(comment: str, column: str) -> str:
    """A column of `Query.select` with a comment above it."""
    return f"-- {one_line(comment, 90)}\n        {column}"


def batches(many: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Parts of so many."""
    for start in range(0, len(many), size):
        yield many[start : start + size]
