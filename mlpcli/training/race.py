"""The race of configurations: each trains for a part of the epochs, the best go on to the end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact.checkpoint import Progress
from mlpcli.model.blueprint import loss_of
from mlpcli.model.model import Model
from mlpcli.nn.fit_state import StopReason
from mlpcli.options.options import Options
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.cluster import Cluster
from mlpcli.training.engine import load_code
from mlpcli.training.ensemble import Callbacks, ExecutionMode, Trainers, trainers
from mlpcli.training.members import Member, ended_early, member_of
from mlpcli.training.networks import trained_network

RACED = 0.2
"""Share of the epochs that all configurations train for: at 3/15 the second wave of coslog ends, and the rate
is 0, so that losses say what has been learned."""
BLOCKS = 50
"""Of held-out rows, at most: how their losses differ tells how much of a mean is chance."""
DOUBT = 1.0
"""Standard errors of the difference by which one must be ahead of one that is believed in more."""
HOPELESS, HOPELESS_ERRORS = 3.0, 3.0
"""Times the best one's loss, and standard errors behind it: further behind, a configuration ends whatever its
place is. One that is a little worse still helps: its errors are others."""


@dataclass(frozen=True)
class Standing:
    """What a configuration has reached when the race was decided."""

    configuration: int
    loss: float | None
    """Mean over its networks of the lowest validation loss up to then; None if one has none."""
    goes_on: bool


@dataclass(frozen=True)
class Raced:
    """The networks that trained to the end, and how the race stood."""

    trained: list[Member]
    standings: list[Standing]
    """In the order of the configurations; empty without a race."""


def raced_epochs(options: Options) -> int:
    """The epoch after which the race is decided."""
    assert options.training.epochs is not None
    return max(round(RACED * options.training.epochs), 1)


def most_networks(options: Options, configurations: int) -> int:
    """Networks that are trained, at most, where so many configurations race; a refit is one more."""
    finalists = min(options.ensemble.finalists or 1, configurations)
    return options.repetitions * (configurations + (finalists if options.refits else 0))


def total_epochs(options: Options, configurations: int) -> int:
    """Epochs of all networks together, at most, where so many configurations race."""
    assert options.training.epochs is not None
    epochs, finalists = options.training.epochs, min(options.ensemble.finalists or 1, configurations)
    whole = 2 * finalists if options.refits else finalists
    return options.repetitions * (whole * epochs + (configurations - finalists) * raced_epochs(options))


def train_all(
    prepared: Prepared, mode: ExecutionMode, callbacks: Callbacks, cluster: Cluster | None = None
) -> Raced:
    """Train the networks of all configurations, the worse ones only up to the decision.

    When stopped early, those that have a whole epoch; before the decision, of the best configuration alone.
    """
    numbers, everyone = _numbers(prepared), range(prepared.networks)
    if cluster is None:
        load_code(prepared)
    with trainers(prepared, mode, callbacks, cluster) as team:
        if len(numbers) == 1:
            team.train(dict.fromkeys(everyone))
            return Raced(_members(team, everyone, callbacks), [])
        until = raced_epochs(prepared.options)
        decided = any(progress.state.epoch > until for progress in team.progress.values())
        if not decided:
            team.train(dict.fromkeys(everyone, until))
        if (reason := callbacks.should_stop()) is not None and not decided:
            return _stopped(prepared, team, numbers, reason)
        if decided:  # in an earlier run, which has marked those that end before any went on
            ended = {number for number, each in team.progress.items() if each.state.stop_reason == "outraced"}
            finalists = [place for place in numbers if not ended.issuperset(numbers[place])]
        else:
            finalists = _finalists(prepared, team.progress, numbers)
            for place in set(numbers) - set(finalists):
                for number in numbers[place]:
                    team.progress[number] = _outraced(team.progress[number])
                    callbacks.keep(number, team.progress[number])
        going_on = [number for place in sorted(finalists) for number in numbers[place]]
        team.train(dict.fromkeys(going_on))
        standings = _standings(prepared, team.progress, finalists)
        return Raced(_members(team, going_on, callbacks), standings)


def _outraced(progress: Progress) -> Progress:
    """A network that does not go on, also if it had ended before the decision for another reason."""
    ended = ended_early(progress, "outraced")
    return replace(ended, state=replace(ended.state, stop_reason="outraced"))


def _members(team: Trainers, numbers: Iterable[int], callbacks: Callbacks) -> list[Member]:
    """The networks of these numbers that have begun; those that paused end here."""
    reason = callbacks.should_stop() or "interrupted"
    begun = [number for number in sorted(numbers) if number in team.progress]
    return [member_of(number, ended_early(team.progress[number], reason)) for number in begun]


def _stopped(
    prepared: Prepared, team: Trainers, numbers: Mapping[int, Sequence[int]], reason: StopReason
) -> Raced:
    """What there is of a race that was stopped before it was decided: the best configuration."""
    losses = {place: lowest_loss(team.progress, each) for place, each in numbers.items()}
    begun = [place for place, each in numbers.items() if team.progress.keys() & set(each)]
    whole = {place: loss for place, loss in losses.items() if loss is not None}
    best = min(whole, key=lambda place: whole[place]) if whole else min(begun, default=0)
    callbacks = Callbacks(should_stop=lambda: reason)
    return Raced(_members(team, numbers[best], callbacks), [])


def lowest_loss(
    progress: Mapping[int, Progress], numbers: Iterable[int], until: int | None = None
) -> float | None:
    """The mean of the networks' lowest validation losses up to an epoch; None if one has none."""
    lowest: list[float] = []
    for number in numbers:
        history = progress[number].history[:until] if number in progress else ()
        losses = [each.validation_loss for each in history if each.validation_loss is not None]
        if not losses:
            return None
        lowest.append(min(losses))
    return float(np.mean(lowest))


