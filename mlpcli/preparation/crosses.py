"""The crosses of a training: their columns found in the table, their cells, and notes on them."""

from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells
from mlpcli.data.columns.frame import Frame
from mlpcli.data.crosses import Cross, checked_crosses, refuse_twice
from mlpcli.data.features import FeatureEncoder, with_crosses
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import CHOSEN, LEARNED, NUMBER, Column, DataSettings, resolve_names
from mlpcli.errors import DataError, Sentence, count
from mlpcli.preparation.columns import Roles
from mlpcli.preparation.finding import CROSS, Finding
from mlpcli.settings import csv_word
from mlpcli.text_width import shell_word


def crosses_of(
    table: Table, columns: Sequence[Column], roles: Roles, settings: DataSettings
) -> tuple[Cross, ...]:
    """The crosses that are asked for, of columns as the table names them.

    Raises DataError for a column that is not there or no number input, and for a cross that is called as a
    column.
    """
    crosses = []
    for cross in checked_crosses(settings.cross):
        found = {
            name: resolve_names("cross", [csv_word(name)], table.columns, table.name)[0]
            for name in cross.sources
        }
        crosses.append(cross.of(found))
    refuse_twice(crosses)
    for cross in crosses:
        if cross.name in table.columns:
            raise DataError(
                f"{table.name}: there is a column {cross.name!r} already",
                "Use that column, or rename it.",
                setting="cross",
            )
    refuse_no_numbers(table.name, crosses, columns, roles)
    return tuple(crosses)


def refuse_no_numbers(where: str, crosses: Sequence[Cross], columns: Sequence[Column], roles: Roles) -> None:
    """Raise DataError for a cross of a column that is no number input."""
    by_name = {column.name: column for column in columns}
    for cross in crosses:
        for name in cross.sources:
            column = by_name.get(name)
            if column is None or column.kind != NUMBER:
                said, hint = _why_not(name, column, roles)
                said = Sentence.joined([f"{where}: column {name!r} ", said])
                raise DataError(said, hint, setting="cross")


def _why_not(name: str, column: Column | None, roles: Roles) -> tuple[str, str]:
    """Why a column is no number input, and what can be done."""
    made = "crosses are made of number inputs"
    for role, names in (("target", roles.target), ("weight", [roles.weight]), ("group", [roles.group])):
        if name in names:
            return f"is the {role}, and {made}", "Leave it out of the cross."
    if column is None:
        hint = "Keep it as an input: a model that does not need it alone gives it little weight."
        return Sentence("is left out by {features} or {drop}, and {}", made), hint
    keeps = Sentence("If its cells are numbers, give {kind} {}.", shell_word(f"{name}={NUMBER}"))
    if column.kind in LEARNED:
        return f"is of the kind {column.kind}, and {made}", keeps
    if column.reason == CHOSEN:
        return Sentence("is left out by {kind}, and {}", made), keeps
    return f"is left out ({column.reason}), and {made}", Sentence(
        "{kind} {} keeps it.", shell_word(f"{name}={NUMBER}")
    )


def columns_of(crosses: Sequence[Cross]) -> tuple[Column, ...]:
    """The inputs that crosses are."""
    return tuple(Column(each.name, NUMBER, f"made of {', '.join(each.sources)}") for each in crosses)


def with_made_cells(frame: Frame, crosses: Sequence[Cross], encoder: FeatureEncoder | None) -> Frame:
    """The frame with the cells of the crosses, whose sources are read as by an `encoder`, if there is one."""
    return with_crosses(frame, crosses, _finite) if encoder is None else encoder.complete(frame)


def _finite(_name: str, cells: Cells) -> Array:
    values = cells.numbers()[0]
    values[np.isinf(values)] = np.nan
    return values


def cross_findings(frame: Frame, crosses: Sequence[Cross], *, strict: bool = False) -> list[Finding]:
    """Notes on crosses that are one value, or no number where their columns are.

    Raises DataError for a cross that is no number in any row.
    """
    findings = []
    for cross in crosses:
        values = frame[cross.name].numbers()[0]
        gaps = np.isnan(values)
        sources = [np.isfinite(frame[name].numbers()[0]) for name in cross.sources]
        undefined = np.logical_and.reduce([gaps, *sources])
        first = frame.place(int(np.argmax(undefined))) if undefined.any() else ""
        if len(values) and gaps.all():
            hint = "Check the signs and sizes of its columns, or leave it out."
            raise DataError(f"{cross.name!r:.60} has a finite value in no row", hint, setting="cross")
        if first and strict:
            hint = Sentence("Fix the cell, or leave out {strict}.")
            raise DataError(f"{first}: {cross.name!r:.60} is not finite", hint, setting="cross")
        if first:
            rows = count(int(undefined.sum()), "row")
            text = f"cross {cross.name!r:.60} has no finite value in {rows} (first: {first})"
            findings.append(Finding(CROSS, text, "it counts as missing there", columns=(cross.name,)))
        elif len(there := values[~gaps]) and (there == there[0]).all():
            text = f"cross {cross.name!r:.60} has the same value in all rows, so it predicts nothing"
            findings.append(Finding(CROSS, text, Sentence("leave it out of {cross}"), columns=(cross.name,)))
    return findings
