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


@dataclass(frozen=True)
class Chosen:
    """A row and why it is shown."""

    row: int
    why: str


def typical_rows(model: Model, shown: Array, decided: Array, losses: Array | None) -> list[Chosen]:
    """Rows that are predicted as many others are, and not worse than half of the rows.

    `shown` (rows,) are predicted values or probabilities of the answer that is explained, of several classes
    those of the predicted class; `decided` the predicted classes, `losses` (rows,) where the truth is known.
    """
    good = np.ones(len(shown), bool) if losses is None else losses <= np.median(losses)
    chosen: list[Chosen] = []
    if isinstance(model.task, Multiclass) and not isinstance(model.task, Binary):
        counts = np.bincount(decided, minlength=len(model.task.labels))
        for number in np.argsort(-counts, kind="stable")[:SHOWN].tolist():
            own = decided == number
            _add(chosen, shown, own & good if (own & good).any() else own, 0.5, model.task.labels[number])
        return chosen
    for share, words in TYPICAL:
        _add(chosen, shown, good, share, words)
    return chosen


def surprising_rows(model: Model, shown: Array, outcome: Outcome | None) -> list[Chosen]:
    """The rows with the largest losses, the largest first; without a truth those predicted most extremely."""
    if outcome is None:
        away = np.abs(shown - np.median(shown))
        order = np.argsort(-away, kind="stable")[:SHOWN].tolist()
        return [Chosen(row, "an extreme prediction") for row in order if away[row] > 0]
    losses = row_losses(outcome)[0]
    order = np.argsort(-losses, kind="stable")[:SHOWN].tolist()
    if isinstance(model.task, Multiclass):
        assert outcome.probabilities is not None
        of_truth = outcome.probabilities[np.arange(len(losses)), outcome.truth]
        return [Chosen(row, f"{short(of_truth[row], 2)} for the truth") for row in order]
    return [Chosen(row, "a large error") for row in order]


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
