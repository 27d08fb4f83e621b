"""Leaks through a single column: by its values, by its gaps, or by the order of the rows."""

from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.errors import Sentence
from mlpcli.model.tasks import Regression, Task
from mlpcli.preparation.doctor.evidence import (
    BINS,
    FEWEST_ERRORS,
    WRONG_SHARE,
    WRONG_SHARE_OF_NUMBERS,
    classes_of,
    correlation,
    in_order,
    order_of,
    states_of,
    tried,
)
from mlpcli.preparation.doctor.looked_at import LEAST_ROWS, InputValues, LookedAt
from mlpcli.preparation.doctor.order import order_evidence
from mlpcli.preparation.doctor.ranks import ranks, ranks_of_columns
from mlpcli.preparation.finding import LEAK, Finding
from mlpcli.text_width import shell_word

CORRELATION, RANKED = 0.9995, 0.9
"""With the target, and in rank: a single row that is far out makes any correlation in size."""
LEAST_SHARE = 0.1
"""Of the rows that must have a value, where only those are looked at."""
PURE_ROWS, LEFT_SHARE = 50, 0.1
"""Rows with, or without, a value that are all of one class; and of the baseline's errors those that are left
by the rule that they are and the others are not: a refund in nine of ten orders that were sent back."""
SAME_SHARE, EXPLAINED = 0.99, 0.98
"""Rows with one value of a number target, or its variance, that a gap stands for."""


def leaks(task: Task, looked: LookedAt) -> dict[str, Finding]:
    """Findings by column: those that alone predict the target of rows that were not looked at."""
    found: dict[str, Finding] = {}
    if len(looked) < LEAST_ROWS:
        return found
    alone = _number_leak if isinstance(task, Regression) else _class_leak
    for column in looked.inputs:
        if said := order_evidence(column, task, looked) or alone(column, task, looked):
            advice = Sentence("{drop} {}", shell_word(column.name))
            text = f"column {column.name!r} {said}. Target leak?"
            found[column.name] = Finding(LEAK, text, advice, columns=(column.name,))
    return found


def _class_leak(column: InputValues, task: Task, looked: LookedAt) -> str:
    gaps, states = column.gaps, states_of(column)
    there, that = ~gaps, " that have a value" if gaps.any() else ""
    order = order_of(column.values[there]) if column.ordered and states.max() > BINS // 2 else ()
    for name, classes in classes_of(task, looked):
        if gaps.any():
            by_gap = tried(gaps.astype(np.intp), classes, looked.halves)
            if by_gap.tells or (
                by_gap.trivial >= FEWEST_ERRORS
                and by_gap.wrong <= LEFT_SHARE * by_gap.trivial
                and any(_is_pure(classes[each]) for each in (gaps, ~gaps))
            ):
                return f"alone predicts {name!r} in {by_gap}, by whether it is missing"
        rules = [(tried(states, classes, looked.halves), "")]
        if gaps.any() and _enough(there):
            halves = [half[there] for half in looked.halves]
            rules.append((tried(states[there], classes[there], halves), that))
        if len(order) and _enough(there):
            apart = in_order(classes[there][order])
            # A few in the wrong place: a class that is defined by the column, as short films by their length.
            rules += [(apart, that)] if not apart.wrong else []
        for rule, that in rules:
            if rule.leaves(WRONG_SHARE_OF_NUMBERS if len(order) else WRONG_SHARE):
                return f"alone predicts {name!r} in {rule}{that}"
    return ""


def _is_pure(classes: Array) -> bool:
    return len(classes) >= PURE_ROWS and bool((classes == classes[0]).all())


def _enough(there: Array) -> bool:
    return bool(there.sum() >= max(LEAST_ROWS, LEAST_SHARE * len(there)))


def _number_leak(column: InputValues, task: Task, looked: LookedAt) -> str:
    gaps = column.gaps
    if gaps.any() and min(gaps.sum(), (~gaps).sum()) >= FEWEST_ERRORS:
        for number, name in enumerate(task.labels):
            if said := _gaps_explain(gaps, looked.truth[:, number], name):
                return said
    if column.ordered and _enough(~gaps):
        there = ~gaps
        truth = looked.truth[there]
        ranked = looked.truth_ranks if there.all() else ranks_of_columns(truth)
        said = _follows(column.values[there], truth, ranked, task.labels)
        return f"{said} in the rows that have a value" if said and gaps.any() else said
    return ""


def _gaps_explain(gaps: Array, truth: Array, name: str) -> str:
    """Whether gaps stand for one value of a number target, or for most of its variance."""
    for state, said, otherwise in ((gaps, "missing", "given"), (~gaps, "given", "missing")):
        values, counts = np.unique(truth[state], return_counts=True)
        value = values[counts.argmax()]
        if counts.max() >= SAME_SHARE * state.sum() and (truth[~state] == value).mean() <= 1 - SAME_SHARE:
            right = int((state == (truth == value)).sum())
            where = f"is {said} where {name!r} is {value:g} and {otherwise} elsewhere"
            return f"{where}, in {right:,} of {len(truth):,} rows"
    explained = correlation(gaps.astype(np.float64), truth) ** 2
    if explained >= EXPLAINED:
        return f"explains {explained:.1%} of the variance of {name!r} by whether it is missing"
    return ""


def _follows(values: Array, truth: Array, ranked: Array, names: Sequence[str]) -> str:
    """Whether a target rises or falls with the values, in size or, as `ranked` (rows, targets), in rank."""
    by_rank = ranks(values)
    for number, name in enumerate(names):
        if abs(correlation(by_rank, ranked[:, number])) < RANKED:
            continue
        for what, one, other in (
            ("is {}the target", values, truth[:, number]),
            ("ranks the rows {}like the target", by_rank, ranked[:, number]),
        ):
            found = correlation(one, other)
            if abs(found) >= CORRELATION:
                almost = "almost " if abs(found) < 1 - 1e-12 else ""
                return f"{what.format(almost)} {name!r} (correlation {found:.5f})"
    return ""
