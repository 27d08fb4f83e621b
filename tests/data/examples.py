"""What the tests of this room share: small files, a stdin of given bytes, and how tables are opened."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import settings

from mlpcli.data.cells import MISSING_WORDS
from mlpcli.data.encoders import Reading
from mlpcli.data.kinds import infer_columns
from mlpcli.data.records import Record, Records
from mlpcli.data.schema import Column
from mlpcli.data.source import ReadingSettings, TextSource
from mlpcli.data.table import FileTable

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
SAMPLE_TABLES = sorted(path.name for path in SAMPLES.iterdir() if ".csv" in path.suffixes)

READING = Reading(MISSING_WORDS, ".")

sampled = settings(max_examples=100, derandomize=True, database=None, deadline=None)
"""The decorator of tests on random examples: the same ones in every run."""


def write(folder: Path, name: str, content: str | bytes) -> str:
    """A new file's path; text is written as UTF-8 with its line ends as they are."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def stdin_of(content: bytes) -> io.TextIOWrapper:
    """To stand for `sys.stdin`."""
    return io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)))


def records_of(path: str, **reading: Any) -> tuple[list[str], list[Record]]:
    """Header and rows of a file."""
    settings = ReadingSettings(**reading)
    with Records(TextSource(path, settings.encoding), settings) as records:
        return records.header, list(records)


def file_table(paths: Sequence[str], missing: frozenset[str] = MISSING_WORDS, **reading: Any) -> FileTable:
    settings = ReadingSettings(**reading)
    return FileTable([TextSource(path, settings.encoding) for path in paths], settings, missing)


def kinds_of(frame: pd.DataFrame, complete: bool = True, **chosen: str) -> dict[str, Column]:
    """The columns of a sample by name."""
    columns = infer_columns(frame, MISSING_WORDS, ".", chosen, complete)
    return {column.name: column for column in columns}


def text_column(cells: Sequence[str | None]) -> "pd.Series[str]":
    """Cells as they come from a file."""
    return pd.Series(list(cells), dtype="str")
