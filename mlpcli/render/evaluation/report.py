"""An evaluation for people, as text or as Markdown, and as the fields of a JSON object."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mlpcli.metrics.gates import GateResult
from mlpcli.render import counts
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.tables import BLOCKS, ReportTable, found_by, gates_of, table_report, tables_of
from mlpcli.text_width import printable

if TYPE_CHECKING:
    from mlpcli.workflows.evaluation.comparison import Comparison
    from mlpcli.workflows.evaluation.importance import Importance
    from mlpcli.workflows.evaluation.result import Evaluation

_MARKUP = re.compile(r"[\\`*\[\]<>|~#!&$]|(?<![^\W_])_|_(?![^\W_])")


def notes_report(screen: Screen, evaluation: "Evaluation") -> None:
    """Notes on the rows, for this model and the one it is compared with."""
    for note in evaluation.notes:
        screen.note(note)
    counts.report(screen, evaluation.counts)
    if evaluation.seen_in_training:
        screen.note("the model was trained on these rows, so the scores are too good; use new rows")
    if (other := evaluation.comparison) is not None:
        if other.counts != evaluation.counts:
            counts.report(screen, other.counts, other.other)
        if other.seen_in_training:
            screen.note(f"{other.other} was trained on these rows, so its scores are too good")


def report(screen: Screen, evaluation: "Evaluation") -> None:
    """Write the tables as text; gates come last, where a terminal's reader looks."""
    tables = [
        *tables_of(evaluation, screen.shows(BLOCKS[-1]), brief=not screen.verbose),
        *gates_of(evaluation.gates),
    ]
    for table in tables:
        table_report(screen, table)


def markdown(screen: Screen, evaluation: "Evaluation") -> None:
    """Write the tables as Markdown for a pull request; gates come first."""
    markdown_tables(screen, [*gates_of(evaluation.gates), *tables_of(evaluation, True)])


def markdown_tables(screen: Screen, tables: Iterable[ReportTable]) -> None:
    """Write tables with their titles and remarks as Markdown."""
    for table in tables:
        screen.raw(f"### {escaped(table.title)}\n")
        for remark in table.above:
            screen.raw(f"{escaped(remark)}\n")
        rule = ["---:" if column in table.numbers else "---" for column in range(len(table.headers))]
        headers, *rows = ([escaped(cell) for cell in row] for row in (table.headers, *table.rows))
        for row in (headers, rule, *rows):
            screen.raw(f"| {' | '.join(row)} |")
        screen.raw("")
        for remark in table.below:
            screen.raw(f"{escaped(remark)}\n")


def failed_gates(screen: Screen, gates: Sequence[GateResult]) -> None:
    """A line for each gate that does not hold, as JSON goes elsewhere."""
    for gate in gates:
        if not gate.holds:
            screen.line(f"gate failed: {gate.gate}: {found_by(gate)}")


def escaped(text: str) -> str:
    """The text with Markdown characters escaped, except underscores inside words."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))


def fields(evaluation: "Evaluation") -> dict[str, Any]:
    """The JSON fields of `evaluate`; null or empty for what was not asked for."""
    found = evaluation
    bootstrap = {"resamples": found.resamples, "level": found.level}
    return {
        "task": found.task,
        "target": found.target,
        "classes": None if found.confusion is None else found.labels,
        "rows": found.rows,
        "dropped": found.dropped,
        "threshold": found.threshold,
        "metrics": found.metrics,
        "baseline": found.baseline,
        "reasons": found.reasons,
        "intervals": found.intervals,
        "bootstrap": None if found.intervals is None else bootstrap,
        "confusion": found.confusion,
        "per_class": found.per_class,
        "per_target": found.per_target,
        "baseline_per_class": found.baseline_per_class,
        "baseline_per_target": found.baseline_per_target,
        "residuals": found.residuals,
        "coverage": found.coverage,
        "set_coverage": found.set_coverage,
        "slices": found.slices,
        "gaps": found.gaps,
        "comparison": None if found.comparison is None else _comparison(found.comparison),
        "gates": found.gates,
        "importance": None if found.importance is None else _importance(found.importance),
        "seen_in_training": found.seen_in_training,
        **counts.fields(found.counts),
    }


def _comparison(found: "Comparison") -> dict[str, Any]:
    kept = {name: value for name, value in vars(found).items() if name not in ("other", "counts")}
    return {"with": found.other} | kept | counts.fields(found.counts)


def _importance(found: "Importance") -> dict[str, Any]:
    drops = {
        name: {"importance": each.drop, "interval": each.interval} for name, each in found.columns.items()
    }
    return vars(found) | {"columns": drops}
