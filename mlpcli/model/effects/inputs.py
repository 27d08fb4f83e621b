"""Encoded rows whose columns may be changed one by one, with the crosses that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.features import FeatureEncoder


@dataclass(frozen=True)
class Rows:
    """Encoded rows, and the values of the columns that crosses are made of."""

    matrix: Array
    """(rows, width), float32"""
    sources: Mapping[str, Array]
    """(rows,) each, float64"""

    def __len__(self) -> int:
        return len(self.matrix)

    def repeated(self, times: int) -> "Rows":
        """Each row so many times, one behind the other."""
        sources = {name: np.repeat(values, times) for name, values in self.sources.items()}
        return Rows(np.repeat(self.matrix, times, axis=0), sources)

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> "Rows":
        """One part behind the other, of one at least."""
        sources = {name: np.concatenate([each.sources[name] for each in parts]) for name in parts[0].sources}
        return cls(np.concatenate([each.matrix for each in parts]), sources)

    def take(self, rows: Array | slice) -> "Rows":
        """Some of the rows, copied."""
        sources = {name: values[rows].copy() for name, values in self.sources.items()}
        return Rows(self.matrix[rows].copy(), sources)


class Inputs:
    """The columns of a table that a model reads, and their places in the matrix."""

    def __init__(self, encoder: FeatureEncoder) -> None:
        stops = np.cumsum([each.width for each in encoder.encoders]).tolist()
        blocks = [slice(end - each.width, end) for end, each in zip(stops, encoder.encoders, strict=True)]
        self._crosses = {each.name: each for each in encoder.crosses}
        self._block_of = {each.name: block for each, block in zip(encoder.encoders, blocks, strict=True)}
        self._encoder_of = {each.name: each for each in encoder.encoders}
        self.names = [each.name for each in encoder.encoders if each.name not in self._crosses]
        """Of the table; crosses belong to the columns they are made of."""
        self.encoders = [self._encoder_of[name] for name in self.names]
        self.width = encoder.width
        self._sources = {name for cross in encoder.crosses for name in cross.sources}

    def of(self, frame: Frame, matrix: Array) -> Rows:
        """The rows of a frame, whose encoded form is `matrix`."""
        return Rows(matrix, {name: self._encoder_of[name].read(frame[name])[0] for name in self._sources})

    def of_values(self, values: Sequence[Array]) -> Rows:
        """Rows of values (rows,) of each column, in the order of `names`, as its encoder reads them."""
        rows = self.empty(len(values[0]) if values else 0)
        for name, own in zip(self.names, values, strict=True):
            self._write(rows, name, own)
        for cross in self._crosses:
            self._write_cross(rows, cross)
        return rows

    def empty(self, rows: int) -> Rows:
        """Rows without any value yet."""
        return Rows(
            np.empty((rows, self.width), np.float32),
            {name: np.full(rows, np.nan) for name in self._sources},
        )

    def copy_column(self, rows: Rows, name: str, other: Rows, order: Array | slice = slice(None)) -> None:
        """Give a column the cells that it has in as many `other` rows, of these numbers."""
        block = self._block_of[name]
        rows.matrix[:, block] = other.matrix[order, block]
        if name in self._sources:
            rows.sources[name][:] = other.sources[name][order]
        self._renew_crosses(rows, name)

    def write_column(self, rows: Rows, name: str, values: Array) -> None:
        """Give a column values (rows,), as its encoder reads them."""
        self._write(rows, name, values)
        self._renew_crosses(rows, name)

    def _write(self, rows: Rows, name: str, values: Array) -> None:
        values = values.astype(np.float64)
        if name in self._sources:
            rows.sources[name][:] = values
        self._encoder_of[name].write_values(values, rows.matrix[:, self._block_of[name]])

    def _renew_crosses(self, rows: Rows, source: str) -> None:
        if source not in self._sources:
            return
        for name, cross in self._crosses.items():
            if source in cross.sources:
                self._write_cross(rows, name)

    def _write_cross(self, rows: Rows, name: str) -> None:
        values = self._crosses[name].values(rows.sources)
        self._encoder_of[name].write_values(values, rows.matrix[:, self._block_of[name]])
