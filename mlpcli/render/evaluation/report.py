"""An evaluation for people: its tables, written as text or as Markdown."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlpcli.metrics.gates import GateResult
from mlpcli.render import counts
from mlpcli.render.console import Screen, printable
from mlpcli.render.evaluation.tables import BLOCKS, found_by, gates_of, tables_of

if TYPE_CHECKING:
    from mlpcli.workflows.evaluation.result import Evaluation

_MARKUP = re.compile(r"[\\`*\[\]<>|~#!&$]|(?<![^\W_])_|_(?![^\W_])")


def notes_report(screen: Screen, evaluation: "Evaluation") -> None:
    """Notes on the rows, for this model and the one it is compared with."""
    for note in evaluation.notes:
        screen.line(f"note: {screen.told(note)}")
    counts.report(screen, evaluation.counts)
    if evaluation.seen_in_training:
        screen.line("note: these rows trained the model, so the scores are too good; use other rows")
    if (other := evaluation.comparison) is not None:
        if other.counts != evaluation.counts:
            counts.report(screen, other.counts, other.other)
        if other.seen_in_training:
            screen.line(f"note: {other.other}: these rows trained it, so its scores are too good")


def report(screen: Screen, evaluation: "Evaluation") -> None:
    """Write the tables as text; gates come last, where a terminal's reader looks."""
    tables = [*tables_of(evaluation, screen.shows(BLOCKS[-1])), *gates_of(evaluation.gates)]
    for table in tables:
        screen.heading(table.title)
        for remark in table.above:
            screen.line(f"  {remark}", "dim")
        screen.table(table.headers, table.rows, table.numbers)
        for remark in table.below:
            screen.line(f"  {remark}", "dim")


def markdown(screen: Screen, evaluation: "Evaluation") -> None:
    """Write the tables as Markdown for a pull request; gates come first."""
    for table in [*gates_of(evaluation.gates), *tables_of(evaluation, True)]:
        screen.raw(f"### {_escaped(table.title)}\n")
        for remark in table.above:
            screen.raw(f"{_escaped(remark)}\n")
        screen.raw(_row([_escaped(each) for each in table.headers]))
        screen.raw(
            _row(["---:" if column in table.numbers else "---" for column in range(len(table.headers))])
        )
        for row in table.rows:
            screen.raw(_row([_escaped(cell) for cell in row]))
        screen.raw("")
        for remark in table.below:
            screen.raw(f"{_escaped(remark)}\n")


def failed_gates(screen: Screen, gates: Sequence[GateResult]) -> None:
    """A line for each gate that does not hold, as JSON goes elsewhere."""
    for gate in gates:
        if not gate.holds:
            screen.line(f"gate failed: {gate.gate}: {found_by(gate)}")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """The text with Markdown characters escaped, except underscores inside words."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))
