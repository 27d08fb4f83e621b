"""Pairs of numbers or dates whose sum, difference, product or quotient is a number target."""

from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import DATE, NUMBER
from mlpcli.model.tasks import Task
from mlpcli.preparation.doctor.evidence import correlation, correlations, nearest_to
from mlpcli.preparation.doctor.looked_at import LEAST_ROWS, InputValues, LookedAt, Pair, stacked
from mlpcli.preparation.doctor.ranks import ranks

SCREENED_ROWS = 64
"""In which each pair is tried at first."""
MOST_PAIRS = 20
"""The best of the first trial, which are then tried on all rows."""
SCREENED, CORRELATION, RANKED = 0.99, 0.9995, 0.995
"""Correlations: of the first trial, and with the target in size and in rank. A single row that is far out
makes any correlation in size, but not in rank."""
BETTER = 0.02
"""Of the variance that the better of the two columns leaves, what both may leave."""


def number_pairs(columns: Sequence[InputValues], task: Task, looked: LookedAt) -> dict[Pair, str]:
    """What is said of each pair that gives a target."""
    columns = [each for each in columns if each.kind in (NUMBER, DATE)]
    if len(columns) < 2:
        return {}
    rows = np.flatnonzero(looked.halves[0])
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), SCREENED_ROWS)).astype(np.intp)]
    truth = looked.truth[rows].astype(np.float64)
    columns = nearest_to(columns, rows, truth)
    values = stacked(columns)[:, rows]
    likely = list[tuple[float, int, int, int, str]]()
    for first in range(len(columns) - 1):
        forms = _forms(values[first], values[first + 1 :])
        found = np.abs(correlations(np.concatenate(list(forms.values())), truth))
        found = found.reshape(len(forms), -1, truth.shape[1])
        for number, place, target in np.argwhere(found >= SCREENED).tolist():
            at = first + 1 + place
            likely.append((-found[number, place, target], first, at, target, [*forms][number]))
    pairs: dict[Pair, str] = {}
    for _, first, second, target, form in sorted(likely)[: MOST_PAIRS * len(task.labels)]:
        pair, of_target = (columns[first], columns[second]), looked.truth[:, target]
        if pair not in pairs and (as_made := _as_made(form, pair, of_target)):
            said = form.format(*(repr(each.name) for each in pair))
            pairs[pair] = f"determine the target {task.labels[target]!r} ({said}, correlation {as_made:.5f})"
    return pairs


def _forms(one: Array, other: Array) -> dict[str, Array]:
    """What a target may be made of; rows without a result have NaN."""
    with np.errstate(all="ignore"):
        return {
            "{} + {}": one + other,
            "{} - {}": one - other,
            "{} * {}": one * other,
            "{} / {}": one / other,
            "{1} / {0}": other / one,
        }


def _as_made(form: str, pair: Pair, truth: Array) -> float:
    """The correlation in all rows, 0 unless it is as good as exact and neither column comes near."""
    one, other = (each.values for each in pair)
    made = _forms(one, other)[form]
    there = np.isfinite(made)
    if there.sum() < max(LEAST_ROWS, len(there) // 10):
        return 0.0
    made, truth = made[there], truth[there].astype(np.float64)
    found = correlation(made, truth)
    if abs(found) < CORRELATION or abs(correlation(ranks(made), ranks(truth))) < RANKED:
        return 0.0
    best = max(abs(correlation(each[there], truth)) for each in (one, other))
    return found if 1 - found**2 <= BETTER * (1 - best**2) else 0.0
