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
from mlpcli.model.effects.inputs import Inputs, Rows

Score: TypeAlias = Callable[[Array, int], Array]
"""Gives values on the link scale (rows, answers) of encoded rows, from a row number on of a table."""

STEPS, FEWER_STEPS, MANY_NETWORKS = 176, 104, 5
"""Predictions for each row that is explained, about, and of a model of many networks. On rodents (nine
columns) the mean rank correlation with exact Shapley values was 0.87 with 80 of them, 0.90 with 128 and 0.93
with 192. Where networks take most of the time of predicting, more than a hundred would be felt."""
FEWEST_PAIRS, MOST_PAIRS = 3, 32
"""Where fewer pairs have a step for each column, all but one pair have fewer steps."""
LEADING, GROUPS = 10, 3
"""Of a pair with fewer steps: columns with a step of their own, and steps of all others."""
SHARE_OF_GROUPED = 1 / 3
"""Predictions of pairs with fewer steps, as a share of those of the one with a step for each column. On 410
columns with a product of two they brought the standard error from 66 % to 13 %."""


@dataclass(frozen=True)
class Walk:
    """An order of groups of columns, from one background row."""

    background: Rows
    """A single one."""
    start: Array
    """(answers,), its values."""
    order: Sequence[Sequence[int]]
    """Numbers of columns that are put in together: mostly one."""


def pairs_for(columns: int, networks: int) -> int:
    """The number of pairs of walks with a step for each column that so many columns and networks allow."""
    steps = FEWER_STEPS if networks >= MANY_NETWORKS else STEPS
    return int(np.clip(round(steps / (2 * max(columns - 1, 1))), 1, MOST_PAIRS))


def grouped_pairs_for(columns: int) -> int:
    """The number of pairs with fewer steps beside one with a step for each of many columns."""
    return max(2, round(SHARE_OF_GROUPED * columns / (LEADING + GROUPS)))


def single_steps(columns: int, generator: np.random.Generator) -> list[list[int]]:
    """All columns in random order, each by itself."""
    return [[column] for column in generator.permutation(columns).tolist()]


def grouped_steps(leading: Sequence[int], columns: int, generator: np.random.Generator) -> list[list[int]]:
    """Leading columns each by itself, all others in some random groups, in random order."""
    others = generator.permutation(np.setdiff1d(np.arange(columns), leading))
    groups = [[column] for column in leading] + [each.tolist() for each in np.array_split(others, GROUPS)]
    return [groups[place] for place in generator.permutation(len(groups)).tolist() if groups[place]]


def steps(
    walk: Walk, inputs: Inputs, rows: Rows, first: int, values: Array, score: Score
) -> Iterator[tuple[Sequence[int], Array]]:
    """For each step the numbers of its columns and how it changes the values (rows, answers).

    `values` (rows, answers) are those of the rows, which are those from number `first` on of a table.
    """
    mixed = walk.background.repeated(len(rows))
    before = np.broadcast_to(walk.start, values.shape)
    for place, columns in enumerate(walk.order, 1):
        if place < len(walk.order):
            for column in columns:
                inputs.copy_column(mixed, inputs.names[column], rows)
            after = score(mixed.matrix, first)
        else:
            after = values
        yield columns, after - before
        before = after
