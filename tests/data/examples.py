"""What the tests of this room share: small files, a stdin of given bytes, and how tables are opened."""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from hypothesis import settings

from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.kinds import infer_columns
from mlpcli.data.columns.readings import Reading
from mlpcli.data.columns.settling import settle
from mlpcli.data.encoders import CategoryEncoder
from mlpcli.data.reading.file_table import FileTable
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.opening import open_table
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.data.schema import Column, DataSettings

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
SAMPLE_TABLES = sorted(path.name for path in SAMPLES.iterdir() if ".csv" in path.suffixes)

READING = Reading()

sampled = settings(max_examples=50, derandomize=True, database=None, deadline=None)
"""The decorator of tests on random examples: the same ones in every run."""


def write(folder: Path, name: str, content: str | bytes) -> str:
    """A new file's path; text is written as UTF-8 with its line ends as they are."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def stdin_of(content: bytes) -> io.TextIOWrapper:
    """To stand for `sys.stdin`."""
    return io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)))


def rows_of(path: str, **reading: Any) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, cells and the line on which each row ends, of a file."""
    settings = ReadingSettings(**reading)
    with OpenRows(TextSource(path), settings) as rows:
        blocks = list(rows)
        cells = [row for block in blocks for row in block.cells()]
        return rows.header, cells, [int(line) for block in blocks for line in block.lines]


def file_table(paths: Sequence[str], **reading: Any) -> FileTable:
    settings = ReadingSettings(**reading)
    return FileTable([TextSource(path) for path in paths], settings)


def frame_of(columns: "pd.DataFrame | Mapping[str, Sequence[Any]]", reading: Reading = READING) -> Frame:
    """Columns as a frame: numbers as such, everything else as texts."""
    table = columns if isinstance(columns, pd.DataFrame) else pd.DataFrame(dict(columns))
    return Frame.of(table, list(table.columns), list(table.columns), reading)


def kinds_of(table: "pd.DataFrame | Mapping[str, Sequence[Any]]", **chosen: str) -> dict[str, Column]:
    """The columns of a whole table by name."""
    frame = frame_of(table)
    columns = infer_columns(frame, frame.names, chosen)
    return {column.name: column for column in settle(columns, frame).columns}


def text_column(cells: Sequence[str | None], reading: Reading = READING) -> Texts:
    """Cells as they come from a file."""
    return Texts.of(cells, reading)


def values_of(cells: Cells) -> npt.NDArray[Any]:
    """The values of a column that was read as numbers."""
    assert isinstance(cells, Numbers)
    return cells.values


@dataclass(frozen=True)
class ReadColumn:
    """A column as it is read from a file."""

    kind: str
    reason: str
    values: list[float | None]
    """Numbers, booleans, seconds of durations, and of dates since 1970 UTC; None where missing."""
    levels: list[str]
    """Of a category, in order of the encoder."""
    words: dict[str, int]
    """Words that were taken as missing, with their counts."""


def reading_of(cells: Sequence[str]) -> ReadColumn:
    """The cells of column `x` of a file whose other column `y` is 1, 2, 3..."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("x", "y"), *((cell, row) for row, cell in enumerate(cells, 1))])
        with open_table([str(path)], ReadingSettings()) as table:
            (column,) = infer_columns(table.sample, ["x"], {})
            table.reading = replace(table.reading, forms={"x": column.form})
            number = column.kind == "number" and not column.form.clock
            frame = table.read(["x"], {"x"} if number else (), ["x"])
            settled = settle([column], frame)
    (column,), read = settled.columns, frame["x"]
    values: npt.NDArray[Any] = np.empty(0)
    if column.kind == "number":
        values = read.numbers()[0]
    elif column.kind == "boolean":
        values = read.booleans()[0]
    elif column.kind == "date":
        values = read.dates(column.form.formats)[0]
    levels: tuple[str, ...] = ()
    if column.kind == "category":
        levels = CategoryEncoder.fit(column, read, DataSettings()).levels
    return ReadColumn(
        column.kind,
        column.reason,
        [None if np.isnan(value) else float(value) for value in values],
        list(levels),
        dict(settled.strays["x"].words) if "x" in settled.strays and len(values) else {},
    )
