"""JSON of other shapes is refused with the command that makes a table of it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.data.examples import write
from tests.data.reading.kinds.examples import read, refusal

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", 'y"\n']})


@pytest.mark.parametrize(
    ("text", "said", "way"),
    [
        (FRAME.to_json(), "is a JSON object of columns, not a list of rows", "read_json('a.json')"),
        (
            FRAME.to_json(orient="split"),
            "is a JSON object of columns and data, not a list of rows",
            "orient='split'",
        ),
        (FRAME.to_json(orient="table"), "is a JSON object with its records under 'data'", "jq -c '.data[]'"),
        (
            FRAME.to_json(orient="index"),
            "is a JSON object with a name for each record, not a list of rows",
            "jq -c '.[]' a.json > rows.jsonl",
        ),
        (FRAME.to_json(orient="values"), "is a JSON array of arrays, not of objects", "jq -r '.[] | @csv'"),
        (
            '{"a": [1, 2], "b": [3, 4]}',
            "is a JSON object of columns, not a list of rows",
            "read_json('a.json')",
        ),
        (
            '{"n": 1, "the rows": [{"a": 1}]}',
            "is a JSON object with its records under 'the rows'",
            '.["the rows"]',
        ),
        (
            '{"type": "FeatureCollection", "features": [{"properties": {"a": 1}}]}',
            "is a JSON object with its records under 'features'",
            "jq -c '.features[].properties'",
        ),
        (
            '{\n "a": 1\n}\n{\n "a": 2\n}',
            "contains JSON objects that span several lines",
            "jq -c . a.json > rows.jsonl",
        ),
        (
            '{"a": 1,\n "b": 2}',
            "contains JSON objects that span several lines",
            "jq -c . a.json > rows.jsonl",
        ),
    ],
)
def test_other_shapes(
    text: str, said: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "a.json", text)
    found, hint = refusal("a.json")
    assert found == said
    assert way in hint


def test_objects_of_lists_in_lines_are_rows(tmp_path: Path) -> None:
    text = '{"a": [1], "b": {"x": 1}}\n{"a": [2], "b": {"x": 2}}\n'
    assert read(write(tmp_path, "a.json", text))[1] == [["[1]", '{"x": 1}'], ["[2]", '{"x": 2}']]


LONGEST = 1 << 16
ITEMS = [{"a": 1, "b": 2}, {"a": 3, "b": 4}]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"meta": {"n": 1}, "result": {"items": ITEMS}}, ".result.items[]"),
        ({"result": {"items": ITEMS}}, ".result.items[]"),
        ({"errors": ITEMS[:1], "items": ITEMS}, ".items[]"),
        ({"deep": {"er": {"a": ITEMS}}, "data": {"b": ITEMS[:1]}}, ".data.b[]"),
        ({"the rows": {"of it": ITEMS}}, '.["the rows"]["of it"][]'),
        ({"a b": {"c": {"d e": ITEMS}}}, '.["a b"].c["d e"][]'),
        ({"features": ITEMS}, ".features[]"),
        ({"é": ITEMS}, '.["\\u00e9"][]'),
        ({"x": {"tags": ITEMS}, "y": {"tags": ITEMS}}, ".[]"),
    ],
)
def test_the_path_to_the_records(document: object, path: str, tmp_path: Path) -> None:
    _, hint = refusal(write(tmp_path, "a.json", json.dumps(document)))
    assert hint == f"Extract them: jq -c '{path}' {tmp_path / 'a.json'} > rows.jsonl"


@pytest.mark.parametrize("above", [["items"], ["result", "items"], ['a "b', "c", "items"]])
def test_the_path_in_a_long_document(
    above: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which only the start is looked at."""
    for module in ("open_rows", "kinds.json_documents"):
        monkeypatch.setattr(f"mlpcli.data.reading.{module}.LONGEST_DOCUMENT", LONGEST)
    document: object = [{"a": number, "b": {"c": [number]}} for number in range(2_500)]
    for key in reversed(above):
        document = {"meta": {"n": [1, "]"]}, key: document}
    text = json.dumps(document)
    assert len(text) > LONGEST
    found, hint = refusal(write(tmp_path, "a.json", text))
    assert found == "is a JSON object with its records under " + " > ".join(map(repr, above))
    assert "items[]' " in hint


@pytest.mark.parametrize("name", ["a $(b).json", "a.json.gz"])
def test_the_name_of_a_file_that_a_command_cannot_read(tmp_path: Path, name: str) -> None:
    _, hint = refusal(write(tmp_path, name, '{"items": [{"a": 1}]}'))
    assert hint == "Extract them: jq -c '.items[]' FILE > rows.jsonl"
