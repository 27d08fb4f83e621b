"""`mlpcli train`: learn a model from a table."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from mlpcli import artifact as artifact_room
from mlpcli.artifact import Artifact
from mlpcli.data.counts import CellCounts
from mlpcli.errors import DivergenceError, StoppedError
from mlpcli.files import check_output
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.network import LayerSummary
from mlpcli.workflows.assembly import assemble, receipt
from mlpcli.workflows.doctor import Finding
from mlpcli.workflows.ensemble import train_members
from mlpcli.workflows.members import Member
from mlpcli.workflows.model import Model
from mlpcli.workflows.parts import Data
from mlpcli.workflows.planning import TrainingPlan, start
from mlpcli.workflows.preparation import Prepared
from mlpcli.workflows.run import limited_threads, stopper
from mlpcli.workflows.scoring import Scores, score_parts


@dataclass(frozen=True)
class TrainingRun:
    """What `train` returns."""

    model: Model
    output: str | None
    rows: dict[str, int]
    members: list[Member]
    stop_reason: StopReason
    seconds: float
    scores: dict[str, Scores]
    """By part: validation, test, or train where neither is. Of a bag, validation scores are out of fold."""
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    findings: list[Finding]
    threads: int
    network: list[LayerSummary]

    @property
    def seed(self) -> int:
        """The run's."""
        return self.model.options.run.seed

    @property
    def history(self) -> list[EpochRecord]:
        """One record an epoch, network after network."""
        return [record for member in self.members for record in member.history]

    @property
    def best_epoch(self) -> int | None:
        """The epoch whose weights were kept; None for several networks."""
        return self.members[0].best_epoch if len(self.members) == 1 else None

    @property
    def artifact(self) -> Artifact:
        """What was, or can be, saved."""
        return self.model.artifact

    def save(self, path: str, *, force: bool = False) -> None:
        """Write the model file."""
        check_output(path, force=force)
        artifact_room.save(self.artifact, path)


def train(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    output: str | None = None,
    force: bool = False,
    command: str = "",
    on_start: Callable[[TrainingPlan], None] = lambda plan: None,
    on_epoch: Callable[[EpochRecord], None] = lambda record: None,
    should_stop: Callable[[], StopReason | None] | None = None,
    **settings: Any,
) -> TrainingRun:
    """Learn to predict `target` from the other columns of `data` (paths, or a DataFrame).

    `settings` are those of `mlpcli train --help-all`, by name (`hidden="128,64"`, `epochs=50`, ...). With
    `output` the model is written there. Raises MlpcliError with a hint for whatever is wrong.
    """
    began = time.perf_counter()
    started = start(data, target, output=output, force=force, began=began, **settings)
    prepared, plan = started.prepared, started.plan
    on_start(plan)
    begun = time.perf_counter()
    with limited_threads(plan.threads):
        trained = train_members(
            prepared,
            plan.members,
            plan.manner,
            on_epoch,
            stopper(prepared.options.run.time_limit, should_stop, began),
        )
        seconds = time.perf_counter() - begun
        members = _kept(prepared, trained)
        model = assemble(prepared, members, plan.network)
        scores = score_parts(model, prepared, members)
    if members[0].stop_reason == "diverged" and not scores["validation"].beats_baseline(
        prepared.task.headline
    ):
        raise _diverged(prepared, members)
    run = TrainingRun(
        model,
        output,
        plan.rows,
        members,
        _reason(members),
        seconds,
        scores,
        prepared.counts,
        prepared.notes,
        [*prepared.findings, *_left_out(trained, members)],
        plan.threads,
        plan.network,
    )
    model.artifact.scores.update({name: asdict(each) for name, each in scores.items()})
    model.artifact.receipt.update(
        receipt(data, command),
        seed=run.seed,
        threads=plan.threads,
        rows=plan.rows,
        digest=prepared.digest,
        split_digest=prepared.split_digest,
        best_epoch=members[0].best_epoch,
        stop_reason=run.stop_reason,
        seconds=seconds,
        members=[member.summary() for member in members],
    )
    if output is not None:
        artifact_room.save(model.artifact, output)
    return run


def _kept(prepared: Prepared, members: list[Member]) -> list[Member]:
    """Those that have something to keep; none that diverged, unless all did. Raises if there is none."""
    whole = [member for member in members if member.best_epoch]
    if whole:
        return [member for member in whole if member.stop_reason != "diverged"] or whole
    if any(member.stop_reason == "diverged" for member in members):
        raise _diverged(prepared, members)
    code = {"interrupted": 130, "terminated": 143}.get(members[0].stop_reason, 1)
    raise StoppedError("stopped before the first epoch ended; nothing was written", code)


def _left_out(trained: list[Member], kept: list[Member]) -> list[Finding]:
    """What to tell of networks that ran away while others did not."""
    count = sum(member.stop_reason == "diverged" for member in trained)
    if not count or kept[0].stop_reason == "diverged":
        return []
    return [
        Finding(
            "diverged",
            f"{count} of {len(trained)} networks diverged and {'are' if count > 1 else 'is'} left out",
            "--lr with a smaller rate; `mlpcli lr-find` suggests one",
        )
    ]


def _reason(members: list[Member]) -> StopReason:
    """Of the run: what ended any of the networks before its time, else what ended the first."""
    reasons = [member.stop_reason for member in members]
    early: tuple[StopReason, ...] = ("interrupted", "terminated", "time")
    return next((reason for reason in early if reason in reasons), reasons[0])


def _diverged(prepared: Prepared, members: list[Member]) -> DivergenceError:
    rate = prepared.options.training.learning_rate
    assert rate is not None
    epoch = len(members[0].history) + 1
    return DivergenceError(
        f"training diverged in epoch {epoch}: at learning rate {rate:g} the loss is no longer finite",
        f"Try a smaller rate, --lr {rate / 10:g}; `mlpcli lr-find` suggests one.",
    )
