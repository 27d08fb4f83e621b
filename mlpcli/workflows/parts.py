"""Encoded rows, and what they are made from: a part of the training table, or another table of the model."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlpcli.data.cells import MISSING_WORDS, as_numbers
from mlpcli.data.encoders import CellCounts, Reading
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import Schema
from mlpcli.data.source import ReadingSettings
from mlpcli.data.table import Table
from mlpcli.data.target import Target
from mlpcli.errors import DataError
from mlpcli.workflows.targets import rows_with_target, truth_of

Array: TypeAlias = npt.NDArray[Any]
Data: TypeAlias = "str | Path | Sequence[str | Path] | pd.DataFrame"


@dataclass(frozen=True)
class Part:
    """Encoded rows: what the network sees, what is true, and the weight of each row."""

    features: Array
    truth: Array
    weights: Array | None

    def __len__(self) -> int:
        return len(self.features)


def paths_of(data: Data) -> "list[str] | pd.DataFrame":
    """Data as a list of path names, or a DataFrame as it is."""
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, (str, Path)):
        return [str(data)]
    return [str(path) for path in data]


def reading_of(settings: ReadingSettings) -> Reading:
    """How cells are read under these settings."""
    return Reading(MISSING_WORDS | set(settings.missing or ()), settings.decimal or ".")


def encode_part(
    table: Table,
    schema: Schema,
    encoder: FeatureEncoder,
    target: Target,
    reading: Reading,
    counts: CellCounts,
) -> tuple[Part, Array, int]:
    """All rows with a target of another table, their row numbers there, and how many have none."""
    schema.require(table.columns, table.name, target=True)
    weight = schema.weight if schema.weight in table.columns else None
    names = [*(column.name for column in schema.inputs), *schema.target, *([weight] if weight else [])]
    frame = table.read(names, ())
    present = np.flatnonzero(rows_with_target(frame, schema.target, reading))
    dropped = len(frame) - len(present)
    if not len(present):
        raise DataError(f"{table.name}: no row has a value in the target", "Give rows with known targets.")
    frame = frame.iloc[present]
    truth = truth_of(target, frame, reading, table, present)
    weights = None if weight is None else row_weights(frame[weight], weight, reading, table, present)
    return Part(encoder.encode(frame, counts), truth, weights), present, dropped


def row_weights(cells: "pd.Series[Any]", name: str, reading: Reading, table: Table, lines: Array) -> Array:
    """The weights (rows,); one that is no number of 0 or more is an error with its line."""
    weights, _ = as_numbers(cells, reading.missing, reading.decimal)
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{table.place(int(lines[row]))}: weight {name!r}: {str(cells.iloc[row])[:40]!r} is no weight",
            "A row weight is a number of 0 or more.",
        )
    if not weights.sum() > 0:
        raise DataError(f"{table.name}: the weights {name!r} are all 0", "Some row must count.")
    return weights


def digest_of(features: Array, truth: Array) -> str:
    """SHA-256 of encoded rows, in order: the same for the same rows, however they were stored."""
    digest = hashlib.sha256(str(features.shape).encode())
    digest.update(np.ascontiguousarray(features).data)
    digest.update(np.ascontiguousarray(truth).data)
    return digest.hexdigest()
