"""Rows of a Parquet file in blocks, by pyarrow, which is an extra."""

import csv
import io
import os
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.reading.blocks import Block, rows_at_once
from mlpcli.data.reading.kinds.archives import listed
from mlpcli.errors import DataError
from mlpcli.extras import require_extra

MAGIC = b"PAR1"
LARGEST_FOOTER = 1 << 24
"""Bytes of the description of columns and row groups: 10,000 columns of five groups take some 12 million."""
SLICE_BYTES = 1 << 22
"""Text of a block."""
GROUPS_LOOKED_AT = 100


def is_parquet(binary: BinaryIO) -> bool:
    """Whether a stream begins as Parquet does, whatever its name is; nothing is read from it."""
    try:
        start = cast(Any, binary).peek(5)[:5] if hasattr(binary, "peek") else b""
    except OSError:
        return False  # damaged: said by whoever reads it
    # After it comes a control character, which no column name has.
    return start[:4] == MAGIC and start[4:] < b" " and start[4:] not in (b"", b"\n", b"\r", b"\t")


def open_rows(path: str, name: str, rows: int) -> tuple[list[str], Iterator[Block], int]:
    """The columns' names, the rows as CSV, and how many rows there are."""
    if path == "-":
        raise DataError("stdin is a Parquet file, which cannot be read from a pipe", "Give the file's name.")
    arrow = require_extra("pyarrow", "parquet", f"{name}: reading a Parquet file")
    reader = require_extra("pyarrow.parquet", "parquet", f"{name}: reading a Parquet file")
    try:
        with open(path, "rb") as raw:
            size = raw.seek(0, os.SEEK_END)
            raw.seek(max(size - 8, 0))
            footer, mark = int.from_bytes(raw.read(4), "little"), raw.read(4)
            if mark == MAGIC and LARGEST_FOOTER < footer < size:
                hint = f"At most {LARGEST_FOOTER:,} are allowed: write fewer columns or row groups."
                raise DataError(f"{name} has a footer of {footer:,} bytes", hint)
        metadata = reader.read_metadata(path)
        # Decoded, one long text of a dictionary could be many gigabytes of rows.
        coded = [
            metadata.schema.column(column).path
            for column in range(metadata.num_columns)
            if metadata.schema.column(column).physical_type == "BYTE_ARRAY"
            and any(
                metadata.row_group(group).column(column).has_dictionary_page
                for group in range(min(metadata.num_row_groups, GROUPS_LOOKED_AT))
            )
        ]
        file = reader.ParquetFile(
            path, metadata=metadata, read_dictionary=coded, page_checksum_verification=True
        )
    except (arrow.ArrowException, OSError) as error:
        raise _damaged(name, error) from None
    _refuse_nested(arrow, file.schema_arrow, name)
    names = list(file.schema_arrow.names)
    return names, _blocks(file, name, rows_at_once(rows, len(names))), metadata.num_rows


def _refuse_nested(arrow: Any, schema: Any, name: str) -> None:
    """Raise DataError for a column whose cells are structs, lists or maps, which CSV has not."""
    nested = [field.name for field in schema if arrow.types.is_nested(field.type)]
    if nested:
        said = f"{name}: column {nested[0]!r} holds structs or lists instead of single values"
        way = f"Make columns of it with pandas.json_normalize, or write the table without {listed(nested)}."
        raise DataError(said, way)


def _blocks(file: Any, name: str, rows: int) -> Iterator[Block]:
    arrow, writer = require_extra("pyarrow", "parquet", name), require_extra("pyarrow.csv", "parquet", name)
    options = writer.WriteOptions(include_header=False)
    first = 1
    try:
        for whole in file.iter_batches(batch_size=rows):
            for batch in _parts(whole, name, first):
                text = io.BytesIO()
                columns = [_as_text(column) for column in batch.columns]
                writer.write_csv(arrow.record_batch(columns, batch.schema.names), text, options)
                lines = np.arange(first, first + len(batch))
                yield Block(name, text.getvalue(), ",", lines, batch.num_columns)
                first += len(batch)
    except (arrow.ArrowException, OSError) as error:
        raise _damaged(name, error) from None


def _as_text(column: Any) -> Any:
    """A column as CSV takes it: durations in the ISO form, which would be whole numbers of their unit."""
    arrow = require_extra("pyarrow", "parquet", "reading a Parquet file")
    if arrow.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if not arrow.types.is_duration(column.type):
        return column
    a_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    counts = column.cast(arrow.int64()).to_pylist()
    return arrow.array(
        [None if each is None else f"{'-' * (each < 0)}PT{abs(each) / a_second:.9f}S" for each in counts],
        arrow.string(),
    )


def _parts(batch: Any, name: str, first: int) -> Iterator[Any]:
    """The batch in slices of some megabytes of text; `first` is the number of its first row."""
    lengths = np.zeros(len(batch), np.int64)
    most = csv.field_size_limit()
    for column in batch.columns:
        own = _text_lengths(column)
        if own.max(initial=0) > most:
            said = f"{name}: row {first + int(own.argmax()):,} has a cell of more than {most:,} bytes"
            raise DataError(said, "Shorten the cell, or write the table without this column.")
        lengths += own
    start = 0
    # A slice ends before the row with which it would be too large, but has one at least.
    slices = np.cumsum(lengths) // SLICE_BYTES
    for stop in [*(np.flatnonzero(np.diff(slices)) + 1).tolist(), len(batch)]:
        yield batch.slice(start, stop - start)
        start = stop


def _text_lengths(column: Any) -> Array:
    """Bytes of the texts of a column (rows,); 0 for other types, whose cells are short."""
    arrow = require_extra("pyarrow", "parquet", "reading a Parquet file")
    compute = require_extra("pyarrow.compute", "parquet", "reading a Parquet file")
    if arrow.types.is_dictionary(column.type):
        own = _text_lengths(column.dictionary)
        places = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.asarray(np.append(own, 0)[places])
    types = arrow.types
    if not (
        types.is_string(column.type) or types.is_large_string(column.type) or types.is_binary(column.type)
    ):
        return np.zeros(len(column), np.int64)
    lengths = compute.binary_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    return np.asarray(lengths, np.int64)


def _damaged(name: str, error: Exception) -> DataError:
    hint = "Create or download the file again, or write it as CSV."
    return DataError(f"{name} cannot be read as Parquet ({error!s:.150})", hint)
