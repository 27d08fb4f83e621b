"""The encoders of all input columns, side by side in one float32 matrix."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import ENCODERS, CategoryEncoder, DateEncoder, Encoder, NumberEncoder
from mlpcli.data.reading.memory import own_pages
from mlpcli.data.schema import (
    DATE,
    QUANTILE,
    QUANTILE_KNOTS,
    STANDARD,
    Column,
    DataSettings,
)

STATISTICS = ("fill", "centre", "scale", "lowest", "highest")


class FeatureEncoder:
    """The encoders of all input columns, side by side in one matrix."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self.encoders = list(encoders)

    @classmethod
    def fit(
        cls, columns: Sequence[Column], frame: Frame, settings: DataSettings, rows: Array
    ) -> "FeatureEncoder":
        """Fit every input column on the (training) `rows` of a frame."""
        learned = [column for column in columns if column.kind in ENCODERS]
        return cls([ENCODERS[each.kind].fit(each, frame[each.name][rows], settings) for each in learned])

    @property
    def width(self) -> int:
        """Number of matrix columns."""
        return sum(encoder.width for encoder in self.encoders)

    def encode(self, frame: Frame, counts: CellCounts | None = None, rows: Array | None = None) -> Array:
        """A (rows, width) float32 matrix; columns are found by name.

        `rows`: only these, in their order; the frame's columns are then removed one by one.
        """
        counts = CellCounts() if counts is None else counts
        if rows is not None:
            return self._encode_apart(frame, counts, rows)
        matrix = np.empty((len(frame), self.width), np.float32)
        start = 0
        for encoder in self.encoders:
            stop = start + encoder.width
            encoder.write(frame[encoder.name], matrix[:, start:stop], counts)
            start = stop
        return matrix

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
        """Names, kinds, levels as JSON values; statistics (numbers, 5), quantiles (numbers, knots)."""
        described: list[dict[str, Any]] = []
        numbers: list[NumberEncoder] = []
        for encoder in self.encoders:
            shared = {"name": encoder.name}
            if isinstance(encoder, NumberEncoder):
                numbers.append(encoder)
                spikes = {"spikes": list(encoder.spikes)} if encoder.spikes else {}
                described.append(
                    shared
                    | {"kind": encoder.kind, "had_gaps": encoder.had_gaps, "scaling": encoder.scaling}
                    | spikes
                )
            elif isinstance(encoder, DateEncoder):
                numbers += [encoder.days, encoder.year]
                described.append(
                    shared
                    | {"had_gaps": encoder.had_gaps, "scaling": encoder.days.scaling}
                    | {"formats": list(encoder.formats), "parts": list(encoder.parts)}
                )
            elif isinstance(encoder, CategoryEncoder):
                described.append(
                    shared
                    | {"levels": list(encoder.levels), "had_gaps": encoder.had_gaps}
                    | {"embedded": encoder.embedded}
                )
        statistics = [[getattr(each, name) for name in STATISTICS] for each in numbers]
        arrays = {"numbers": np.array(statistics, dtype=np.float64).reshape(-1, len(STATISTICS))}
        knots = [each.knots for each in numbers if each.scaling == QUANTILE]
        return described, arrays | ({"quantiles": np.array(knots)} if knots else {})

    @classmethod
    def from_stored(
        cls, described: Sequence[Mapping[str, Any]], arrays: Mapping[str, Array]
    ) -> "FeatureEncoder":
        """The inverse of `to_stored`."""
        statistics = iter(arrays["numbers"].tolist())
        knots = iter(arrays.get("quantiles", np.empty((0, QUANTILE_KNOTS))))

        def number(each: Mapping[str, Any], kind: str, had_gaps: bool) -> NumberEncoder:
            scaling = each.get("scaling", STANDARD)
            of_quantiles = next(knots) if scaling == QUANTILE else np.empty(0)
            fill, centre, scale, lowest, highest = next(statistics)
            return NumberEncoder(
                each["name"],
                kind,
                scaling,
                had_gaps,
                fill,
                centre,
                scale,
                lowest,
                highest,
                of_quantiles,
                tuple(map(float, each.get("spikes", ()))),
            )

        encoders: list[Encoder] = []
        for each in described:
            if "levels" in each:
                levels, embedded = tuple(each["levels"]), each.get("embedded", False)
                encoders.append(CategoryEncoder(each["name"], levels, each["had_gaps"], embedded))
            elif "formats" in each:
                days, year = (number(each, DATE, each["had_gaps"]) for _ in range(2))
                formats, parts = tuple(each["formats"]), tuple(each["parts"])
                encoders.append(DateEncoder(each["name"], formats, parts, each["had_gaps"], days, year))
            else:
                encoders.append(number(each, each["kind"], each["had_gaps"]))
        return cls(encoders)
