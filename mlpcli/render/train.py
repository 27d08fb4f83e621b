"""Results of train for people, and as the fields of a JSON object."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlpcli.errors import Sentence, count
from mlpcli.preparation.finding import REPEATED
from mlpcli.render.console import Screen
from mlpcli.render.diagnosis import diagnosis_report
from mlpcli.render.dry_run import notes_fields, schema_report
from mlpcli.render.evaluation.tables import metrics_table
from mlpcli.render.formatting import duration, rate, span
from mlpcli.render.inspect import network_report
from mlpcli.render.loss_curve import course, losses_of

if TYPE_CHECKING:
    from mlpcli.model.scores import Scores
    from mlpcli.workflows.train import TrainingRun

COURSE_HEIGHT = 8
WARNINGS = ("diverged", "checkpoint")
SHOWN_ELSEWHERE = ("constant", "duplicate", "identifier", "text", *WARNINGS)
"""Findings that the summary shows elsewhere, or a warning tells."""

WHY_STOPPED = {
    "epochs": "all epochs were run",
    "patience": "no better score for {patience}",
    "converged": "no further decrease was possible",
    "time": "the time limit was reached",
    "interrupted": "interrupted; the best so far is kept",
    "terminated": "terminated; the best so far is kept",
    "diverged": "the loss ran away; the best before that is kept",
}


def report(screen: Screen, run: "TrainingRun", data: Sequence[str]) -> None:
    """The summary at the end of `train`."""
    artifact = run.artifact
    folds = run.model.options.ensemble.folds or 0
    schema_report(screen, artifact.schema, data, run.plan.rows, run.plan.counts, folds=folds)
    screen.pairs([("note", finding.text) for finding in run.findings if finding.kind not in SHOWN_ELSEWHERE])
    network_report(screen, artifact.network, artifact.encoders, len(run.members))
    _course(screen, run)
    notes = {
        "validation": "each row by networks that did not learn from it; but it chose their epoch"
        if folds
        else "these rows chose the epoch, so the scores are a little too good",
        "test": "these rows were kept apart: an unbiased score"
        if not any(finding.kind == REPEATED and finding.part == "test" for finding in run.findings)
        else "rows of these occur among the training rows, so the scores are too good",
        "train": "no rows were held out: scores on the rows that were trained on",
    }
    for part, scores in run.scores.items():
        rows = count(scores.rows, {"train": "training row"}.get(part, f"{part} row"))
        if part == "validation" and folds:
            rows = f"{count(scores.rows, 'row')}, held out in turn"
        scores_report(screen, scores, f"Scores on {rows}", notes[part])
    screen.line()
    if run.output is None or run.output == "-":
        return
    quoted, files = shlex.quote(run.output), " ".join(map(shlex.quote, data))
    screen.line(f"Model written to {run.output}. Next:", "bold")
    if run.checkpoint is not None and run.stop_reason in ("interrupted", "terminated"):
        screen.line(f"  the same command again: it goes on from {run.checkpoint}")
    proba = " {proba}" if "classes" in artifact.target else ""
    screen.line(Sentence("  mlpcli predict {} {}" + proba, quoted, files))
    screen.line(f"  mlpcli inspect {quoted}")


def warnings_report(screen: Screen, run: "TrainingRun") -> None:
    """Warnings of a run that went wrong in part."""
    for finding in run.findings:
        if finding.kind in WARNINGS:
            screen.line(f"warning: {screen.told(finding.text)} ({screen.told(finding.advice)})")
    if run.stop_reason == "diverged":
        screen.line(
            "warning: the loss ran away; the best weights before that are kept. See `mlpcli lr-find`."
        )


def _course(screen: Screen, run: "TrainingRun") -> None:
    """Epochs, rate, time and the loss curve."""
    rate_chosen = f"{rate(run.learning_rate)} ({run.model.options.optimizer.optimizer}"
    schedule = run.model.options.training.schedule
    lines = [
        *_epochs(run),
        ("rate", f"{rate_chosen}{f', {schedule}' if schedule else ''})"),
        ("time", f"{duration(run.seconds)} with {count(run.plan.threads, 'thread')}, seed {run.seed}"),
        *_threshold(run),
    ]
    if run.plan.transferred is not None:
        taken = [name for name, kept in run.plan.transferred if kept]
        anew = [name for name, kept in run.plan.transferred if not kept]
        lines.append(
            (
                "start",
                f"from {run.model.options.transfer.from_model}: {', '.join(taken) or 'no layer'}"
                + (f"; anew: {', '.join(anew)}" if anew else ""),
            )
        )
    screen.heading("Training")
    screen.pairs(lines)
    networks = losses_of({member.number: member.history for member in run.members})
    best = {member.number: member.best_epoch for member in run.members}
    if (drawn := course(screen, networks, best, COURSE_HEIGHT)) is not None:
        screen.line()
        screen.raw(drawn)
    if run.model.options.run.diagnose:
        diagnosis_report(screen, run.members[0].history, run.diagnosis, len(run.members) > 1)


def _epochs(run: "TrainingRun") -> list[tuple[str, str]]:
    patience = count(run.model.options.training.patience or 0, "epoch")
    why = WHY_STOPPED[run.stop_reason].format(patience=patience)
    if len(run.members) == 1 and "validation" not in run.scores:
        return [("epochs", f"{len(run.history)} ({why}); no rows chose one")]
    if len(run.members) == 1:
        return [("epochs", f"{len(run.history)}, the best is {run.best_epoch} ({why})")]
    best = [member.best_epoch for member in run.members]
    epochs = [len(member.history) for member in run.members]
    return [
        ("networks", f"{len(run.members)}, their predictions are averaged"),
        ("epochs", f"{span(epochs)} each, the best are {span(best)} ({why})"),
    ]


def _threshold(run: "TrainingRun") -> list[tuple[str, str]]:
    given, chosen = run.model.options.decision.threshold, run.artifact.target.get("thresholds")
    if chosen is None:
        return []
    by = "as given" if len(set(chosen)) == 1 and str(given) == str(chosen[0]) else f"by {given}"
    return [("threshold", f"{', '.join(f'{each:.4g}' for each in chosen)} ({by})")]


def scores_report(screen: Screen, scores: "Scores", title: str, note: str) -> None:
    """Each metric next to the baseline's; why a metric is missing."""
    screen.heading(title)
    screen.line(f"  {note}", "dim")
    table = metrics_table(title, scores.metrics, scores.baseline, scores.reasons)
    screen.table(table.headers, table.rows, table.numbers)
    for remark in table.below:
        screen.line(f"  {remark}", "dim")


