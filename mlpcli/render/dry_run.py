"""Plan of a dry run and notes on the data, for people and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlpcli.data.counts import CellCounts
from mlpcli.data.schema import Schema
from mlpcli.errors import Sentence, count
from mlpcli.render.console import Screen
from mlpcli.render.formatting import by_column, some
from mlpcli.render.model_tables import (
    columns_report,
    configurations_report,
    network_report,
    settings_report,
)
from mlpcli.render.training_words import network_text, rows_line, told_lines

if TYPE_CHECKING:
    from mlpcli.preparation.finding import Finding
    from mlpcli.training.planning import TrainingPlan


def report(screen: Screen, plan: "TrainingPlan", data: Sequence[str]) -> None:
    """The plan of a dry run: columns, and the settings that apply."""
    network = [asdict(layer) for layer in plan.network]
    said = [*told_lines(plan.encoders), ("network", network_text(network, plan.encoders, plan.members))]
    if plan.refits:
        said.append(("refit", f"{plan.refits:,} of them at most are trained on all rows"))
    folds = plan.settings["folds"] or 0
    schema_report(screen, plan.schema, data, plan.rows, plan.counts, folds=folds, further=said)
    columns_report(screen, plan.schema, plan.encoders)
    if screen.verbose:
        network_report(screen, network, plan.encoders, plan.members)
    settings_report(screen, plan.settings | {"loss": plan.loss}, plan.unused_settings)
    if len(plan.configurations) > 1:
        configurations_report(screen, plan.configurations, plan.raced_epochs, plan.settings["finalists"])
    screen.line()
    screen.line(Sentence("Nothing was trained and nothing was written ({dry_run})."))


def schema_report(
    screen: Screen,
    schema: Schema,
    data: Sequence[str],
    rows: Mapping[str, int],
    counts: Mapping[str, CellCounts],
    *,
    folds: int = 0,
    further: Sequence[tuple[str, str]] = (),
) -> None:
    """The training data: rows by part, target, inputs by kind, columns left out, values filled in."""
    kinds: dict[str, list[str]] = {}
    for column in schema.inputs:
        kinds.setdefault(column.kind, []).append(column.name)
    lines = [
        ("file", ", ".join("stdin" if each == "-" else each for each in data)),
        rows_line(rows, folds),
        ("target", f"{', '.join(schema.target)} ({schema.task}: {schema.task_reason})"),
        *((f"{kind} ({len(names)})", some(names)) for kind, names in kinds.items()),
    ]
    if rows.get("dropped"):
        lines.append(("left out", f"{count(rows['dropped'], 'row')} without target"))
    if rows.get("duplicates"):
        lines.append(("left out", f"{count(rows['duplicates'], 'row')} equal to an earlier one"))
    for part, counted in counts.items():
        of = "" if part == "table" else f"of the {part} file, "
        for name, text, by_name in (
            ("missing", "filled in", counted.missing),
            ("unreadable", "treated as missing", counted.unreadable),
            ("other", 'rare categories, treated as "other"', counted.unseen),
        ):
            if by_name:
                lines.append((name, f"{of}{text}: {by_column(by_name)}"))
    if schema.left_out:
        lines.append(("not used", some([column.name for column in schema.left_out])))
    screen.heading("Data")
    screen.pairs([*lines, *further])


def fields(plan: "TrainingPlan") -> dict[str, Any]:
    """The JSON fields of a dry run."""
    return {
        "dry_run": True,
        "task": plan.schema.task,
        "task_reason": plan.schema.task_reason,
        "rows": plan.rows,
        "columns": plan.schema.columns,
        "parameters": sum(layer.parameters for layer in plan.network),
        "network": plan.network,
        "settings": plan.settings,
        "members": plan.members,
        "refits": plan.refits,
        "race": [
            {"name": each.name, "reason": each.reason, "changes": each.changes}
            for each in plan.configurations[1 if len(plan.configurations) == 1 else 0 :]
        ],
        "manner": plan.mode.how,
        "threads": plan.threads,
        "notes": notes_fields(plan.notes, plan.findings),
    }


def notes_fields(notes: Sequence[str], findings: "Sequence[Finding]") -> list[dict[str, str]]:
    """Notes and findings as JSON fields."""
    guesses = [{"kind": "guess", "text": note, "advice": ""} for note in notes]
    return guesses + [{"kind": each.kind, "text": each.text, "advice": each.advice} for each in findings]
