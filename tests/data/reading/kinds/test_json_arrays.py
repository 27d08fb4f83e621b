"""JSON arrays of objects, as they arrive, and JSON of other shapes with its way out."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.row_ends import LONGEST_ROW
from mlpcli.data.reading.source import ReadingSettings, TextSource
from tests.data.examples import sampled, write
from tests.data.reading.kinds.examples import is_read_or_refused, read, refusal

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", 'y"\n']})


@pytest.mark.parametrize("indent", [0, 2])
@pytest.mark.parametrize("name", ["a.json", "a", "a.csv", "a.jsonl"])
def test_records_of_pandas(name: str, indent: int, tmp_path: Path) -> None:
    path = write(tmp_path, name, str(FRAME.to_json(orient="records", indent=indent)))
    assert read(path) == (["a", "b"], [["1", "x"], ["2", 'y"\n']])


def test_cells_keep_their_text(tmp_path: Path) -> None:
    text = '[{"n": 0.10, "b": true, "z": null, "l": [1, {"x": 2}], "h": 1e999}, {"b": NaN, "n": 7}]'
    path = write(tmp_path, "a.json", text)
    assert read(path)[1] == [["0.10", "true", "", '[1, {"x": 2}]', "1e999"], ["7", "NaN", "", "", ""]]


def test_rows_have_numbers_and_objects(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", json.dumps([{"a": number} for number in range(5)]))
    with OpenRows(TextSource(path), ReadingSettings(), 2) as rows:
        blocks = list(rows)
    assert [block.lines.tolist() for block in blocks] == [[1, 2], [3, 4], [5]]
    assert blocks[1].place(0) == f"{path}: row 3"
    assert blocks[2].objects == [{"a": "4"}]


DEEP = "[" * 10_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DEEP, "row 1 is not JSON (its values are nested too deeply)"),
        ('[{"a": ' + DEEP + "]" * 10_000 + "}]", "row 1 is not JSON (its values are nested too deeply)"),
        ('[{"a": 1}, {"a":', "the array is cut short after row 1"),
        ('[{"a": 1}, {"a": "xy', "the array is cut short after row 1"),
        ('[{"a": 1},', "the array is cut short after row 1"),
        ('[{"a": 1}', "the array is cut short after row 1"),
        ('[{"a": 1}] x', "something follows the end of the array"),
        ('[{"a": 1}]\n[{"a": 2}]', "something follows the end of the array"),
        ('[{"a": 1},]', "row 2 is not JSON (Expecting value)"),
        ('[{"a": 1} {"a": 2}]', "a comma is missing after row 1"),
        ('[{"a": 1},\n{"a": tru}]', "row 2 is not JSON (Expecting value)"),
        ('[{"a": 1}, 3]', "row 2 is not a JSON object"),
        ('[{"a": 1}, null]', "row 2 is not a JSON object"),
        ('[{"a": 1, "a": 2}]', "row 1 is not JSON (the key 'a' occurs twice with different values)"),
        ('[{"a": "\\ud800"}]', "row 1 is not JSON (it holds half of a UTF-16 surrogate pair)"),
        ("[]", "has no columns"),
        ("[{}]", "has no columns"),
        ("[1, 2]", "row 1 is not a JSON object"),
        ("[[1, 2], [3, 4]]", "is a JSON array of arrays, not of objects"),
    ],
)
def test_what_is_wrong_and_where(text: str, said: str, tmp_path: Path) -> None:
    assert refusal(write(tmp_path, "a.json", text))[0] == said


def test_a_key_that_comes_late(tmp_path: Path) -> None:
    rows = [{"a": number} for number in range(20_000)]
    path = write(tmp_path, "a.json", json.dumps([*rows, {"b": 1}]))
    assert refusal(path)[0] == "row 20,001: the key 'b' does not occur in the first rows"


class Slices(io.RawIOBase):
    """Text that comes some bytes at a time."""

    def __init__(self, text: bytes, size: int) -> None:
        self._slices: Iterator[bytes] = (text[start : start + size] for start in range(0, len(text), size))

    def read1(self, _size: int = -1) -> bytes:
        return next(self._slices, b"")


class Sliced(TextSource):
    """A source of such text."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__("-", name="a.json")
        self._content, self._slice = text.encode(), size

    def binary(self, most: int | None = None) -> BinaryIO:
        return cast(BinaryIO, Slices(self._content, self._slice))


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=3,
)


@sampled
@given(
    st.lists(st.fixed_dictionaries({"a": VALUES, "é": VALUES}), min_size=1, max_size=3),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.integers(3, 40),
)
def test_arrays_in_slices(objects: list[dict[str, object]], indent: int, ascii_only: bool, size: int) -> None:
    """A key that only a later slice has is an error, so that the first object has all."""
    text = json.dumps(objects, indent=indent, ensure_ascii=ascii_only)
    with OpenRows(Sliced(text, size), ReadingSettings()) as rows:
        found = [each for block in rows for each in block.objects or []]
    assert [json.loads(json.dumps(each), parse_int=str) for each in objects] == found


@sampled
@given(st.data())
def test_mutated_arrays(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = list('[{"a": 1, "b": [true]}, {"a": "x\\n", "b": {}}]')
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.sampled_from('[]{}",:\\ 1a\n'))
    is_read_or_refused(write(tmp_path_factory.getbasetemp(), "a.json", "".join(text)))


def test_it_streams(tmp_path: Path) -> None:
    """The first rows are there before what is wrong with later ones is seen."""
    text = "[" + '{"a": 1, "b": 2},\n' * 50_000 + "x"
    with OpenRows(TextSource(write(tmp_path, "a.json", text)), ReadingSettings()) as rows:
        assert next(iter(rows)).cells()[0] == ["1", "2"]


def test_an_array_of_one_long_line(tmp_path: Path) -> None:
    """Longer than any row may be."""
    text = "[" + ",".join(['{"a": "' + "x" * 100_000 + '"}'] * 200) + "]"
    assert len(text) > LONGEST_ROW
    with OpenRows(TextSource(write(tmp_path, "a", text)), ReadingSettings()) as rows:
        assert sum(map(len, rows)) == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"b": "' + "x" * (6 << 20), "row 2 is not JSON (Unterminated string starting at)"),
        ("[" + "1," * (1 << 20), "row 2 is not JSON (it holds too many values)"),
        ("[" + '"' + '","'.join(["y" * 1000] * 22_000), "row 2 is longer than 16,777,216 characters"),
    ],
    ids=["text", "values", "texts"],
)
def test_an_object_that_is_too_long(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused before much is made of it."""
    monkeypatch.setattr("mlpcli.json_values.MOST_VALUES", 500_000)
    path = write(tmp_path, "a.json", '[{"a": 1}, {"a": ' + text)
    assert refusal(path)[0] == said
