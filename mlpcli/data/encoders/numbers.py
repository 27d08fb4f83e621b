"""Numbers and booleans as scaled numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.base import Description, Encoder
from mlpcli.data.scaling import NEW, SCALINGS
from mlpcli.data.schema import (
    BOOLEAN,
    NUMBER,
    QUANTILE,
    QUANTILE_KNOTS,
    RANKS,
    UNSCALED,
    Column,
    DataSettings,
)
from mlpcli.data.statistics import median

if TYPE_CHECKING:
    from mlpcli.data.columns.cells import Cells

LARGEST = float(np.finfo(np.float32).max) / 1e8

FEWEST_VALUES, MOST_VALUES = 9, 150
SPIKE_SHARE = 0.5
"""Of the rows that have the most frequent value: what follows from such a number is not smooth in it. Gains
and losses of adult, embedded next to the number: 1 - AUC 0.068 instead of 0.081, and so of parts of it. No
other table was seen to gain; of pixels it harms, so that presets leave those out."""

STATISTICS = ("fill", "centre", "scale", "lowest", "highest")


class _NumberDescription(Description):
    """Scaling and spikes; the statistics are stored in arrays."""

    had_gaps: bool
    scaling: Annotated[str, SCALINGS]
    spikes: list[float]
    truth: bool


@dataclass(frozen=True, kw_only=True)
class NumberEncoder(Encoder):
    """A scaled number, gaps as the median; one more column, 1 at gaps, if training had any.

    A number with spikes has one more column of codes: the position of its value among those of training, from
    1, and 0 for any other value.
    """

    STORED: ClassVar[type] = _NumberDescription

    name: str
    kind: str
    scaling: str
    had_gaps: bool
    fill: float
    centre: float
    scale: float
    lowest: float
    highest: float
    knots: Array
    spikes: tuple[float, ...] = ()
    truth: bool = False
    """Whether training had only 0 and 1, so that later cells may say true and false."""

    @classmethod
    def fit(
        cls, column: Column, cells: "Cells", settings: DataSettings, weights: Array | None = None
    ) -> "NumberEncoder":
        assert settings.scaling is not None
        values = _values(column.kind, cells, truth=False)[0]
        fitted = cls.of_values(column.name, column.kind, values, settings.scaling, weights)
        there = values[~np.isnan(values)]
        if column.kind == NUMBER and len(there) and bool(np.isin(there, (0.0, 1.0)).all()):
            fitted = replace(fitted, truth=not cells.reading.exact)
        with_spikes = settings.embed_spikes and column.kind == NUMBER
        return replace(fitted, spikes=_spikes(values, weights)) if with_spikes else fitted

    @classmethod
    def of_values(
        cls, name: str, kind: str, values: Array, scaling: str, weights: Array | None = None
    ) -> "NumberEncoder":
        """Fit values (n,) float64 with NaN at gaps."""
        gaps = np.isnan(values)
        present = values[~gaps]
        encoder = partial(cls, name=name, kind=kind, had_gaps=bool(gaps.any()))
        if not len(present):
            # Nothing is known of its values: all become 0.
            nothing = float(np.finfo(np.float64).max)
            return encoder(
                scaling=UNSCALED,
                fill=0.0,
                centre=0.0,
                scale=nothing,
                lowest=0.0,
                highest=0.0,
                knots=np.empty(0),
            )
        scaling = NEW.get(scaling, scaling)
        lowest, highest = float(present.min()), float(present.max())
        largest = max(abs(lowest), abs(highest))
        # Sums and squares of the largest floats overflow; a power of two changes no digit.
        unit = 1.0 if largest < 1e150 else 2.0**1000
        fill = median(present / unit, None if weights is None else weights[~gaps]) * unit
        filled = np.where(gaps, fill, values) / unit
        centre, scale = SCALINGS[scaling].fit(filled, weights)
        centre, scale = (
            (0.0, 1.0) if scaling == UNSCALED else (centre * unit, min(scale, 2.0**1023 / unit) * unit)
        )
        knots = SCALINGS[scaling].knots(filled, weights) * unit
        # A spread that is rounding noise of the values must not be blown up to one.
        if not scale > 1e-12 * largest:
            scale = 1.0
        return encoder(
            scaling=scaling,
            fill=fill,
            centre=centre,
            scale=scale,
            lowest=lowest,
            highest=highest,
            knots=knots,
        )

    @property
    def width(self) -> int:
        return 1 + self.had_gaps + bool(self.spikes)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The number itself, unless it is a boolean, which has two values."""
        return (0,) if self.kind == NUMBER else ()

    @property
    def categories(self) -> tuple[tuple[int, int], ...]:
        return ((self.width - 1, len(self.spikes)),) if self.spikes else ()

    def read(self, cells: "Cells") -> tuple[Array, Array]:
        return _values(self.kind, cells, truth=self.truth)

    def write(self, cells: "Cells", out: Array, counts: CellCounts) -> None:
        values, unreadable = self.read(cells)
        gaps = np.isnan(values)
        counts.add("missing", self.name, gaps & ~unreadable)
        counts.add("unreadable", self.name, unreadable, cells)
        counts.add("out_of_range", self.name, (values < self.lowest) | (values > self.highest))
        if self.spikes:
            known = np.array(self.spikes)
            places = np.minimum(np.searchsorted(known, values), len(known) - 1)  # NaN is no value of them
            out[:, -1] = np.where(known[places] == values, places + 1, 0)
        out[:, 0] = self.scaled(values)
        if self.had_gaps:
            out[:, 1] = gaps

    def scaled(self, values: Array) -> Array:
        """Values (n,) as the network sees them; gaps as the median. Overwrites `values`."""
        values[np.isnan(values)] = self.fill
        return _scaled(values, self.centre, self.scale, self.scaling, self.knots)

    def described(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "width": self.width,
            "range": [self.lowest, self.highest],
            "fill": self.fill,
            "had_gaps": self.had_gaps,
            "scaling": self.scaling,
            "spikes": list(self.spikes),
            "truth": self.truth,
        }

    def arrays(self) -> dict[str, Array]:
        """`numbers` (1, 5), the statistics, and `quantiles` (1, 257) if it is scaled by them."""
        rows = {"numbers": np.array([[getattr(self, name) for name in STATISTICS]])}
        return rows | ({"quantiles": self.knots[None]} if self.scaling in (QUANTILE, RANKS) else {})

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        rows: dict[str, tuple[int, ...]] = {"numbers": (1, len(STATISTICS))}
        return rows | ({"quantiles": (1, QUANTILE_KNOTS)} if stored["scaling"] in (QUANTILE, RANKS) else {})

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "NumberEncoder":
        statistics = dict(zip(STATISTICS, arrays["numbers"][0].tolist(), strict=True))
        if statistics["scale"] <= 0:
            raise ValueError("a scale is not positive")
        facts = {key: stored[key] for key in ("name", "kind", "scaling", "had_gaps", "truth")}
        knots = arrays["quantiles"][0] if "quantiles" in arrays else np.empty(0)
        return cls(**facts, **statistics, knots=knots, spikes=tuple(map(float, stored["spikes"])))


