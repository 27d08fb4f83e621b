"""Networks of folds trained anew on all training rows, as long as was best for those that held some out."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlpcli.artifact.checkpoint import Progress
from mlpcli.nn.fit_state import StopReason
from mlpcli.preparation.finding import REFIT, Finding
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.cluster import Cluster
from mlpcli.training.ensemble import Callbacks, ExecutionMode, trainers
from mlpcli.training.members import Member, ended_early, member_of

WHOLE: tuple[StopReason, ...] = ("epochs", "converged")
"""Ends of a training that came as far as it was to."""


def chosen_epochs(prepared: Prepared, members: Sequence[Member]) -> dict[int, int]:
    """For the refit of each network, by its number, the epoch after which it ends.

    The median of the best epochs of its configuration, of two in the middle the earlier one. The epoch of the
    lowest mean validation loss was no better on the four smallest tables (ecoli, studio_salaries, auto_mpg,
    heart_disease; two seeds).
    """
    best: dict[int, list[int]] = {}
    for member in members:
        best.setdefault(prepared.configuration_of(member.number), []).append(member.best_epoch)
    return {
        prepared.networks + member.number: statistics.median_low(
            best[prepared.configuration_of(member.number)]
        )
        for member in members
    }


def train_anew(
    prepared: Prepared,
    members: Sequence[Member],
    mode: ExecutionMode,
    callbacks: Callbacks,
    cluster: Cluster | None = None,
) -> Mapping[int, Progress]:
    """Train networks like these on all training rows; returns how far each has come, by number.

    They have generators of their own, and the schedule of the whole training, of which the last part is left
    out.
    """
    until = chosen_epochs(prepared, members)
    with trainers(prepared, mode, callbacks, cluster) as team:
        team.train(dict(until))
        for number, epoch in until.items():
            progress = team.progress.get(number, Progress())
            if not progress.ended and progress.state.epoch == epoch:
                team.progress[number] = ended_early(progress, "epochs")
                callbacks.keep(number, team.progress[number])
        return team.progress


@dataclass(frozen=True)
class Refit:
    """What came of training networks anew."""

    networks: list[Member] = field(default_factory=list)
    """In the order of those that they take the place of; none unless each has come to its end."""
    stopped: StopReason | None = None
    """Why it was broken off, if it was."""
    findings: list[Finding] = field(default_factory=list)
    """One, if it was wanted and there are no networks."""

    @classmethod
    def of(cls, prepared: Prepared, members: Sequence[Member], progress: Mapping[int, Progress]) -> "Refit":
        """Of these networks, by how far the new ones have come."""
        numbers = [prepared.networks + member.number for member in members]
        reasons = {number: progress[number].state.stop_reason for number in numbers if number in progress}
        if all(reasons.get(number) in WHOLE for number in numbers):
            return cls([member_of(number, progress[number]) for number in numbers])
        diverged = "diverged" in reasons.values()
        why = "a network diverged on all rows" if diverged else "stopped before the end of the refit"
        early = (each for each in reasons.values() if each in ("interrupted", "terminated", "time"))
        said = f"{why}; the networks of the folds were kept"
        return cls(stopped=next(early, None), findings=[Finding(REFIT, said, "")])
