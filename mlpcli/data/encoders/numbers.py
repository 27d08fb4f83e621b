"""Numbers and booleans as scaled numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NotRequired

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.base import FOLD, SCALING, Description, Encoder
from mlpcli.data.encoders.level_means import LevelMeans, LevelMeansDescription
from mlpcli.data.scaling import BY_KNOTS, NEW, SCALINGS, FittedScaling, own_scaling, unit_of
from mlpcli.data.schema import (
    BOOLEAN,
    BY_SKEW,
    DATE,
    NUMBER,
    QUANTILE_KNOTS,
    ROBUST,
    UNSCALED,
    Column,
    DataSettings,
)
from mlpcli.data.statistics import median

if TYPE_CHECKING:
    from mlpcli.data.columns.cells import Cells

FEWEST_VALUES, MOST_VALUES = 9, 150
SPIKE_SHARE = 0.5
"""Of the rows that have the most frequent value: what follows from such a number is not smooth in it. Gains
and losses of adult, embedded next to the number: 1 - AUC 0.068 instead of 0.081, and so of parts of it. No
other table was seen to gain; of pixels it harms, so that presets leave those out."""

STATISTICS = ("fill", "centre", "scale", "lowest", "highest")
SHARED = [0, 3, 4]
"""Those that are the same for all ways of scaling."""


class _NumberDescription(Description):
    """Scaling and spikes; the statistics are stored in arrays."""

    had_gaps: bool
    scalings: dict[str, Annotated[str, SCALINGS]]
    """How the number is scaled for networks of each scaling; the first is also for those of any other."""
    spikes: list[float]
    truth: bool
    folds: dict[str, bool]
    """Whether networks of each fold read the column; all do if there is none."""
    told: NotRequired[LevelMeansDescription]


@dataclass(frozen=True, kw_only=True)
class NumberEncoder(Encoder):
    """A number, once for each way in which it is scaled, gaps as the median; one more column, 1 at gaps, if
    training had any.

    A number with spikes has one more column of codes: the position of its value among those of training, from
    1, and 0 for any other value. `told`: means of the target for values that are rather codes, in the last
    columns.
    """

    STORED: ClassVar[type] = _NumberDescription

    name: str
    kind: str
    scalings: Mapping[str, str]
    """How it is scaled for networks of each scaling."""
    fitted: tuple[FittedScaling, ...]
    """One for each matrix column of the number."""
    had_gaps: bool
    fill: float
    lowest: float
    highest: float
    spikes: tuple[float, ...] = ()
    truth: bool = False
    """Whether training had only 0 and 1, so that later cells may say true and false."""
    folds: Mapping[str, bool] = field(default_factory=dict)
    """Whether networks of each fold read the column, if not all do."""
    told: LevelMeans | None = None

    @classmethod
    def fit(
        cls,
        column: Column,
        cells: "Cells",
        settings: DataSettings,
        weights: Array | None = None,
        *,
        scalings: Sequence[str] = (),
    ) -> "NumberEncoder":
        values = _values(column.kind, cells, truth=False)[0]
        fitted = cls.of_values(column.name, column.kind, values, scalings_of(settings, scalings), weights)
        there = values[~np.isnan(values)]
        if column.kind == NUMBER and len(there) and bool(np.isin(there, (0.0, 1.0)).all()):
            fitted = replace(fitted, truth=not cells.reading.exact)
        with_spikes = settings.embed_spikes and column.kind == NUMBER
        return replace(fitted, spikes=_spikes(values, weights)) if with_spikes else fitted

    @classmethod
    def of_values(
        cls, name: str, kind: str, values: Array, scalings: Sequence[str], weights: Array | None = None
    ) -> "NumberEncoder":
        """Fit values (n,) float64 with NaN at gaps, in the order of the scalings."""
        gaps = np.isnan(values)
        present = values[~gaps]
        asked = [NEW.get(scaling, scaling) for scaling in scalings]
        encoder = partial(cls, name=name, kind=kind, had_gaps=bool(gaps.any()))
        if not len(present):
            # Nothing is known of its values: all become 0.
            nothing = FittedScaling(UNSCALED, 0.0, float(np.finfo(np.float64).max), np.empty(0))
            return encoder(
                scalings=dict.fromkeys(asked, UNSCALED), fitted=(nothing,), fill=0.0, lowest=0.0, highest=0.0
            )
        lowest, highest = float(present.min()), float(present.max())
        unit = unit_of(present)
        fill = median(present / unit, None if weights is None else weights[~gaps]) * unit
        filled = np.where(gaps, fill, values)
        # A date has no tail, as its steps are the same everywhere.
        own = {
            each: ROBUST if each == BY_SKEW and kind == DATE else own_scaling(each, filled, weights)
            for each in asked
        }
        return encoder(
            scalings=own,
            fitted=tuple(FittedScaling.of(each, filled, weights) for each in dict.fromkeys(own.values())),
            fill=fill,
            lowest=lowest,
            highest=highest,
        )

    @property
    def own_width(self) -> int:
        """The number of matrix columns without means of the target."""
        return len(self.fitted) + self.had_gaps + bool(self.spikes)

    @property
    def width(self) -> int:
        return self.own_width + (0 if self.told is None else self.told.width)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The number itself, unless it is a boolean, which has two values."""
        return tuple(range(len(self.fitted))) if self.kind == NUMBER else ()

    @property
    def categories(self) -> tuple[tuple[int, int], ...]:
        return ((self.own_width - 1, len(self.spikes)),) if self.spikes else ()

    @property
    def variants(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        places = {each.name: place for place, each in enumerate(self.fitted)}
        by_scaling = {asked: (places[own],) for asked, own in self.scalings.items()}
        variants: dict[str, Mapping[str, tuple[int, ...]]] = {}
        if len(places) > 1:
            variants[SCALING] = by_scaling
        of_means = super().variants.get(FOLD, {})
        if self.folds:
            own = tuple(range(self.own_width))
            variants[FOLD] = {
                fold: (own if reads else ()) + of_means.get(fold, ()) for fold, reads in self.folds.items()
            }
        elif of_means:
            variants[FOLD] = of_means
        return variants

    def read(self, cells: "Cells") -> tuple[Array, Array]:
        return _values(self.kind, cells, truth=self.truth)

    def write(self, cells: "Cells", out: Array, counts: CellCounts) -> None:
        values, unreadable = self.read(cells)
        gaps = np.isnan(values)
        counts.add("missing", self.name, gaps & ~unreadable)
        counts.add("unreadable", self.name, unreadable, cells)
        counts.add("out_of_range", self.name, (values < self.lowest) | (values > self.highest))
        self.write_values(values, out)

    def write_values(self, values: Array, out: Array) -> None:
        if self.spikes:
            known = np.array(self.spikes)
            places = np.minimum(np.searchsorted(known, values), len(known) - 1)  # NaN is no value of them
            out[:, self.own_width - 1] = np.where(known[places] == values, places + 1, 0)
        if self.told is not None:
            self.told.write(self.told.rows_of_values(values), out[:, self.own_width :])
        several = len(self.fitted)
        if self.had_gaps:
            out[:, several] = np.isnan(values)
        self.write_scaled(values, out[:, :several])

    def write_scaled(self, values: Array, out: Array) -> None:
        """Write values (n,) as networks see them, gaps as the median, into `out` (n, scalings).

        Overwrites `values`.
        """
        values[np.isnan(values)] = self.fill
        last = len(self.fitted) - 1
        for place, each in enumerate(self.fitted):
            out[:, place] = each.of_values(values if place == last else values.copy())

    def described(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "width": self.width,
            "range": [self.lowest, self.highest],
            "fill": self.fill,
            "had_gaps": self.had_gaps,
            "scalings": dict(self.scalings),
            "spikes": list(self.spikes),
            "truth": self.truth,
            "folds": dict(self.folds),
        } | ({} if self.told is None else {"told": self.told.described()})

    def arrays(self) -> dict[str, Array]:
        """For each way of scaling: `numbers` (1, 5), the statistics, and `quantiles` (1, 257) if by them.

        And the means by level, if there are any.
        """
        facts = [(self.fill, each.centre, each.scale, self.lowest, self.highest) for each in self.fitted]
        knots = [each.knots for each in self.fitted if each.name in BY_KNOTS]
        rows = {"numbers": np.array(facts)} | ({} if self.told is None else self.told.arrays())
        return rows | ({"quantiles": np.array(knots)} if knots else {})

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        own = dict.fromkeys(stored["scalings"].values())
        by_knots = sum(each in BY_KNOTS for each in own)
        rows: dict[str, tuple[int, ...]] = {"numbers": (len(own), len(STATISTICS))}
        rows |= LevelMeans.shapes(stored["told"]) if "told" in stored else {}
        return rows | ({"quantiles": (by_knots, QUANTILE_KNOTS)} if by_knots else {})

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "NumberEncoder":
        rows = arrays["numbers"]
        own = list(dict.fromkeys(stored["scalings"].values()))
        if not own:
            raise ValueError("a number has no scaling")
        fill, centres, scales, lowest, highest = rows.T
        if (scales <= 0).any():
            raise ValueError("a scale is not positive")
        if (rows[:, SHARED] != rows[0, SHARED]).any():
            raise ValueError("the scalings of a number differ in its range")
        knots = iter(arrays.get("quantiles", ()))
        return cls(
            **{key: stored[key] for key in ("name", "kind", "scalings", "had_gaps", "truth", "folds")},
            fitted=tuple(
                FittedScaling(name, centre, scale, next(knots) if name in BY_KNOTS else np.empty(0))
                for name, centre, scale in zip(own, centres.tolist(), scales.tolist(), strict=True)
            ),
            fill=float(fill[0]),
            lowest=float(lowest[0]),
            highest=float(highest[0]),
            spikes=tuple(map(float, stored["spikes"])),
            told=LevelMeans.from_description(stored["told"], arrays) if "told" in stored else None,
        )


def scalings_of(settings: DataSettings, scalings: Sequence[str]) -> Sequence[str]:
    """The scalings of all networks: that of the settings, unless there are others."""
    assert settings.scaling is not None
    return scalings or (settings.scaling,)


def write_numbers(
    encoders: Sequence[NumberEncoder], cells: "Sequence[Cells]", out: Array, counts: CellCounts
) -> None:
    """The same as `write` of each, for several that are `alike`, side by side in `out` (rows, width)."""
    read = [each.read(column) for each, column in zip(encoders, cells, strict=True)]
    values, unreadable = (np.stack(each) for each in zip(*read, strict=True))
    fill, lowest, highest = (
        np.array([getattr(each, name) for each in encoders])[:, None]
        for name in ("fill", "lowest", "highest")
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
    filled = np.where(gaps, fill, values)
    widths = np.array([each.width for each in encoders])
    starts = np.cumsum(widths) - widths
    several = len(encoders[0].fitted)
    for place, ways in enumerate(zip(*(each.fitted for each in encoders), strict=True)):
        centres, scales = (
            np.array([getattr(way, name) for way in ways])[:, None] for name in ("centre", "scale")
        )
        together = FittedScaling(ways[0].name, centres, scales, ways[0].knots)
        out[:, starts + place] = together.of_values(filled.copy()).T
    flagged = np.flatnonzero(widths > several)
    out[:, starts[flagged] + several] = gaps[flagged].T


def alike(one: Encoder, other: Encoder) -> bool:
    """Whether two columns are encoded by the same steps, apart from their statistics."""
    return (
        isinstance(one, NumberEncoder)
        and isinstance(other, NumberEncoder)
        and [each.name for each in one.fitted] == [each.name for each in other.fitted]
        and not (one.spikes or other.spikes or any(len(each.knots) for each in one.fitted))
        and one.told is None
        and other.told is None
    )


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
