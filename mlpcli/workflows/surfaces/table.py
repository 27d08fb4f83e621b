"""The rows of a table as values of each input column; of very many rows some that are drawn at random."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import TextEncoder
from mlpcli.data.reading.blocks import BLOCK_ROWS
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.errors import DataError
from mlpcli.model.effects.inputs import Inputs
from mlpcli.model.encoded_rows import Data, numbers_of, paths_of
from mlpcli.model.model import Model, reading_for
from mlpcli.model.unreadable import refuse_unreadable
from mlpcli.progress import ROWS, OnProgress

MOST_ROWS = 50_000
"""Of which typical values and ranges are taken: more would change neither to be seen."""


@dataclass(frozen=True)
class TableRows:
    """Values of each input, and truth."""

    name: str
    rows: int
    values: dict[str, Array]
    """(rows,) of each input that is no text, as its encoder reads it."""
    truth: Array | None
    """(rows,) NaN where the target is missing; None if the table has no target."""
    counts: CellCounts
    notes: list[str]


def table_rows(
    model: Model,
    data: Data,
    reading: ReadingSettings,
    truth_of: Callable[[Array], Array],
    on_progress: OnProgress,
) -> TableRows:
    """Read a table chunk by chunk; `truth_of` makes one number of the truth of each row.

    Memory: a chunk, and MOST_ROWS rows twice.
    """
    schema, counts, parts = model.artifact.schema, CellCounts(), list[Array]()
    inputs = Inputs(model.encoder)
    read = [each for each in inputs.encoders if not isinstance(each, TextEncoder)]
    generator = np.random.default_rng(0)
    rows = 0
    with RowStream(
        paths_of(data), reading_for(model, reading), BLOCK_ROWS, model.known, only_data=True
    ) as stream:
        schema.require(stream.header, stream.name, target=False)
        has_target = set(schema.target) <= set(stream.header)
        names = [column.name for column in schema.table_inputs]
        names += [name for name in schema.target if has_target and name not in names]
        for frame, _ in stream.chunks(names, numbers_of(schema, target=has_target)):
            model.encode(frame, counts)  # which counts what cannot be read
            block = np.empty((len(frame), len(read) + 2))
            for place, encoder in enumerate(read):
                block[:, place] = encoder.read(frame[encoder.name])[0]
            block[:, -2] = _truth(model, frame, truth_of) if has_target else np.nan
            block[:, -1] = generator.random(len(frame))
            parts.append(block)
            rows += len(frame)
            on_progress(rows, stream.expected_rows, ROWS)
            if sum(map(len, parts)) > 2 * MOST_ROWS:
                parts = [_drawn(parts)]
        if not rows:
            raise DataError(f"{stream.name}: there is no row", "Give a table with rows, or none.")
        refuse_unreadable(model.encoder, schema, counts, stream.name)
        kept = _drawn(parts)
        return TableRows(
            name=stream.name,
            rows=rows,
            values={encoder.name: kept[:, place] for place, encoder in enumerate(read)},
            truth=kept[:, -2] if has_target else None,
            counts=counts,
            notes=stream.notes,
        )


def _truth(model: Model, frame: Frame, truth_of: Callable[[Array], Array]) -> Array:
    there = np.flatnonzero(model.task.has_truth(frame))
    truth = np.full(len(frame), np.nan)
    if len(there):
        truth[there] = truth_of(model.task.truth(frame.take(there)))
    return truth


def _drawn(parts: list[Array]) -> Array:
    """MOST_ROWS of the rows, those of the least random numbers, in the order of the table."""
    whole = np.concatenate(parts)
    if len(whole) <= MOST_ROWS:
        return whole
    return whole[np.sort(np.argpartition(whole[:, -1], MOST_ROWS)[:MOST_ROWS])]
