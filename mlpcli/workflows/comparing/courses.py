"""Epochs of one or several networks as one course, and their values at the epochs that were kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from mlpcli.metrics import METRICS
from mlpcli.workflows.comparing.compared_file import TRAIN_LOSS, VALIDATION_LOSS, Course, Number, Values


@dataclass(frozen=True)
class NetworkHistory:
    """The epochs of one network, from the first on."""

    epochs: Sequence[Values]
    """TRAIN_LOSS, VALIDATION_LOSS and metrics by name."""
    best: int | None
    """The number of the epoch that was kept; None if no rows chose one."""


def course_of(networks: Sequence[NetworkHistory]) -> Course | None:
    """The means over the networks, epoch by epoch; one that ended earlier stays at its last values.

    None if there is no epoch.
    """
    there = [each.epochs for each in networks if each.epochs]
    if not there:
        return None
    names = {name: None for epochs in there for values in epochs for name in values}
    series = {name: _means(there, name) for name in names}
    validation = series.get(VALIDATION_LOSS, [])
    losses = {
        TRAIN_LOSS: series[TRAIN_LOSS],
        VALIDATION_LOSS: validation if any(each is not None for each in validation) else [],
    }
    return Course(losses, {name: values for name, values in series.items() if name in METRICS})


def values_at_best(networks: Sequence[NetworkHistory]) -> Values:
    """The means over the networks of their values at the epochs that were kept, else the last ones."""
    kept = [
        each.epochs[(each.best or len(each.epochs)) - 1]
        for each in networks
        if (each.best or 1) <= len(each.epochs)
    ]
    names = {name: None for values in kept for name in values}
    return {name: _mean(values.get(name) for values in kept) for name in names}


def _means(networks: Sequence[Sequence[Values]], name: str) -> list[Number]:
    """Means by epoch, in a time that grows with the epochs of all networks together."""
    last = max(map(len, networks))
    sums, counts = [0.0] * last, [0] * last
    ended_sums, ended_counts = [0.0] * (last + 1), [0] * (last + 1)  # by the place at which they add from
    for epochs in networks:
        for place, values in enumerate(epochs):
            if (value := values.get(name)) is not None:
                sums[place] += value
                counts[place] += 1
        if (value := epochs[-1].get(name)) is not None:
            ended_sums[len(epochs)] += value
            ended_counts[len(epochs)] += 1
    added = zip(sums, accumulate(ended_sums), counts, accumulate(ended_counts), strict=False)
    return [
        (total + ended) / (count + of_ended) if count + of_ended else None
        for total, ended, count, of_ended in added
    ]


def _mean(values: Iterable[Number]) -> Number:
    known = [each for each in values if each is not None]
    return sum(known) / len(known) if known else None
