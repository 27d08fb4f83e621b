"""Rows of a JSON array of objects in blocks."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from mlpcli.data.reading.blocks import PATIENT_BYTES, ROW
from mlpcli.data.reading.json_lines import JsonLines
from mlpcli.data.reading.kinds.file_kinds import in_command
from mlpcli.data.reading.row_ends import LONGEST_CELL_BYTES, LONGEST_ROW
from mlpcli.errors import DataError
from mlpcli.json_values import literals_at, refuse_many

_BLANKS = re.compile(r"[ \t\r\n]*")


def is_array(start: str, name: str) -> bool:
    """Whether a text begins as an array: of objects or arrays, as no header does, or in a .json file."""
    if name.lower().endswith(".json") and start.lstrip().startswith("["):
        return True
    return re.match(r'\s*\[\s*(\{\s*["}]|\[\s*["\[\]\-\d.tfn]|\]\s*$)', start) is not None


class JsonArray(JsonLines):
    """Iterate over blocks of the objects of one array, whose number is that of the row.

    As in JSON lines, a key that a row has not is a missing cell, and one that no first row has is an error.
    """

    unit = ROW

    def _read(self, pieces: Iterator[bytes]) -> Iterator[tuple[list[dict[str, Any]], list[int]]]:
        self._text, self._place, looked_at = "", 0, 0
        self._number, self._opened, self._closed = 0, False, False
        for piece in pieces:
            self._text, self._place = self._text[self._place :] + piece.decode(), 0
            if len(self._text) > PATIENT_BYTES and 4 * len(self._text) < 5 * looked_at:
                continue
            self._refuse_many(looked_at)
            yield from self._parts(final=False)
            looked_at = len(self._text) - self._place
            if looked_at > LONGEST_ROW:
                said = f"{self._name}: row {self._number + 1:,} is longer than {LONGEST_ROW:,} characters"
                raise DataError(said, "Check for an unclosed bracket.")
        self._refuse_many(looked_at)
        yield from self._parts(final=True)
        if not self._closed:
            said = f"{self._name}: the array is cut short after row {self._number:,}"
            raise DataError(said, "Create or download the file again.")

    def _refuse_many(self, looked_at: int) -> None:
        """Raise DataError for an object of too many values, before as much is made of it again."""
        if looked_at <= PATIENT_BYTES:
            return
        try:
            refuse_many(self._text)
        except ValueError as error:
            raise self._error(f"row {self._number + 1:,} is not JSON ({error})", "Fix the file.") from None

    def _parts(self, *, final: bool) -> Iterator[tuple[list[dict[str, Any]], list[int]]]:
        """The objects that are whole, with their numbers."""
        whole = True
        while whole and (objects := list(islice(self._objects(final=final), self._rows))):
            yield objects, list(range(self._number - len(objects) + 1, self._number + 1))
            whole = len(objects) == self._rows

    def _objects(self, *, final: bool) -> Iterator[dict[str, Any]]:
        """The next objects that are whole; the place in the text is behind them."""
        text = self._text
        while (start := after_blanks(text, self._place)) < len(text):
            if self._closed:
                raise self._error("something follows the end of the array", "Give one array per file.")
            if not self._opened:
                self._opened, self._place = True, start + 1  # the bracket, by which it is an array
                continue
            if self._number and text[start] not in ",]":
                raise self._error(
                    f"a comma is missing after row {self._number:,}", "Check that the file is complete."
                )
            if text[start] == "]":
                self._closed, self._place = True, start + 1
                continue
            begin = after_blanks(text, start + 1) if self._number else start
            if begin == len(text) or (found := self._value(text, begin, final=final)) is None:
                return
            value, self._place = found
            self._number += 1
            if not isinstance(value, dict):
                raise self._no_object(value)
            yield value

    def _value(self, text: str, start: int, *, final: bool) -> tuple[Any, int] | None:
        """The value that begins there, and where it ends; None if its end is still to come."""
        try:
            return literals_at(text, start)
        except json.JSONDecodeError as error:
            # An error that more text could mend stands at the end, or at the start of the last string.
            if not final and len(text) - error.pos < LONGEST_CELL_BYTES:
                return None
            if final and (error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")):
                return None  # cut short
            what = str(error.msg)
        except ValueError as error:
            what = str(error)
        raise self._error(f"row {self._number + 1:,} is not JSON ({what:.100})", "Fix the file.")

    def _no_object(self, value: Any) -> DataError:
        if isinstance(value, list):
            said = f"{self._name} is a JSON array of arrays, not of objects"
            way = f"Write its rows as CSV: jq -r '.[] | @csv' {unpacked(self._name)} > rows.csv"
            return DataError(said, way)
        said = f"{self._name}: row {self._number:,} is not a JSON object"
        return DataError(said, 'Write {"column": value, ...}.')

    def _error(self, what: str, hint: str) -> DataError:
        return DataError(f"{self._name}: {what}", hint)


def unpacked(name: str) -> str:
    """The name of a file in a command that reads JSON; FILE for compressed ones, which it does not read."""
    return "FILE" if name.lower().endswith((".gz", ".bz2", ".xz", ".zst")) else in_command(name)


def after_blanks(text: str, start: int) -> int:
    """The place of what follows the blanks from `start` on."""
    match = _BLANKS.match(text, start)
    assert match is not None
    return match.end()
