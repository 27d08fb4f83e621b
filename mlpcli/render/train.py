"""Results of train for people, and as the fields of a JSON object."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlpcli.errors import Sentence, count
from mlpcli.preparation.finding import REPEATED
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_fields, schema_report
from mlpcli.render.evaluation.tables import metrics_table, table_report, target_table
from mlpcli.render.formatting import duration, rate
from mlpcli.render.inspect import network_report
from mlpcli.render.loss_curve import course, losses_of
from mlpcli.render.training_words import SHORT_DIGEST, epochs_lines, scores_title, weights_line

if TYPE_CHECKING:
    from mlpcli.workflows.train import TrainingRun

COURSE_HEIGHT = 8
SHOWN_EPOCHS = 3
"""Epochs in the table of a diagnosis, from the first to the last."""
WARNINGS = ("diverged", "checkpoint", "no better")
SHOWN_ELSEWHERE = ("constant", "duplicate", "identifier", "text", *WARNINGS)
"""Findings that the summary shows elsewhere, or a warning tells."""


def report(screen: Screen, run: "TrainingRun", data: Sequence[str]) -> None:
    """The summary at the end of `train`."""
    artifact = run.artifact
    folds = run.model.options.ensemble.folds or 0
    schema_report(screen, artifact.schema, data, run.plan.rows, run.plan.counts, folds=folds)
    screen.pairs([("note", finding.text) for finding in run.findings if finding.kind not in SHOWN_ELSEWHERE])
    network_report(screen, artifact.network, artifact.encoders, len(run.members))
    _course(screen, run)
    for part, scores in run.scores.items():
        note = "no rows were held out: scores on the rows that were trained on"
        if part == "validation" and folds:
            note = "each row by networks that did not learn from it; but it chose their epoch"
        elif part == "validation":
            note = "these rows chose the epoch, so the scores are a little too good"
        elif part == "test" and any(each.kind == REPEATED and each.part == part for each in run.findings):
            note = "rows of these occur among the training rows, so the scores are too good"
        elif part == "test":
            note = "these rows were kept apart: an unbiased score"
        table = metrics_table(
            scores_title(part, scores.rows, folds), scores.metrics, scores.baseline, scores.reasons
        )
        table_report(screen, replace(table, above=[note]))
        if scores.per_target is not None:
            table_report(screen, target_table(artifact.schema.task, scores.per_target))
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
        kept = "the best weights before that are kept"
        screen.line(f"warning: the loss ran away; {kept}. See `mlpcli lr-find`.")


def _course(screen: Screen, run: "TrainingRun") -> None:
    """Epochs, rate, time and the loss curve."""
    artifact = run.artifact
    rate_chosen = f"{rate(run.learning_rate)} ({run.model.options.optimizer.optimizer}"
    schedule = run.model.options.training.schedule
    lines = [
        *epochs_lines(
            [member.summary() for member in run.members],
            run.stop_reason,
            run.model.options.training.patience or 0,
            validated="validation" in run.scores,
        ),
        ("rate", f"{rate_chosen}{f', {schedule}' if schedule else ''})"),
        ("time", f"{duration(run.seconds)} with {count(run.plan.threads, 'thread')}, seed {run.seed}"),
        *_threshold(run),
        weights_line(artifact.receipt["weights"][:SHORT_DIGEST]),
    ]
    if run.plan.transferred is not None:
        taken = ", ".join(name for name, kept in run.plan.transferred if kept) or "no layer"
        anew = ", ".join(name for name, kept in run.plan.transferred if not kept)
        start = f"from {run.model.options.transfer.from_model}: {taken}{anew and f'; anew: {anew}'}"
        lines.append(("start", start))
    screen.heading("Training")
    screen.pairs(lines)
    losses = losses_of({member.number: member.history for member in run.members})
    best = {member.number: member.best_epoch for member in run.members}
    if (drawn := course(screen, losses, best, COURSE_HEIGHT)) is not None:
        screen.line()
        screen.raw(drawn)
    if run.model.options.run.diagnose:
        _diagnosis(screen, run)


def _diagnosis(screen: Screen, run: "TrainingRun") -> None:
    """Gradients, updates, dead and saturated units layer by layer, of one network; the findings in words."""
    watched = [record for record in run.members[0].history if record.layers]
    if not watched:
        return
    steps = SHOWN_EPOCHS - 1
    shown = sorted({round(part * (len(watched) - 1) / steps) for part in range(steps + 1)})
    rows = []
    for place, layer in enumerate(watched[0].layers):
        name = f"{layer.layer} {layer.name}"
        for record in (watched[index] for index in shown):
            found = record.layers[place]
            sizes = [f"{each:.2g}" for each in (found.gradient_norm, found.update_ratio)]
            shares = ["-" if each is None else f"{each:.0%}" for each in (found.dead, found.saturated)]
            rows.append([name, str(record.epoch), *sizes, *(each.replace("%", " %") for each in shares)])
            name = ""
    screen.heading("Inside the layers" + (" of the first network" if len(run.members) > 1 else ""))
    headers = ["layer", "epoch", "gradient norm", "update ratio", "dead units", "saturated"]
    screen.table(headers, rows, numbers=range(1, len(headers)))
    screen.line()
    for text in run.diagnosis or ["nothing conspicuous"]:
        screen.line(f"  {screen.told(text)}")


def _threshold(run: "TrainingRun") -> list[tuple[str, str]]:
    given, chosen = run.model.options.decision.threshold, run.artifact.target.get("thresholds")
    if chosen is None:
        return []
    if given is None:
        by = "by the class weights"
    else:
        by = "as given" if len(set(chosen)) == 1 and str(given) == str(chosen[0]) else f"by {given}"
    return [("threshold", f"{', '.join(f'{each:.4g}' for each in chosen)} ({by})")]


def fields(run: "TrainingRun") -> dict[str, Any]:
    """The JSON fields of `train`."""
    artifact = run.artifact
    metrics = {part: scores.metrics for part, scores in run.scores.items()}
    per_target = {part: scores.per_target for part, scores in run.scores.items()}
    shown = next(run.scores[part] for part in ("validation", "test", "train") if part in run.scores)
    return {
        "model": run.output,
        "task": artifact.schema.task,
        "rows": run.plan.rows,
        "columns": artifact.schema.columns,
        "parameters": artifact.parameter_count,
        "epochs": max(len(member.history) for member in run.members),
        "best_epoch": run.best_epoch,
        "stop_reason": run.stop_reason,
        "seconds": run.seconds,
        "validation": metrics.get("validation"),
        "test": metrics.get("test"),
        "training": metrics.get("train"),
        "baseline": shown.baseline,
        "per_target": per_target if shown.per_target is not None else None,
        "members": [member.summary() for member in run.members],
        "notes": notes_fields(run.plan.notes, run.findings),
        "transferred": None
        if run.plan.transferred is None
        else [{"layer": layer, "taken": taken} for layer, taken in run.plan.transferred],
        # The layers of each network at its last epoch; the history has all epochs.
        "diagnosis": {
            "findings": run.diagnosis,
            "networks": [member.history[-1].layers for member in run.members],
        }
        if run.model.options.run.diagnose
        else None,
        "settings": artifact.settings,
        "seed": run.seed,
        "threads": run.plan.threads,
        "weights": artifact.receipt["weights"],
    }
