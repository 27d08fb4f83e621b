"""Input columns to one float32 matrix: their encoders side by side, stored as JSON values and arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.data.encoders import Array, CategoryEncoder, CellCounts, Encoder, NumberEncoder, Reading
from mlpcli.data.schema import BOOLEAN, CATEGORY, NUMBER, Column, DataSettings


class FeatureEncoder:
    """The encoders of all input columns, side by side in one matrix."""

    def __init__(self, encoders: Sequence[Encoder], reading: Reading) -> None:
        self.encoders = list(encoders)
        self.reading = reading

    @classmethod
    def fit(
        cls,
        columns: Sequence[Column],
        frame: pd.DataFrame,
        settings: DataSettings,
        reading: Reading,
    ) -> "FeatureEncoder":
        """Fit every input column on the (training) rows of `frame`."""
        assert settings.scaling is not None
        encoders: list[Encoder] = []
        for column in columns:
            cells = frame[column.name]
            if column.kind in (NUMBER, BOOLEAN):
                encoders.append(NumberEncoder.fit(column, cells, settings.scaling, reading))
            elif column.kind == CATEGORY:
                encoders.append(CategoryEncoder.fit(column, cells, settings, reading))
        return cls(encoders, reading)

    @property
    def width(self) -> int:
        """Number of matrix columns."""
        return sum(encoder.width for encoder in self.encoders)

    def encode(self, frame: pd.DataFrame, counts: CellCounts | None = None) -> Array:
        """A (rows, width) float32 matrix; columns are found by name."""
        counts = CellCounts() if counts is None else counts
        matrix = np.empty((len(frame), self.width), np.float32)
        start = 0
        for encoder in self.encoders:
            stop = start + encoder.width
            encoder.write(frame[encoder.name], matrix[:, start:stop], self.reading, counts)
            start = stop
        return matrix

    def to_stored(self) -> tuple[list[dict[str, Any]], dict[str, Array]]:
        """Names, kinds and levels as JSON values; statistics as one (columns, 5) float64 array."""
        described: list[dict[str, Any]] = []
        statistics = []
        for encoder in self.encoders:
            if isinstance(encoder, NumberEncoder):
                described.append({"name": encoder.name, "kind": encoder.kind, "had_gaps": encoder.had_gaps})
                statistics.append(
                    [encoder.fill, encoder.centre, encoder.scale, encoder.lowest, encoder.highest]
                )
            elif isinstance(encoder, CategoryEncoder):
                described.append(
                    {
                        "name": encoder.name,
                        "levels": list(encoder.levels),
                        "had_gaps": encoder.had_gaps,
                        "embedded": encoder.embedded,
                    }
                )
        return described, {"numbers": np.array(statistics, dtype=np.float64).reshape(-1, 5)}

    @classmethod
    def from_stored(
        cls, described: Sequence[Mapping[str, Any]], arrays: Mapping[str, Array], reading: Reading
    ) -> "FeatureEncoder":
        """The inverse of `to_stored`."""
        encoders: list[Encoder] = []
        statistics = iter(arrays["numbers"].tolist())
        for each in described:
            if "levels" in each:
                encoders.append(
                    CategoryEncoder(
                        each["name"], tuple(each["levels"]), each["had_gaps"], each.get("embedded", False)
                    )
                )
            else:
                fill, centre, scale, lowest, highest = next(statistics)
                name, kind, had_gaps = each["name"], each["kind"], each["had_gaps"]
                encoders.append(NumberEncoder(name, kind, fill, centre, scale, lowest, highest, had_gaps))
        return cls(encoders, reading)
