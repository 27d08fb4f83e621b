"""The encoders of all input columns, side by side in one float32 matrix."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import Reading
from mlpcli.data.counts import CellCounts
from mlpcli.data.crosses import Cross
from mlpcli.data.encoders import ENCODERS, Encoder
from mlpcli.data.encoders.numbers import alike, write_numbers
from mlpcli.data.reading.memory import own_pages
from mlpcli.data.schema import Column, DataSettings
from mlpcli.progress import FITTED, OnProgress, unwatched

BATCH_CELLS = 1 << 16
"""Of number columns that are encoded together. For columns of few rows, each of which would take 60 µs; more
would not stay in the cache."""


NO_WORDS = Reading(missing=frozenset())
"""Of crosses: a number that means "missing" in the table is one there."""


def with_crosses(frame: Frame, crosses: Sequence[Cross], values_of: Callable[[str, Cells], Array]) -> Frame:
    """The frame with the cells of the crosses; `values_of` gives those of a column, NaN at gaps."""
    if not crosses:
        return frame
    names = dict.fromkeys(name for cross in crosses for name in cross.sources)
    by_name = {name: values_of(name, frame[name]) for name in names}
    made: dict[str, Cells] = {each.name: Numbers(each.values(by_name), NO_WORDS) for each in crosses}
    return frame.having(made)


class FeatureEncoder:
    """All encoders of a model, in the order of the columns."""

    def __init__(self, encoders: Sequence[Encoder], crosses: Sequence[Cross] = ()) -> None:
        """`crosses`: the inputs that are made of others, each of which has an encoder, too."""
        self.encoders = list(encoders)
        self.crosses = tuple(crosses)

    @classmethod
    def fit(
        cls,
        columns: Sequence[Column],
        frame: Frame,
        settings: DataSettings,
        rows: Array,
        weights: Array | None = None,
        *,
        scalings: Sequence[str] = (),
        crosses: Sequence[Cross] = (),
        on_progress: OnProgress = unwatched,
    ) -> "FeatureEncoder":
        """Fit every input column on the (training) `rows` of a frame, which may have `weights` above 0.

        The frame has the cells of the `crosses`.

        `scalings`: those of all networks, where they differ; the first is also for networks of any other.
        """

        learned = [column for column in columns if column.kind in ENCODERS]

        def fitted(number: int, column: Column) -> Encoder:
            on_progress(number, len(learned), FITTED)
            cells = frame[column.name][rows]
            return ENCODERS[column.kind].fit(column, cells, settings, weights, scalings=scalings)

        return cls([fitted(*each) for each in enumerate(learned)], crosses)

    @property
    def width(self) -> int:
        return sum(encoder.width for encoder in self.encoders)

    def complete(self, frame: Frame) -> Frame:
        """A frame of the table's columns, with the cells of the crosses."""
        if not self.crosses:
            return frame
        encoder_of = {encoder.name: encoder for encoder in self.encoders}
        return with_crosses(frame, self.crosses, lambda name, cells: encoder_of[name].read(cells)[0])

    def encode(self, frame: Frame, counts: CellCounts | None = None, rows: Array | None = None) -> Array:
        """A (rows, width) float32 matrix; columns are found by name, and crosses made of them.

        `rows`: only these, in their order, of a frame that has the crosses; the frame's columns are then
        removed one by one.
        """
        counts = CellCounts() if counts is None else counts
        counts.rows += len(frame) if rows is None else len(rows)
        if rows is not None:
            return self._encode_apart(frame, counts, rows)
        frame = self.complete(frame)
        matrix = np.empty((len(frame), self.width), np.float32)
        start = 0
        for several in self._batches(max(BATCH_CELLS // max(len(frame), 1), 1)):
            stop = start + sum(encoder.width for encoder in several)
            cells, out = [frame[encoder.name] for encoder in several], matrix[:, start:stop]
            if len(several) > 1:
                write_numbers(several, cells, out, counts)
            else:
                several[0].write(cells[0], out, counts)
            start = stop
        return matrix

    def _batches(self, most: int) -> Iterator[list[Any]]:
        """The encoders in order, neighbours that are alike together."""
        several: list[Encoder] = []
        for encoder in self.encoders:
            if several and (len(several) >= most or not alike(several[0], encoder)):
                yield several
                several = []
            several.append(encoder)
        if several:
            yield several

    def _encode_apart(self, frame: Frame, counts: CellCounts, rows: Array) -> Array:
        """Column by column, each dropped once it is encoded; then laid out row by row.

        Written straight into the matrix, the first column would make all of it resident beside the frame.
        """
        columns: list[Array] = []
        for encoder in self.encoders:
            column = own_pages((len(rows), encoder.width), np.float32)
            encoder.write(frame.pop(encoder.name)[rows], column, counts)
            columns.append(column)
        matrix = np.empty((len(rows), self.width), np.float32)
        stop = self.width
        while columns:
            column = columns.pop()
            matrix[:, stop - column.shape[1] : stop] = column
            stop -= column.shape[1]
        return matrix

    def to_stored(self) -> tuple[list[dict[str, Any]], dict[str, Array]]:
        """Descriptions of the encoders, and their arrays, one below the other."""
        parts: dict[str, list[Array]] = {}
        for encoder in self.encoders:
            for name, rows in encoder.arrays().items():
                parts.setdefault(name, []).append(rows)
        described = [encoder.described() for encoder in self.encoders]
        return described, {name: np.concatenate(rows) for name, rows in parts.items()}

    @classmethod
    def from_stored(
        cls,
        described: Sequence[Mapping[str, Any]],
        arrays: Mapping[str, Array],
        crosses: Sequence[Cross] = (),
    ) -> "FeatureEncoder":
        encoders: list[Encoder] = []
        used: Counter[str] = Counter()
        for stored in described:
            encoder = ENCODERS[stored["kind"]]
            own = {}
            for name, (rows, *_) in encoder.shapes(stored).items():
                own[name] = arrays[name][used[name] : used[name] + rows]
                used[name] += rows
            encoders.append(encoder.from_description(stored, own))
        return cls(encoders, crosses)
