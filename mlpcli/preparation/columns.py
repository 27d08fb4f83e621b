"""The roles of columns in training, the inputs, and the rows that have a target."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.kinds import infer_columns
from mlpcli.data.columns.settling import Settled, settle
from mlpcli.data.columns.strays import PLURALS
from mlpcli.data.form import Form
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import CHOSEN, LEARNED, NUMBER, Column, DataSettings, resolve_names
from mlpcli.errors import DataError, Sentence
from mlpcli.model.encoded_rows import refuse_none, row_weights
from mlpcli.options.options import Options
from mlpcli.preparation.cell_findings import (
    listed_labels,
    lost_rows,
    spelling_findings,
    stray_findings,
    target_spellings,
    target_words,
    uncertain_dates,
)
from mlpcli.preparation.finding import Finding
from mlpcli.preparation.targets import (
    LOST_SHARE,
    MOST_CLASSES,
    SettledTarget,
    are_codes,
    lists_in,
    refuse_too_few,
    settled_target,
    target_columns,
)
from mlpcli.preparation.transfer import SourceModel
from mlpcli.settings import AUTO


@dataclass(frozen=True)
class Roles:
    """The columns that are not inputs by name."""

    target: tuple[str, ...]
    weight: str | None
    group: str | None
    time: str | None

    @property
    def names(self) -> list[str]:
        """All of them, each once."""
        return list(dict.fromkeys([*self.target, *filter(None, (self.weight, self.group, self.time))]))

    def group_codes(self, frame: Frame) -> Array:
        """The group of each row as a number; each row without one is a group of its own."""
        assert self.group is not None
        cells = frame[self.group]
        codes = cells.as_codes().astype(np.int64)
        absent = cells.missing()
        codes[absent] = codes.max(initial=0) + 1 + np.arange(int(absent.sum()))
        return codes

    def times(self, frame: Frame) -> Array:
        """The time of each row as a number, from numbers or dates."""
        assert self.time is not None
        cells = frame[self.time]
        times, unreadable = cells.numbers()
        if unreadable.any():
            times, unreadable = cells.dates(cells.formats())
        if np.isnan(times).any():
            row = int(np.argmax(np.isnan(times)))
            raise DataError(
                f"{frame.place(row)}: {self.time!r}: {cells.shown(row)} is not a time",
                "Fix the cell: give a number or a date.",
                setting="time",
            )
        return times


@dataclass(frozen=True, kw_only=True)
class TrainingRows:
    """The rows that have a target and a weight above 0."""

    frame: Frame
    weights: Array | None
    numbers: Array
    """Their numbers in the table, from 0."""
    columns: list[Column]
    """As settled by all rows."""
    target_forms: tuple[Form, ...]
    dropped: int
    """Rows without target."""
    lost: dict[str, int]
    """Words in the targets of those, if no other target is left but one value."""
    weightless: int
    """Rows with a target and weight 0."""
    findings: list[Finding]

    @property
    def count(self) -> int:
        """How many rows these are, also when the frame's columns are gone."""
        return len(self.numbers)

    def take(self, rows: Array) -> "TrainingRows":
        """Some of the rows."""
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, frame=self.frame.take(rows), weights=weights, numbers=self.numbers[rows])


def special_columns(table: Table, options: Options, *, optional: bool = False) -> Roles:
    """Target, weight, group and time; an unknown or doubled one is an error, as is none unless `optional`."""
    settings = options.data
    target = () if optional and not any(settings.target) else target_columns(table, settings)
    single: dict[str, str | None] = {}
    for name, given in (
        ("weight", settings.weight),
        ("group", options.split.group),
        ("time", options.split.time),
    ):
        single[name] = None
        if given is not None:
            (single[name], *_) = resolve_names(name, [given], table.columns, table.name)
            if single[name] in target:
                raise DataError(
                    f"{table.name}: {given!r} is the target", "Choose another column.", setting=name
                )
    return Roles(target, single["weight"], single["group"], single["time"])


