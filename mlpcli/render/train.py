"""Results of train for people, and as the fields of a JSON object."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlpcli.errors import Sentence, count
from mlpcli.headlines import headline_table
from mlpcli.number_text import short
from mlpcli.preparation.finding import CHECKPOINT, DIVERGED, NO_BETTER, REPEATED
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_fields, schema_report
from mlpcli.render.evaluation.tables import metrics_table, table_report, target_table
from mlpcli.render.formatting import duration, rate
from mlpcli.render.loss_curve import course, losses_of
from mlpcli.render.model_tables import network_report, race_report, settings_report
from mlpcli.render.training_words import (
    SHORT_DIGEST,
    epochs_lines,
    inputs_text,
    race_lines,
    refit_lines,
    remark,
    rows_text,
    scores_title,
    training_text,
    weights_line,
)
from mlpcli.text_width import printable, shell_word

if TYPE_CHECKING:
    from mlpcli.workflows.train import TrainingRun

COURSE_HEIGHT = 8
SHOWN_EPOCHS = 3
"""Epochs in the table of a diagnosis, from the first to the last."""
WARNINGS = (DIVERGED, CHECKPOINT, NO_BETTER)


def report(screen: Screen, run: "TrainingRun", data: Sequence[str]) -> None:
    """The summary at the end of `train`; of a verbose screen everything before it."""
    artifact = run.artifact
    folds = run.model.options.ensemble.folds or 0
    if screen.verbose:
        _everything(screen, run, data, folds)
    else:
        _headlines(screen, run, data, folds)
    for part, scores in reversed(run.scores.items()):
        repeated = any(each.kind == REPEATED and each.part == part for each in run.findings)
        screen.line(
            "  " + remark(part, scores.rows, folds=folds, refitted=bool(run.refits), repeated=repeated), "dim"
        )
    if run.model.options.run.diagnose:
        _diagnosis(screen, run)
    screen.line()
    members = artifact.receipt["members"]
    validated = "validation" in run.scores
    trained = training_text(members, run.stop_reason, run.seconds, validated=validated)
    _ending(screen, run, trained, [] if run.output in (None, "-") else _next(run, data))


def _headlines(screen: Screen, run: "TrainingRun", data: Sequence[str], folds: int) -> None:
    """Data, target, and a few metrics next to the baseline's."""
    schema, rows = run.artifact.schema, run.plan.rows
    screen.line()
    screen.pairs(
        [
            ("data", f"{_files(data)}, {rows_text(rows, folds)}" + _left_out(rows)),
            ("target", f"{', '.join(schema.target)} ({schema.task}: {schema.task_reason})"),
            ("inputs", inputs_text(schema)),
        ]
    )
    screen.line()
    header, table = headline_table(schema.task, run.artifact.scores)
    screen.table(header, table, numbers=range(1, len(header)))


def _ending(screen: Screen, run: "TrainingRun", trained: str, commands: Sequence[str]) -> None:
    """Time, file and the next commands, which are never wrapped, so that they can be copied."""
    lines = [
        ("trained", trained),
        *race_lines(run.artifact.receipt),
        *refit_lines(run.artifact.receipt),
        *_start(run),
        *_threshold(run),
    ]
    if commands:
        lines.append(("model", str(run.output)))
    screen.pairs(lines)
    width = max(len(label) for label, _ in lines)
    for number, command in enumerate(commands):
        screen.raw(f"  {'' if number else 'next':{width}}  {printable(screen.told(command))}")


def _next(run: "TrainingRun", data: Sequence[str]) -> list[str]:
    assert run.output is not None
    quoted, files = shell_word(run.output), " ".join(map(shell_word, data))
    commands = []
    if run.checkpoint is not None and run.stop_reason in ("interrupted", "terminated"):
        commands.append(f"the same command again resumes from {run.checkpoint}")
    proba = " {proba}" if "classes" in run.artifact.target else ""
    commands.append(Sentence("mlpcli predict {} {}" + proba, quoted, files))
    return [*commands, f"mlpcli inspect {quoted}"]


def _files(data: Sequence[str]) -> str:
    return ", ".join("stdin" if each == "-" else each for each in data)


