"""Rows of Parquet files, which need pyarrow, and what is said where it is not there."""

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlpcli.data.columns.cells import Texts
from mlpcli.data.reading import parquet
from mlpcli.data.reading.blocks import rewritten
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.parquet import SLICE_BYTES, is_parquet
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.data.writing import ParquetWriter
from mlpcli.errors import DataError, MlpcliError
from tests.data.examples import file_table, rows_of, stdin_of, values_of, write

COLUMNS: dict[str, list[Any]] = {
    "x": [0.1, None, -3e-7],
    "n": [1, 2, 3],
    "t": ['a\n,"', None, "é"],
    "b": [True, False, None],
}


def parquet_of(columns: dict[str, list[Any]]) -> bytes:
    arrow, writer = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    sink = io.BytesIO()
    writer.write_table(arrow.table(columns), sink)
    return sink.getvalue()


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_cells_of_all_types(tmp_path: Path, name: str) -> None:
    header, rows, lines = rows_of(write(tmp_path, name, parquet_of(COLUMNS)))
    assert header == list(COLUMNS)
    assert [row[1:] for row in rows] == [["1", 'a\n,"', "true"], ["2", "", "false"], ["3", "é", ""]]
    assert lines == [1, 2, 3]


def test_columns_of_a_table(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.parquet", parquet_of(COLUMNS))])
    frame = table.read(["t", "x"], {"x"})
    np.testing.assert_array_equal(values_of(frame["x"]), [0.1, np.nan, -3e-7])
    assert isinstance(texts := frame["t"], Texts)
    assert [texts.text(row) for row in range(3)] == ['a\n,"', "", "é"]


def test_one_column_with_absent_values_keeps_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.parquet", parquet_of({"a": ["x", None, "", "y"]}))
    assert rows_of(path)[1] == [["x"], [""], [""], ["y"]]
    assert len(file_table([path]).read(["a"], ())) == 4


def test_doubled_names(tmp_path: Path) -> None:
    arrow, writer = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = str(tmp_path / "a.parquet")
    writer.write_table(arrow.table([arrow.array([1]), arrow.array([2])], ["a", "a"]), path)
    with pytest.raises(DataError, match="the column name 'a' occurs 2 times"):
        rows_of(path)


def test_blocks_have_no_more_rows_than_wanted(tmp_path: Path) -> None:
    path = write(tmp_path, "a.parquet", parquet_of({"a": list(range(7)), "b": [1] * 7}))
    with OpenRows(TextSource(path), ReadingSettings(), rows=3) as rows:
        assert [block.lines.tolist() for block in rows] == [[1, 2, 3], [4, 5, 6], [7]]


def test_a_damaged_file(tmp_path: Path) -> None:
    whole = parquet_of(COLUMNS)
    with pytest.raises(DataError, match=r"a\.parquet cannot be read as Parquet"):
        rows_of(write(tmp_path, "a.parquet", whole[: len(whole) // 2]))


def test_cut_at_every_byte(tmp_path: Path) -> None:
    """Cut so short that it is text, it has no row."""
    whole = parquet_of({"a": [1, 2, 3]})
    for size in range(1, len(whole)):
        path = write(tmp_path, "a.parquet", whole[:size])
        if size <= 4:
            assert rows_of(path) == ([whole[:size].decode()], [], [])
            continue
        with pytest.raises(DataError, match="cannot be read as Parquet"):
            rows_of(path)


def test_something_behind_the_end(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.parquet cannot be read as Parquet"):
        rows_of(write(tmp_path, "a.parquet", parquet_of(COLUMNS) + b"x"))


def test_one_long_text_of_many_rows_comes_in_slices(tmp_path: Path) -> None:
    """A few hundred bytes of file: a dictionary with one text, which all rows share."""
    rows, long = 300, "x" * 100_000
    path = write(tmp_path, "a.parquet", parquet_of({"a": [long] * rows, "b": list(range(rows))}))
    with OpenRows(TextSource(path), ReadingSettings()) as opened:
        sizes = [(len(block), len(block.text)) for block in opened]
    assert sum(length for length, _ in sizes) == rows
    assert max(size for _, size in sizes) < 2 * SLICE_BYTES
    assert rows_of(path)[1][-1] == [long, str(rows - 1)]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_cell_beyond_the_limit_names_its_row(tmp_path: Path, rows: int) -> None:
    cells = ["short"] * rows + ["x" * 200_000]
    with pytest.raises(DataError, match=rf"row {rows + 1} has a cell of more than 131,072 bytes"):
        rows_of(write(tmp_path, "a.parquet", parquet_of({"a": cells})))


def test_a_footer_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "LARGEST_FOOTER", 100)
    with pytest.raises(DataError, match=r"a\.parquet has a footer of [\d,]+ bytes"):
        rows_of(write(tmp_path, "a.parquet", parquet_of(COLUMNS)))


def test_a_pipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(b"PAR1\x15\x04"))
    with pytest.raises(DataError, match="stdin is a Parquet file"):
        rows_of("-")


def test_without_the_package_the_line_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MlpcliError, match=r"a\.parquet: reading a Parquet file needs") as raised:
        rows_of(write(tmp_path, "a.parquet", b"PAR1\x15\x04"))
    assert "mlpcli[parquet]" in raised.value.hint


@pytest.mark.parametrize(
    ("content", "expected"), [(b"PAR1\x15", True), (b"PAR1,b\n", False), (b"PAR1\n1\n", False), (b"", False)]
)
def test_a_column_may_be_called_as_parquet_begins(content: bytes, expected: bool) -> None:
    assert is_parquet(io.BufferedReader(io.BytesIO(content))) == expected


def test_written_rows_are_read_again(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with (tmp_path / "a.parquet").open("wb") as sink:
        writer = ParquetWriter(sink, ["kept"], ["added"])
        for kept, added in ((["007", ""], [0.5, 1.5]), (["x"], [2.5])):
            lines = np.arange(len(kept), dtype=np.intp)
            writer.write(rewritten("text", [[each] for each in kept], lines), [0], [added])
        writer.close()
    header, rows, _ = rows_of(str(tmp_path / "a.parquet"))
    assert (header, rows) == (["kept", "added"], [["007", "0.5"], ["", "1.5"], ["x", "2.5"]])


def test_no_rows_are_a_file_too(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with (tmp_path / "a.parquet").open("wb") as sink:
        ParquetWriter(sink, ["a"], ["b"]).close()
    assert rows_of(str(tmp_path / "a.parquet")) == (["a", "b"], [], [])


@pytest.mark.parametrize("cells", [[{"x": 1}, None], [[1, 2], []], [[{"k": "v"}], None]])
def test_structs_and_lists_are_refused_by_their_column(tmp_path: Path, cells: list[Any]) -> None:
    path = write(tmp_path, "a.parquet", parquet_of({"a": [1, 2], "s": cells}))
    with pytest.raises(
        DataError, match="column 's' holds structs or lists instead of single values"
    ) as raised:
        rows_of(path)
    assert "write the table without 's'" in str(raised.value.hint)
