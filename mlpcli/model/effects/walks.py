"""Shapley values of the input columns by walks from background rows to the row that is explained.

The value of a set of columns is the mean prediction, on its link scale, where these have the cells of the row
and all others those of background rows (Štrumbelj and Kononenko 2014; Lundberg and Lee 2017). A walk puts the
row's cells into a background row column by column, in random order; a column's effect is the mean change at
its step. Walks come in pairs of opposite orders, which takes away the chance of orders from what two columns
do together (Mitchell et al. 2022, arXiv 2104.12199). All rows share the walks, so that a row has the same
effects wherever it stands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array

Score: TypeAlias = Callable[[Array, int], Array]
"""Gives values on the link scale (rows, answers) of encoded rows, from a row number on of a table."""

STEPS = 176
"""Predictions for each row that is explained, about. Against all sets of up to nine columns of six tables the
mean rank correlation was 0.89 with 80 of them, 0.93 with 144 and 0.94 with 192."""
MOST_PAIRS = 32


@dataclass(frozen=True)
class Walk:
    """An order of the columns, from one background row."""

    background: Array
    """(width,) of the encoded row."""
    start: Array
    """(answers,), its values."""
    order: tuple[int, ...]


def pairs_for(columns: int) -> int:
    """The number of pairs of walks that so many columns allow, one at least."""
    return int(np.clip(round(STEPS / (2 * max(columns - 1, 1))), 1, MOST_PAIRS))


def walks_from(backgrounds: Array, starts: Array, columns: int, generator: np.random.Generator) -> list[Walk]:
    """A walk for each background row (rows, width) with its values (rows, answers), each second one in the
    opposite order of that before it."""
    walks: list[Walk] = []
    for number, (background, start) in enumerate(zip(backgrounds, starts, strict=True)):
        order = walks[-1].order[::-1] if number % 2 else tuple(generator.permutation(columns).tolist())
        walks.append(Walk(background, start, order))
    return walks


def steps(
    walk: Walk, blocks: Sequence[slice], features: Array, first: int, values: Array, score: Score
) -> Iterator[tuple[int, Array]]:
    """For each column its number and how its step changes the values (rows, answers).

    `blocks` are the matrix columns of each column; `values` (rows, answers) are those of the rows.
    """
    mixed = np.repeat(walk.background[None], len(features), axis=0)
    before = np.broadcast_to(walk.start, values.shape)
    for place, column in enumerate(walk.order, 1):
        mixed[:, blocks[column]] = features[:, blocks[column]]
        after = score(mixed, first) if place < len(walk.order) else values
        yield column, after - before
        before = after
