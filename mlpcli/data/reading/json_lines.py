"""Rows of JSON lines in blocks: one object a line, its keys the columns."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, ClassVar

from mlpcli.data.reading.blocks import Block, rewritten, rows_at_once
from mlpcli.data.reading.row_ends import refuse_long
from mlpcli.errors import DataError, did_you_mean
from mlpcli.json_values import to_json, with_literals

LOOKED_AT = 1_000
"""Rows in which objects and lists are looked for."""
MOST_NAMED = 5


class JsonLines:
    """Iterate over blocks; `header` are the keys of the first rows in order of appearance.

    A key that a row has not is a missing cell; one that no first row has is an error, as its values would be
    lost. Numbers keep their text.
    """

    unit: ClassVar[str] = "line"
    """Of the numbers of rows, in messages."""

    def __init__(self, pieces: Iterator[bytes], name: str, line: int, rows: int) -> None:
        self._name, self._line, self._rows = name, line, rows
        self._batches = self._read(pieces)
        self._first = next(self._batches, ([], []))
        self.header = list(dict.fromkeys(key for each in self._first[0] for key in each))
        self._known = frozenset(self.header)

    @property
    def notes(self) -> list[str]:
        """What is unusual about the first rows: cells that hold objects or lists."""
        first = self._first[0][:LOOKED_AT]
        nested = {key for each in first for key, value in each.items() if isinstance(value, (dict, list))}
        if not nested:
            return []
        names = [key for key in self.header if key in nested]
        listed = ", ".join(map(repr, names[:MOST_NAMED]))
        more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        columns = f"column{'s' * (len(names) > 1)} {listed}{more}"
        said = f"{columns}: objects or lists are kept as JSON text"
        return [f"{self._name}: {said} (jq or pandas.json_normalize makes columns of them)"]

    def __iter__(self) -> Iterator[Block]:
        for objects, lines in chain([self._first], self._batches):
            # Short rows of a wide table are many cells.
            most = rows_at_once(self._rows, len(self.header))
            for first in range(0, len(objects), most):
                yield self._block(objects[first : first + most], lines[first : first + most])

    def _read(self, pieces: Iterator[bytes]) -> Iterator[tuple[list[dict[str, Any]], list[int]]]:
        """Objects with their lines, as they arrive."""
        rest = bytearray()
        for piece in pieces:
            start, feed, behind = piece.rpartition(b"\n")
            if feed:
                yield from self._batched(bytes(rest + start).split(b"\n"))
                rest = bytearray()
            rest += behind
            refuse_long(len(rest), self._name, self._line + 1)
        yield from self._batched([bytes(rest)])

    def _batched(self, texts: list[bytes]) -> Iterator[tuple[list[dict[str, Any]], list[int]]]:
        objects: list[dict[str, Any]] = []
        lines: list[int] = []
        for text in texts:
            self._line += 1
            if text.strip():
                objects.append(self._object(text))
                lines.append(self._line)
                if len(objects) == self._rows:
                    yield objects, lines
                    objects, lines = [], []
        if objects:
            yield objects, lines

    def _object(self, text: bytes) -> dict[str, Any]:
        refuse_long(len(text), self._name, self._line)
        try:
            value = with_literals(text.decode())
        except ValueError as error:
            said = f"{self._name}: line {self._line:,} is not JSON ({error!s:.100})"
            raise DataError(said, "Each line must hold one JSON object.") from None
        if not isinstance(value, dict):
            said = f"{self._name}: line {self._line:,} is not a JSON object"
            raise DataError(said, 'Write {"column": value, ...}.')
        return value

    def _block(self, objects: list[dict[str, Any]], lines: list[int]) -> Block:
        for each, line in zip(objects, lines, strict=True):
            if not self._known.issuperset(each):
                key = next(key for key in each if key not in self._known)
                said = f"{self._name}: {self.unit} {line:,}: the key {key!r} does not occur in the first rows"
                raise DataError(said, did_you_mean(key, self.header))
        rows = [[_text(each.get(key)) for key in self.header] for each in objects]
        return replace(rewritten(self._name, rows, lines), objects=objects, unit=self.unit)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else to_json(value)
