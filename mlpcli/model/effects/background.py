"""Values that stand for those of the training rows, drawn from the sketches that a model holds."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from mlpcli.arrays import Array
from mlpcli.data.encoders import Encoder
from mlpcli.data.sketch_sets import levels_of
from mlpcli.data.sketches import Sketch

SMALLEST = 1e-12
"""Of shares, which are divided by, and looked up where 0 is below all values."""


def drawn_values(
    encoders: Sequence[Encoder], sketches: Sequence[Sketch], trained: int, rows: int, generator: Generator
) -> list[Array]:
    """Values (rows,) of each column as its encoder reads them, drawn independently of the other columns.

    They are spread evenly over the column's distribution (a Latin hypercube, McKay et al. 1979). The sketches
    are of so many `trained` rows.
    """
    drawn = []
    for encoder, sketch in zip(encoders, sketches, strict=True):
        shares = (generator.permutation(rows) + generator.random(rows)) / rows
        drawn.append(_values(sketch, encoder, trained, shares))
    return drawn


def _values(sketch: Sketch, encoder: Encoder, rows: int, shares: Array) -> Array:
    """Values as `Encoder.read` gives them, at such shares (n,) of the distribution, gaps first."""
    gaps = (sketch.missing + sketch.unreadable) / max(rows, 1)
    if not sketch.present:
        return np.full(len(shares), np.nan)
    there = np.clip((shares - gaps) / max(1.0 - gaps, SMALLEST), 0.0, 1.0)
    values = _levels(sketch, len(levels_of(encoder)), there) if sketch.of_levels else _numbers(sketch, there)
    return np.where(shares < gaps, np.nan, values)


def _levels(sketch: Sketch, levels: int, shares: Array) -> Array:
    """Numbers of levels; of those that are not counted one by one, each is as likely."""
    counts = np.zeros(levels + 1)
    named = sketch.points.astype(np.intp)
    counts[named] = sketch.counts[:-1]
    others = np.setdiff1d(np.arange(levels), named)
    counts[others if len(others) else levels] = sketch.counts[-1] / max(len(others), 1)
    places = np.searchsorted(np.cumsum(counts) / counts.sum(), shares, "right")
    return np.where(places < levels, places, -1).astype(np.float64)


def _numbers(sketch: Sketch, shares: Array) -> Array:
    points = sketch.points
    values = [sketch.quantile(share) for share in np.maximum(shares, SMALLEST).tolist()]
    return np.clip(np.array(values, np.float64), points[0], points[-1])