def decide_columns(table: Table, settings: DataSettings, roles: Roles) -> list[Column]:
    """The inputs and their kinds; weights and groups are no inputs, a time may be one."""

    def resolved(setting: str, given: Sequence[str]) -> tuple[str, ...]:
        return resolve_names(setting, given, table.columns, table.name)

    wanted = set(resolved("features", settings.features) or table.columns)
    dropped = resolve_names("drop", settings.drop, [*table.columns, *table.doubled], table.name)
    out = {*roles.target, roles.weight, roles.group, *dropped}
    there = set(table.columns)  # to resolve a name takes a look at all others
    chosen = {name if name in there else resolved("kind", [name])[0]: kind for name, kind in settings.kind}
    names = [name for name in table.columns if name in wanted and name not in out]
    return infer_columns(table.sample, names, chosen)


def source_columns(source_model: SourceModel, table: Table, roles: Roles) -> list[Column]:
    """The inputs of the model that is started from; the target cannot be one of them."""
    names = [name for name in table.columns if name not in (*roles.target, roles.weight, roles.group)]
    for column in source_model.schema.table_inputs:
        if column.name in roles.names and column.name not in names:
            raise DataError(
                f"{table.name}: {column.name!r} is an input of {source_model.path}",
                "Choose another target, or start from another model.",
            )
    return source_model.columns(names, table.name)


def read_cells(
    table: Table,
    columns: Sequence[Column],
    roles: Roles,
    settings: DataSettings,
    *,
    decides: bool,
    also: Sequence[str] = (),
) -> Frame:
    """All rows of the columns to learn from and those of the roles, and of the columns in `also`.

    `decides`: whether all rows decide what the columns are.
    """
    learned = [column for column in columns if column.kind in LEARNED]
    numbers = {column.name for column in learned if column.kind == NUMBER and not column.form.clock}
    undecided = set[str]()
    if decides:
        undecided = {*roles.target, *(column.name for column in learned if column.reason != CHOSEN)}
    if roles.weight is not None:
        numbers.add(roles.weight)
    numbers |= {name for name in roles.target if _many_numbers(table, name, settings)}
    names = list(dict.fromkeys([*(column.name for column in learned), *roles.names]))
    others = [name for name in also if name not in names]
    numbers |= {name for name in others if isinstance(table.sample[name], Numbers)}
    forms = {column.name: column.form for column in learned}
    table.reading = replace(table.reading, forms=forms)
    return table.read([*names, *others], numbers, {*undecided, *others})


def training_rows(
    table: Table,
    frame: Frame,
    columns: Sequence[Column],
    roles: Roles,
    options: Options,
    source: SourceModel | None = None,
) -> TrainingRows:
    """The rows of the frame that count, and the columns as all of them decide; the frame is changed.

    A row of weight 0 is left out as if it were not in the table: it takes no part in any decision. The
    columns of a `source` are as they are: cells that do not fit them count as missing.
    """
    all_rows = len(frame)
    exact = source is not None and source.schema.exact
    targets = [settled_target(name, frame[name], options.data, exact=exact) for name in roles.target]
    absent = np.zeros(all_rows, dtype=bool)
    for target in targets:
        frame[target.name] = target.cells
        absent |= target.absent
    present = np.flatnonzero(~absent)
    dropped = all_rows - len(present)
    findings = _lost_targets(table, targets, dropped, options.data)
    if roles.target:
        refuse_too_few(table.name, roles.target, all_rows, len(present))
    if dropped:
        frame = frame.take(present)
    weights = None if roles.weight is None else row_weights(frame, roles.weight)
    weightless = 0
    if weights is not None:
        counting = np.flatnonzero(weights)
        if weightless := len(present) - len(counting):
            refuse_none(len(counting), weightless, roles.weight, table.name)
            refuse_too_few(table.name, roles.target, len(present), len(counting))
            frame, weights, present = frame.take(counting).compact(), weights[counting], present[counting]
    settled = (
        Settled(list(columns), {}, set()) if source is not None else settle(columns, frame, table.on_progress)
    )
    if source is None and not options.data.allow_unreadable:
        _refuse_wrong_kinds(settled, frame)
    if options.data.strict and source is None:
        _refuse_strays(settled, frame)
    if source is None:
        findings += stray_findings(settled.columns, settled.strays, frame)
        findings += uncertain_dates(settled.columns, settled.still_open)
        findings += spelling_findings(settled.columns, frame)
    return TrainingRows(
        frame=frame,
        weights=weights,
        numbers=present,
        columns=settled.columns,
        target_forms=tuple(target.cells.reading.form for target in targets),
        dropped=dropped,
        lost=_words_of_lost(table, targets[0], frame) if dropped else {},
        weightless=weightless,
        findings=findings,
    )


