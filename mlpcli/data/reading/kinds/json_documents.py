"""JSON of shapes that are no table as they stand, and the command that makes one of each."""

import json
import re
from collections.abc import Iterator
from typing import Any

from mlpcli.data.reading.kinds.file_kinds import in_command
from mlpcli.data.reading.kinds.json_arrays import after_blanks, unpacked
from mlpcli.errors import DataError
from mlpcli.json_values import DEEPEST, literals_at, refuse_many
from mlpcli.text_width import shell_word

LONGEST_DOCUMENT = 1 << 20
"""Characters of an object that is looked at whole, to tell its shape."""
_PANDAS = "python -c \"import pandas; pandas.read_json('{}'{}).to_csv('table.csv', index=False)\""
_PLAIN = re.compile("[A-Za-z_][A-Za-z_0-9]*")
"""Keys that jq takes without quotes."""
_GEO = '"FeatureCollection"'
_KEY = re.compile(r'\s*"((?:[^"\\]|\\.)*+)"\s*:\s*')


def document_error(start: str, name: str, *, lines: bool) -> DataError | None:
    """The error of a text that is one JSON object of columns or of records; None for objects that are rows.

    `start` is the text from its first line on, of which no more than a megabyte is looked at. Where the file
    is named as JSON `lines`, only an object over several of them is none of its rows.
    """
    text = start[:LONGEST_DOCUMENT]
    if lines:
        return _over_lines(name) if text.split("\n", 1)[0].strip() == "{" else None
    try:
        value, end = _first_value(text)
    except ValueError:
        return _unfinished(text, name)
    if not isinstance(value, dict) or not value:
        return None
    if "columns" in value and isinstance(value.get("data"), list):
        said = f"{name} is a JSON object of columns and data, not a list of rows"
        return DataError(said, _by_pandas(name, ", orient='split'"))
    if not _has_line_behind(text, end) and not _are_alike(value) and (path := _records_in(value)):
        return _below(path, text, name)
    if all(isinstance(each, dict) and each for each in value.values()) or (
        all(isinstance(each, list) and each for each in value.values()) and len(value) > 1
    ):
        if _has_line_behind(text, end):
            return None
        inner = {name for each in value.values() if isinstance(each, dict) for name in each}
        if inner and not all(map(str.isdigit, inner)):
            return DataError(
                f"{name} is a JSON object with a name for each record, not a list of rows",
                _by_jq(".[]", name),
            )
        return DataError(f"{name} is a JSON object of columns, not a list of rows", _by_pandas(name))
    return _over_lines(name) if "\n" in text[:end].strip() else None


def _first_value(text: str) -> tuple[Any, int]:
    """The first value of a text, and where it ends; ValueError for one that is not whole."""
    refuse_many(text)
    return literals_at(text, after_blanks(text, 0))


def _unfinished(text: str, name: str) -> DataError | None:
    """The same, where the first value is not whole in the text."""
    first = text.lstrip().partition("\n")[0].rstrip()
    if first == "{":
        return _over_lines(name)
    if len(text) == LONGEST_DOCUMENT and re.match(r'\s*\{\s*"[^"]*"\s*:', text):
        if path := _records_at_end(text):
            return _below(path, text, name)
        if re.match(r'\s*\{\s*"[^"]*"\s*:\s*(\{\s*"|\[)', text):
            said = f"{name} is one JSON object of columns or records, not a list of rows"
            return DataError(said, _by_pandas(name))
    return None


def _over_lines(name: str) -> DataError:
    way = f"Write one object per line: jq -c . {unpacked(name)} > rows.jsonl"
    return DataError(f"{name} contains JSON objects that span several lines", way)


def _below(path: list[str], text: str, name: str) -> DataError:
    """The error of an object with the records below some keys."""
    keys = "".join(f".{key}" if _PLAIN.fullmatch(key) else f"[{json.dumps(key)}]" for key in path)
    filter_ = f".{keys.removeprefix('.')}[]" + ".properties" * (path == ["features"] and _GEO in text)
    where = " > ".join(map(repr, path))
    return DataError(f"{name} is a JSON object with its records under {where}", _by_jq(filter_, name))


def _by_jq(path: str, name: str) -> str:
    return f"Extract them: jq -c {shell_word(path)} {unpacked(name)} > rows.jsonl"


def _by_pandas(name: str, more: str = "") -> str:
    return 'Write it with orient="records", or: ' + _PANDAS.format(in_command(name), more)


def _records_in(value: dict[str, Any]) -> list[str]:
    """The keys to the list of most objects among those with fewest keys above them; [] for none."""
    found = max(_all_records(value, []), key=lambda each: (-len(each[0]), each[1]), default=([], 0))
    return found[0]


def _all_records(value: dict[str, Any], above: list[str]) -> Iterator[tuple[list[str], int]]:
    for key, each in value.items():
        if _is_records(each):
            yield [*above, key], len(each)
        elif isinstance(each, dict):
            yield from _all_records(each, [*above, key])


def _records_at_end(text: str) -> list[str]:
    """The keys to the list of objects in the midst of which a text ends; [] if it ends elsewhere."""
    path: list[str] = []
    place = after_blanks(text, 0) + 1
    while len(path) < DEEPEST and (key := _KEY.match(text, place)):
        path.append(json.loads(f'"{key[1]}"', strict=False))
        place = key.end()
        try:
            _, place = literals_at(text, place)
        except ValueError:
            if text[place : place + 1] == "[" and text[after_blanks(text, place + 1) :][:1] == "{":
                return path
            if text[place : place + 1] != "{":
                return []
        else:
            path.pop()
            place = after_blanks(text, place)
        place += 1
    return []


def _are_alike(value: dict[str, Any]) -> bool:
    """Whether an object holds several objects with a key in common, as records by their names are."""
    inner = list(value.values())
    if len(inner) < 2 or not all(isinstance(each, dict) for each in inner):
        return False
    return bool(set(inner[0]).intersection(*inner[1:]))


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(each, dict) for each in value)


def _has_line_behind(text: str, end: int) -> bool:
    return bool(text[end:].strip())
