"""Target columns: what is wrong with them, the task that follows, the truth of every row."""

from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Frame
from mlpcli.data.columns.kinds import IDENTIFIER_ROWS
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import CHOSEN, DataSettings, resolve_names
from mlpcli.data.target import LOG, POSITIVE, ClassTarget, LabelTarget, NumberTarget, refuse_negative
from mlpcli.errors import DataError, Sentence, count, did_you_mean
from mlpcli.model.tasks import TASKS, Multilabel, Regression, Task, labels_in, numbers_in

MOST_CLASSES = 20
ROWS_PER_CLASS = 5
LARGEST_CLASS_SHARE = 0.5
"""Of the rows, as many different values at the most are taken for classes."""


def target_columns(table: Table, settings: DataSettings) -> tuple[str, ...]:
    """The columns to predict; DataError if none is named, or one is not there."""
    if not any(settings.target):
        hint = Sentence("Give {target} COLUMN. {}", did_you_mean("", table.columns))
        raise DataError(f"{table.name}: which column is the target?", hint)
    return resolve_names("target", settings.target, table.columns, table.name)


def refuse_too_few(table: str, target: Sequence[str], rows: int, present: int) -> None:
    """Raise DataError if too few of the rows have a target."""
    if rows and not present:
        missing = f"{table}: target {', '.join(target)!r} is missing in every row"
        raise DataError(missing, "Is it the right column?")
    if present < 2:
        few = f"{table}: {count(present, 'row')} to learn from"
        raise DataError(few, "Training needs at least two rows with a target.")


def decide_task(frame: Frame, names: Sequence[str], given: str) -> tuple[str, str]:
    """The task and the reason, from rows that have a target."""
    if len(names) > 1:
        if given in ("binary", "multiclass"):
            hint = Sentence("Use {task} multilabel.")
            raise DataError(f"{given} takes one target, not {len(names)}", hint, setting="task")
        return _several(frame, names, given)
    name = names[0]
    cells = frame[name]
    distinct = cells.distinct()
    if distinct < 2:
        same = f"target {name!r} has the same value, {cells.shown(0)}, in every row"
        raise DataError(same, "There is nothing to learn.")
    if given == "binary" and distinct != 2:
        several = Sentence("target {!r} has {:,} values, {task} binary takes two", name, distinct)
        raise DataError(several, "Use multiclass.")
    if given != "auto":
        return given, CHOSEN
    classes = "binary" if distinct == 2 else "multiclass"
    numbers, unreadable = cells.numbers()
    if not cells.booleans()[1].any():
        if distinct > 2:
            return classes, f"{name!r} is true or false in {distinct} spellings, each a class of its own"
        return classes, f"{name!r} is true or false"
    if unreadable.any():
        if distinct > LARGEST_CLASS_SHARE * len(cells) and len(cells) >= IDENTIFIER_ROWS:
            raise DataError(
                f"target {name!r} is text with {distinct:,} different values in {len(cells):,} rows",
                Sentence("Is it an identifier? Classes must recur to be learned; {task} decides otherwise."),
            )
        return classes, f"{name!r} is text with {distinct:,} classes"
    whole = bool((numbers == np.floor(numbers)).all()) and not np.isinf(numbers).any()
    if whole and distinct <= MOST_CLASSES and len(cells) >= ROWS_PER_CLASS * distinct:
        times = len(cells) // distinct
        return classes, f"{name!r} has {distinct} whole numbers, each {times} times on average"
    return "regression", f"{name!r} has {distinct:,} different numbers"


def _several(frame: Frame, names: Sequence[str], given: str) -> tuple[str, str]:
    if given != "auto":
        return given, CHOSEN
    yes_or_no = True
    for name in names:
        numbers, unreadable = frame[name].numbers()
        no_boolean = frame[name].booleans()[1]
        if unreadable.any() and no_boolean.any():
            raise DataError(
                f"target {name!r} is text, which is possible for a single target only",
                "Give one text target, or several targets of numbers or of 0 and 1.",
            )
        yes_or_no &= not no_boolean.any() or bool(np.isin(numbers, (0, 1)).all())
    if yes_or_no:
        return "multilabel", f"{len(names)} targets of 0 and 1"
    return "regression", f"{len(names)} targets of numbers"


def fit_task(
    frame: Frame,
    names: Sequence[str],
    task: str,
    train: Array,
    settings: DataSettings,
    into: str,
    weights: Array | None = None,
) -> tuple[Task, Array]:
    """The task, its target fitted on the `train` rows (classes on all), and the truth of all rows.

    `into` is the range into which numbers are scaled; `weights` are those of the `train` rows, above 0.
    """
    if task in ("binary", "multiclass"):
        classes = ClassTarget.fit(names[0], frame[names[0]].texts(), settings.positive)
        if task == "binary" and len(classes.classes) != 2:
            raise DataError(f"target {names[0]!r} has not two classes", Sentence("Use {task} multiclass."))
        return TASKS[task](classes), classes.encode(frame)
    if task == "multilabel":
        return Multilabel(LabelTarget(tuple(names))), labels_in(frame, names)
    values = numbers_in(frame, names)
    if into == POSITIVE:
        refuse_negative(names, values, Sentence("Choose another {loss} or {output_activation}."))
    if settings.target_scaling == LOG:
        refuse_negative(names, values, Sentence("Leave out {target_scaling} log."))
    scaling, clip = settings.target_scaling, bool(settings.clip_predictions)
    target = NumberTarget.fit(names, values[train], into, scaling, clip=clip, weights=weights)
    return Regression(target), values
