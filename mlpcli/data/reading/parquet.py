"""Rows of a Parquet file in blocks, by pyarrow, which is an extra."""

import io
import lzma
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import numpy as np

from mlpcli.data.reading.blocks import Block, rows_at_once
from mlpcli.errors import DataError
from mlpcli.extras import require_extra

MAGIC = b"PAR1"


def is_parquet(binary: BinaryIO) -> bool:
    """Whether a stream begins as Parquet does, whatever its name is; nothing is read from it."""
    try:
        start = cast(Any, binary).peek(5)[:5] if hasattr(binary, "peek") else b""
    except (EOFError, OSError, zlib.error, lzma.LZMAError):
        return False  # damaged: said by whoever reads it
    # After it comes a control character, which no column name has.
    return start[:4] == MAGIC and start[4:] < b" " and start[4:] not in (b"", b"\n", b"\r", b"\t")


def open_rows(path: str, name: str, rows: int) -> tuple[list[str], Iterator[Block]]:
    """The columns' names, and the rows as CSV."""
    if path == "-":
        raise DataError("stdin: is a Parquet file, which cannot be read from a pipe", "Give the file's name.")
    arrow = require_extra("pyarrow", "parquet", f"{name}: is a Parquet file")
    reader = require_extra("pyarrow.parquet", "parquet", f"{name}: is a Parquet file")
    try:
        file = reader.ParquetFile(path)
    except (arrow.ArrowException, OSError) as error:
        raise _damaged(name, error) from None
    names = list(file.schema_arrow.names)
    return names, _blocks(file, name, rows_at_once(rows, len(names)))


def _blocks(file: Any, name: str, rows: int) -> Iterator[Block]:
    arrow, writer = require_extra("pyarrow", "parquet", name), require_extra("pyarrow.csv", "parquet", name)
    options = writer.WriteOptions(include_header=False)
    first = 1
    try:
        for batch in file.iter_batches(batch_size=rows):
            text = io.BytesIO()
            writer.write_csv(batch, text, options)
            lines = np.arange(first, first + len(batch))
            yield Block(name, text.getvalue(), ",", lines, batch.num_columns)
            first += len(batch)
    except (arrow.ArrowException, OSError) as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: Exception) -> DataError:
    hint = "Make or fetch the file again, or write it as CSV."
    return DataError(f"{name}: cannot be read as Parquet ({error!s:.150})", hint)
