"""The end of a training: the signal that stops it, the networks that are kept, the reason."""

import time

from mlpcli.errors import DivergenceError, Sentence, StoppedError
from mlpcli.nn.fit_state import StopReason
from mlpcli.preparation.finding import DIVERGED, Finding
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.members import Member, ShouldStop


def kept(prepared: Prepared, members: list[Member]) -> list[Member]:
    """The networks with something to keep, without the diverged unless all did; raises if there is none."""
    whole = [member for member in members if member.best_epoch]
    if whole:
        return [member for member in whole if member.stop_reason != "diverged"] or whole
    if any(member.stop_reason == "diverged" for member in members):
        raise diverged(prepared, members)
    if members and members[0].stop_reason == "time":
        limit = prepared.options.run.time_limit
        reached = "{time_limit} {:g}s was reached before the first epoch ended; no model was written"
        raise StoppedError(Sentence(reached, limit), "Allow more time, or use fewer rows or units.")
    reason = members[0].stop_reason if members else ""
    raise StoppedError("stopped before the first epoch ended; no model was written", reason=reason)


def left_out(trained: list[Member], whole: list[Member]) -> list[Finding]:
    """A finding about networks that diverged while others did not."""
    count = sum(member.stop_reason == "diverged" for member in trained)
    if not count or whole[0].stop_reason == "diverged":
        return []
    said = f"{count} of {len(trained)} networks diverged and {'are' if count > 1 else 'is'} excluded"
    advice = Sentence("give a smaller {learning_rate}; `mlpcli lr-find` suggests one")
    return [Finding(DIVERGED, said, advice)]


def stop_reason(
    trained: list[Member], whole: list[Member], planned: int, told: StopReason | None
) -> StopReason:
    """The reason the run was `told` if networks are missing, else what broke one off or ended the first."""
    if len(trained) < planned and told is not None:
        return told
    reasons = [member.stop_reason for member in trained]
    early: tuple[StopReason, ...] = ("interrupted", "terminated", "time")
    return next((reason for reason in early if reason in reasons), whole[0].stop_reason)


def diverged(prepared: Prepared, members: list[Member]) -> DivergenceError:
    """The error of a training in which no network has anything to keep."""
    rate = prepared.options.training.learning_rate
    assert isinstance(rate, (int, float))
    epoch = len(members[0].history) + 1
    return DivergenceError(
        f"training diverged in epoch {epoch}: at learning rate {rate:g} the loss is no longer finite",
        Sentence("Give a smaller {learning_rate} such as {:g}; `mlpcli lr-find` suggests one.", rate / 10),
    )


class StopSignal:
    """The one signal that stops a run: the caller's wish, then the time limit."""

    def __init__(self, time_limit: float | None, should_stop: ShouldStop, began: float) -> None:
        """The limit is counted from `began` on, of `time.perf_counter`."""
        self._should_stop = should_stop
        self.end = None if time_limit is None else began + time_limit
        """The time of `time.perf_counter` at which it stops the run."""
        self.reason: StopReason | None = None
        """Why the run was told to stop, if it was."""

    def ask(self) -> StopReason | None:
        """Whether, and why, to stop; asked after each batch."""
        reason = self._should_stop()
        if reason is None and self.end is not None and time.perf_counter() >= self.end:
            reason = "time"
        self.reason = reason or self.reason
        return reason