def write_numbers(
    encoders: Sequence[NumberEncoder], cells: "Sequence[Cells]", out: Array, counts: CellCounts
) -> None:
    """The same as `write` of each, for several that are `alike`, side by side in `out` (rows, width)."""
    read = [each.read(column) for each, column in zip(encoders, cells, strict=True)]
    values, unreadable = (np.stack(each) for each in zip(*read, strict=True))
    fill, centre, scale, lowest, highest = (
        np.array([getattr(each, name) for each in encoders])[:, None] for name in STATISTICS
    )
    gaps = np.isnan(values)
    for what, mask in (
        ("missing", gaps & ~unreadable),
        ("unreadable", unreadable),
        ("out_of_range", (values < lowest) | (values > highest)),
    ):
        for place in np.flatnonzero(mask.any(axis=1)).tolist():
            told = cells[place] if what == "unreadable" else None
            counts.add(what, encoders[place].name, mask[place], told)
    first = encoders[0]
    values = _scaled(np.where(gaps, fill, values), centre, scale, first.scaling, first.knots)
    widths = np.array([each.width for each in encoders])
    starts = np.cumsum(widths) - widths
    out[:, starts] = values.T
    flagged = np.flatnonzero(widths > 1)
    out[:, starts[flagged] + 1] = gaps[flagged].T


def alike(one: Encoder, other: Encoder) -> bool:
    """Whether two columns are encoded by the same steps, apart from their statistics."""
    return (
        isinstance(one, NumberEncoder)
        and isinstance(other, NumberEncoder)
        and one.scaling == other.scaling
        and not (len(one.knots) or len(other.knots) or one.spikes or other.spikes)
    )


def _scaled(values: Array, centre: Any, scale: Any, scaling: str, knots: Array) -> Array:
    """Values without gaps, of one column or of several that are `alike`; overwrites them."""
    with np.errstate(over="ignore"):
        values -= centre
        values /= scale
    largest = np.finfo(np.float64).max
    np.clip(values, -largest, largest, out=values)
    return np.clip(SCALINGS[scaling].apply(values, knots), -LARGEST, LARGEST)


def _spikes(values: Array, weights: Array | None) -> tuple[float, ...]:
    """The distinct values of a column that has few and is mostly one of them, else ()."""
    there = ~np.isnan(values)
    present, counts = np.unique(values[there], return_counts=True)
    if not FEWEST_VALUES <= len(present) <= MOST_VALUES:
        return ()
    if weights is not None:
        counts = np.bincount(np.searchsorted(present, values[there]), weights[there])
    if counts.max() < SPIKE_SHARE * counts.sum():
        return ()
    return tuple(present.tolist())


def _values(kind: str, cells: "Cells", *, truth: bool) -> tuple[Array, Array]:
    """`truth`: of a number that is 0 or 1, what is no number may say true and false."""
    if kind == BOOLEAN:
        return cells.booleans()
    values, unreadable = cells.numbers()
    if truth and unreadable.any():
        said, neither = cells.booleans()
        values, unreadable = np.where(unreadable, said, values), unreadable & neither
    infinite = np.isinf(values)
    values[infinite] = np.nan
    return values, unreadable | infinite