def _finalists(
    prepared: Prepared, progress: Mapping[int, Progress], numbers: Mapping[int, Sequence[int]]
) -> list[int]:
    """The configurations that go on, the best first.

    By held-out losses at the best epoch so far. A configuration goes before one that stands earlier in the
    portfolio only if it is ahead of it by more than DOUBT standard errors of their difference: where held-out
    rows are few, the order of the portfolio decides.
    """
    losses = np.stack([block_losses(prepared, progress, each) for each in numbers.values()])
    order: list[int] = []
    for place in np.flatnonzero(np.isfinite(losses).all(axis=1)).tolist():
        position = len(order)
        while position and _is_ahead(losses[place], losses[order[position - 1]]):
            position -= 1
        order.insert(position, place)
    most = prepared.options.ensemble.finalists or 1
    return [place for place in order[:most] if not _is_hopeless(losses[place], losses[order[0]])] or [0]


def _is_ahead(losses: Array, other: Array) -> bool:
    return float((other - losses).mean()) > DOUBT * standard_error(other - losses)


def _is_hopeless(losses: Array, best: Array) -> bool:
    behind = float((losses - best).mean())
    chance = HOPELESS_ERRORS * standard_error(losses - best)
    return behind > (HOPELESS - 1.0) * abs(best.mean()) and behind > chance


def standard_error(differences: Array) -> float:
    """The standard error of the mean of differences between losses of the same blocks."""
    return float(differences.std(ddof=1) / np.sqrt(len(differences))) if len(differences) > 1 else 0.0


def block_losses(prepared: Prepared, progress: Mapping[int, Progress], numbers: Sequence[int]) -> Array:
    """Validation losses of blocks of held-out rows, at the networks' best epochs; network after network."""
    return np.concatenate([_losses_of(prepared, number, progress[number]) for number in numbers])


def _losses_of(prepared: Prepared, number: int, progress: Progress) -> Array:
    values = progress.state.values if progress.state.best_values is None else progress.state.best_values
    assert values is not None
    network = trained_network(prepared, number, values, progress.state.constants)
    held = prepared.examples(prepared.member_parts(number)[1])
    outputs = network.predict(held.features)
    loss = loss_of(prepared.options, prepared.task, hard=True)
    blocks = min(BLOCKS, len(held))
    losses = []
    for first in range(blocks):
        weights = None if held.weights is None else held.weights[first::blocks]
        losses.append(loss.value(outputs[first::blocks], held.targets[first::blocks], weights))
    return np.array(losses)


def _standings(
    prepared: Prepared, progress: Mapping[int, Progress], finalists: Collection[int]
) -> list[Standing]:
    until = raced_epochs(prepared.options)
    return [
        Standing(place, lowest_loss(progress, numbers, until), place in finalists)
        for place, numbers in _numbers(prepared).items()
    ]


def _numbers(prepared: Prepared) -> dict[int, range]:
    """The numbers of the networks of each configuration."""
    each = prepared.repetitions
    return {place: range(place * each, (place + 1) * each) for place in range(len(prepared.configurations))}


def finished_race(prepared: Prepared, progress: Mapping[int, Progress]) -> Raced:
    """The networks and standings of a race that has ended, from its checkpoint."""
    raced = {number: each for number, each in progress.items() if number < prepared.networks}
    ended = [number for number, each in sorted(raced.items()) if each.state.stop_reason != "outraced"]
    trained = [member_of(number, progress[number]) for number in ended]
    if len(prepared.configurations) == 1:
        return Raced(trained, [])
    finalists = {prepared.configuration_of(number) for number in ended}
    return Raced(trained, _standings(prepared, progress, finalists))


def racers(prepared: Prepared, standings: Sequence[Standing], model: Model) -> list[dict[str, Any]]:
    """What is stored of the race, in the order of the configurations."""
    members = model.artifact.receipt["members"]
    names = [each["name"] for each in model.artifact.configurations]
    shares = dict.fromkeys(names, 0.0)
    for member in members:
        shares[names[member["configuration"]]] += member["share"]
    return [
        {
            "name": (configuration := prepared.configurations[each.configuration]).name,
            "reason": configuration.reason,
            "changes": dict(configuration.changes),
            "loss": each.loss,
            "goes_on": each.goes_on,
            "share": shares.get(configuration.name, 0.0),
        }
        for each in standings
    ]
