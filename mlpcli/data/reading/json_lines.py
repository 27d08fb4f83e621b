"""Rows of JSON lines in blocks: one object a line, its keys the columns."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mlpcli.data.reading.blocks import Block, rewritten
from mlpcli.errors import DataError, did_you_mean


class JsonLines:
    """Iterate over blocks; `header` are the keys of the first rows in order of appearance.

    A key that a row has not is a missing cell; one that no first row has is an error, as its values would be
    lost. Numbers keep their text.
    """

    def __init__(self, pieces: Iterator[bytes], name: str, line: int, rows: int) -> None:
        self._name, self._line, self._rows = name, line, rows
        self._batches = self._read(pieces)
        self._first = next(self._batches, ([], []))
        self.header = list(dict.fromkeys(key for each in self._first[0] for key in each))
        self._known = frozenset(self.header)

    def __iter__(self) -> Iterator[Block]:
        if self._first[0]:
            yield self._block(*self._first)
        for objects, lines in self._batches:
            yield self._block(objects, lines)

    def _read(self, pieces: Iterator[bytes]) -> Iterator[tuple[list[dict[str, Any]], list[int]]]:
        """Objects with their lines, as they arrive."""
        rest = b""
        for piece in pieces:
            *whole, rest = (rest + piece).split(b"\n")
            yield from self._batched(whole)
        yield from self._batched([rest])

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
        try:
            value = json.loads(text, parse_int=_Literal, parse_float=_Literal, parse_constant=_Literal)
        except (ValueError, RecursionError) as error:
            said = f"{self._name}: line {self._line:,}: is not JSON ({error!s:.100})"
            raise DataError(said, "Each line must hold one JSON object.") from None
        if not isinstance(value, dict):
            said = f"{self._name}: line {self._line:,}: is no JSON object"
            raise DataError(said, 'Write {"column": value, ...}.')
        return value

    def _block(self, objects: list[dict[str, Any]], lines: list[int]) -> Block:
        for each, line in zip(objects, lines, strict=True):
            if not self._known.issuperset(each):
                key = next(key for key in each if key not in self._known)
                said = f"{self._name}: line {line:,}: the key {key!r} is not in the first rows"
                raise DataError(said, did_you_mean(key, self.header))
        rows = [[_text(each.get(key)) for key in self.header] for each in objects]
        plain = [{key: _plain(value) for key, value in each.items()} for each in objects]
        return replace(rewritten(self._name, rows, lines), objects=plain)


class _Literal(str):
    """A number's text as it stands in the JSON."""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """The value with numbers instead of their text."""
    if isinstance(value, _Literal):
        return json.loads(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value
