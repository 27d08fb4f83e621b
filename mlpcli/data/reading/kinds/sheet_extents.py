"""The extent of the cells of a workbook, and its formulas without a value, by its XML alone."""

import re
import zipfile
import zlib
from collections.abc import Iterator

from mlpcli.data.reading.kinds.archives import ENCRYPTED, METHODS
from mlpcli.data.reading.kinds.limits import too_large
from mlpcli.errors import DataError, Sentence

CELL_BYTES = 50
"""Memory of a cell, full or empty: two copies of 24 to 32 bytes."""
WIDEST = 16_384
"""Columns that a sheet can have."""
PIECE = 1 << 20
LONGEST_TAG = 1 << 20
"""Bytes from one < to the next; a cell has at most 32,767 characters."""
_AS_USUAL = bytes.maketrans(b"\t\r\n'", b'   "')
_PLAIN_CELL = re.compile(rb' r="([A-Z]+)(\d+)"')
_PLAIN_ROW = re.compile(rb'<row r="(\d+)"')
"""As nearly all programs write them; these begin with fixed characters, which are found fast."""
_UNUSUAL = (b":c ", b":c>", b":c/", b":row", b" =", b"= ")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_ROW_OR_CELL = re.compile(rb"<(?:[\w.-]+:)?(?:(row)|c)[\s/>]")
_CELL_PLACE = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]+)(\d+)")
_ROW_PLACE = re.compile(rb"\br\s*=\s*[\"']\s*(\d+)")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_UNCALCULATED = re.compile(
    rb"<c(\s[^<>]*)?>\s*<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_TEXT_TYPE = re.compile(rb"\bt=[\"']str[\"']")
"""Of a formula that gives a text, which may be empty."""


def uncalculated_formulas(archive: zipfile.ZipFile, name: str, most: int) -> dict[str, int]:
    """Formulas without a value, by the part of the archive; DataError for more than `most` bytes."""
    size, uncalculated = 0, {}
    for member in archive.infolist():
        if member.flag_bits & ENCRYPTED:
            hint = "Save it without a password."
            raise DataError(f"{name} needs a password", hint)
        reach = _Reach()
        for piece in _contents(archive, member):
            size += len(piece)
            if size > most:
                raise too_large(name, most)
            reach.add(piece, name)
        reach.finish()
        by_size = reach.cells * CELL_BYTES > most
        if by_size or reach.width > WIDEST:
            said = f"{name}: the cells of a sheet extend to row {reach.rows:,} and column {reach.width:,}"
            way = "Delete the cells beyond the table, or give a larger {max_bytes}."
            raise DataError(said, Sentence(way) if by_size else "Save the workbook again.")
        uncalculated[member.filename] = reach.uncalculated
    return uncalculated


def _contents(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """All bytes of a member, also those beyond the size that the archive says."""
    if member.compress_type not in METHODS:
        raise zipfile.BadZipFile("a part uses an unsupported compression method")
    file = archive.fp
    assert file is not None
    file.seek(member.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04" or len(header) < 30:
        raise zipfile.BadZipFile("a part is missing")
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    place = member.header_offset + len(header) + names
    left = member.compress_size
    stream = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        file.seek(place)
        packed = file.read(min(PIECE, left))
        if not packed:
            raise zipfile.BadZipFile("a part is cut short")
        place, left = place + len(packed), left - len(packed)
        if stream is None:
            yield packed
            continue
        while packed and not stream.eof:
            yield stream.decompress(packed, PIECE)
            packed = stream.unconsumed_tail


class _Reach:
    """The cells of a sheet as its XML tells them: how far they reach, at most, and which lack a value."""

    def __init__(self) -> None:
        self.rows, self.width, self.uncalculated = 0, 0, 0
        self._tail = b""
        self._in_row = self._widest = 0
        """Cells without a place of their own in the row, and in the row that has most."""
        self._unplaced_rows = 0

    @property
    def cells(self) -> int:
        """Those of the whole rectangle."""
        return self.rows * self.width

    def add(self, piece: bytes, name: str) -> None:
        """Look at the next bytes; what may go on is kept."""
        text = self._tail + piece
        end = text.rfind(b"</row>") + 1 or text.rfind(b"<")
        self._tail = text[end:] if end >= 0 else b""
        if len(self._tail) > LONGEST_TAG:
            # The rest of a long row or of a shared text: no tag may be cut in two.
            end = text.rfind(b"<")
            self._tail = text[end:]
            if len(self._tail) > LONGEST_TAG:
                raise DataError(f"{name}: a cell or tag is too long", "Save it again, or save it as CSV.")
        self._look(text[: max(end, 0)])

    def finish(self) -> None:
        """Look at the last bytes."""
        self._look(self._tail)
        self.width += self._widest
        self.rows += self._unplaced_rows

    def _look(self, text: bytes) -> None:
        text = text.translate(_AS_USUAL)
        cells, rows = _PLAIN_CELL.findall(text), _PLAIN_ROW.findall(text)
        usual = not any(each in text for each in _UNUSUAL)
        n_cells, n_rows = (sum(map(text.count, _tags(name))) for name in (b"c", b"row"))
        if not usual or len(cells) < n_cells or len(rows) < n_rows:
            cells, rows = _CELL_PLACE.findall(text), _ROW_PLACE.findall(text)
            self._unplaced_rows += max(len(_ROW.findall(text)) - len(rows), 0)
            if len(_CELL.findall(text)) > len(cells):
                self._look_at_unplaced(text)
        self.width = max([self.width, *map(_column, {letters for letters, _ in cells})])
        self.rows = max([self.rows, *(int(row[:9]) for row in {*rows, *(row for _, row in cells)})])
        if b"<f" in text:
            self.uncalculated += sum(
                not _TEXT_TYPE.search(match[1] or b"") for match in _UNCALCULATED.finditer(text)
            )

    def _look_at_unplaced(self, text: bytes) -> None:
        """Count the cells of each row, some of which have no place of their own."""
        for match in _ROW_OR_CELL.finditer(text):
            self._in_row = 0 if match[1] else self._in_row + 1
            self._widest = max(self._widest, self._in_row)


def _tags(name: bytes) -> list[bytes]:
    """The starts of tags of that name."""
    return [b"<" + name + end for end in (b" ", b">", b"/")]


def _column(letters: bytes) -> int:
    """The number of a column from 1: A is 1, AA 27."""
    number = 0
    for letter in letters[:6].upper():
        number = 26 * number + letter - 64
    return number
