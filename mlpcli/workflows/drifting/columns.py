"""One column of new rows beside the same column of training, from two sketches."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from mlpcli.data.counts import CellCounts
from mlpcli.data.sketches import Sketch
from mlpcli.metrics.drift import (
    exact_p,
    exceedance_p,
    homogeneity_p,
    joined,
    kolmogorov_p,
    largest_gap,
    population_stability,
    total_variation,
)
from mlpcli.number_text import text

LEVEL = 0.01
"""Adjusted p values below which a column has shifted."""
QUARTERS = (0.25, 0.5, 0.75)
MOSTLY = 0.6
"""Of the largest difference of shares, a part that is called the shift."""

Pair: TypeAlias = tuple[float, float]
"""Of the training rows, and of the new ones."""
Span: TypeAlias = tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True, repr=False)
class ColumnShift:
    """A column then, in training, and now. All shares are of all rows."""

    name: str
    kind: str
    psi: float | None
    """Corrected for the bias of few rows; None where there are no rows."""
    ks: float | None
    """Of numbers and dates; None of others."""
    total_variation: float | None
    """Of categories; None of others."""
    p_value: float | None
    adjusted_p: float | None = None
    """By the number of columns and predictions."""
    missing: Pair = (0.0, 0.0)
    unseen: Pair = (0.0, 0.0)
    """Levels that the encoder does not keep; in training those that were too rare."""
    unreadable: Pair = (0.0, 0.0)
    out_of_range: Pair = (0.0, 0.0)
    edges: list[Span] | None
    """Of numbers, the lowest and highest value of each bin, the same where a value has one of its own; the
    first is below all values of training, the last above."""
    levels: list[str | None] | None
    """Of categories, the most frequent and, last, None for all others."""
    then: list[float]
    """The shares of the bins or levels in training."""
    now: list[float]
    range: Pair = (0.0, 0.0)
    """Of numbers, the lowest and the highest value in training."""
    range_now: Pair = (0.0, 0.0)
    quarters_then: list[float | None] = field(default_factory=list)
    """Of numbers, about; infinite beyond all values of training."""
    quarters_now: list[float | None] = field(default_factory=list)
    by_gaps: bool = False
    """Whether most of the shift is in how many cells have a value."""
    by_range: bool = False
    """Whether most of it is in how many values are beyond those of training."""
    examples: list[str] = field(default_factory=list)
    """Some of the cells that are unseen or unreadable now."""

    def __repr__(self) -> str:
        numbers = f"psi {text(self.psi)}, p {text(self.adjusted_p)}"
        return f"ColumnShift({self.name!r}, {self.kind}, {numbers}{', shifted' * self.shifted})"

    @property
    def shifted(self) -> bool:
        """Whether it differs by more than chance would explain."""
        return self.adjusted_p is not None and self.adjusted_p < LEVEL


def compared(name: str, kind: str, then: Sketch, now: Sketch, levels: Sequence[str]) -> ColumnShift:
    """The shift of a column by its sketches; shares of cells without a value are added by `with_cells`."""
    starts = then.groups()
    before, after = (np.add.reduceat(each.counts, starts) for each in (then, now))
    with_gaps = [np.append(counts, each.gaps) for counts, each in ((before, then), (after, now))]
    stability = population_stability(*with_gaps)
    enough = bool(then.present + then.gaps and now.present + now.gaps)
    ks = p_value = varied = None
    by_range = False
    if enough and then.of_levels:
        varied, p_value = total_variation(*with_gaps), homogeneity_p(*with_gaps)
    elif enough:
        ks = largest_gap(then.counts, now.counts)
        beyond = _beyond(then, now)
        of_values = kolmogorov_p(ks, then.present, now.present)
        tests = [of_values, *beyond]
        by_range = _is_by_range(then, now, ks, of_values, beyond)
        if then.gaps or now.gaps:
            sizes = (then.gaps, then.gaps + then.present, now.gaps, now.gaps + now.present)
            tests.append(exact_p(*sizes))
        p_value = joined(tests)
    shares = [counts / max(counts.sum(), 1) for counts in with_gaps]
    changes = np.abs(shares[1] - shares[0])
    return ColumnShift(
        name=name,
        kind=kind,
        psi=stability.corrected if enough else None,
        ks=ks,
        total_variation=varied,
        p_value=p_value,
        edges=None if then.of_levels else then.ends(starts),
        levels=[*(levels[int(point)] for point in then.points), None] if then.of_levels else None,
        then=shares[0][:-1].tolist(),
        now=shares[1][:-1].tolist(),
        quarters_then=[] if then.of_levels else [then.quantile(share) for share in QUARTERS],
        quarters_now=[] if then.of_levels else [now.quantile(share) for share in QUARTERS],
        range=(float(then.points.min(initial=np.inf)), float(then.points.max(initial=-np.inf))),
        range_now=(now.lowest, now.highest),
        by_gaps=bool(changes[-1] > changes[:-1].max(initial=0.0)),
        by_range=by_range,
    )


def _beyond(then: Sketch, now: Sketch) -> list[float]:
    """The chance of so many values below, and above, all of training, as far as the sketch has the ends."""
    return [
        exceedance_p(then.present, now.present, int(now.counts[end]))
        for end in (0, -1)
        if len(then.points) and not then.counts[end]
    ]


def _is_by_range(
    then: Sketch, now: Sketch, distance: float, of_values: float, beyond: Sequence[float]
) -> bool:
    """Whether values are beyond those of training while the others are about as they were."""
    outside = int(max(now.counts[0], now.counts[-1])) / max(now.present, 1)
    if outside <= MOSTLY * distance and min(beyond, default=1.0) >= min(of_values, LEVEL):
        return False
    inner = [each.counts[1:-1] for each in (then, now)]
    left = largest_gap(*inner)
    return left < outside / 2 or kolmogorov_p(left, *(float(each.sum()) for each in inner)) >= LEVEL


def with_cells(shift: ColumnShift, then: Sketch, trained: int, counts: CellCounts) -> ColumnShift:
    """With the shares of cells that are missing, unseen, unreadable or out of range, and examples of them."""
    rows = max(counts.rows, 1)

    def now(what: dict[str, int]) -> float:
        return what.get(shift.name, 0) / rows

    before = max(trained, 1)
    return replace(
        shift,
        missing=(then.missing / before, now(counts.missing)),
        unseen=(then.unseen / before, now(counts.unseen)),
        unreadable=(then.unreadable / before, now(counts.unreadable)),
        out_of_range=(0.0, now(counts.out_of_range)),
        examples=counts.examples.get(shift.name, [])[:3],
    )
