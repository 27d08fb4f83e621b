"""What the tests of file kinds share: archives, workbooks and databases of a few rows."""

import io
import sqlite3
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl

from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.errors import DataError, MlpcliError

CSV = "a,b\n1,2\n3,4\n"
ROWS = [["1", "2"], ["3", "4"]]


def archive(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as written:
        for name, each in files.items():
            written.writestr(name, each)
    return content.getvalue()


def workbook(
    path: Path, sheets: Mapping[str, Sequence[Any]], change: Callable[[Any], None] | None = None
) -> str:
    """A workbook of sheets with these rows, as openpyxl writes it; `change` is given the last sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(sheet)
    book.save(path)
    return str(path)


def with_sheet(path: Path, xml: bytes) -> str:
    """A workbook whose only sheet is this XML."""
    workbook(path, {"S": [["a"]]})
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    parts["xl/worksheets/sheet1.xml"] = start + xml + b"</sheetData></worksheet>"
    path.write_bytes(archive(parts))
    return str(path)


def database(path: Path, *statements: str) -> str:
    """A SQLite database made by some statements."""
    with closing(sqlite3.connect(path)) as connection:
        for each in statements:
            connection.execute(each)
        connection.commit()
    return str(path)


def read(path: str, **reading: Any) -> tuple[list[str], list[list[str]]]:
    """Header and cells."""
    header, cells, _ = with_notes(path, **reading)
    return header, cells


def with_notes(path: str, **reading: Any) -> tuple[list[str], list[list[str]], list[str]]:
    """Header, cells and what was said, without the path."""
    with OpenRows(TextSource(path), ReadingSettings(**reading)) as rows:
        cells = [row for block in rows for row in block.cells()]
        return rows.header, cells, [note.removeprefix(f"{path}: ") for note in rows.notes]


def refusal(path: str, **reading: Any) -> tuple[str, str]:
    """Message, without the path, and hint of the error that reading raises."""
    try:
        read(path, **reading)
    except DataError as error:
        return str(error).removeprefix(str(path)).lstrip(": "), str(error.hint)
    raise AssertionError("it was read")


def is_read_or_refused(path: str, **reading: Any) -> bool:
    """Whether a file can be read; any error but those that are told to users goes through."""
    try:
        read(path, **reading)
    except MlpcliError:
        return False
    return True
