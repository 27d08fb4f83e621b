"""Screening of very wide tables: each network reads the numbers that predict the target best, each alone.

Each column is judged by the F test of a single input: of classes the analysis of variance, of numbers the
correlation, of several targets that with the best. What only several columns together show is lost, so a
tenth of the others is kept at random. Published results of such selections: arXiv 2311.05877.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import Encoder, NumberEncoder
from mlpcli.data.encoders.base import ALL_ROWS
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import CHOSEN, SCREENED, Schema
from mlpcli.errors import Sentence
from mlpcli.preparation.finding import SCREENING, Finding

RANDOM_SHARE = 0.1
"""Of the columns that are not among the best."""
MOST_ROWS = 20_000
"""By which columns are judged."""
TOGETHER = 64
"""Columns that are judged at once."""


@dataclass(frozen=True)
class JudgingRows:
    """Numbers of the rows of a frame that networks learn from, with targets and weights in the same order."""

    rows: Array
    targets: Array
    """(rows,) numbers of classes, or (rows, targets) float."""
    weights: Array | None
    folds: Sequence[Array] = ()
    """The rows that the networks of each fold learn from, if they differ."""

    def some(self) -> "JudgingRows":
        """Rows from all over, `MOST_ROWS` at most."""
        if len(self.rows) <= MOST_ROWS:
            return self
        kept = np.linspace(0, len(self.rows) - 1, MOST_ROWS).astype(np.intp)
        weights = None if self.weights is None else self.weights[kept]
        return replace(self, rows=self.rows[kept], targets=self.targets[kept], weights=weights)

    def masks(self) -> list[Array]:
        """(rows,) of all rows, then of those of each fold."""
        return [np.ones(len(self.rows), np.bool_), *(np.isin(self.rows, fold) for fold in self.folds)]


@dataclass(frozen=True)
class Screened:
    """The encoders of the columns that some network reads."""

    encoder: FeatureEncoder
    reasons: Mapping[str, str]
    """Of the columns that none reads, why."""
    findings: list[Finding]

    def schema(self, schema: Schema) -> Schema:
        """With the columns that no network reads as left out."""
        columns = tuple(
            replace(each, kind=SCREENED, reason=self.reasons[each.name])
            if each.name in self.reasons
            else each
            for each in schema.columns
        )
        return replace(schema, columns=columns)


def screened(
    encoder: FeatureEncoder,
    schema: Schema,
    frame: Frame,
    learned: JudgingRows,
    most: int,
    *,
    generator: np.random.Generator,
) -> Screened:
    """The columns for networks that read the `most` best numbers and booleans, and some others at random.

    Columns whose kind the user chose are read by all, and so are crosses with their columns. Networks of
    different folds read different columns, as many of each kind: what the rows that they hold out show would
    flatter their scores. With 0 all are kept.
    """
    chosen = {column.name for column in schema.columns if column.reason == CHOSEN}
    chosen |= {name for cross in schema.crosses for name in (cross.name, *cross.sources)}
    numbers = [
        each for each in encoder.encoders if isinstance(each, NumberEncoder) and each.name not in chosen
    ]
    if not 0 < most < len(numbers):
        return Screened(encoder, {}, [])
    explained = _explained(numbers, frame, learned.some())
    ranks = np.argsort(np.argsort(-explained, axis=1, kind="stable"), axis=1)
    read = _read(list(map(_shape, numbers)), ranks, most, generator.permutation(len(numbers)))
    names = [ALL_ROWS, *map(str, range(len(learned.folds)))]
    replaced: dict[str, NumberEncoder | None] = {}
    reasons: dict[str, str] = {}
    for each, by_fold, rank in zip(numbers, read.T.tolist(), ranks[0].tolist(), strict=True):
        folds = {} if all(by_fold) else dict(zip(names, by_fold, strict=True))
        replaced[each.name] = replace(each, folds=folds if learned.folds else {}) if any(by_fold) else None
        if not any(by_fold):
            reasons[each.name] = f"rank {rank + 1:,} of {len(numbers):,} by an F test with the target"
    encoders = [replaced.get(each.name, each) for each in encoder.encoders]
    kept = FeatureEncoder([each for each in encoders if each is not None], encoder.crosses)
    return Screened(kept, reasons, [_finding(len(numbers), int(read[0].sum()), bool(learned.folds))])


def _explained(encoders: Sequence[NumberEncoder], frame: Frame, learned: JudgingRows) -> Array:
    """(1 + folds, columns): the share of the target's variance, or of a column's between classes."""
    masks = learned.masks()
    shares: list[Array] = []
    for first in range(0, len(encoders), TOGETHER):
        several = encoders[first : first + TOGETHER]
        columns = np.empty((len(learned.rows), len(several)))
        for place, each in enumerate(several):
            out = np.empty((len(columns), each.width))
            each.write(frame[each.name][learned.rows], out, CellCounts())
            columns[:, place] = out[:, 0]
        shares.append(
            np.array(
                [
                    explained_shares(
                        columns[mask],
                        learned.targets[mask],
                        None if learned.weights is None else learned.weights[mask],
                    )
                    for mask in masks
                ]
            )
        )
    return np.concatenate(shares, axis=1)


def explained_shares(columns: Array, targets: Array, weights: Array | None) -> Array:
    """(columns,) from 0 to 1 of columns (rows, columns) float64, by which they are in the order of their F.

    Of classes (rows,) the share of a column's variance that is between the means of the classes; of numbers
    (rows, targets) the largest squared correlation. With n rows and k classes F is this share over the rest,
    times (n - k) / (k - 1), and k is 2 for numbers.
    """
    share = np.full(len(columns), 1 / max(len(columns), 1)) if weights is None else weights / weights.sum()
    centred = columns - share @ columns
    total = _without_noise(share @ np.square(centred), columns)
    classes = targets.ndim == 1
    others = np.eye(int(targets.max(initial=0)) + 1)[targets] if classes else targets.astype(np.float64)
    if not classes:
        others = others - share @ others
    with_each = np.square(centred.T @ (share[:, None] * others))
    sizes = share @ others if classes else _without_noise(share @ np.square(others), targets)
    each = np.divide(with_each, sizes, out=np.zeros_like(with_each), where=sizes > 0)
    between = each.sum(axis=1) if classes else each.max(axis=1, initial=0.0)
    return np.asarray(np.divide(between, total, out=np.zeros_like(total), where=total > 0))


def _without_noise(variances: Array, values: Array) -> Array:
    """Variances of the columns of (rows, columns), 0 where they are only rounding."""
    largest = np.abs(values).max(axis=0, initial=0.0).astype(np.float64)
    return np.where(variances > np.square(1e-12 * largest), variances, 0.0)


def _shape(encoder: Encoder) -> tuple[object, ...]:
    """The properties that decide how many weights a network has for a column."""
    places = [(name, *each.items()) for name, each in encoder.variants.items()]
    return (encoder.width, encoder.numbers, encoder.categories, *places)


def _read(shapes: Sequence[tuple[object, ...]], ranks: Array, most: int, permutation: Array) -> Array:
    """(1 + folds, columns) of booleans, for `ranks` from 0 on of all rows and of each fold.

    Of the columns of each shape every fold reads as many, so that its networks have as many weights.
    """
    read = np.zeros(ranks.shape, np.bool_)
    best = Counter(shape for shape, rank in zip(shapes, ranks[0].tolist(), strict=True) if rank < most)
    for shape in dict.fromkeys(shapes):
        alike = np.array([each == shape for each in shapes])
        extra = math.ceil(RANDOM_SHARE * (int(alike.sum()) - best[shape]))
        for own, order in zip(read, np.argsort(ranks, axis=1), strict=True):
            own[order[alike[order]][: best[shape]]] = True
            others = permutation[alike[permutation] & ~own[permutation]]
            own[others[:extra]] = True
    return read


def _finding(all_columns: int, kept: int, by_fold: bool) -> Finding:
    where = " in its rows" if by_fold else ""
    reads = "each network reads" if by_fold else "networks read"
    text = (
        f"{reads} {kept:,} of {all_columns:,} number columns, those that predict the target best "
        f"alone{where}, and some at random"
    )
    return Finding(SCREENING, text, Sentence("{most_columns} all keeps all"))
