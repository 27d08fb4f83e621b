"""Scores of groups of rows, such as slices of a column, and the gaps between them. GAPS is their table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlpcli.arrays import Array
from mlpcli.metrics import METRICS
from mlpcli.metrics.classification import confusion
from mlpcli.metrics.outcome import Outcome, UnavailableError, weighted_mean

FEWEST_ROWS = 30
"""Rows below which a group is not judged: there chance alone moves a share by up to 0.09 (0.5 / √30)."""
TOO_FEW = f"fewer than {FEWEST_ROWS} rows"


@dataclass(frozen=True)
class GroupScores:
    """A score of each group that has one."""

    values: dict[str, float]
    left_out: dict[str, str]
    """Why the other groups have none."""


@dataclass(frozen=True)
class Gap:
    """The largest difference of a score between two groups; `reason` where there are not two."""

    value: float | None
    highest: str | None
    lowest: str | None
    scores: dict[str, float]
    left_out: dict[str, str]
    reason: str = ""


def scores_of_groups(
    outcome: Outcome, groups: Mapping[str, Array], score: Callable[[str, Outcome], float]
) -> GroupScores:
    """`score` of each of the groups {name: row numbers} that has enough rows and defines it."""
    values, left_out = dict[str, float](), dict[str, str]()
    for name, rows in groups.items():
        if len(rows) < FEWEST_ROWS:
            left_out[name] = TOO_FEW
            continue
        try:
            values[name] = score(name, outcome.take(rows))
        except UnavailableError as reason:
            left_out[name] = str(reason)
    return GroupScores(values, left_out)


def gaps(outcome: Outcome, groups: Mapping[str, Array], task: str) -> dict[str, Gap]:
    """Each gap of the task: the largest score of a group minus the smallest.

    The definitions are those of fairlearn.metrics: `selection_rate_gap` is its
    demographic_parity_difference, `recall_gap` its equal_opportunity_difference (method="between_groups").
    Unlike there, a group counts only if it has FEWEST_ROWS rows, and for recall a row of the positive class;
    of several classes the mean recall of those that occur in the group is compared.
    """
    return {
        name: _gap(scores_of_groups(outcome, groups, _unnamed(scores[task])))
        for name, scores in GAPS.items()
        if task in scores
    }


def _unnamed(score: Callable[[Outcome], float]) -> Callable[[str, Outcome], float]:
    return lambda _, part: score(part)


def _gap(found: GroupScores) -> Gap:
    values, left_out = found.values, found.left_out
    value = highest = lowest = None
    if len(values) > 1:
        highest, lowest = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
        value = values[highest] - values[lowest]
    reason = f"it needs two slices with {FEWEST_ROWS} rows that define it" if value is None else ""
    return Gap(value, highest, lowest, scores=values, left_out=left_out, reason=reason)


def selection_rate(outcome: Outcome) -> float:
    """The share of rows that are predicted as the positive one of two classes."""
    outcome.check()
    return weighted_mean(outcome.predicted == 1, outcome)


def recall_where_defined(outcome: Outcome) -> float:
    """The recall of the positive one of two classes; UnavailableError where it does not occur."""
    check_defined("recall", outcome)
    return METRICS["recall"].function(outcome)


def check_defined(name: str, outcome: Outcome) -> None:
    """Raise UnavailableError for a score of two classes that is 0 only because nothing is there to count."""
    if name not in _COUNTED:
        return
    count, reason = _COUNTED[name]
    if not count(confusion(outcome, 2)):
        raise UnavailableError(reason)


_COUNTED: dict[str, tuple[Callable[[Array], float], str]] = {
    "recall": (lambda cells: cells[1].sum(), "no row of the class"),
    "precision": (lambda cells: cells[:, 1].sum(), "no row is predicted as the class"),
    "f1": (lambda cells: cells.sum() - cells[0, 0], "no row of the class, and none predicted as it"),
    "specificity": (lambda cells: cells[0].sum(), "no row outside the class"),
}
"""Denominators, from a confusion matrix (2, 2) whose second class counts, and what a 0 there means."""

GAPS: dict[str, Mapping[str, Callable[[Outcome], float]]] = {
    "selection_rate_gap": {"binary": selection_rate},
    "recall_gap": {"binary": recall_where_defined, "multiclass": METRICS["balanced_accuracy"].function},
}
"""The score whose gap it is, by task."""
