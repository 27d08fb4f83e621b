"""Rows in chunks and back to text: every cell keeps its characters."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.rows import OUTPUT_FORMATS, RowWriter, read_chunks
from mlpcli.data.source import ReadingSettings
from mlpcli.errors import DataError
from tests.data.examples import records_of, sampled, write

CELLS = st.text(st.sampled_from("a1\"', ;\t\n\r.é\u2028#"), max_size=5)


def written(output_format: str, header: list[str], rows: list[list[str]]) -> str:
    sink = io.StringIO(newline="")
    writer = RowWriter(sink, output_format, header)
    writer.write(rows)
    return sink.getvalue()


@sampled
@given(
    st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
    )
)
def test_written_rows_are_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("rows")
    header = [f"name {column}" for column in range(len(rows[0]))]
    for output_format in ("csv", "tsv"):
        path = write(folder, f"a.{output_format}", written(output_format, header, rows))
        again, records = records_of(path)
        assert again == header
        assert [record.cells for record in records] == rows
    lines = written("jsonl", header, rows).split("\n")[:-1]
    assert [list(json.loads(line).values()) for line in lines] == rows


def test_quotes_only_where_needed() -> None:
    assert written("csv", ["a", "b c"], [["007", " x "], ["a,b", '"']]) == 'a,b c\n007, x \n"a,b",""""\n'


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_a_header_alone(output_format: str) -> None:
    expected = {"csv": "a,b\n", "tsv": "a\tb\n", "jsonl": ""}
    assert written(output_format, ["a", "b"], []) == expected[output_format]


def test_chunks_of_several_files(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "1.csv", 'a,b\n1,"x\n"\n2,y\n3,z\n'),
        write(tmp_path, "2.csv", "a,b\n"),
        write(tmp_path, "3.tsv", "a\tb\n\n4\tw\n"),
    ]
    chunks = list(read_chunks(paths, ReadingSettings(), 2))
    assert [chunk.cells for chunk in chunks] == [[], [["1", "x\n"], ["2", "y"]], [["3", "z"]], [["4", "w"]]]
    assert [chunk.lines for chunk in chunks] == [[], [3, 4], [5], [3]]
    assert [chunk.name for chunk in chunks] == [paths[0], paths[0], paths[0], paths[2]]
    frame = chunks[1].frame(["b"])
    assert frame.columns.tolist() == ["b"]
    assert frame["b"].tolist() == ["x\n", "y"]
    assert chunks[0].frame(["b"]).shape == (0, 1)


def test_files_of_different_headers(tmp_path: Path) -> None:
    paths = [write(tmp_path, "1.csv", "a,b\n1,2\n"), write(tmp_path, "2.csv", "b,a\n1,2\n")]
    with pytest.raises(DataError, match=r"2\.csv: the columns are not those of"):
        list(read_chunks(paths, ReadingSettings(), 2))


def test_the_reader_of_the_standard_library_agrees() -> None:
    rows = [["a\rb", "c"], ["", ""], ["x", "y\r\n"]]
    assert list(csv.reader(io.StringIO(written("csv", ["a", "b"], rows), newline="")))[1:] == rows
