"""Target columns: what is wrong with them, the task that follows, the truth of every row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.kinds import IDENTIFIER_ROWS
from mlpcli.data.columns.numbers.code_numbers import code_numbers
from mlpcli.data.columns.numbers.numerals import described_form
from mlpcli.data.columns.settling import one_spelling
from mlpcli.data.columns.strays import PLURALS, Strays, form_of_numbers, is_mostly, nearly, shown, words_of
from mlpcli.data.label_lists import all_labels, separator_of
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import BOOLEAN, CHOSEN, DATE, NUMBER, Column, DataSettings, resolve_names
from mlpcli.data.spelling import are_booleans
from mlpcli.data.target import LOG, POSITIVE, ClassTarget, LabelTarget, NumberTarget, refuse_negative
from mlpcli.errors import DataError, Sentence, SettingsError, count, did_you_mean
from mlpcli.model.tasks import TASKS, Multilabel, Regression, Task, labels_in, numbers_in
from mlpcli.text_width import shell_word

MOST_CLASSES = 20
MOST_LISTED = 6
ROWS_PER_CLASS = 5
LOST_SHARE = 0.1
"""Of the rows, as many may be left out for a word in their target without a word on it."""
LARGEST_CLASS_SHARE = 0.5
"""Of the rows, as many different values at the most are taken for classes."""


def target_columns(table: Table, settings: DataSettings) -> tuple[str, ...]:
    """The columns to predict; SettingsError if none is named, DataError if one is not there."""
    if not any(settings.target):
        hint = Sentence("Give {target} COLUMN. {}", did_you_mean("", table.columns))
        raise SettingsError(f"{table.name}: which column is the target?", hint)
    names = resolve_names("target", settings.target, table.columns, table.name)
    if settings.label_separator is not None and len(names) > 1:
        said = f"it is only for a single column that lists labels, not for {len(names)} targets"
        raise SettingsError(said, "Give only that column as the target.", setting="label_separator")
    return names


def refuse_too_few(table: str, target: Sequence[str], rows: int, present: int) -> None:
    """Raise DataError if too few of the rows have a target."""
    if rows and not present:
        missing = f"{table}: target {', '.join(target)!r} is missing in every row"
        raise DataError(missing, "Check that it is the right column.")
    if present < 2:
        few = f"{table} has {count(present, 'row')} with a target"
        raise DataError(few, "Give at least two rows with a target.")


@dataclass(frozen=True, kw_only=True)
class SettledTarget:
    """A target column in the light of all rows."""

    name: str
    cells: Cells
    """Under the form of the column."""
    absent: Array
    """(rows,) True where there is no value."""
    strays: Strays | None
    """Words beside numbers or booleans."""

    @property
    def has_classes(self) -> bool:
        """Whether its cells are no numbers."""
        return isinstance(self.cells, Texts) and bool(self.cells.words(NUMBER)[1].any())


def settled_target(name: str, cells: Cells, settings: DataSettings, *, exact: bool = False) -> SettledTarget:
    """A target column as all rows decide: numbers or durations, or classes, spelled as first in the table.

    Beside numbers and booleans the words that say that there is nothing are no classes, unless they are kept
    or classes are asked for; nor is anything else that is not a number where there are too many numbers to be
    classes. `exact`: as older versions read it.
    """
    task, absent = settings.task, cells.missing()
    if exact or isinstance(cells, Numbers) or settings.label_separator is not None:
        return SettledTarget(name=name, cells=cells, absent=absent, strays=None)
    assert isinstance(cells, Texts)
    present = cells[~absent].compact()
    if not len(present):
        return SettledTarget(name=name, cells=cells, absent=absent, strays=None)
    if task in ("binary", "multiclass"):
        return SettledTarget(name=name, cells=one_spelling(cells), absent=absent, strays=None)
    form = form_of_numbers(present)
    read = cells.under(cells.reading.formed(form))
    for kind, each in ((BOOLEAN, cells), (NUMBER, read)):
        words, unreadable = each.words(kind)
        counts = each.counts()
        values = each.levels[~words & ~each.level_missing() & (counts > 0)]
        if not len(values) or (kind == BOOLEAN and not are_booleans(values.tolist())):
            continue
        if kind == NUMBER and code_numbers(values, counts[np.isin(each.levels, values)]):
            continue
        many = kind == NUMBER and task in ("auto", "regression") and len(values) > MOST_CLASSES
        if unreadable.any() and not (many and is_mostly(NUMBER, each)):
            continue
        if any(level in cells.reading.kept_words for level in each.levels[words].tolist()):
            continue
        strays = words_of(Column(name, kind, ""), each)
        absent = absent | each.spread(words, False)
        if not form.clock:
            each = one_spelling(each, values.tolist())
        return SettledTarget(name=name, cells=each, absent=absent, strays=strays)
    return SettledTarget(name=name, cells=one_spelling(cells), absent=absent, strays=None)


def decide_task(
    frame: Frame, names: Sequence[str], settings: DataSettings, lost: Mapping[str, int] | None = None
) -> tuple[str, str]:
    """The task and the reason, from rows that have a target; `lost` are words of the others."""
    given = settings.task
    if (separator := settings.label_separator) is not None:
        labels = all_labels(frame[names[0]].texts().used().tolist(), separator)
        return "multilabel", f"{names[0]!r} lists {count(len(labels), 'label')} separated by {separator!r}"
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
        if lost:
            word = max(lost, key=lambda each: lost[each])
            rows = count(lost[word], "row")
            more = f"{same} that has one; it is {shown(word) if word else 'empty'} in {rows}"
            hint = Sentence("{empty} CLASS makes empty cells a class.")
            if word:
                hint = Sentence("{keep_words} {} makes it a class.", shell_word(f"{name}={word}"))
            raise DataError(more, hint)
        raise DataError(same, "Choose a target with at least two values.")
    if given == "binary" and distinct != 2:
        several = Sentence("target {!r} has {:,} values, but {task} binary needs exactly two", name, distinct)
        raise DataError(several, Sentence("Use {task} multiclass."))
    if given == "multilabel" and (listed := lists_in(cells)):
        said = f"target {name!r} lists labels, such as {cells.shown(0)}, instead of 0 or 1"
        raise DataError(said, Sentence("Give {label_separator} {}.", shell_word(listed)))
    if given != "auto":
        return given, CHOSEN
    classes = "binary" if distinct == 2 else "multiclass"
    numbers, unreadable = cells.numbers()
    if isinstance(cells, Texts) and are_booleans(cells.used().tolist()):
        return classes, f"{name!r} is true or false"
    if cells.reading.form.clock:
        return "regression", f"{name!r} has {distinct:,} distinct durations, in seconds"
    if unreadable.any() or are_codes(cells):
        _refuse_dates(name, cells)
        found = nearly(cells.texts())
        partly = "" if found is None else f", of which {found.share:.0%} are {PLURALS[found.kind]}"
        if distinct > LARGEST_CLASS_SHARE * len(cells) and len(cells) >= IDENTIFIER_ROWS:
            raise DataError(
                f"target {name!r} is text with {distinct:,} distinct values in {len(cells):,} rows{partly}",
                Sentence("Choose another target, or give {task} multiclass if these are classes."),
            )
        return classes, f"{name!r} is text with {distinct:,} classes{partly}"
    whole = bool((numbers == np.floor(numbers)).all()) and not np.isinf(numbers).any()
    if whole and distinct <= MOST_CLASSES and len(cells) >= ROWS_PER_CLASS * distinct:
        return classes, f"{name!r} has {distinct} distinct values ({_listed(np.unique(numbers))})"
    unit = described_form(np.empty(0, object), cells.reading.form)
    return "regression", f"{name!r} has {distinct:,} distinct numbers{unit}"


def _listed(values: Array) -> str:
    """A few whole numbers in order: all of them, or from where to where."""
    if len(values) <= MOST_LISTED:
        return ", ".join(f"{value:.15g}" for value in values)
    return f"{values[0]:.15g} to {values[-1]:.15g}"


def lists_in(cells: Cells) -> str:
    """The separator of a target that looks like lists of labels; "" if it does not."""
    if not isinstance(cells, Texts):
        return ""
    often = cells.counts()
    return separator_of({str(cells.levels[level]): int(often[level]) for level in np.flatnonzero(often)})


def are_codes(cells: Cells) -> bool:
    """Whether the numbers of a target are names, such as 007."""
    return isinstance(cells, Texts) and bool(code_numbers(cells.used(), cells.counts()))


def _refuse_dates(name: str, cells: Cells) -> None:
    """Raise DataError if a target holds dates."""
    texts = cells.texts()
    if (formats := texts.formats()) and is_mostly(DATE, texts, formats):
        said = f"target {name!r} holds dates such as {texts.shown(0)}, which cannot be predicted directly"
        way = "Predict a number instead, such as the days until that date"
        raise DataError(said, Sentence("{}; {task} multiclass reads them as classes.", way))


def _several(frame: Frame, names: Sequence[str], given: str) -> tuple[str, str]:
    if given != "auto":
        return given, CHOSEN
    yes_or_no = True
    for name in names:
        numbers, unreadable = frame[name].numbers()
        no_boolean = frame[name].booleans()[1]
        if unreadable.any() and no_boolean.any():
            raise DataError(
                f"target {name!r} is text, but several targets must all be numbers",
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
            raise DataError(
                f"target {names[0]!r} does not have exactly two classes", Sentence("Use {task} multiclass.")
            )
        return TASKS[task](classes), classes.encode(frame)
    if settings.label_separator is not None:
        listed = LabelTarget.of_lists(names[0], frame[names[0]].texts(), settings.label_separator)
        return Multilabel(listed), listed.encode(frame)
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
