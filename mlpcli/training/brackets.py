"""Successive halving (Jamieson and Talwalkar 2016): many configurations begin to train, the best go on.

They train in brackets. All of a bracket train for a part of their epochs, then the better ones for more: no
network starts anew. What comes of a bracket does not depend on how many train side by side.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact.checkpoint import Progress
from mlpcli.nn.fit_state import StopReason
from mlpcli.options.options import Configuration
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.engine import load_code
from mlpcli.training.ensemble import Trainers
from mlpcli.training.members import Member, ShouldStop, member_of
from mlpcli.training.race import block_losses, lowest_loss

RUNGS = ((3 / 15, 1 / 3), (7 / 15, 1 / 2))
"""Share of the epochs after which a bracket is cut, and the share of it that goes on.

There the waves of coslog, the usual schedule, end: the rate is 0, so that losses say what has been learned.
"""
END = 1.0, 0.0
"""The last rung."""
FIRST_NETWORKS = 2
"""Networks of each configuration that train before the first cut, where it has several."""
ENDED: frozenset[StopReason | None] = frozenset({"epochs", "patience", "converged"})
"""Reasons for which a network has come to its own end."""


@dataclass
class Trial:
    """A configuration that has been tried."""

    place: int
    bracket: int
    configuration: Configuration
    epochs: int = 0
    """Those that its networks have trained for."""
    loss: float | None = None
    """Mean over its networks of the lowest validation loss; None if one has none."""
    finished: bool = False
    """Whether it has trained to the end."""
    scores: Mapping[str, float | None] = field(default_factory=dict)
    """Metrics of held-out rows at the best epoch, by name, as means over its networks, if it has."""
    progress: Mapping[int, Progress] | None = None
    """Its networks by number, if they are still known."""
    losses: Array | None = None
    """Validation losses of blocks of rows, likewise."""

    @property
    def members(self) -> list[Member]:
        """Its networks, if they are still known."""
        return [member_of(number, each) for number, each in (self.progress or {}).items()]

    def finish(self, prepared: Prepared, progress: Mapping[int, Progress]) -> None:
        """Keep its networks, which have trained to the end, unless their losses are no numbers."""
        losses = block_losses(prepared, progress, list(progress))
        if not np.isfinite(losses).all():
            return
        self.finished, self.progress, self.losses = True, progress, losses
        each = [member.summary()["validation"] for member in self.members]
        self.scores = {name: _mean([scores.get(name) for scores in each]) for name in each[0]}

    def forget(self) -> None:
        """Let go of its networks: it is not among the best any more."""
        self.progress = self.losses = None

    @property
    def loss_or_infinite(self) -> float:
        """For an order in which those without a loss are last."""
        return math.inf if self.loss is None or not math.isfinite(self.loss) else self.loss


def _mean(values: Sequence[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return float(np.mean(known)) if known else None


def full_trainings(size: int, networks: int) -> float:
    """The work of a bracket of so many configurations of some networks each, in trainings to the end."""
    work, done, left = 0.0, 0.0, size
    for number, (share, kept) in enumerate((*RUNGS, END)):
        reached = share * (1.0 if number else min(FIRST_NETWORKS, networks) / networks)
        work += left * (reached - done)
        done, left = reached, math.ceil(left * kept)
    return work


def train_bracket(
    prepared: Prepared,
    places: Sequence[int],
    bracket: int,
    team: Trainers,
    should_stop: ShouldStop,
    *,
    always: Sequence[int] = (),
) -> list[Trial]:
    """Train the configurations at these places, as this bracket; those `always` train to the end.

    When stopped early, none that has not come to its end is finished.
    """
    new = tuple(prepared.configurations[place] for place in places)
    load_code(dataclasses.replace(prepared, configurations=new))
    trials = {place: Trial(place, bracket, prepared.configurations[place]) for place in places}
    left, size = list(places), len(places)
    for rung, (share, kept) in enumerate((*RUNGS, END)):
        most = prepared.repetitions if rung else FIRST_NETWORKS
        place_of = {number: place for place in left for number in numbers_of(prepared, place)[:most]}
        epochs = {place: _epochs(trials[place].configuration, share) for place in left}
        team.train(
            {number: epochs[place] for number, place in place_of.items()},
            {number: trials[place].configuration for number, place in place_of.items()},
        )
        for place in left:
            _note(trials[place], team.progress, numbers_of(prepared, place)[:most])
        if should_stop() is not None:
            break
        if kept:
            size = math.ceil(size * kept)
            left = _best(trials, left, size, always)
    for place in left:
        _finish(trials[place], prepared, team.progress, numbers_of(prepared, place))
    for place in places:
        for number in numbers_of(prepared, place):
            team.progress.pop(number, None)  # those that are wanted are with their trials
    return list(trials.values())


def numbers_of(prepared: Prepared, place: int) -> range:
    """The numbers of the networks of a configuration."""
    return range(place * prepared.repetitions, (place + 1) * prepared.repetitions)


def _epochs(configuration: Configuration, share: float) -> int | None:
    epochs = configuration.options.training.epochs
    assert epochs is not None
    return None if share == 1.0 else max(round(share * epochs), 1)


def _note(trial: Trial, progress: Mapping[int, Progress], numbers: Sequence[int]) -> None:
    known = [progress[number] for number in numbers if number in progress]
    trial.epochs = max((each.state.epoch for each in known), default=0)
    diverged = any(each.state.stop_reason == "diverged" for each in known)
    trial.loss = None if diverged else lowest_loss(progress, numbers)


def _best(trials: Mapping[int, Trial], places: Sequence[int], count: int, always: Sequence[int]) -> list[int]:
    """The places of those that go on, in their order."""
    ranked = sorted(places, key=lambda place: (trials[place].loss_or_infinite, place))
    kept = {*ranked[:count], *(set(always) & set(places))}
    return [place for place in places if place in kept]


def _finish(
    trial: Trial, prepared: Prepared, progress: Mapping[int, Progress], numbers: Sequence[int]
) -> None:
    if trial.loss is None or not all(number in progress for number in numbers):
        return
    if any(progress[number].state.stop_reason not in ENDED for number in numbers):
        return
    trial.finish(prepared, {number: progress[number] for number in numbers})
