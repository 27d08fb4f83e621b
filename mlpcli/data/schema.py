"""The schema of a table, as decided in training: columns, kinds, target. Needs no pandas."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from typing import Annotated, Any

from mlpcli.data.crosses import Cross, checked_crosses, parse_crosses, parse_names
from mlpcli.data.form import PLAIN, Form, are_formats
from mlpcli.data.label_lists import parse_separator
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError, Sentence, SettingsError, did_you_mean, near_names
from mlpcli.settings import AUTO, Settings, parse_list, parse_pairs, setting

NUMBER, CATEGORY, BOOLEAN, DATE, TEXT = "number", "category", "boolean", "date", "text"
LEARNED = (NUMBER, CATEGORY, BOOLEAN, DATE, TEXT)
IDENTIFIER, CONSTANT, DUPLICATE, IGNORE = "identifier", "constant", "duplicate", "ignore"
SCREENED = "screened"
"""A number that alone hardly predicts the target, of a very wide table."""
KINDS = (*LEARNED, IDENTIFIER, CONSTANT, DUPLICATE, IGNORE, SCREENED)
CHOICES = (*LEARNED, IGNORE)
"""Kinds that a user may choose."""
CHOSEN = "chosen by the user"
STANDARD, ROBUST, MINMAX, QUANTILE, UNSCALED = "standard", "robust", "minmax", "quantile", "none"
BY_SKEW = "by-skew"
"""Robust, unless the column is skewed."""
SCALINGS = (STANDARD, ROBUST, BY_SKEW, MINMAX, QUANTILE, UNSCALED)
RANKS = "ranks"
"""A quantile scaling as it is stored in model files; those of older ones are called quantile."""
QUANTILE_KNOTS = 257
"""Number of quantiles that a quantile scaling keeps."""
MOST_COLUMNS = 100_000
"""Of a table."""
DATE_PARTS = ("days", "year", "month", "weekday", "hour")
TARGET_SCALINGS = ("standard", "log")
TASKS = ("regression", "binary", "multiclass", "multilabel")
_FRACTION = re.compile(r"[-+]?\d*[.,]\d+")
"""A name of a column that is rather a cell of it."""


_setting = partial(setting, group="Data", encodes_rows=True)
# Kept whole: only the table shows whether "a,b" is one column or two. See `resolve_names`.
_names = partial(_setting, (), parse=lambda text: (text,), repeatable=True)


def _parse_most(text: str) -> int:
    if text == "all":
        return 0
    try:
        return int(text)
    except ValueError:
        said = f"{text!r:.40} is not a number of columns"
        raise SettingsError(said, "Give 1, 2, ... or all.", setting="most_columns") from None


@dataclass(frozen=True)
class DataSettings(Settings):
    """Settings of inputs, target and encoding."""

    target: tuple[str, ...] = _names(
        "Column to predict. Give several as A,B or repeat the option.",
        short="t",
        metavar="COLUMN",
        common=True,
    )
    features: tuple[str, ...] = _names(
        "Use only these columns as inputs.", decides_columns=True, metavar="A,B"
    )
    drop: tuple[str, ...] = _names(
        "Leave these columns out.", decides_columns=True, metavar="A,B", common=True
    )
    kind: tuple[tuple[str, str], ...] = _names(
        f"Set the kind of a column, such as age=number. The kinds are {', '.join(CHOICES)}.",
        decides_columns=True,
        metavar="COLUMN=KIND",
        parse=lambda text: tuple(parse_pairs("kind", text).items()),
        common=True,
    )
    cross: tuple[str, ...] = _setting(
        (),
        "Make further inputs of number columns, such as x1*x2, x1^2 or sin(x1).",
        parse=parse_names,
        repeatable=True,
        decides_columns=True,
        metavar="FORMULA,...",
    )
    weight: str | None = _setting(
        None,
        "Column of row weights. A row of weight 2 counts as two rows, one of weight 0 is left out.",
        metavar="COLUMN",
    )
    task: str = _setting(
        AUTO,
        "Task to learn. By default (auto) the target decides, and the reason is given.",
        choices=(AUTO, *TASKS),
        common=True,
    )
    label_separator: str | None = _setting(
        None,
        "Separator of labels where a target cell lists several, such as ; in fast;cheap.",
        of_model=True,
        of_target=True,
        metavar="TEXT",
        parse=parse_separator,
    )
    positive: str | None = _setting(
        None,
        "The positive class of two. By default the last in sorted order.",
        metavar="CLASS",
        needs="two classes",
    )
    scaling: str | None = _setting(
        None, "How to scale number columns.", needs="number columns", of_model=True, choices=(AUTO, *SCALINGS)
    )
    most_columns: int | None = _setting(
        None,
        "Number columns to keep of a wider table: those that predict the target best, each alone, and a "
        "tenth of the others at random. With all none is left out.",
        parse=_parse_most,
        metavar="N|all",
        at_least=0,
        decides_columns=True,
        needs="number columns",
    )
    target_scaling: str = _setting(
        "standard",
        "How to scale number targets. Use log for sizes and prices with a long tail (0 or more).",
        of_model=True,
        of_target=True,
        choices=TARGET_SCALINGS,
        needs="numbers to predict",
    )
    clip_predictions: bool | None = _setting(
        None, "Keep predicted numbers within the range of the training rows.", needs="numbers to predict"
    )
    empty: str | None = _setting(
        None, "Class of rows whose target is empty. By default these rows are left out.", metavar="CLASS"
    )
    strict: bool = _setting(
        False, "Treat target leaks, and cells that do not fit their column, as errors.", changes_weights=False
    )
    allow_unreadable: bool = _setting(
        False,
        "Go on although almost no cell of a column can be read.",
        changes_weights=False,
    )
    drop_duplicates: bool = _setting(
        False, "Keep only the first of rows that are equal in all inputs and targets."
    )
    max_categories: int = _setting(
        100,
        "Levels to keep of a category column, the most frequent ones. Others count as unseen.",
        at_least=1,
        needs="category columns",
    )
    embed_above: int | None = _setting(
        None,
        "Learn a vector for each level of columns with more levels than this.",
        group="Network",
        of_model=True,
        metavar="N",
        at_least=0,
        needs="category columns",
    )
    embed_spikes: bool | None = _setting(
        None,
        "Also embed number columns that are mostly one value.",
        group="Network",
        of_model=True,
        off=False,
        needs="number columns",
    )
    target_means: bool | None = _setting(
        None,
        "Also encode columns of many levels by the mean of the target in other rows of each level.",
        group="Network",
        of_model=True,
        off=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, kind in self.kind:
            if kind not in CHOICES:
                hint = did_you_mean(kind, CHOICES)
                raise SettingsError(f"{name}: {kind!r} is not a column kind", hint, setting="kind")
        if self.features and set(self.features) <= set(self.target):
            raise SettingsError("it names only the target", "Name columns to learn from.", setting="features")
        checked_crosses(self.cross)
        if self.label_separator is not None:
            parse_separator(self.label_separator)
            if self.task not in (AUTO, "multilabel"):
                said = f"it is only for multilabel, not for {self.task}"
                raise SettingsError(said, Sentence("Leave out {task}."), setting="label_separator")


@dataclass(frozen=True)
class Column:
    """An input column: its kind, the reason for it, and how its cells are written."""

    name: str
    kind: Annotated[str, KINDS]
    reason: str
    form: Form = PLAIN


@dataclass(frozen=True)
class Schema:
    """All input columns in the table's order (also the ignored ones), the target and the task.

    Inputs that are crosses stand behind the columns of the table.
    """

    columns: tuple[Column, ...]
    target: tuple[str, ...]
    task: Annotated[str, TASKS]
    task_reason: str
    weight: str | None = None
    target_forms: tuple[Form, ...] = ()
    exact: bool = False
    """Whether cells are matched and read as versions before 0.3 did, one of which made the model."""
    cross: tuple[str, ...] = ()
    """The formulas of the inputs that are crosses, which are called by them."""

    @cached_property
    def crosses(self) -> tuple[Cross, ...]:
        """The inputs that are made of others, in the order of the columns."""
        return tuple(cross for text in self.cross for cross in parse_crosses(text))

    @property
    def forms(self) -> dict[str, Form]:
        """The form of every column that has another than the plain one."""
        forms = {column.name: column.form for column in self.columns}
        forms |= dict(zip(self.target, self.target_forms, strict=False))
        return {name: form for name, form in forms.items() if form != PLAIN}

    @property
    def inputs(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.kind in LEARNED)

    @property
    def table_columns(self) -> tuple[Column, ...]:
        """The columns of the table, without the crosses."""
        return tuple(column for column in self.columns if column.name not in self.cross)

    @property
    def table_inputs(self) -> tuple[Column, ...]:
        """The inputs that a table must have: those that are no crosses."""
        return tuple(column for column in self.inputs if column.name not in self.cross)

    @property
    def left_out(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.kind not in LEARNED)

    def require(self, names: Sequence[str], where: str, *, target: bool) -> None:
        """Raise DataError unless the table `where` has every input (and, if asked, target) column."""
        wanted = [column.name for column in self.table_inputs] + (list(self.target) if target else [])
        there = set(names)
        for name in wanted:
            if name not in there:
                kind = "target" if name in self.target else "input"
                said = f"{where}: the {kind} column {name!r} of the model is missing"
                near = near_names(name, names)
                has = f"The table has the column {near[0]!r}: rename it if it is the same." if near else ""
                raise DataError(said, has or "Give a table with the columns that the model was trained on.")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Schema":
        columns = tuple(
            Column(column["name"], column["kind"], column["reason"], _form(column["form"]))
            for column in stored["columns"]
        )
        return cls(
            columns=columns,
            target=tuple(stored["target"]),
            task=stored["task"],
            task_reason=stored["task_reason"],
            weight=stored["weight"],
            target_forms=tuple(map(_form, stored["target_forms"])),
            exact=stored["exact"],
            cross=tuple(stored["cross"]),
        )


def _form(stored: Mapping[str, Any]) -> Form:
    if not are_formats(stored["formats"]):
        raise ValueError("its date formats are invalid")
    return Form(**{**stored, "formats": tuple(stored["formats"])})


def resolve_names(setting: str, given: Iterable[str], names: Sequence[str], where: str) -> tuple[str, ...]:
    """Columns named by an option: each value is a column, or a comma-separated list of columns.

    Blanks at the ends and the Unicode form of a name make no difference.
    """
    resolved: list[str] = []
    known = {cleaned(name): name for name in names} | {name: name for name in names}
    for value in given:
        for name in (value,) if value in known or cleaned(value) in known else parse_list(value):
            found = known.get(name, known.get(cleaned(name)))
            if found is None:
                hint = did_you_mean(name, names)
                if any(map(_FRACTION.fullmatch, names)):
                    hint = Sentence(
                        "{} If the first line is data, give {no_header}: columns are then named 1, 2, ...",
                        hint,
                    )
                raise DataError(f"{where}: there is no column {name!r}", hint, setting=setting)
            resolved.append(found)
    return tuple(dict.fromkeys(resolved))
