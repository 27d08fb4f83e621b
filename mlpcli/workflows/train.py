"""`mlpcli train`: learn a model from a table."""

import time
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Any

from mlpcli import artifact as artifact_room
from mlpcli.artifact import Artifact
from mlpcli.artifact.checkpoint import ENDED
from mlpcli.data.counts import CellCounts
from mlpcli.files import check_output
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.network import LayerSummary
from mlpcli.workflows.assembly import assemble, receipt
from mlpcli.workflows.checkpointing import refuse_strange
from mlpcli.workflows.diagnosing import findings_of
from mlpcli.workflows.doctor import Finding
from mlpcli.workflows.endings import diverged, kept, left_out, stop_reason
from mlpcli.workflows.ensemble import Watching, train_members
from mlpcli.workflows.members import Member, member_of
from mlpcli.workflows.model import Model
from mlpcli.workflows.parts import Data
from mlpcli.workflows.planning import Started, TrainingPlan, start
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
    transferred: list[tuple[str, bool]] | None
    """Layers, and whether they started from the weights of another model, if there is one."""

    @property
    def seed(self) -> int:
        """The run's."""
        return self.model.options.run.seed

    @property
    def diagnosis(self) -> list[str]:
        """What was conspicuous inside the networks, if that was asked for."""
        return findings_of(self.members)

    @property
    def learning_rate(self) -> float:
        """The rate that was set, before any schedule."""
        rate = self.model.options.training.learning_rate
        assert isinstance(rate, (int, float))
        return rate

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
    checkpoint: str | None = None,
    command: str = "",
    on_start: Callable[[TrainingPlan], None] = lambda plan: None,
    on_epoch: Callable[[EpochRecord], None] = lambda record: None,
    on_batch: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], StopReason | None] | None = None,
    **settings: Any,
) -> TrainingRun:
    """Learn to predict `target` from the other columns of `data` (paths, or a DataFrame).

    `settings` are those of `mlpcli train --help-all`, by name (`hidden="128,64"`, `epochs=50`, ...). With
    `output` the model is written there; with `checkpoint` the run can be broken and goes on from that file
    when the same is called again. Raises MlpcliError with a hint for whatever is wrong.
    """
    began = time.perf_counter()
    started = start(data, target, output=output, force=force, checkpoint=checkpoint, began=began, **settings)
    with nullcontext() if started.keeper is None else closing(started.keeper):
        on_start(started.plan)
        watching = Watching(on_epoch, should_stop or (lambda: None), on_batch)
        return _run(started, data, watching, began, output, command)


def _run(
    started: Started, data: Data, watching: Watching, began: float, output: str | None, command: str
) -> TrainingRun:
    prepared, plan, keeper = started.prepared, started.plan, started.keeper
    with limited_threads(plan.threads):
        trained, seconds = _trained(started, watching, began)
        members = kept(prepared, trained)
        model = assemble(prepared, members, plan.network)
        scores = score_parts(model, prepared, members)
    if members[0].stop_reason == "diverged" and not scores["validation"].beats_baseline(
        prepared.task.headline
    ):
        raise diverged(prepared, members)
    run = TrainingRun(
        model,
        output,
        plan.rows,
        members,
        stop_reason(members),
        seconds,
        scores,
        prepared.counts,
        plan.notes,
        [*prepared.findings, *left_out(trained, members)],
        plan.threads,
        plan.network,
        plan.transferred,
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
    if keeper is not None:
        model.artifact.receipt["run"] = keeper.run
    if output is not None:
        artifact_room.save(model.artifact, output)
    if keeper is not None and run.stop_reason in ENDED:
        keeper.finish()
    if keeper is not None and keeper.complaint is not None:
        run.findings.append(
            Finding("checkpoint", keeper.complaint, "this run cannot be gone on with from there")
        )
    return run


def _trained(started: Started, watching: Watching, began: float) -> tuple[list[Member], float]:
    """The networks, and how long they were trained in all, with an earlier run that goes on."""
    prepared, plan, keeper = started.prepared, started.plan, started.keeper
    begun, limit = time.perf_counter(), prepared.options.run.time_limit
    if keeper is None:
        watching = replace(watching, should_stop=stopper(limit, watching.should_stop, began))
        return train_members(prepared, plan.members, plan.manner, watching), time.perf_counter() - begun
    refuse_strange(keeper.checkpoint, prepared, plan.members)
    if keeper.checkpoint.finished:
        ended = sorted(keeper.checkpoint.members.items())
        return [member_of(*each) for each in ended], keeper.checkpoint.seconds
    before = keeper.checkpoint.seconds
    keeper.begin()
    watching = replace(
        watching,
        should_stop=stopper(limit, watching.should_stop, began - before),
        keep=lambda progress: keeper.keep(progress, before + time.perf_counter() - begun),
        keeps=True,
        progress=dict(keeper.checkpoint.members),
    )
    members = train_members(prepared, plan.members, plan.manner, watching)
    return members, before + time.perf_counter() - begun
