"""From target columns to a task: which one it is, and the truth of every row."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlpcli.data.cells import as_booleans, as_numbers, as_text, count_distinct, is_missing
from mlpcli.data.encoders import Reading
from mlpcli.data.schema import DataSettings
from mlpcli.data.table import Table
from mlpcli.data.target import POSITIVE, ClassTarget, LabelTarget, NumberTarget, Target, refuse_negative
from mlpcli.errors import DataError

Array: TypeAlias = npt.NDArray[Any]

MOST_CLASSES = 20
ROWS_PER_CLASS = 5


def rows_with_target(frame: pd.DataFrame, names: Sequence[str], reading: Reading) -> Array:
    """(rows,) True where every target has a value."""
    absent = np.zeros(len(frame), dtype=bool)
    for name in names:
        absent |= is_missing(frame[name], reading.missing)
    return ~absent


def decide_task(frame: pd.DataFrame, names: Sequence[str], given: str, reading: Reading) -> tuple[str, str]:
    """The task and the reason, from rows that have a target."""
    if len(names) > 1:
        if given in ("binary", "multiclass"):
            raise DataError(f"--task {given} takes one target, not {len(names)}", "Use --task multilabel.")
        return _several(frame, names, given, reading)
    name = names[0]
    cells = frame[name]
    distinct = count_distinct(cells)
    if distinct < 2:
        raise DataError(
            f"target {name!r} has the same value, {cells.iloc[0]!r}, in every row",
            "There is nothing to learn.",
        )
    if given == "binary" and distinct != 2:
        raise DataError(
            f"target {name!r} has {distinct:,} values, --task binary takes two", "Use multiclass."
        )
    if given != "auto":
        return given, "chosen by --task"
    classes = "binary" if distinct == 2 else "multiclass"
    numbers, unreadable = as_numbers(cells, reading.missing, reading.decimal)
    if pd.api.types.is_bool_dtype(cells.dtype) or not as_booleans(cells, reading.missing)[1].any():
        return classes, f"{name!r} is true or false"
    if unreadable.any():
        return classes, f"{name!r} is text with {distinct:,} classes"
    whole = bool((numbers == np.floor(numbers)).all()) and not np.isinf(numbers).any()
    if whole and distinct <= MOST_CLASSES and len(cells) >= ROWS_PER_CLASS * distinct:
        return (
            classes,
            f"{name!r} has {distinct} whole numbers, each {len(cells) // distinct} times on average",
        )
    return "regression", f"{name!r} has {distinct:,} different numbers"


def _several(frame: pd.DataFrame, names: Sequence[str], given: str, reading: Reading) -> tuple[str, str]:
    if given != "auto":
        return given, "chosen by --task"
    yes_or_no = True
    for name in names:
        numbers, unreadable = as_numbers(frame[name], reading.missing, reading.decimal)
        no_boolean = as_booleans(frame[name], reading.missing)[1]
        if unreadable.any() and no_boolean.any():
            raise DataError(
                f"target {name!r} is text, which is possible for a single target only",
                "Give one text target, or several targets of numbers or of 0 and 1.",
            )
        yes_or_no &= not no_boolean.any() or bool(np.isin(numbers, (0, 1)).all())
    if yes_or_no:
        return "multilabel", f"{len(names)} targets of 0 and 1"
    return "regression", f"{len(names)} targets of numbers"


def fit_target(
    frame: pd.DataFrame,
    names: Sequence[str],
    task: str,
    train: Array,
    settings: DataSettings,
    reading: Reading,
    table: Table,
    lines: Array,
    into: str,
) -> tuple[Target, Array]:
    """The encoder, fitted on the `train` rows (its classes on all), and the truth of all rows.

    `into` is the range into which numbers are scaled.
    """
    if task in ("binary", "multiclass"):
        classes = ClassTarget.fit(names[0], as_text(frame[names[0]]), settings.positive)
        if task == "binary" and len(classes.classes) != 2:
            raise DataError(f"target {names[0]!r} has not two classes", "Use --task multiclass.")
        return classes, truth_of(classes, frame, reading, table, lines)
    if task == "multilabel":
        labels = LabelTarget(tuple(names))
        return labels, truth_of(labels, frame, reading, table, lines)
    unfitted = NumberTarget(tuple(names), np.zeros(len(names)), np.ones(len(names)))
    values = truth_of(unfitted, frame, reading, table, lines)
    if into == POSITIVE:
        refuse_negative(names, values)
    return NumberTarget.fit(names, values[train], into), values


def truth_of(
    target: Target, frame: pd.DataFrame, reading: Reading, table: "Table | None", lines: Array
) -> Array:
    """What metrics take: class numbers, labels or values. `lines` are the rows' numbers in the table."""
    if isinstance(target, ClassTarget):
        return target.encode(as_text(frame[target.name]))
    columns = []
    for name in target.names:
        if isinstance(target, LabelTarget):
            values, unreadable = as_booleans(frame[name], reading.missing)
            if unreadable.any():
                values, unreadable = as_numbers(frame[name], reading.missing, reading.decimal)
                unreadable |= ~np.isin(values, (0, 1))
            wanted = "0 or 1"
        else:
            values, unreadable = as_numbers(frame[name], reading.missing, reading.decimal)
            unreadable |= np.isinf(values)
            wanted = "a finite number"
        if unreadable.any():
            row = int(np.argmax(unreadable))
            where = f"row {lines[row] + 1:,}" if table is None else table.place(int(lines[row]))
            raise DataError(
                f"{where}: target {name!r}: {str(frame[name].iloc[row])[:40]!r} is not {wanted}",
                "Mend the cell, or leave it empty to drop the row.",
            )
        columns.append(values)
    truth = np.column_stack(columns)
    return truth.astype(np.intp) if isinstance(target, LabelTarget) else truth
