"""The sketches of a model: of its inputs and its predictions, and what is stored of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.encoders import CategoryEncoder, Encoder
from mlpcli.data.schema import BOOLEAN, CATEGORY
from mlpcli.data.sketches import TOLERANCE, Sketch, points_of_each
from mlpcli.progress import COUNTED, OnProgress, unwatched

if TYPE_CHECKING:
    from mlpcli.data.columns.frame import Frame

TRUTH = ("false", "true")
ARRAYS = ("facts", "points", "counts")
"""Of the arrays of the sketches in a model file, behind `PREFIX`."""
PREFIX = "sketches."


MOST_ROWS = 1 << 40
FACTS = 5
"""Numbers of a sketch beside its points and counts."""


class Description(TypedDict):
    """The JSON values that are stored of all sketches of a model."""

    rows: int
    """Training rows."""
    columns: int
    predictions: int
    """Sketches of predictions."""
    predicted: str
    """The rows whose predictions are sketched."""
    predicted_rows: int
    groups: list[int]
    """For each network the number of its group: rows are scored by the mean of one group."""
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Sketches:
    """The sketches of a model: of its inputs, in their order, and of its predictions."""

    rows: int
    columns: Sequence[Sketch]
    predictions: Sequence[Sketch] = ()
    predicted: str = ""
    predicted_rows: int = 0
    groups: Sequence[int] = ()

    @classmethod
    def of(
        cls,
        encoders: Sequence[Encoder],
        kinds: Sequence[str],
        frame: "Frame",
        rows: Array,
        on_progress: OnProgress = unwatched,
    ) -> "Sketches":
        """Of the inputs, from the (training) `rows` of a frame."""
        points = points_of_each(len(encoders))
        columns = list[Sketch]()
        for encoder, kind in zip(encoders, kinds, strict=True):
            on_progress(len(columns), len(encoders), COUNTED)
            values, unreadable = encoder.read(frame[encoder.name][rows])
            if kind == BOOLEAN:
                sketch = Sketch.of_truth(values, len(TRUTH))
            else:
                make = Sketch.of_codes if kind == CATEGORY else Sketch.of_values
                sketch = make(values, points)
            sketch.unreadable = int(np.count_nonzero(unreadable))
            sketch.missing = int(np.count_nonzero(np.isnan(values))) - sketch.unreadable
            columns.append(sketch)
        return cls(rows=len(rows), columns=columns)

    def to_stored(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """The description and the arrays, one sketch behind the other."""
        every = [*self.columns, *self.predictions]
        facts = [(each.missing, each.unreadable, each.unseen, each.gaps, len(each.points)) for each in every]
        arrays = {
            PREFIX + "facts": np.array(facts, np.int64).reshape(-1, FACTS),
            PREFIX + "points": np.concatenate([each.points for each in every]),
            PREFIX + "counts": np.concatenate([each.counts for each in every]),
        }
        return {
            "rows": self.rows,
            "columns": len(self.columns),
            "predictions": len(self.predictions),
            "predicted": self.predicted,
            "predicted_rows": self.predicted_rows,
            "groups": list(self.groups),
            "bytes": sum(each.nbytes for each in arrays.values()),
        }, arrays

    @classmethod
    def from_stored(
        cls, stored: Mapping[str, Any], arrays: Mapping[str, Array], levels: Sequence[int | None]
    ) -> "Sketches":
        """The inverse; raises ValueError for arrays that are not those of sketches.

        `levels` are those of each sketch, None of numbers, as of `levels_in`.
        """
        facts, points, counts = (arrays[PREFIX + name] for name in ARRAYS)
        there = len(levels) == stored["columns"] + stored["predictions"]
        if not there or facts.shape != (len(levels), FACTS) or points.ndim != 1 or counts.ndim != 1:
            raise ValueError("its sketches do not match its columns")
        if [each.dtype for each in (facts, points, counts)] != [np.int64, np.float64, np.int64]:
            raise ValueError("its sketches have the wrong type")
        sizes = facts[:, -1]
        numbers = (stored["rows"], stored["predicted_rows"], facts, counts)
        if any(np.min(each) < 0 or np.max(each) > MOST_ROWS for each in numbers):
            raise ValueError("its sketches count an impossible number of rows")
        bins = np.where([each is None for each in levels], 2 * sizes + 1, sizes + 1)
        nbytes = sum(each.nbytes for each in (facts, points, counts))
        if (sizes.sum(), bins.sum(), nbytes) != (len(points), len(counts), stored["bytes"]):
            raise ValueError("its sketches have inconsistent sizes")
        _check_rows(stored, facts, np.add.reduceat(counts, np.cumsum(bins) - bins))
        _check_order(points, sizes, levels)
        every = [
            Sketch(
                own_points,
                own_counts,
                of_levels=level is not None,
                gaps=gaps,
                missing=missing,
                unreadable=unreadable,
                unseen=unseen,
            )
            for (missing, unreadable, unseen, gaps, _), level, own_points, own_counts in zip(
                facts.tolist(),
                levels,
                np.split(points, np.cumsum(sizes[:-1])),
                np.split(counts, np.cumsum(bins[:-1])),
                strict=True,
            )
        ]
        columns, predictions = every[: stored["columns"]], every[stored["columns"] :]
        return cls(
            rows=stored["rows"],
            columns=columns,
            predictions=[
                replace(each, tolerance=0.0 if each.of_levels else TOLERANCE) for each in predictions
            ],
            predicted=stored["predicted"],
            predicted_rows=stored["predicted_rows"],
            groups=stored["groups"],
        )


def _check_rows(stored: Mapping[str, Any], facts: Array, present: Array) -> None:
    """Raise ValueError unless no sketch counts more rows than there were."""
    missing, unreadable, unseen, gaps, _ = facts.T
    rows = np.repeat([stored["rows"], stored["predicted_rows"]], [stored["columns"], stored["predictions"]])
    without = missing + unreadable
    if (present + gaps > rows).any() or (unseen + without > rows).any() or (gaps > without).any():
        raise ValueError("its sketches do not add up")


def _check_order(points: Array, sizes: Array, levels: Sequence[int | None]) -> None:
    """Raise ValueError unless points are in order, or different levels that there are."""
    if not np.isfinite(points).all():
        raise ValueError("its sketches hold a value that is not finite")
    stops = np.cumsum(sizes)
    of_levels = np.array([each is not None for each in levels], dtype=np.bool_)
    rising = np.diff(points, append=np.inf) > 0
    rising[stops[sizes > 0] - 1] = True
    if not (rising | np.repeat(of_levels, sizes)).all():
        raise ValueError("its sketches are not sorted")
    for place in np.flatnonzero(of_levels).tolist():
        own = points[stops[place] - sizes[place] : stops[place]]
        if not np.isin(own, np.arange(levels[place] or 0)).all() or len(np.unique(own)) < len(own):
            raise ValueError("its sketches refer to levels that do not exist")


def levels_in(
    encoders: Sequence[Mapping[str, Any]], target: Mapping[str, Any], task: str, predictions: int
) -> list[int | None]:
    """The number of levels that each sketch may have, None of numbers: from descriptions of a model.

    Predictions are numbers or, of several classes, the class and the probability of that class.
    """
    levels = [
        len(each["levels"]) if each["kind"] == CATEGORY else len(TRUTH) if each["kind"] == BOOLEAN else None
        for each in encoders
    ]
    if not predictions:
        return levels
    if task == "multiclass":
        return [*levels, len(target["classes"]), None]
    outputs = 1 if task == "binary" else len(target["labels" if task == "multilabel" else "names"])
    return [*levels, *[None] * outputs]


def levels_of(encoder: Encoder) -> Sequence[str]:
    """The names of an encoder's level numbers."""
    return encoder.levels if isinstance(encoder, CategoryEncoder) else TRUTH
