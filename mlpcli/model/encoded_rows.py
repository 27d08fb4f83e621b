"""Encoded rows: of a part of the training table, or of another table of the model."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import Reading
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading.some_rows import SomeRows
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.schema import NUMBER, Schema
from mlpcli.data.stored.row_file import mapped_rows, taken_rows
from mlpcli.errors import DataError, Sentence, count
from mlpcli.model.tasks import Regression, Task

Data: TypeAlias = "str | Path | Sequence[str | Path] | SomeRows | pd.DataFrame"

HASHED_ROWS = 4096
LARGEST_WEIGHT = 1e100
"""Of a row, so that sums of weighted squares stay finite."""
STRICT = {
    "unseen": "was not seen in training",
    "unreadable": "is not readable",
    "out_of_range": "is outside the range of training",
}


@dataclass(frozen=True)
class EncodedRows:
    """Encoded rows: the features and truth of each row, and its weight."""

    features: Array
    truth: Array
    weights: Array | None
    in_file: bool = False
    """Whether the features are in a mapped file, as they may be more than memory."""

    def __len__(self) -> int:
        return len(self.features)

    def take(self, rows: Array) -> "EncodedRows":
        """Some of the rows."""
        weights = None if self.weights is None else self.weights[rows]
        features = taken_rows(self.features, rows) if self.in_file else self.features[rows]
        return EncodedRows(features, self.truth[rows], weights, self.in_file)

    @classmethod
    def joined(cls, parts: Sequence["EncodedRows"]) -> "EncodedRows":
        """One part behind the other; without parts no rows."""
        if not parts:
            return cls(np.empty((0, 0), np.float32), np.empty(0), None)
        weights = [each.weights for each in parts if each.weights is not None]
        return cls(
            np.concatenate([each.features for each in parts]),
            np.concatenate([each.truth for each in parts]),
            np.concatenate(weights) if weights else None,
        )

    def hashes(self) -> Array:
        """A 64-bit number for each row (rows,): the same for the same features and truth."""
        columns = self.truth[:, None] if self.truth.ndim == 1 else self.truth
        truth = np.ascontiguousarray(columns, dtype=np.float64).view(np.uint32)
        width = self.features.shape[1]
        factors = _factors(width + truth.shape[1])
        hashes = np.empty(len(self), np.uint64)
        for first in range(0, len(self), HASHED_ROWS):
            rows = slice(first, first + HASHED_ROWS)
            features = np.ascontiguousarray(self.features[rows]).view(np.uint32).astype(np.uint64)
            hashes[rows] = (features * factors[:width]).sum(axis=1)
            hashes[rows] += (truth[rows].astype(np.uint64) * factors[width:]).sum(axis=1)
        return hashes


@dataclass(frozen=True)
class EncodedChunk:
    """The rows of a chunk that have a target and a weight above 0, encoded."""

    part: EncodedRows
    dropped: int
    """Rows without target."""
    weightless: int
    """Rows with a target and weight 0."""
    frame: Frame
    """All columns that were read, of the same rows."""


def paths_of(data: Data) -> "list[str] | SomeRows | pd.DataFrame":
    """Data as a list of path names; a DataFrame, or some rows of files, as they are.

    Raises DataError for anything else.
    """
    if isinstance(data, (pd.DataFrame, SomeRows)):
        return data
    paths = [data] if isinstance(data, (str, PathLike)) else data
    paths = list(paths) if isinstance(paths, (Sequence, Set, Iterator)) else [paths]
    wrong = [type(each).__name__ for each in paths if not isinstance(each, (str, PathLike))]
    if wrong or not paths:
        said = f"a table cannot be of type {wrong[0]}" if wrong else "there is no table"
        raise DataError(said, "Give paths, or a DataFrame.")
    return [str(path) for path in paths]


def encode_chunks(
    stream: RowStream,
    schema: Schema,
    encoder: FeatureEncoder,
    task: Task,
    counts: CellCounts,
    *,
    strict: bool = False,
    also: Sequence[str] = (),
    texts: Collection[str] = (),
    loosened: Callable[[Reading], Reading] | None = None,
) -> Iterator[EncodedChunk]:
    """The rows of another table of the model; with `strict` a cell that has to be counted is an error.

    `also`: further columns to read; `texts`: columns to read as text, whatever they are to the model;
    `loosened` makes another reading of the stream's, under which text is parsed, as where other models read
    the same cells and what is missing only to some of them must still be there.
    """
    schema.require(stream.header, stream.name, target=True)
    weight = schema.weight if schema.weight in stream.header else None
    names = [*(column.name for column in schema.table_inputs), *schema.target, *([weight] if weight else [])]
    names = list(dict.fromkeys([*names, *also]))
    numbers = numbers_of(schema, weight, target=True) - set(texts)
    for whole, _ in stream.chunks(names, numbers, loosened=loosened, ahead=True):
        if loosened is not None:
            whole = whole.under(stream.reading)
        present = np.flatnonzero(task.has_truth(whole))
        frame = whole if len(present) == len(whole) else whole.take(present)
        weights = None if weight is None else row_weights(frame, weight)
        if weights is not None and not weights.all():
            counting = np.flatnonzero(weights)
            frame, weights = frame.take(counting), weights[counting]
        part = EncodedRows(encoder.encode(frame, counts), task.truth(frame), weights)
        if strict:
            refuse_counted(counts, encoder.complete(frame))
        yield EncodedChunk(part, len(whole) - len(present), len(present) - len(frame), frame)


def encode_part(
    stream: RowStream,
    schema: Schema,
    encoder: FeatureEncoder,
    task: Task,
    counts: CellCounts,
    *,
    in_file: bool = False,
) -> EncodedRows:
    """All rows of another table that have a target and a weight above 0; with `in_file` in a mapped file."""
    weightless, without_features = 0, list[EncodedRows]()

    def blocks() -> Iterator[Array]:
        nonlocal weightless
        for chunk in encode_chunks(stream, schema, encoder, task, counts):
            weightless += chunk.weightless
            part = chunk.part
            without_features.append(EncodedRows(part.features[:, :0], part.truth, part.weights))
            yield part.features

    features = [mapped_rows(blocks(), encoder.width)] if in_file else list(blocks())
    whole = EncodedRows.joined(without_features)
    refuse_none(len(whole), weightless, schema.weight, stream.name)
    stream.notes += left_out(weightless, stream.name)
    joined = features[0] if len(features) == 1 else np.concatenate(features)
    return EncodedRows(joined, whole.truth, whole.weights, in_file)


def numbers_of(schema: Schema, weight: str | None = None, *, target: bool = False) -> set[str]:
    """The columns that are read as numbers: inputs, the weight and, if asked for, targets."""
    names = {column.name for column in schema.table_inputs if column.kind == NUMBER}
    if target and schema.task == Regression.name:
        names |= set(schema.target)
    return names | ({weight} if weight is not None else set())


def refuse_none(rows: int, weightless: int, weight: str | None, table: str) -> None:
    """Raise DataError if no row has a target, or none of those has a weight above 0."""
    if not rows and weightless:
        raise DataError(
            f"{table}: the weights {weight!r} are all 0", "Give at least one row a weight above 0."
        )
    if not rows:
        raise DataError(f"{table}: no row has a target value", "Give rows with known targets.")


def left_out(weightless: int, table: str) -> list[str]:
    """A note on rows of weight 0, if there are any."""
    rows = count(weightless, "row")
    return [f"{table}: {rows} with weight 0 ignored"] if weightless else []


def refuse_counted(counts: CellCounts, frame: Frame, *, compared: bool = False) -> None:
    """Raise DataError for a cell of the frame just encoded that was counted for more than being missing.

    `compared`: it was encoded for the model that is compared with.
    """
    template = "{}: column {!r}: {} {}" + " (by the model of {compare})" * compared
    for what, complaint in STRICT.items():
        if what in counts.last:
            name, row = counts.last[what]
            raise DataError(
                Sentence(template, frame.place(row), name, frame[name].shown(row), complaint),
                Sentence("Fix the cell, or leave out {strict}."),
            )


def row_weights(frame: Frame, name: str) -> Array:
    """The weights (rows,) in a column; DataError for one that is no number from 0 to LARGEST_WEIGHT."""
    weights, _ = frame[name].numbers()
    bad = ~((weights >= 0) & (weights <= LARGEST_WEIGHT))
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{frame.place(row)}: weight {name!r}: {frame[name].shown(row)} is not a weight",
            f"Give a number from 0 to {LARGEST_WEIGHT:g}.",
        )
    return weights


def digest_of(hashes: Array) -> str:
    """SHA-256 of encoded rows by their hashes: the same for the same rows, in whatever order."""
    return hashlib.sha256(np.sort(hashes).astype("<u8").tobytes()).hexdigest()


def _factors(count: int) -> Array:
    """Odd 64-bit numbers without pattern: SplitMix64 (Steele et al. 2014) of 1, 2, ..."""
    state = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((state ^ (state >> np.uint64(31))) | np.uint64(1))