def fields(run: "TrainingRun") -> dict[str, Any]:
    """The JSON fields of `train`."""
    artifact = run.artifact
    validation, test = run.scores.get("validation"), run.scores.get("test")
    shown = validation or test or run.scores["train"]
    return {
        "model": run.output,
        "task": artifact.schema.task,
        "rows": run.plan.rows,
        "columns": [asdict(column) for column in artifact.schema.columns],
        "parameters": artifact.parameter_count,
        "epochs": max(len(member.history) for member in run.members),
        "best_epoch": run.best_epoch,
        "stop_reason": run.stop_reason,
        "seconds": run.seconds,
        "validation": None if validation is None else validation.metrics,
        "test": None if test is None else test.metrics,
        "training": run.scores["train"].metrics if "train" in run.scores else None,
        "baseline": shown.baseline,
        "members": [member.summary() for member in run.members],
        "notes": notes_fields(run.plan.notes, run.findings),
        "transferred": None
        if run.plan.transferred is None
        else [{"layer": layer, "taken": taken} for layer, taken in run.plan.transferred],
        "diagnosis": _diagnosis_fields(run) if run.model.options.run.diagnose else None,
        "settings": artifact.settings,
        "seed": run.seed,
        "threads": run.plan.threads,
    }


def _diagnosis_fields(run: "TrainingRun") -> dict[str, Any]:
    """The layers of each network at its last epoch; the history has all epochs."""
    layers = [[asdict(layer) for layer in member.history[-1].layers] for member in run.members]
    return {"findings": run.diagnosis, "networks": layers}
