"""Text rows of a table, one at a time: header, field counts, delimiter. What pandas does not check or say.

pandas fills short rows up, lets the first column of too long rows become the index, renames duplicate
columns and skips blank lines even where there is one column. So the header and every row are read here with
`csv` first, and what is wrong is said with its line.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mlpcli.data.lines import Lines
from mlpcli.data.source import ReadingSettings, TextSource
from mlpcli.errors import DataError, did_you_mean

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"}
COMPRESSIONS = (".gz", ".bz2", ".xz")
CANDIDATES = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Record:
    """A row's cells and the line on which it ends."""

    cells: list[str]
    line: int


class Records:
    """Iterates over the rows of one source, checking each row's length; `header` are the columns' names.

    A context manager: the file is closed at its end.
    """

    def __init__(self, source: TextSource, reading: ReadingSettings) -> None:
        self.source = source
        self._lines: Lines = source.lines()
        try:
            self._read_header(source, reading)
        except BaseException:
            self._lines.close()
            raise

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *error: object) -> None:
        self._lines.close()

    def _read_header(self, source: TextSource, reading: ReadingSettings) -> None:
        first_lines: list[str] = []
        for line in self._lines:
            first_lines.append(line)
            if line.strip("\r\n"):
                break
        else:
            raise DataError(f"{source.name}: is empty", "Give a file with a header line and rows.")
        self.delimiter, self.guessed = choose_delimiter(source, reading.delimiter, first_lines[-1])
        self._at_end = False
        self._reader = csv.reader(self._with_first(first_lines), delimiter=self.delimiter)
        first = self._next_cells()
        while first == []:
            first = self._next_cells()
        assert first is not None
        self._held: list[str] | None = None
        self._blank_first = len(first_lines) - 1
        if reading.no_header:
            self.original_header = self.header = [str(number + 1) for number in range(len(first))]
            self._held = first
        else:
            self.original_header = first
            self.header = _named(first, source.name)

    @property
    def pending(self) -> bool:
        """Whether a further row is there, all of its lines, without waiting for one."""
        if self._lines.is_file:
            return True
        quotes = 0
        for line in reversed(self._lines.arrived()):
            quotes += line.count('"')
            if quotes % 2 == 0:
                return True
        return False

    @property
    def lone_returns(self) -> bool:
        """Whether a carriage return without a line feed was read so far."""
        return self._lines.lone_returns

    def __iter__(self) -> Iterator[Record]:
        width = len(self.header)
        if self._held is not None:
            if width == 1:
                yield from (Record([""], number + 1) for number in range(self._blank_first))
            yield Record(self._held, self._reader.line_num)
        while (cells := self._next_cells()) is not None:
            if not cells:
                if width > 1:
                    continue  # a blank line; in a table of one column it is a missing cell
                cells = [""]
            if len(cells) != width:
                raise self._ragged(len(cells), width)
            yield Record(cells, self._reader.line_num)

    def _next_cells(self) -> list[str] | None:
        start = self._reader.line_num + 1
        try:
            cells = next(self._reader, None)
            if not self._at_end:
                return cells
            # A blank line was added at the end: where it is not a row of its own, a quoted cell took it.
            if cells:
                raise DataError(
                    f"{self.source.name}: line {start:,}: a quote is not closed",
                    'Close it, or write a quote inside a quoted cell as "".',
                )
            return None
        except csv.Error as error:
            raise DataError(
                f"{self.source.name}: line {self._reader.line_num:,}: {error}",
                "Is a quote not closed, or is this not a CSV file?",
            ) from None

    def _with_first(self, first_lines: list[str]) -> Iterator[str]:
        yield from first_lines
        yield from self._lines
        self._at_end = True
        yield "\n"

    def _ragged(self, found: int, width: int) -> DataError:
        hint = "Mend the line, or give --delimiter."
        if width == 1:
            hint = "Is the delimiter right? See --delimiter."
        elif found > width:
            hint = "Is a cell with a delimiter in it not quoted, or a column without a name?"
        return DataError(
            f"{self.source.name}: line {self._reader.line_num:,} has {found:,} "
            f"field{'s' * (found != 1)}, the header has {width:,}",
            hint,
        )


def choose_delimiter(source: TextSource, given: str | None, first_line: str) -> tuple[str, bool]:
    """The delimiter, and whether it was guessed (it follows the ending of a known file name)."""
    if given is not None:
        return given, False
    name = source.name.lower()
    for ending in COMPRESSIONS:
        name = name.removesuffix(ending)
    for ending, delimiter in DELIMITERS.items():
        if name.endswith(ending):
            return delimiter, False
    # A cell that is too long for `csv` is an error of the row, which is read next.
    first_line = first_line[: csv.field_size_limit()]
    counts = Counter({each: len(next(csv.reader([first_line], delimiter=each), [])) for each in CANDIDATES})
    return counts.most_common(1)[0][0], True


def check_same_header(header: list[str], first: list[str], name: str, first_name: str) -> None:
    """Raise DataError unless two files of one table have the same columns in the same order."""
    if header == first:
        return
    for column in header:
        if column not in first:
            raise DataError(
                f"{name}: the column {column!r} is not in {first_name}", did_you_mean(column, first)
            )
    raise DataError(
        f"{name}: the columns are not those of {first_name} in the same order",
        "Files given together need the same header.",
    )


def _named(cells: list[str], where: str) -> list[str]:
    """Column names: an empty one is called after its position, as in pandas."""
    names = [cell or f"Unnamed: {position}" for position, cell in enumerate(cells)]
    doubled = [name for name, count in Counter(names).items() if count > 1]
    if doubled:
        raise DataError(
            f"{where}: the column name {doubled[0]!r} occurs {names.count(doubled[0])} times in the header",
            "Rename the columns so that each has its own name.",
        )
    return names
