"""The rows of a table with the predictions of trainings that never saw them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.reading.blocks import Block
from mlpcli.data.reading.new_rows import Known
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.errors import DataError
from mlpcli.preparation.dealing import Deal, DealtTable
from mlpcli.workflows.search.fold_run import FoldRun


def out_of_fold(deals: Sequence[Deal], runs: Sequence[FoldRun], rows: int) -> dict[str, Array]:
    """The columns that `predict` adds, (rows,) of objects each: of the runs that kept predictions.

    Rows that no run scores have empty cells, and so has a class that a run has not learned.
    """
    columns: dict[str, Array] = {}
    for deal, run in zip(deals, runs, strict=True):
        for name, values in (run.predictions or {}).items():
            if name not in columns:
                columns[name] = np.full(rows, None, dtype=object)
            columns[name][deal.scored] = values
    return {name: _without_holes(values) for name, values in columns.items()}


def _without_holes(values: Array) -> Array:
    """Empty texts for what is missing, and then texts for all: a column is of one type."""
    missing = np.array([value is None for value in values])
    if missing.any():
        values = np.array(
            ["" if value is None else value if isinstance(value, str) else repr(value) for value in values],
            object,
        )
    return values


class PredictedRows:
    """All rows of files as they came, with further columns. A context manager."""

    def __init__(
        self, paths: Sequence[str], reading: ReadingSettings, dealt: DealtTable, columns: dict[str, Array]
    ) -> None:
        self._columns, self.added = columns, list(columns)
        schema = dealt.schema
        names = [*(column.name for column in schema.table_inputs), *schema.target]
        # As of a model, so that the same rows are left out as no data, and columns not used may share a name.
        self._stream = RowStream(list(paths), reading, known=Known(names), only_data=True)
        self.kept = self._stream.original_header
        for name in self.added:
            if name in self.kept:
                self._stream.__exit__()
                raise DataError(
                    f"the input already has a column {name!r}",
                    "Rename it in the table.",
                    setting="predictions",
                )

    def __enter__(self) -> "PredictedRows":
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.__exit__(*error)

    def __iter__(self) -> Iterator[tuple[Block, list[list[Any]]]]:
        first = 0
        for frame, block in self._stream.chunks([], []):
            assert block is not None
            part = slice(first, first + len(frame))
            yield block, [values[part].tolist() for values in self._columns.values()]
            first += len(frame)
