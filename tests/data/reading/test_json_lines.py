"""Rows of JSON lines: keys are columns, values keep their text, and errors name the line."""

import json
from pathlib import Path

import numpy as np
import pytest

from mlpcli.data.reading import json_lines
from mlpcli.data.reading.blocks import rows_at_once
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.errors import DataError
from mlpcli.json_values import Numeral
from tests.data.examples import file_table, rows_of, values_of, write


def test_values_keep_their_text(tmp_path: Path) -> None:
    values = (
        '"x", "007", 1.10, 1e400, 123456789012345678901, true, null, [1, {"é": 2.0}], "a\\n,\\"", "", NaN'
    )
    names = [f"c{position}" for position in range(11)]
    parts = ['"x"', '"007"', "1.10", "1e400", "123456789012345678901", "true", "null"]
    parts += ['[1, {"é": 2.0}]', '"a\\n,\\""', '""', "NaN"]
    assert ", ".join(parts) == values
    line = "{" + ", ".join(f'"{name}": {part}' for name, part in zip(names, parts, strict=True)) + "}\n"
    header, rows, lines = rows_of(write(tmp_path, "a.jsonl", line))
    assert header == names
    assert rows == [
        [
            "x",
            "007",
            "1.10",
            "1e400",
            "123456789012345678901",
            "true",
            "",
            '[1, {"é": 2.0}]',
            'a\n,"',
            "",
            "NaN",
        ]
    ]
    assert lines == [1]


