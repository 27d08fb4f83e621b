"""Rows drawn from a table, with their cells, encoded form and, if the table has it, truth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.reading.blocks import BLOCK_ROWS
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.errors import DataError
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.encoded_rows import (
    Data,
    EncodedRows,
    encode_chunks,
    left_out,
    numbers_of,
    paths_of,
    refuse_none,
)
from mlpcli.model.model import Model, reading_for
from mlpcli.model.unreadable import refuse_unreadable
from mlpcli.progress import ROWS, OnProgress, unwatched


@dataclass(frozen=True)
class _Part:
    """Some rows of a chunk, with the random numbers by which they are chosen."""

    keys: Array
    frame: Frame
    rows: Rows
    encoded: EncodedRows

    def take(self, kept: Array) -> "_Part":
        return _Part(self.keys[kept], self.frame.take(kept), self.rows.take(kept), self.encoded.take(kept))


@dataclass(frozen=True, kw_only=True)
class SampledRows:
    """Rows drawn from a table, in its order."""

    frames: list[Frame]
    rows: Rows
    encoded: EncodedRows
    """The same rows; of a table without the target the truth has no columns."""
    has_truth: bool
    total: int
    """Rows of the table from which they are drawn."""
    counts: CellCounts
    notes: list[str]

    def __len__(self) -> int:
        return len(self.rows)

    def frame_of(self, row: int) -> tuple[Frame, int]:
        """The frame that holds a row, and its place in it."""
        for frame in self.frames:
            if row < len(frame):
                return frame, row
            row -= len(frame)
        raise IndexError(row)


def sample_rows(
    model: Model,
    data: Data,
    reading: ReadingSettings,
    most: int,
    generator: Generator,
    *,
    on_progress: OnProgress = unwatched,
) -> SampledRows:
    """Draw `most` rows at most; each row of the table is as likely as any other.

    Rows without a target or with weight 0 are left out where the table has a target. Raises DataError.
    """
    schema, counts, inputs = model.artifact.schema, CellCounts(), Inputs(model.encoder)
    with RowStream(
        paths_of(data), reading_for(model, reading), model.chunk_rows(BLOCK_ROWS), model.known, only_data=True
    ) as stream:
        absent = [name for name in schema.target if name not in stream.header]
        has_truth = not absent
        parts, seen, weightless = list[_Part](), 0, 0
        chunks = _with_truth(model, stream, counts) if has_truth else _without_truth(model, stream, counts)
        for frame, encoded, zero in chunks:
            weightless += zero
            seen += len(frame)
            keys = generator.random(len(frame))
            parts.append(_Part(keys, frame, inputs.of(frame, encoded.features), encoded))
            if sum(len(part.keys) for part in parts) > 2 * most:
                parts = _fewer(parts, most)
            on_progress(counts.rows, stream.expected_rows, ROWS)
        refuse_unreadable(model.encoder, schema, counts, stream.name)
        if has_truth:
            refuse_none(seen, weightless, schema.weight, stream.name)
        elif not seen:
            raise DataError(f"{stream.name}: the table has no rows", "Give a table with rows.")
        notes = [*stream.notes, *left_out(weightless, stream.name)]
    if absent:
        names = ", ".join(map(repr, absent))
        said = f"{stream.name}: there is no target {names}, so importance is how far columns move predictions"
        notes.append(said)
    parts = _fewer(parts, most)
    return SampledRows(
        frames=[part.frame for part in parts],
        rows=Rows.joined([part.rows for part in parts]),
        encoded=EncodedRows.joined([part.encoded for part in parts]),
        has_truth=has_truth,
        total=seen,
        counts=counts,
        notes=notes,
    )


def _with_truth(
    model: Model, stream: RowStream, counts: CellCounts
) -> Iterator[tuple[Frame, EncodedRows, int]]:
    for chunk in encode_chunks(stream, model.artifact.schema, model.encoder, model.task, counts):
        yield chunk.frame, chunk.part, chunk.weightless


def _without_truth(
    model: Model, stream: RowStream, counts: CellCounts
) -> Iterator[tuple[Frame, EncodedRows, int]]:
    schema = model.artifact.schema
    schema.require(stream.header, stream.name, target=False)
    names = [column.name for column in schema.table_inputs]
    for frame, _ in stream.chunks(names, numbers_of(schema), ahead=True):
        truth = np.empty((len(frame), 0))
        yield frame, EncodedRows(model.encode(frame, counts), truth, None), 0


def _fewer(parts: list[_Part], most: int) -> list[_Part]:
    """The rows of the smallest keys."""
    keys = np.concatenate([part.keys for part in parts]) if parts else np.empty(0)
    if len(keys) <= most:
        return parts
    limit = np.partition(keys, most)[most]
    found = ((part, np.flatnonzero(part.keys < limit)) for part in parts)
    return [part.take(kept) for part, kept in found if len(kept)]
