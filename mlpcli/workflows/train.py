"""`mlpcli train`: learn a model from a table."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mlpcli import artifact as artifact_room
from mlpcli.artifact import Artifact
from mlpcli.artifact.checkpoint import ENDED, Progress
from mlpcli.errors import count
from mlpcli.files import Outputs, check_output
from mlpcli.headlines import headline_table
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model
from mlpcli.model.scores import Scores
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.options.options import SETTINGS_CLASSES, Options, Racing
from mlpcli.options.run import ClusterSettings
from mlpcli.options.threads import limited_threads
from mlpcli.preparation.finding import CHECKPOINT, Finding, by_gravity
from mlpcli.progress import OnProgress, unwatched
from mlpcli.result_text import ResultTable, ResultText, Shown, listed
from mlpcli.settings import build
from mlpcli.training.assembly import assemble, receipt, with_refits
from mlpcli.training.checkpointing import refuse_altered_checkpoint
from mlpcli.training.cluster import Cluster, connected
from mlpcli.training.diagnosing import findings_of
from mlpcli.training.ensemble import Callbacks
from mlpcli.training.held_out import no_better, score_parts
from mlpcli.training.live_surface import LiveSurface
from mlpcli.training.members import Member
from mlpcli.training.perfect_scores import perfect_scores
from mlpcli.training.planning import NO_REPORTS, ReadyTraining, TrainingPlan, start
from mlpcli.training.race import Raced, finished_race, racers, train_all
from mlpcli.training.refitting import Refit, train_anew
from mlpcli.training.stopping import StopSignal, diverged, kept, left_out, stop_reason
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.result_facts import findings_facts

MOST_FINDINGS, LONGEST_FINDING = 40, 300
"""That a model file keeps, and characters of each."""


@dataclass(frozen=True, kw_only=True, repr=False)
class TrainingRun(Shown):
    """Result of `train`."""

    plan: TrainingPlan
    model: Model
    members: list[Member]
    """Those of the model, with several folds as they were when some rows were held out."""
    refits: list[Member]
    """The same trained anew on all rows, whose weights the model has; none without a refit."""
    race: list[dict[str, Any]]
    """The configurations that raced, how far each came, and its share in the predictions."""
    stop_reason: StopReason
    seconds: float
    scores: dict[str, Scores]
    """By part: validation, test, or train where neither is. Of a bag, validation scores are out of fold."""
    findings: list[Finding]
    """Those of the plan, and of the training itself."""
    output: str | None
    checkpoint: str | None
    replaceable: frozenset[str]
    """Outputs that may be replaced: all with `force`, of a run that goes on its own."""

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.model.options.run.seed

    @property
    def diagnosis(self) -> list[str]:
        """Sentences on what was conspicuous inside the networks, if that was asked for."""
        return findings_of(self.members)

    @property
    def learning_rate(self) -> float:
        """The rate that was set, before any schedule."""
        rate = self.model.options.training.learning_rate
        assert isinstance(rate, (int, float))
        return rate

    @property
    def history(self) -> list[EpochRecord]:
        """One record an epoch, network after network; pandas.DataFrame(run.history) makes a table of them."""
        return [record for member in self.members for record in member.history]

    @property
    def best_epoch(self) -> int | None:
        """The epoch whose weights were kept; None for several networks."""
        return self.members[0].best_epoch if len(self.members) == 1 else None

    @property
    def artifact(self) -> Artifact:
        """The artifact that was, or can be, saved."""
        return self.model.artifact

    def save(self, path: "str | Path", *, force: bool = False) -> None:
        """Write the model file; with `force` one that is there is replaced."""
        check_output(os.fspath(path), force=force)
        artifact_room.save(self.artifact, os.fspath(path), force=force)

    def _shown(self) -> ResultText:
        schema, epochs = self.plan.schema, [len(each.history) for each in self.members]
        run = f"{min(epochs):,}" if min(epochs) == max(epochs) else f"{min(epochs):,} to {max(epochs):,}"
        best = "" if self.best_epoch is None else f", best {self.best_epoch:,}"
        return ResultText(
            f"Training run for {listed(schema.target)} ({schema.task})",
            [
                *self.plan.facts,
                ("epochs", f"{run}{best}, ended by {self.stop_reason}, {self.seconds:.1f} s"),
                *findings_facts([str(each.text) for each in self.findings]),
                ("scored", ", ".join(count(each.rows, f"{part} row") for part, each in self.scores.items())),
                ("file", self.output or "none; .save(path) writes one"),
            ],
            ResultTable(*headline_table(schema.task, self.artifact.scores)),
            ["model", "scores", "history", "findings", "plan", "save(path)"],
        )


@takes(ClusterSettings, *SETTINGS_CLASSES)
def train(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    output: "str | Path | None" = None,
    force: bool = False,
    checkpoint: "str | Path | None" = None,
    on_epoch: Callable[[EpochRecord], None] | None = None,
    should_stop: Callable[[], StopReason | None] | None = None,
    on_start: Callable[[TrainingPlan], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    reports: Outputs | None = None,
    replace_same: bool = False,
    command: str = "",
    on_progress: OnProgress | None = None,
    racing: Racing | None = None,
    on_surface: Callable[[LiveSurface], None] | None = None,
    axes: "str | Sequence[str] | None" = None,
    begin_with: Model | None = None,
    **settings: Any,
) -> TrainingRun:
    """Learn to predict `target` from the other columns of `data` (paths, or a DataFrame).

        run = mlpcli.train(frame, "species", hidden="128,64", epochs=50)

    `output` is the file that the model is written to; `force` replaces one that is there. With a `checkpoint`
    file a run that was broken off goes on when the same is called again. `on_epoch` is called with an
    EpochRecord after each epoch. `should_stop` is asked after each batch: "interrupted" ends the training
    with the best weights so far, None goes on. Raises MlpcliError with a hint for whatever is wrong.

    The rest is for programs that show the training: `on_start` and `on_batch` are called with the plan and
    with the batches done, `reports` are files that the caller writes afterwards, `replace_same` replaces an
    `output` of the same table and settings, `command` is stored in the model, and `racing` gives other
    configurations than those of the preset. `on_surface` is called with a surface that follows the networks
    as they learn, over the two columns of `axes`, or of the table if it has no more. `begin_with` is a model
    in memory that the networks start from, as from the file of `from_model`.
    """
    output = None if output is None else os.fspath(output)
    path = None if checkpoint is None else os.fspath(checkpoint)
    outputs: dict[str, Any] = {"output": output, "checkpoint": path, "reports": reports or NO_REPORTS}
    with connected(build(ClusterSettings, {"dask": settings.pop("dask", None)}).dask) as cluster:
        ready = start(
            data,
            target,
            force=force,
            replace_same=replace_same,
            on_progress=on_progress or unwatched,
            racing=racing or Options.racing,
            begin_with=begin_with,
            **outputs,
            **settings,
        )
        with nullcontext() if ready.checkpoint is None else closing(ready.checkpoint):
            if cluster is not None:
                cluster.engine(ready.prepared.options.run.engine)
                cluster.run_threads = ready.plan.threads
            live = None if on_surface is None and axes is None else LiveSurface.of(ready.prepared, axes)
            if on_start is not None:
                on_start(ready.plan)
            callbacks = Callbacks(on_epoch or (lambda record: None), should_stop or (lambda: None), on_batch)
            if live is not None and on_surface is not None:
                on_surface(live)
                callbacks = replace(callbacks, on_weights=live.take)
            return run_ready(ready, data, callbacks, output, command, cluster)


def run_ready(
    ready: ReadyTraining,
    data: Data,
    callbacks: Callbacks,
    output: str | None = None,
    command: str = "",
    cluster: Cluster | None = None,
) -> TrainingRun:
    """A training that is ready to begin, from its first epoch to the model file."""
    prepared, plan, checkpoint = ready.prepared, ready.plan, ready.checkpoint
    before = 0.0 if checkpoint is None else checkpoint.checkpoint.seconds
    stop_signal = StopSignal(prepared.options.run.time_limit, callbacks.should_stop, ready.began - before)
    with limited_threads(plan.threads):
        callbacks = _kept_callbacks(ready, callbacks, stop_signal, before)
        raced, seconds = _trained(ready, callbacks, before, cluster)
        trained = raced.trained
        of_folds, held, members = assemble(prepared, kept(prepared, trained))
        refit, seconds_of_refit = _refit(ready, members, callbacks, stop_signal, cluster)
        seconds += seconds_of_refit
        model = with_refits(of_folds, prepared, refit.networks) if refit.networks else of_folds
        scores = score_parts(model, prepared, held)
        suspected = perfect_scores(of_folds, scores, prepared, held)
    headline = prepared.task.headline
    if members[0].stop_reason == "diverged" and not scores["validation"].beats_baseline(headline):
        raise diverged(prepared, members)
    run = TrainingRun(
        plan=plan,
        model=model,
        members=members,
        refits=refit.networks,
        stop_reason=stop_reason(trained, members, plan.members, refit.stopped or stop_signal.reason),
        race=racers(prepared, raced.standings, model),
        seconds=seconds,
        scores=scores,
        findings=[
            *plan.findings,
            *left_out(trained, members),
            *refit.findings,
            *no_better(model, scores),
            *suspected,
        ],
        output=output,
        checkpoint=None if checkpoint is None else checkpoint.path,
        replaceable=ready.replaceable,
    )
    model.artifact.scores.update({name: asdict(each) for name, each in scores.items()})
    model.artifact.receipt.update(
        receipt(data, command, model.artifact),
        seed=run.seed,
        threads=plan.threads,
        rows=plan.rows,
        digest=prepared.digest,
        split_digest=prepared.split_digest,
        best_epoch=members[0].best_epoch,
        stop_reason=run.stop_reason,
        seconds=seconds,
        findings=[str(each.text)[:LONGEST_FINDING] for each in by_gravity(run.findings)[:MOST_FINDINGS]],
        members=[
            member.summary() | place
            for member, place in zip(members, model.artifact.receipt["members"], strict=True)
        ],
    )
    if run.race:
        model.artifact.receipt["race"] = run.race
    if checkpoint is not None:
        model.artifact.receipt["run"] = checkpoint.run
    if output is not None:
        artifact_room.save(model.artifact, output, force=output in ready.replaceable)
    if checkpoint is not None and run.stop_reason in ENDED:
        checkpoint.finish()
    if checkpoint is not None and checkpoint.complaint is not None:
        kept_state = "the model is complete; the checkpoint is older or missing"
        run.findings.append(Finding(CHECKPOINT, checkpoint.complaint, kept_state))
    return run


def _kept_callbacks(
    ready: ReadyTraining, callbacks: Callbacks, stop_signal: StopSignal, before: float
) -> Callbacks:
    """The callbacks with the signal and the checkpoint, which has `before` seconds of an earlier run."""
    begun, checkpoint = time.perf_counter(), ready.checkpoint
    callbacks = replace(callbacks, should_stop=stop_signal.ask)
    if checkpoint is None:
        return callbacks
    refuse_altered_checkpoint(checkpoint.checkpoint, ready.prepared)

    def keep(number: int, progress: Progress) -> None:
        checkpoint.keep(number, progress, before + time.perf_counter() - begun)

    return replace(callbacks, keep=keep, keeps=True, progress=checkpoint.checkpoint.members)


def _is_finished(ready: ReadyTraining) -> bool:
    return ready.checkpoint is not None and ready.checkpoint.checkpoint.finished


def _trained(
    ready: ReadyTraining, callbacks: Callbacks, before: float, cluster: Cluster | None
) -> tuple[Raced, float]:
    """The networks and their race, and how long they trained, `before` seconds of it in an earlier run."""
    if _is_finished(ready):
        return finished_race(ready.prepared, callbacks.progress), before
    begun, checkpoint = time.perf_counter(), ready.checkpoint
    if checkpoint is not None:
        checkpoint.begin()
    raced = train_all(ready.prepared, ready.plan.mode, callbacks, cluster)
    if checkpoint is not None:
        checkpoint.flush()
    return raced, before + time.perf_counter() - begun


def _refit(
    ready: ReadyTraining,
    members: Sequence[Member],
    callbacks: Callbacks,
    stop_signal: StopSignal,
    cluster: Cluster | None,
) -> tuple[Refit, float]:
    """What came of training these networks anew, if that is wanted, and how long it took."""
    begun, prepared, checkpoint = time.perf_counter(), ready.prepared, ready.checkpoint
    if not prepared.options.refits:
        return Refit(), 0.0
    if _is_finished(ready) or stop_signal.reason is not None:
        return Refit.of(prepared, members, callbacks.progress), 0.0
    progress = train_anew(prepared, members, ready.plan.mode, callbacks, cluster)
    if checkpoint is not None:
        checkpoint.flush()
    return Refit.of(prepared, members, progress), time.perf_counter() - begun
