"""Rows in chunks and back to text: every cell keeps its characters."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.cells import Texts
from mlpcli.data.reading.blocks import Block, rewritten
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.writing import WRITERS
from mlpcli.errors import DataError
from tests.data.examples import rows_of, sampled, values_of, write
from tests.data.reading.test_blocks import read

CELLS = st.text(st.sampled_from("a1\"', ;\t\n\r.é\u2028#"), max_size=5)
TEXT_FORMATS = [name for name, writer in WRITERS.items() if writer.is_text]


def block_of(rows: list[list[str]]) -> Block:
    return rewritten("text", rows, np.arange(len(rows), dtype=np.intp))


def written(output_format: str, header: list[str], blocks: list[Block], **added: list[list[Any]]) -> str:
    """The rows of blocks, and columns that are added to them: for each the cells of each block."""
    sink = io.StringIO(newline="")
    writer = WRITERS[output_format](sink, header, list(added))
    for number, block in enumerate(blocks):
        writer.write(block, range(len(header)), [column[number] for column in added.values()])
    writer.close()
    return sink.getvalue()


@sampled
@given(
    st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width + 1, max_size=width + 1), min_size=1)
    )
)
def test_written_rows_are_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("rows")
    header = [f"name {column}" for column in range(len(rows[0]) - 1)]
    blocks, added = [block_of([row[:-1] for row in rows])], [row[-1] for row in rows]
    for output_format in ("csv", "tsv"):
        path = write(folder, f"a.{output_format}", written(output_format, header, blocks, added=[added]))
        assert rows_of(path)[:2] == ([*header, "added"], rows)
    lines = written("jsonl", header, blocks, added=[added]).split("\n")[:-1]
    assert [list(json.loads(line).values()) for line in lines] == rows


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("output_format", TEXT_FORMATS)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_plain_rows_are_written_as_all_others(end: str, output_format: str, delimiter: str) -> None:
    rows = [["007", " x "], ["", "é'\u2028"], ["a\x0b", "#"]]
    added: dict[str, list[list[Any]]] = {"text": [["a,b", 'c"\n', "\td"]], "number": [[0.1, 1e-7, 3.0]]}
    blocks = read("".join(delimiter.join(row) + end for row in rows), delimiter, 2).blocks
    assert blocks[0].plain
    expected = written(output_format, ["a", "b"], [block_of(rows)], **added)
    assert written(output_format, ["a", "b"], blocks, **added) == expected


def test_only_some_columns_are_kept_in_the_order_wanted() -> None:
    sink = io.StringIO(newline="")
    (block,) = read("1,2,3\n4,5,6\n", ",", 3).blocks
    WRITERS["csv"](sink, ["c", "a"], ["p"]).write(block, [2, 0], [[True, False]])
    assert sink.getvalue() == "c,a,p\n3,1,True\n6,4,False\n"


def test_quotes_only_where_needed() -> None:
    text = written("csv", ["a", "b c"], [block_of([["007", " x "], ["a,b", '"']])], p=[[1, "2"]])
    assert text == 'a,b c,p\n007, x ,1\n"a,b","""",2\n'


@pytest.mark.parametrize("output_format", TEXT_FORMATS)
def test_a_header_alone(output_format: str) -> None:
    expected = {"csv": "a,b\n", "tsv": "a\tb\n", "jsonl": ""}
    assert written(output_format, ["a", "b"], []) == expected[output_format]


def test_json_goes_out_as_it_came_in(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"a": 1, "b": [true, null]}\n{"b": "é"}\n')
    with RowStream([path], ReadingSettings()) as stream:
        blocks = [block for _, block in stream.chunks([], ()) if block is not None]
    assert written("jsonl", ["a", "b"], blocks, p=[[0.5, 1]]) == (
        '{"a": 1, "b": [true, null], "p": 0.5}\n{"b": "é", "p": 1}\n'
    )


def test_numbers_of_json_keep_their_text(tmp_path: Path) -> None:
    """Also inside of lists; what JSON has not, as Python and pandas write it, becomes text."""
    line = '{"a": 1.10, "b": 1E5, "c": 12345678901234567890.5, "d": [-0, {"e": 2.50}], "f": 1e400}\n'
    path = write(tmp_path, "a.jsonl", line + '{"a": NaN, "b": Infinity, "c": [-Infinity]}\n')
    names = list("abcdef")
    with RowStream([path], ReadingSettings()) as stream:
        blocks = [block for _, block in stream.chunks([], ()) if block is not None]
    text = written("jsonl", names, blocks, p=[[1.5, 2.5]])
    assert text == line.removesuffix("}\n") + ', "p": 1.5}\n' + (
        '{"a": "NaN", "b": "Infinity", "c": ["-Infinity"], "p": 2.5}\n'
    )
    names = names[:5]
    cells = rows_of(write(tmp_path, "a.csv", written("csv", names, blocks, p=[["", ""]])))[1]
    assert cells[0][:5] == ["1.10", "1E5", "12345678901234567890.5", '[-0, {"e": 2.50}]', "1e400"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_added_values_that_json_has_not_are_null(value: float) -> None:
    text = written("jsonl", ["a"], [block_of([["x"]])], p=[[value]])
    assert text == '{"a": "x", "p": null}\n'


def test_chunks_of_several_files(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "1.csv", 'a,b\n1,"x\n"\n2,y\n3,z\n'),
        write(tmp_path, "2.csv", "a,b\n"),
        write(tmp_path, "3.tsv", "a\tb\n\n4\tw\n"),
    ]
    with RowStream(paths, ReadingSettings(), 2) as stream:
        assert (stream.header, stream.name) == (["a", "b"], paths[0])
        frames = [frame for frame, _ in stream.chunks(["b", "a"], {"a"})]
    assert [len(frame) for frame in frames] == [2, 1, 1]
    assert [frame.place(len(frame) - 1) for frame in frames] == [
        f"{paths[0]}: line 4",
        f"{paths[0]}: line 5",
        f"{paths[2]}: line 3",
    ]
    assert isinstance(texts := frames[0]["b"], Texts)
    assert [texts.text(0), texts.text(1)] == ["x", "y"]
    np.testing.assert_array_equal(values_of(frames[0]["a"]), [1.0, 2.0])


