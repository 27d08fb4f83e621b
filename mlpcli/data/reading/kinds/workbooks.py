"""A sheet of an Excel workbook as CSV text, by python-calamine, which is an extra.

calamine makes a rectangle of all cells of a sheet, however few there are, and ends the program where there is
too little memory for it. So the parts of the archive are looked at first: how large they are, and how far
their cells reach.
"""

import csv
import datetime
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mlpcli.data.reading.kinds.archives import archive_errors, listed
from mlpcli.data.reading.kinds.limits import MOST_IN_MEMORY
from mlpcli.data.reading.kinds.sheet_extents import uncalculated_formulas
from mlpcli.errors import DataError, count, did_you_mean
from mlpcli.extras import require_extra
from mlpcli.files import PART

ROWS_AT_ONCE = 4096
LARGEST_PART = 1 << 24
"""Bytes of the parts that list the sheets: one line for each."""


@dataclass(frozen=True)
class Sheet:
    """A sheet as text, and what is to be said of it."""

    text: bytes
    """CSV in UTF-8, a line for each row of the sheet."""
    notes: list[str]


def sheet_of(archive: zipfile.ZipFile, inner: str, name: str, most: int | None) -> Sheet:
    """The sheet called `inner`, or the only one with cells, of a workbook of at most so many bytes."""
    calamine = require_extra("python_calamine", "excel", f"{name}: reading an Excel workbook")
    with archive_errors(name):
        uncalculated = uncalculated_formulas(archive, name, MOST_IN_MEMORY if most is None else most)
        assert archive.fp is not None
        archive.fp.seek(0)
    try:
        with calamine.CalamineWorkbook.from_filelike(archive.fp) as book:
            sheet = _chosen(book, calamine, inner, name)
            rows = None if sheet is None else _Rows(sheet)
            text = b"" if rows is None else _as_csv(rows)
    except BaseException as error:
        # A panic of the extension is no Exception.
        known = isinstance(error, (calamine.CalamineError, OSError, ValueError))
        if not known and type(error).__name__ != "PanicException":
            raise
        said = f"{name} cannot be read as an Excel workbook ({error!s:.150})"
        raise DataError(said, "Save it again in a spreadsheet program, or save it as CSV.") from None
    if rows is None or not text:
        place = f"the sheet {inner!r}" if inner else "every sheet"
        raise DataError(f"{name}: {place} is empty", "Name a sheet with a header and rows: FILE#SHEET")
    notes = []
    if formulas := uncalculated.get(_part_of(archive, sheet.name), 0):
        have = (
            "formula has no stored value and is" if formulas == 1 else "formulas have no stored value and are"
        )
        notes.append(
            f"{name}: {formulas:,} {have} read as missing (open and save the file in a spreadsheet program)"
        )
    if rows.filled:
        notes.append(
            f"{name}: values of merged cells are copied to every row they span ({count(rows.filled, 'cell')})"
        )
    return Sheet(text, notes)


def _chosen(book: Any, calamine: Any, inner: str, name: str) -> Any:
    """The sheet to read; None if all are empty."""
    if inner:
        if inner not in book.sheet_names:
            raise DataError(f"{name} contains no sheet {inner!r}", did_you_mean(inner, book.sheet_names))
        return book.get_sheet_by_name(inner)
    of_cells = [each for each in book.sheets_metadata if each.typ == calamine.SheetTypeEnum.WorkSheet]
    shown = [each for each in of_cells if each.visible == calamine.SheetVisibleEnum.Visible]
    found = None
    for each in shown or of_cells:
        sheet = book.get_sheet_by_name(each.name)
        if not sheet.height:
            continue
        if found is not None:
            names = [each.name for each in shown or of_cells]
            raise DataError(
                f"{name} contains {len(names):,} sheets: {listed(names)}",
                f"Name one: '{name.rstrip(PART)}#{found.name}'",
            )
        found = sheet
    return found


class _Rows:
    """The rows of a sheet; a value that is merged over rows of one column stands in all of them."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        left = 0 if sheet.start is None else sheet.start[1]
        self._merged: dict[int, list[tuple[int, int]]] = {}
        """By the first row: the column, and the last row."""
        for (top, first), (bottom, last) in sheet.merged_cell_ranges or []:
            if first == last and top < bottom and 0 <= first - left < sheet.width:
                self._merged.setdefault(top, []).append((first - left, bottom))
        self.filled = 0
        """Values that were repeated."""

    def __iter__(self) -> Iterator[list[Any]]:
        self.filled = 0
        values: dict[int, tuple[Any, int]] = {}
        for number, row in enumerate(self._sheet.iter_rows()):
            for column, (value, bottom) in list(values.items()):
                if number > bottom:
                    del values[column]
                else:
                    row[column] = value
            for column, bottom in self._merged.get(number, ()):
                if row[column] != "":
                    values[column] = row[column], bottom
                    self.filled += 1
            yield row


def _as_csv(rows: _Rows) -> bytes:
    """Rows as text; one without cells is a blank line, and none stand at the end."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    blank = 0
    # One form for all dates of a column.
    with_times = {
        number
        for part in _parts(rows)
        for number, column in enumerate(zip(*part, strict=True))
        if datetime.datetime in set(map(type, column))
    }
    for part in _parts(rows):
        columns = [
            _texts(column, with_time=number in with_times)
            for number, column in enumerate(zip(*part, strict=True))
        ]
        for row in zip(*columns, strict=True):
            if not any(row):
                blank += 1
                continue
            text.write("\n" * blank)
            blank = 0
            writer.writerow(row)
    return text.getvalue().encode()


def _parts(rows: _Rows) -> Iterator[list[list[Any]]]:
    left = iter(rows)
    while part := list(islice(left, ROWS_AT_ONCE)):
        yield part


def _texts(column: Sequence[Any], *, with_time: bool) -> list[str]:
    kinds = set(map(type, column))
    if kinds <= {str}:
        return list(column)
    if kinds == {float}:
        return [text.removesuffix(".0") for text in map(repr, column)]
    writers = dict(_WRITERS)
    if with_time:
        writers[datetime.date] = lambda date: f"{date} 00:00:00"
    return [writers.get(type(cell), str)(cell) for cell in column]


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _duration(value: datetime.timedelta) -> str:
    seconds = abs(value).total_seconds()
    whole = int(seconds)
    rest = f"{seconds - whole:.6f}".rstrip("0").removeprefix("0").removesuffix(".")
    sign = "-" if value < datetime.timedelta(0) else ""
    return f"{sign}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{rest}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    datetime.date: str,
    datetime.datetime: str,
    datetime.time: str,
    datetime.timedelta: _duration,
}


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet, "" if it cannot be told."""
    from xml.etree import ElementTree

    parts = []
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if part not in archive.namelist() or archive.getinfo(part).file_size > LARGEST_PART:
            return ""
        try:
            parts.append(ElementTree.fromstring(archive.read(part)))
        except (ElementTree.ParseError, zipfile.BadZipFile, zlib.error, EOFError, ValueError):
            return ""
    book, relations = parts
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for each in book.iter():
        if each.tag.rpartition("}")[2] == "sheet" and each.get("name") == sheet:
            own = next((value for key, value in each.attrib.items() if key.endswith("}id")), None)
            target = targets.get(own, "")
            return target[1:] if target.startswith("/") else f"xl/{target}"
    return ""