def test_rows_know_their_line_and_may_lack_keys(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ndjson", '\n{"a": 1}\r\n\n  \n{"b": 2, "a": null}\n{}')
    assert rows_of(path) == (["a", "b"], [["1", ""], ["", "2"], ["", ""]], [2, 5, 6])


@pytest.mark.parametrize("ending", ["jsonl", "ndjson", "JSONL"])
def test_the_ending_tells_the_format(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path, f"a.{ending}", '{"a": 1}\n')
    with OpenRows(TextSource(path), ReadingSettings()) as rows:
        assert (rows.header, rows.notes, rows.dialect) == (["a"], [], None)


def test_the_format_is_guessed_for_other_endings_and_said(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", ' {"a": 1}\n')
    with OpenRows(TextSource(path), ReadingSettings()) as rows:
        assert rows.notes == [f"{path}: the rows are read as JSON lines"]


def test_a_csv_file_is_no_json(tmp_path: Path) -> None:
    assert rows_of(write(tmp_path, "a.csv", "{a,b}\n1,2\n"))[0] == ["{a", "b}"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a": 1', "is not JSON"),
        ("[1, 2]", "is not a JSON object"),
        ("1", "is not a JSON object"),
        ("[" * 100_000, "is not JSON"),
        ('{"a": 1} {"a": 2}', "is not JSON"),
        ('{"a": ' + "[" * 600 + "]" * 600 + "}", "is not JSON .*nested too deeply"),
        ('{"a": ' + "[" * 20 + "]" * 20 + "}", "is not JSON .*nested too deeply"),
        ('{"a": 1, "b": 2, "a": 3}', "is not JSON .*the key 'a' occurs twice"),
        ('{"b": {"a": 1, "a": "1.0"}}', "is not JSON .*the key 'a' occurs twice"),
        (r'{"a": "\ud83d"}', "is not JSON .*half of a UTF-16 surrogate pair"),
        (r'{"\uDC00": 1}', "is not JSON .*half of a UTF-16 surrogate pair"),
        ('{"a": [' + "{}," * 1_000_000 + "{}]}", "is not JSON .*too many values"),
    ],
    ids=[
        *("cut short", "array", "number", "deep", "two objects", "600 lists", "20 lists", "twice"),
        *("twice inside", "half a pair", "half a pair as key", "many objects"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path, "a.jsonl", f'{{"a": 1}}\n\n{line}\n')
    with pytest.raises(DataError, match=rf"a\.jsonl: line 3 {message}"):
        rows_of(path)


def test_a_doubled_key_with_one_value_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"a": 1, "b": [{"c": 2}], "a": 1, "b": [{"c": 2}]}\n')
    assert rows_of(path)[:2] == (["a", "b"], [["1", '[{"c": 2}]']])


def test_a_number_of_5000_digits_keeps_them(tmp_path: Path) -> None:
    digits = "7" * 5000
    path = write(tmp_path, "a.jsonl", f'{{"a": {digits}, "b": [{digits}, 1.10]}}\n')
    assert rows_of(path)[1] == [[digits, f"[{digits}, 1.10]"]]


def test_a_pair_is_a_character(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", r'{"a": "\ud83d\ude00"}')
    assert rows_of(path)[1] == [["\U0001f600"]]


def test_short_rows_of_many_columns_come_in_small_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that lack most keys have many times the cells that stand in the file."""
    monkeypatch.setattr(json_lines, "rows_at_once", lambda rows, width: rows_at_once(rows, width, 1000))
    wide = "{" + ", ".join(f'"{column}": 1' for column in range(300)) + "}\n"
    path = write(tmp_path, "a.jsonl", wide + "{}\n" * 20)
    with OpenRows(TextSource(path), ReadingSettings()) as rows:
        assert [len(block) for block in rows] == [3] * 7


def test_a_key_that_no_first_row_has_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"weight": 1}\n' * 3 + '{"wieght": 2}\n')
    with (
        OpenRows(TextSource(path), ReadingSettings(), rows=2) as rows,
        pytest.raises(
            DataError, match=r"a\.jsonl: line 4: the key 'wieght' does not occur in the first"
        ) as raised,
    ):
        list(rows)
    assert "'weight'" in raised.value.hint


def test_blocks_know_the_objects(tmp_path: Path) -> None:
    objects = [{"a": 1.5, "b": [True, None]}, {"a": "x"}]
    path = write(tmp_path, "a.jsonl", "".join(json.dumps(each) + "\n" for each in objects))
    with OpenRows(TextSource(path), ReadingSettings()) as rows:
        read = [each for block in rows for each in block.objects or []]
    assert read == [{"a": Numeral("1.5"), "b": [True, None]}, {"a": "x"}]
    assert isinstance(read[0]["a"], Numeral)
    assert not isinstance(read[1]["a"], Numeral)


def test_columns_of_numbers_are_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"x": 0.1, "y": "a"}\n{"x": null, "y": "b"}\n{"x": -3e-7, "y": "c"}\n')
    np.testing.assert_array_equal(values_of(file_table([path]).read(["x"], {"x"})["x"]), [0.1, np.nan, -3e-7])


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="is empty"):
        rows_of(write(tmp_path, "a.jsonl", text))


@pytest.mark.parametrize("text", ["{}\n", "   \n"])
def test_rows_without_a_key_are_no_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl has no columns"):
        rows_of(write(tmp_path, "a.jsonl", text))


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.txt"])
def test_objects_and_lists_in_cells_are_said(tmp_path: Path, name: str) -> None:
    rows = [{"a": 1, "x": None, "y": []}, {"a": 2, "x": {"b": 1}, "y": ["c"]}, {"a": 3, "x": "t", "y": None}]
    text = json.dumps(rows) if name == "a.json" else "".join(json.dumps(row) + "\n" for row in rows)
    path = write(tmp_path, name, text)
    said = "columns 'x', 'y': objects or lists are kept as JSON text"
    note = f"{path}: {said} (jq or pandas.json_normalize makes columns of them)"
    assert file_table([path]).notes[-1] == note
    plain = write(tmp_path, name, '[{"a": "[1]"}]' if name == "a.json" else '{"a": "{}"}\n')
    assert not any("JSON text" in each for each in file_table([plain]).notes)


def test_many_columns_of_objects_are_one_note(tmp_path: Path) -> None:
    row: dict[str, object] = {f"c{number}": {} for number in range(9)}
    (note,) = file_table([write(tmp_path, "a.jsonl", json.dumps(row))]).notes
    assert "columns 'c0', 'c1', 'c2', 'c3', 'c4' and 4 more: " in note