def _left_out(rows: Mapping[str, int]) -> str:
    """The rows that were left out, and why."""
    reasons = {"dropped": "without target", "duplicates": "equal to an earlier one"}
    texts = [f"{count(rows[each], 'row')} {why}" for each, why in reasons.items() if rows.get(each)]
    return f"; left out: {', '.join(texts)}" if texts else ""


def _everything(screen: Screen, run: "TrainingRun", data: Sequence[str], folds: int) -> None:
    artifact = run.artifact
    schema_report(screen, artifact.schema, data, run.plan.rows, run.plan.counts, folds=folds)
    of_first = sum(member["configuration"] == 0 for member in artifact.receipt["members"])
    network_report(screen, artifact.network, artifact.encoders, of_first)
    settings_report(screen, run.plan.settings | {"loss": run.plan.loss}, run.plan.unused_settings)
    if run.race:
        race_report(screen, run.race)
    _course(screen, run)
    for part, scores in run.scores.items():
        title = scores_title(part, scores.rows, folds)
        table_report(screen, metrics_table(title, scores.metrics, scores.baseline, scores.reasons))
        if scores.per_target is not None:
            table_report(screen, target_table(artifact.schema.task, scores.per_target))


def late_notes_report(screen: Screen, run: "TrainingRun") -> None:
    """Warnings of a run that went wrong in part, and what only its scores could show."""
    for finding in run.findings:
        text = screen.told(finding.text) + (f" ({screen.told(finding.advice)})" if finding.advice else "")
        if finding.kind in WARNINGS:
            screen.warning(text)
        elif finding not in run.plan.findings:
            screen.note(text)
    if run.stop_reason == "diverged":
        kept = "the best weights before that were kept"
        screen.warning(f"the loss diverged; {kept}. `mlpcli lr-find` suggests a learning rate.")


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
        *refit_lines(artifact.receipt),
        ("learning rate", f"{rate_chosen}{f', {schedule}' if schedule else ''})"),
        ("time", f"{duration(run.seconds)} with {count(run.plan.threads, 'thread')}, seed {run.seed}"),
        weights_line(artifact.receipt["weights"][:SHORT_DIGEST]),
    ]
    screen.heading("Training")
    screen.pairs(lines)
    losses = losses_of({member.number: member.history for member in run.members})
    best = {member.number: member.best_epoch for member in run.members}
    if (drawn := course(screen, losses, best, COURSE_HEIGHT)) is not None:
        screen.line()
        screen.raw(drawn)


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


def _start(run: "TrainingRun") -> list[tuple[str, str]]:
    """The layers that started from the weights of another model, if there was one."""
    if run.plan.transferred is None:
        return []
    taken = ", ".join(name for name, kept in run.plan.transferred if kept) or "no layer"
    new = ", ".join(name for name, kept in run.plan.transferred if not kept)
    source = run.model.options.transfer.from_model
    return [("start", f"weights of {source}: {taken}" + (f"; new: {new}" if new else ""))]


def _threshold(run: "TrainingRun") -> list[tuple[str, str]]:
    given, chosen = run.model.options.decision.threshold, run.artifact.target.get("thresholds")
    if chosen is None:
        return []
    if given is None:
        by = "by the class weights"
    else:
        by = "as given" if len(set(chosen)) == 1 and str(given) == str(chosen[0]) else f"by {given}"
    return [("threshold", f"{', '.join(map(short, chosen))} ({by})")]


def fields(run: "TrainingRun") -> dict[str, Any]:
    """The JSON fields of `train`."""
    artifact = run.artifact
    metrics = {part: scores.metrics for part, scores in run.scores.items()}
    per_target = {part: scores.per_target for part, scores in run.scores.items()}
    shown = next(run.scores[part] for part in ("validation", "test", "train") if part in run.scores)
    return {
        "model": run.output,
        "task": artifact.schema.task,
        "data": artifact.receipt["data"],
        "rows": run.plan.rows,
        "digest": artifact.receipt["digest"],
        "split_digest": artifact.receipt["split_digest"],
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
        "members": run.artifact.receipt["members"],
        "race": run.race,
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
