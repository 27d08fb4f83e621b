"""Leaks through the order of the rows: a table sorted by its target, and an input that counts its rows."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import BOOLEAN
from mlpcli.model.tasks import Regression, Task
from mlpcli.preparation.doctor.evidence import classes_of, correlation, in_order, nearest, order_of
from mlpcli.preparation.doctor.looked_at import InputValues, LookedAt
from mlpcli.preparation.doctor.ranks import ranks

FOLLOWS = 0.999
"""Correlation of ranks of an input with the row numbers."""
SOME_ROWS = 100
DISTINCT_SHARE = 0.5
"""Of the rows, the values of an input that numbers them: of fewer, the rows are sorted by it."""
SORTED_SHARE = 0.995
"""Of the steps from row to row that change a number target, those in one direction."""
FEWEST_VALUES = 3
"""Of a number target."""


def order_evidence(column: InputValues, task: Task, looked: LookedAt) -> str:
    """The evidence that a column follows the rows and the rows the target; "" where either does not."""
    if not column.ordered or column.kind == BOOLEAN or not _follows_rows(column.values):
        return ""
    if isinstance(task, Regression):
        for number, name in enumerate(task.labels):
            if _is_sorted(looked.truth[:, number]):
                return f"follows the order of the rows, sorted by {name!r}"
        return ""
    rows = np.arange(len(looked), dtype=np.float64)
    for name, classes in classes_of(task, looked):
        # Sorted, or in long stretches of one class each.
        if not (in_order(classes).tells or nearest(rows, classes, looked.halves).tells):
            continue
        by_column = in_order(classes[order_of(column.values)])
        by_column = by_column if by_column.tells else nearest(column.values, classes, looked.halves)
        if by_column.tells:
            return f"follows the order of the rows, grouped by {name!r}, and predicts it in {by_column}"
    return ""


def _follows_rows(values: Array) -> bool:
    # A few rows tell it of nearly all columns.
    some = values[:: max(len(values) // SOME_ROWS, 1)]
    if np.isnan(some).any() or abs(correlation(ranks(some), np.arange(float(len(some))))) < FOLLOWS - 0.01:
        return False
    if np.isnan(values).any() or len(np.unique(values)) < DISTINCT_SHARE * len(values):
        return False
    return abs(float(np.corrcoef(ranks(values), np.arange(len(values)))[0, 1])) >= FOLLOWS


def _is_sorted(truth: Array) -> bool:
    """Whether a number target only rises, or only falls, and that several times."""
    steps = np.sign(np.diff(truth))
    changes = steps[steps != 0]
    if len(changes) < FEWEST_VALUES - 1:
        return False
    return abs(float(changes.mean())) >= 2 * SORTED_SHARE - 1
