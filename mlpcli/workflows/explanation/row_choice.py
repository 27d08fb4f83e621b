"""The rows that an explanation shows: typical ones, and those whose predictions surprise."""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.outcome import Outcome
from mlpcli.model.model import Model
from mlpcli.model.scores import row_losses
from mlpcli.model.tasks import Binary, Multiclass
from mlpcli.number_text import short

SHOWN = 3
TYPICAL = ((0.1, "a low prediction"), (0.5, "a middle prediction"), (0.9, "a high prediction"))
"""Shares of the predictions that are lower."""
DOUBTED = 0.5
"""Probability of the true class from which on a row is no surprise."""


@dataclass(frozen=True)
class Chosen:
    """A row and why it is shown."""

    row: int
    why: str


def typical_rows(
    model: Model, shown: Array, decided: Array, losses: Array | None, only: int | None = None
) -> list[Chosen]:
    """Rows that are predicted as many others are, and not worse than half of the rows.

    `shown` (rows,) are predicted values or probabilities of the answer that is explained, of several classes
    those of the predicted class; `decided` the predicted classes, `losses` (rows,) where the truth is known.
    `only`: a class, whose rows are wanted.
    """
    good = np.ones(len(shown), bool) if losses is None else losses <= np.median(losses)
    chosen: list[Chosen] = []
    if only is not None:
        good &= decided == only
    elif isinstance(model.task, Multiclass) and not isinstance(model.task, Binary):
        counts = np.bincount(decided, minlength=len(model.task.labels))
        for number in np.argsort(-counts, kind="stable")[:SHOWN].tolist():
            own = decided == number
            _add(chosen, shown, own & good if (own & good).any() else own, 0.5, model.task.labels[number])
        return chosen
    if not good.any() or np.ptp(shown[good]) <= 0:
        _add(chosen, shown, good, 0.5, "as all others" if good.sum() > 1 else "")
        return chosen
    for share, words in TYPICAL:
        _add(chosen, shown, good, share, words)
    return chosen


def surprising_rows(
    model: Model, shown: Array, outcome: Outcome | None, taken: list[Chosen], only: int | None = None
) -> list[Chosen]:
    """The rows with the largest losses, the largest first; without a truth those predicted most extremely.

    Rows that are `taken` are none, nor are those whose true class is rather predicted than not. `only`: a
    class, which is true or predicted.
    """
    free = np.ones(len(shown), bool)
    free[[each.row for each in taken]] = False
    if outcome is None:
        away = np.where(free, np.abs(shown - np.median(shown)), 0.0)
        order = np.argsort(-away, kind="stable")[:SHOWN].tolist()
        return [Chosen(row, "an extreme prediction") for row in order if away[row] > 0]
    losses = row_losses(outcome)[0]
    if only is not None:
        free &= (outcome.truth == only) | (outcome.predicted == only)
    if outcome.probabilities is None:
        order = [row for row in np.argsort(-losses, kind="stable").tolist() if free[row] and losses[row] > 0]
        return [Chosen(row, "a large error") for row in order[:SHOWN]]
    of_truth = outcome.probabilities[np.arange(len(losses)), outcome.truth]
    free &= of_truth < DOUBTED
    order = [row for row in np.argsort(-losses, kind="stable").tolist() if free[row]]
    return [Chosen(row, f"{short(of_truth[row], 2)} for the truth") for row in order[:SHOWN]]


def losses_of(outcome: Outcome | None) -> Array | None:
    """The first kind of loss of each row."""
    return None if outcome is None else row_losses(outcome)[0]


def _add(chosen: list[Chosen], shown: Array, among: Array, share: float, why: str) -> None:
    """Add the row whose prediction is nearest to that of a share of those among which it is looked for."""
    left = among.copy()
    left[[each.row for each in chosen]] = False
    rows = np.flatnonzero(left)
    if len(rows):
        wanted = np.quantile(shown[among], share)
        chosen.append(Chosen(int(rows[np.argmin(np.abs(shown[rows] - wanted))]), why))
