"""Shares of configurations in the predictions, by greedy selection on held-out rows."""

from collections.abc import Callable, Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.model.blueprint import loss_of
from mlpcli.model.tasks import Regression
from mlpcli.nn.scratch import QUIET
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.held_out import HeldOut
from mlpcli.training.members import Member
from mlpcli.training.networks import trained_network

ROUNDS = 20
"""Of the selection: a share is a multiple of a twentieth, before it is drawn towards equal ones."""
ROWS_FOR_HALF = 100
"""Held-out rows by which the selected shares count as much as equal ones."""
LEAST_SHARE = 0.05
"""A smaller share is not worth a network."""
MOST_ROWS = 20_000
SMALLEST = 1e-12


def with_shares(prepared: Prepared, members: Sequence[Member]) -> tuple[list[Member], list[float]]:
    """The members whose configurations have a share, the largest share first, and the share of each."""
    places = [prepared.configuration_of(member.number) for member in members]
    found = sorted(set(places))
    shares = dict.fromkeys(found, 1.0)
    if len(found) > 1:
        shares = dict(zip(found, _selected(prepared, members, places, found), strict=True))
    kept = [place for place in sorted(found, key=lambda each: (-shares[each], each)) if shares[place] > 0]
    ordered = [member for place in kept for member, own in zip(members, places, strict=True) if own == place]
    by_member = [shares[prepared.configuration_of(member.number)] for member in ordered]
    counts = [places.count(prepared.configuration_of(member.number)) for member in ordered]
    raw = np.array(by_member) / np.array(counts)
    return ordered, [float(each) for each in raw / raw.sum()]


def _selected(
    prepared: Prepared, members: Sequence[Member], places: Sequence[int], found: Sequence[int]
) -> list[float]:
    """A share for each configuration: greedy selection with replacement (Caruana et al. 2004), drawn
    towards equal shares the more the fewer rows were held out."""
    equal = [1.0 / len(found)] * len(found)
    error = _error_of(prepared)
    if error is None or not prepared.has_held_rows:
        return equal
    predictions = []
    for place in found:
        own = [member for member, its in zip(members, places, strict=True) if its == place]
        predictions.append(_held_out(prepared, own))
    if len({len(each[0]) for each in predictions}) > 1:
        return equal  # stopped early: not every configuration has predicted every row
    truth, weights = predictions[0][1], predictions[0][2]
    outputs = np.stack([each[0] for each in predictions])
    counts, total = np.zeros(len(found)), np.zeros_like(outputs[0])
    for chosen in range(ROUNDS):
        errors = [
            float(np.average(error((total + each) / (chosen + 1), truth), weights=weights))
            for each in outputs
        ]
        best = int(np.argmin(errors))
        counts[best] += 1
        total += outputs[best]
    belief = len(truth) / (len(truth) + ROWS_FOR_HALF)
    shares = belief * counts / ROUNDS + (1 - belief) / len(found)
    shares[shares < LEAST_SHARE] = 0.0
    return [float(each) for each in shares / shares.sum()]


@QUIET
def _held_out(prepared: Prepared, members: Sequence[Member]) -> tuple[Array, Array, Array | None]:
    """Predictions of the held-out rows by these networks, their truth and their weights."""
    networks = [
        trained_network(prepared, member.number, member.values, member.constants) for member in members
    ]
    held = HeldOut.of(prepared, members, networks, [1.0] * len(networks)).some(MOST_ROWS)
    link = loss_of(prepared.options, prepared.task).link
    predictions = held.predicted(lambda raw: link(raw.astype(np.float64)))
    return predictions, held.part.truth, held.part.weights


def _error_of(prepared: Prepared) -> Callable[[Array, Array], Array] | None:
    """The error of each row from predictions and truth, where there is one that averages lower: log loss of
    probabilities, or squared error in encoded units."""
    task, loss = prepared.task, prepared.task.loss_name(prepared.options.objective.loss)
    if loss not in ("mse", "cross-entropy"):
        return None
    if isinstance(task, Regression):
        target = task.target

        def squared(predictions: Array, truth: Array) -> Array:
            return np.asarray(np.mean((predictions - target.encode(truth)) ** 2, axis=1))

        return squared
    several = task.name == "multiclass"

    def surprise(predictions: Array, truth: Array) -> Array:
        if several:
            right = predictions[np.arange(len(truth)), truth.astype(np.intp)]
            return np.asarray(-np.log(np.maximum(right, SMALLEST)))
        labels = truth.reshape(len(predictions), -1).astype(bool)
        right = np.where(labels, predictions, 1.0 - predictions)
        return np.asarray(-np.log(np.maximum(right, SMALLEST)).mean(axis=1))

    return surprise
