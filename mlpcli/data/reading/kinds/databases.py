"""Rows of a table or view of a SQLite database in blocks; the file and its folder are never written to."""

import csv
import io
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, islice
from typing import BinaryIO
from urllib.parse import quote

import numpy as np

from mlpcli.data.reading.blocks import ROW, Block, rows_at_once
from mlpcli.data.reading.kinds.archives import listed
from mlpcli.data.reading.kinds.file_kinds import SQLITE_MARK
from mlpcli.data.reading.kinds.limits import MOST_IN_MEMORY, too_large
from mlpcli.data.reading.row_ends import LONGEST_ROW
from mlpcli.errors import DataError, count, did_you_mean
from mlpcli.files import PART

ROWS_LOOKED_AT = 1_000
"""Of a table, for columns of binary data."""
BLOCK_CHARACTERS = 1 << 22
HOT_JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""The first bytes of the journal of a transaction that was not ended."""
STEPS = 1_000_000
WAL_VERSIONS = slice(18, 20)
_COPY = "Close the program that writes to it, or copy it: sqlite3 FILE '.backup copy.sqlite'"


def is_database(binary: BinaryIO) -> bool:
    """Whether a stream begins as a SQLite database does; nothing is read from it."""
    if not isinstance(binary, io.BufferedReader):
        return False
    try:
        return binary.peek(len(SQLITE_MARK)).startswith(SQLITE_MARK)
    except OSError:
        return False  # damaged: said by whoever reads it


class Database:
    """One table of a database file; `header` are its columns, iterating gives blocks."""

    def __init__(self, path: str, inner: str, name: str, rows: int, most: int | None) -> None:
        self._name, self._rows, self._most = name, rows, most
        self.notes: list[str] = []
        """What is not read, for the user."""
        with _errors(name):
            self._connection = _connected(path, name, MOST_IN_MEMORY if most is None else most)
        try:
            with _errors(name):
                self._select = f"select * from {_quoted(self._table(inner))}"
                with closing(self._connection.execute(self._select)) as cursor:
                    self.header = [column[0] for column in cursor.description]
                    first = list(
                        _first_rows(cursor, min(ROWS_LOOKED_AT, rows_at_once(rows, len(self.header))))
                    )
        except BaseException:
            self.close()
            raise
        cells = zip(*first, strict=True)
        self._binary = {number for number, column in enumerate(cells) if bytes in set(map(type, column))}
        for number in sorted(self._binary):
            what = f"{name}: column {self.header[number]!r} holds binary data, which is read as missing"
            self.notes.append(what)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __iter__(self) -> Iterator[Block]:
        most = rows_at_once(self._rows, len(self.header))
        number, size = 0, 0
        with _errors(self._name):
            cursor = self._connection.execute(self._select)
            left = True
            while left:
                text = io.StringIO(newline="")
                writer = csv.writer(text, lineterminator="\n")
                rows: list[tuple[object, ...]] = []
                for row in cursor:
                    rows.append(row)
                    writer.writerow(row)
                    if len(rows) == most or text.tell() > BLOCK_CHARACTERS:
                        break
                else:
                    left = False
                if not rows:
                    return
                self._check(rows, number)
                if self._binary:
                    text = io.StringIO(newline="")
                    csv.writer(text, lineterminator="\n").writerows(map(self._without_binary, rows))
                if self._most is not None:
                    size += len(text.getvalue())
                    if size > self._most:
                        raise too_large(self._name, self._most)
                lines = np.arange(number + 1, number + len(rows) + 1)
                content = text.getvalue().encode()
                yield Block(self._name, content, ",", lines, len(self.header), unit=ROW)
                number += len(rows)

    def _table(self, inner: str) -> str:
        """The table or view called `inner`, or the only one."""
        found = self._connection.execute(
            "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite~_%' "
            "escape '~' and name is not null order by type, name"
        )
        names = [str(name) for (name,) in found]
        if not names:
            raise DataError(f"{self._name} contains no table", "Choose another database.")
        if inner:
            # As SQLite compares names.
            same = [each for each in names if each == inner] or [
                each for each in names if each.lower() == inner.lower()
            ]
            if not same:
                raise DataError(f"{self._name} contains no table {inner!r}", did_you_mean(inner, names))
            return same[0]
        if len(names) > 1:
            said = f"{self._name} contains {count(len(names), 'table')}: {listed(names)}"
            raise DataError(said, f"Name one: '{self._name.rstrip(PART)}#{names[0]}'")
        return names[0]

    def _check(self, rows: Sequence[tuple[object, ...]], before: int) -> None:
        """Raise DataError for a cell that is too long, or binary where none was among the first rows."""
        kinds = set(map(type, chain.from_iterable(rows)))
        if not (bytes in kinds or str in kinds):
            return
        most = csv.field_size_limit()
        for number, column in enumerate(zip(*rows, strict=True)):
            kinds = set(map(type, column))
            if bytes in kinds and number not in self._binary:
                row = next(row for row, cell in enumerate(column) if type(cell) is bytes)
                where = f"{self._name}: row {before + row + 1:,}: column {self.header[number]!r}"
                raise DataError(f"{where} holds binary data", "Make a view of the table without this column.")
            if str in kinds and number not in self._binary:
                lengths = [len(cell) if type(cell) is str else 0 for cell in column]
                if max(lengths) > most:
                    row = before + lengths.index(max(lengths)) + 1
                    said = f"{self._name}: row {row:,} has a cell of more than {most:,} characters"
                    raise DataError(said, "Make a view of the table without this column.")

    def _without_binary(self, row: tuple[object, ...]) -> list[object]:
        return [None if number in self._binary else cell for number, cell in enumerate(row)]


def _connected(path: str, name: str, most: int) -> sqlite3.Connection:
    """A connection that takes the file as it is: no lock, no journal, nothing of it is run or written."""
    real = os.path.realpath(path)
    _refuse_cut(path, name)
    if os.path.exists(real):
        for ending, newer in (("-wal", b""), ("-journal", HOT_JOURNAL)):
            if _begins(real + ending, newer):
                said = f"{name}: its newest rows are in {os.path.basename(real)}{ending}"
                raise DataError(said, _COPY)
        address = f"file:{quote(os.fsencode(real))}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    else:  # an open file without a name
        with open(path, "rb") as file:
            content = bytearray(file.read(most + 1))
        if len(content) > most:
            raise too_large(name, most)
        content[WAL_VERSIONS] = b"\x01\x01"  # in memory there is no other file
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.deserialize(bytes(content))
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ROW)
    connection.set_progress_handler(lambda: None, STEPS)  # lets Python look for Ctrl-C
    connection.execute("pragma query_only = on")
    connection.execute("pragma trusted_schema = off")
    connection.execute("pragma cell_size_check = on")
    return connection


def _refuse_cut(path: str, name: str) -> None:
    """Raise DataError for a file that is shorter than its header says: SQLite reads zeros behind its end."""
    with open(path, "rb") as file:
        start, size = file.read(100), file.seek(0, os.SEEK_END)
    page, pages = int.from_bytes(start[16:18], "big"), int.from_bytes(start[28:32], "big")
    page = 1 << 16 if page == 1 else page
    known = start[24:28] == start[92:96]  # whether the program that wrote it last counted the pages
    if len(start) < 100 or not page or size % page or (known and size < page * pages):
        said = f"{name}: the database is damaged or cut short"
        raise DataError(said, "Create or download the file again.")


def _begins(path: str, mark: bytes) -> bool:
    """Whether there is such a file that is not empty and begins so."""
    try:
        with open(path, "rb") as file:
            start = file.read(max(len(mark), 1))
    except FileNotFoundError:
        return False
    return bool(start) and start.startswith(mark)


def _first_rows(cursor: sqlite3.Cursor, rows: int) -> Iterator[tuple[object, ...]]:
    """At most so many rows, and no more than make a block."""
    size = 0
    for row in islice(cursor, rows):
        yield row
        size += sum(len(cell) for cell in row if isinstance(cell, (str, bytes)))
        if size > BLOCK_CHARACTERS:
            return


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Turn an error of SQLite into a DataError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise KeyboardInterrupt from None
        raise _unreadable(name, error) from None
    except (sqlite3.Error, sqlite3.Warning, OSError, UnicodeError, OverflowError) as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> DataError:
    said = f"{name} cannot be read as a SQLite database ({error!s:.150})"
    if isinstance(error, sqlite3.OperationalError):  # a view that fails, text that is none
        return DataError(said, "Check the table: sqlite3 -readonly FILE .schema")
    return DataError(said, "Repair it: sqlite3 FILE .recover | sqlite3 copy.sqlite")