def _words_of_lost(table: Table, target: SettledTarget, frame: Frame) -> dict[str, int]:
    """The words of rows without target, where all others have the same value."""
    if frame[target.name].distinct() > 1:
        return {}
    strays = {} if target.strays is None else dict(target.strays.words)
    return table.missing_words(target.name) | strays


def _lost_targets(
    table: Table, targets: Sequence[SettledTarget], dropped: int, settings: DataSettings
) -> list[Finding]:
    """Findings on words in targets, and on those that cost many rows; with `strict` strays are errors."""
    findings = []
    for target in targets:
        if (strays := target.strays) is not None:
            if settings.empty in strays.words:
                kind = PLURALS[strays.kind]
                said = f"target {target.name!r} holds {kind}, and {settings.empty!r} is not one of them"
                raise DataError(
                    said, "Leave it out: rows without a target value are excluded anyway.", setting="empty"
                )
            if settings.strict:
                raise DataError(
                    f"{table.place(strays.row)}: target {target.name!r}: {strays.cell} is not a number",
                    Sentence("Fix the cell, or leave out {strict}."),
                )
            few = target.cells.distinct() <= MOST_CLASSES + len(strays.words)
            findings.append(target_words(target.name, strays, few=few))
        elif dropped > LOST_SHARE * len(target.absent):
            words = table.missing_words(target.name)
            findings += lost_rows(target.name, words, len(target.absent), classes=target.has_classes)
        if isinstance(target.cells, Texts) and not target.cells.reading.exact:
            findings += target_spellings(target.name, target.cells)
        if settings.task == AUTO and settings.label_separator is None and (found := lists_in(target.cells)):
            findings.append(listed_labels(target.name, target.cells.shown(0), found))
    return findings


def leave_out_weightless(table: Table, roles: Roles) -> None:
    """Take the rows of weight 0 out of the table's sample, unless it has no others."""
    if roles.weight is not None:
        counting = table.sample[roles.weight].numbers()[0] != 0
        if counting.any() and not counting.all():
            table.sample = table.sample.take(counting).compact()


def _many_numbers(table: Table, name: str, settings: DataSettings) -> bool:
    """Whether a target is surely no class: it is then read as numbers at once."""
    cells = table.sample[name]
    no_numbers = settings.task in ("binary", "multiclass") or settings.label_separator is not None
    if no_numbers or cells.distinct() <= MOST_CLASSES:
        return False
    return not cells.numbers()[1].any() and not are_codes(cells)


def _refuse_wrong_kinds(settled: Settled, frame: Frame) -> None:
    """Raise DataError for a column of a chosen kind of which no cell can be read."""
    for column in settled.columns:
        strays = settled.strays.get(column.name)
        if column.reason == CHOSEN and strays is not None and strays.share == 0.0:
            where = f"{frame.place(strays.row)}: column {column.name!r}"
            raise DataError(
                f"{where}: {strays.cell} is not a {column.kind}, and neither is any other cell",
                Sentence("Give another {kind}, or {allow_unreadable} to go on without the column."),
            )


def _refuse_strays(settled: Settled, frame: Frame) -> None:
    """Raise DataError for the first cell that is not of the kind of its column."""
    for column in settled.columns:
        if column.name in settled.strays:
            strays = settled.strays[column.name]
            raise DataError(
                f"{frame.place(strays.row)}: column {column.name!r}: {strays.cell} is not a {strays.kind}",
                Sentence("Fix the cell, or leave out {strict}."),
            )