@pytest.mark.parametrize("row", ["1,2\n", '1,"2\n"\n', 'a"b,2\n', "1,2\r"])
def test_a_chunk_has_no_more_rows_than_wanted(tmp_path: Path, row: str) -> None:
    with RowStream([write(tmp_path, "a.csv", "a,b\n" + row * 7)], ReadingSettings(), 3) as stream:
        lengths = [len(frame) for frame, _ in stream.chunks(["a"], ())]
    assert (max(lengths), sum(lengths)) == (3, 7)


def test_chunks_of_a_data_frame() -> None:
    frame = pd.DataFrame({1: [1, 2, 3], "b": ["u", None, "v"]}, index=[5, 5, 5])
    with RowStream(frame, ReadingSettings(), 2) as stream:
        assert stream.header == ["1", "b"]
        (first, block), (second, _) = stream.chunks(["1"], {"1"})
    assert (block, second.place(0)) == (None, "row 2")
    np.testing.assert_array_equal(values_of(first["1"]), [1.0, 2.0])


def test_files_of_different_headers_are_refused_before_the_first_row(tmp_path: Path) -> None:
    paths = [write(tmp_path, "1.csv", "a,b\n1,2\n"), write(tmp_path, "2.csv", "b,a\n1,2\n")]
    with pytest.raises(DataError, match=r"2\.csv does not have the columns of"):
        RowStream(paths, ReadingSettings())


def test_the_reader_of_the_standard_library_agrees() -> None:
    rows = [["a\rb", "c"], ["", ""], ["x", "y\r\n"]]
    text = written("csv", ["a", "b"], [block_of(rows)], p=[["\r", "", "z"]])
    expected = [[*row, added] for row, added in zip(rows, ["\r", "", "z"], strict=True)]
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == expected


FORMULAS = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "-", "\uff1d1", '=HYPERLINK("x","y")']
NO_FORMULAS = ["", "a=1", "5", "-5", "+1.5", "-.5", "-1,5", "-1e-05", " -7", "'=1", "a-b"]


@pytest.mark.parametrize(("output_format", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_formulas_are_text_if_asked_for(output_format: str, delimiter: str) -> None:
    header, cells = ["=name", "plain"], [*FORMULAS, *NO_FORMULAS]
    for safe in (False, True):
        sink = io.StringIO(newline="")
        writer = WRITERS[output_format](sink, header, ["@added", "probability"], safe=safe)
        rows = [[cell, "x"] for cell in cells]
        writer.write(block_of(rows), range(2), [cells, [-0.5] * len(cells)])
        writer.close()
        found = list(csv.reader(io.StringIO(sink.getvalue(), newline=""), delimiter=delimiter))
        mark = "'" if safe else ""
        expected = [*(mark + cell for cell in FORMULAS), *NO_FORMULAS]
        assert found[0] == [f"{mark}=name", "plain", f"{mark}@added", "probability"]
        assert [row[0] for row in found[1:]] == [row[2] for row in found[1:]] == expected
        assert {row[3] for row in found[1:]} == {"-0.5"}


def test_numbers_of_text_are_numbers_of_json_with_the_same_text() -> None:
    """Those of the columns that are told; a cell that JSON has not as a number stays text."""
    rows = [
        ["0.10", "0.10"],
        ["-1e5", "1"],
        ["007", "007"],
        ["", ""],
        ["1,5", "x"],
        ["+1", " 1"],
        ["1.", "NaN"],
    ]
    rows += [["12345678901234567890.10", ""]]
    sink = io.StringIO(newline="")
    WRITERS["jsonl"](sink, ["n", "t"], ["p"], numbers=[0]).write(block_of(rows), [0, 1], [list(range(8))])
    cells = ["0.10", "-1e5", '"007"', "null", '"1,5"', '"+1"', '"1."', "12345678901234567890.10"]
    lines = sink.getvalue().splitlines()
    assert [line.partition(', "t"')[0] for line in lines] == [f'{{"n": {cell}' for cell in cells]
    assert [json.loads(line)["t"] for line in lines] == [row[1] for row in rows]


def test_numbers_are_counted_among_the_kept_columns() -> None:
    sink = io.StringIO(newline="")
    WRITERS["jsonl"](sink, ["c", "a"], ["p"], numbers=[1]).write(block_of([["1", "2", "3"]]), [2, 0], [[0.5]])
    assert sink.getvalue() == '{"c": "3", "a": 1, "p": 0.5}\n'


@pytest.mark.parametrize("output_format", WRITERS)
@pytest.mark.parametrize(("kept", "added"), [(["a", "a"], ["p"]), (["a"], ["a"])])
def test_two_columns_of_one_name(output_format: str, kept: list[str], added: list[str]) -> None:
    writer = WRITERS[output_format]
    sink = io.StringIO() if writer.is_text else io.BytesIO()
    if writer.takes_doubled:
        writer(sink, kept, added)
    else:
        with pytest.raises(DataError, match="2 columns are named 'a'"):
            writer(sink, kept, added)
