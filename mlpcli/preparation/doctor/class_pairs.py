"""Pairs of columns that tell a class by a comparison of the two, or by the values of two that have few."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import BOOLEAN, CATEGORY, DATE, NUMBER
from mlpcli.model.tasks import Task
from mlpcli.preparation.doctor.evidence import FEWEST_ERRORS, Tried, classes_of, nearest_to, states_of, tried
from mlpcli.preparation.doctor.looked_at import MOST_COLUMNS, InputValues, LookedAt, Pair, stacked

SCREENED_ROWS = 128
"""In which each pair is tried at first, of each class as many if there are."""
MOST_PAIRS = 20
"""The best of the first trial, which are then tried on all rows."""
MOST_CLASSES, MOST_VALUES = 16, 12
RIGHT_SHARE = 0.97
"""Of the rows of the first trial."""
ALONE = 0.1
"""Of the baseline's errors, those that each column has to leave alone."""


@dataclass(frozen=True)
class _Comparison:
    """A state for each row from the values (rows,) of one column and (rows,) or (columns, rows) of others."""

    said: str
    states: int
    kinds: tuple[str, ...]
    of: Callable[[Array, Array], Array]


def _larger(one: Array, other: Array) -> Array:
    with np.errstate(invalid="ignore"):
        signs = np.sign(one - other) + 1
    return np.where(np.isnan(signs), 3, signs).astype(np.intp)


def _equal(one: Array, other: Array) -> Array:
    return np.where(np.isnan(one) | np.isnan(other), 2, one == other).astype(np.intp)


def _missing(one: Array, other: Array) -> Array:
    return np.asarray(2 * np.isnan(one) + np.isnan(other)).astype(np.intp)


COMPARISONS = (
    _Comparison("by which is larger", 4, (NUMBER,), _larger),
    _Comparison("by which is later", 4, (DATE,), _larger),
    _Comparison("by whether they are equal", 3, (CATEGORY, BOOLEAN), _equal),
)
BY_VALUES = "by their values"
OF_GAPS = _Comparison("by which is missing", 4, (), _missing)


def class_pairs(columns: Sequence[InputValues], task: Task, looked: LookedAt) -> dict[Pair, str]:
    """What is said of each pair that tells the classes of a target."""
    pairs: dict[Pair, str] = {}
    for name, classes in classes_of(task, looked):
        rows = _of_each_class(classes, looked.halves[0])
        used = np.unique(classes[rows])
        if len(used) > MOST_CLASSES:
            continue
        hot = (classes[rows, None] == used).astype(np.float32)
        for said, pair, states in (*_compared(columns, rows, hot), *_valued(columns, rows, hot)):
            if pair in pairs:
                continue
            both = tried(states, classes, looked.halves)
            alone = [tried(states_of(each), classes, looked.halves) for each in pair]
            helped = all(each.wrong > ALONE * each.trivial for each in alone)
            if helped and _tells(both, exact=said == BY_VALUES):
                pairs[pair] = f"predict {name!r} in {both}, {said}"
    return pairs


def _tells(both: Tried, *, exact: bool) -> bool:
    """`exact`: of many states, no row may be wrong, as an honest table may come near."""
    return both.tells and (not exact or (both.wrong == 0 and both.trivial >= 3 * FEWEST_ERRORS))


def _of_each_class(classes: Array, learned: Array) -> Array:
    rows = np.flatnonzero(learned)
    used = np.unique(classes[rows])
    most = max(SCREENED_ROWS // max(len(used), 1), 1)
    of_class = [rows[classes[rows] == each] for each in used]
    return np.concatenate(
        [each[np.linspace(0, len(each) - 1, min(len(each), most)).astype(np.intp)] for each in of_class]
    )


def _compared(columns: Sequence[InputValues], rows: Array, hot: Array) -> Iterator[tuple[str, Pair, Array]]:
    """Pairs that tell the class of most of the rows by a comparison, which is said, and all rows' states."""
    for comparison in (*COMPARISONS, OF_GAPS):
        group = [each for each in columns if each.kind in comparison.kinds]
        if comparison is OF_GAPS:
            group = [each for each in columns if each.gaps.any()]
        if len(group) < 2:
            continue
        group = nearest_to(group, rows, hot)
        values = stacked(group)
        screened = values[:, rows]

        def right(first: int, screened: Array = screened, comparison: _Comparison = comparison) -> Array:
            states = comparison.of(screened[first], screened[first + 1 :])
            return _right(states, comparison.states, hot)

        for first, second in _best(right, len(group)):
            states = comparison.of(values[first], values[second])
            yield comparison.said, (group[first], group[second]), states


def _valued(columns: Sequence[InputValues], rows: Array, hot: Array) -> Iterator[tuple[str, Pair, Array]]:
    """The same of columns that have few values, a gap being one."""
    few, codes = list[InputValues](), list[Array]()
    for each in columns:
        values, places = np.unique(each.values, return_inverse=True)
        if 2 <= len(values) <= MOST_VALUES:
            few.append(each)
            codes.append(places)
    if len(few) < 2:
        return
    # So that the products are bounded, whatever the number of classes.
    most = max(MOST_COLUMNS // hot.shape[1], MOST_VALUES)
    shares = np.array([_right(places[None, rows], MOST_VALUES, hot)[0] for places in codes])
    chosen = sorted(np.argsort(-shares, kind="stable")[:most].tolist())
    few, codes = [few[place] for place in chosen], [codes[place] for place in chosen]
    screened = np.array([places[rows] for places in codes]).reshape(len(codes), len(rows))
    of_values = (screened[:, None, :] == np.arange(MOST_VALUES)[:, None]).astype(np.float32)

    def right(first: int) -> Array:
        """(later columns,) the share of rows that are right: by products of each value."""
        later = of_values[first + 1 :].reshape(-1, len(rows))
        total = np.zeros(len(few) - first - 1)
        for value in range(int(screened[first].max()) + 1):
            of_value = screened[first] == value
            counts = later[:, of_value] @ hot[of_value]
            total += counts.max(axis=1).reshape(-1, MOST_VALUES).sum(axis=1)
        return total / len(rows)

    for first, second in _best(right, len(few)):
        yield BY_VALUES, (few[first], few[second]), codes[first] * MOST_VALUES + codes[second]


def _best(right: Callable[[int], Array], columns: int) -> list[tuple[int, int]]:
    """The pairs of columns with the largest shares of rows that are right; `right` of one and all later."""
    likely = [
        (-float(share), first, first + 1 + place)
        for first in range(columns - 1)
        for place, share in enumerate(right(first).tolist())
        if share >= RIGHT_SHARE
    ]
    return [(first, second) for _, first, second in sorted(likely)[:MOST_PAIRS]]


def _right(states: Array, number: int, hot: Array) -> Array:
    """(pairs,) the share of rows whose class is the most frequent of their state; `states` (pairs, rows)."""
    right = sum(((states == state).astype(np.float32) @ hot).max(axis=1) for state in range(number))
    return np.asarray(right) / len(hot)
