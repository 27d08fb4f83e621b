"""The roles of columns in training, the inputs, and the rows that have a target."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Frame
from mlpcli.data.columns.kinds import infer_columns, settle
from mlpcli.data.encoders.dates import doubts
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import CHOSEN, DATE, LEARNED, NUMBER, Column, DataSettings, resolve_names
from mlpcli.errors import DataError, Sentence, did_you_mean
from mlpcli.model.encoded_rows import refuse_none, row_weights, rows_with_target
from mlpcli.options.options import Options
from mlpcli.preparation.doctor import not_a_number, uncertain_dates
from mlpcli.preparation.finding import Finding
from mlpcli.preparation.targets import MOST_CLASSES, refuse_too_few, target_columns
from mlpcli.preparation.transfer import SourceModel


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
                f"{frame.place(row)}: {self.time!r}: {cells.shown(row)} is no time",
                "Mend the cell: a number or a date.",
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
    dropped: int
    """Rows without target."""
    weightless: int
    """Rows with a target and weight 0."""
    findings: list[Finding]


def special_columns(table: Table, options: Options) -> Roles:
    """Target, weight, group and time; an unknown or doubled one is an error."""
    settings, target = options.data, target_columns(table, options.data)
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
                    f"{table.name}: {given!r} is the target", "Name another column.", setting=name
                )
    return Roles(target, single["weight"], single["group"], single["time"])


def decide_columns(table: Table, settings: DataSettings, roles: Roles) -> list[Column]:
    """The inputs and their kinds; weights and groups are no inputs, a time may be one."""

    def resolved(setting: str, given: Sequence[str]) -> tuple[str, ...]:
        return resolve_names(setting, given, table.columns, table.name)

    wanted = set(resolved("features", settings.features) or table.columns)
    out = {*roles.target, roles.weight, roles.group, *resolved("drop", settings.drop)}
    chosen = dict(settings.kind)
    for name in chosen:
        if name not in table.columns:
            raise DataError(
                f"{table.name}: there is no column {name!r}",
                did_you_mean(name, table.columns),
                setting="kind",
            )
    names = [name for name in table.columns if name in wanted and name not in out]
    return infer_columns(table.sample, names, chosen)


def source_columns(source_model: SourceModel, table: Table, roles: Roles) -> list[Column]:
    """The inputs of the model that is started from; the target cannot be one of them."""
    names = [name for name in table.columns if name not in (*roles.target, roles.weight, roles.group)]
    for column in source_model.schema.inputs:
        if column.name in roles.names and column.name not in names:
            raise DataError(
                f"{table.name}: {column.name!r} is an input of {source_model.path}",
                "Start from another model.",
            )
    return source_model.columns(names, table.name)


def read_rows(
    table: Table,
    columns: Sequence[Column],
    roles: Roles,
    options: Options,
    *,
    known: bool = False,
) -> TrainingRows:
    """All rows that count; numbers that are text further down fall back to text, or are an error.

    A row of weight 0 is left out as if it were not in the table: it takes no part in any decision. With
    `known` columns nothing is decided: cells that do not fit them count as missing.
    """
    learned = [column for column in columns if column.kind in LEARNED]
    numbers = {column.name for column in learned if column.kind == NUMBER}
    if roles.weight is not None:
        numbers.add(roles.weight)
    numbers |= {name for name in roles.target if _many_numbers(table, name, options.data)}
    names = list(dict.fromkeys([*(column.name for column in learned), *roles.names]))
    frame = table.read(names, numbers)
    present = np.flatnonzero(rows_with_target(frame, roles.target))
    dropped = len(frame) - len(present)
    refuse_too_few(table.name, roles.target, len(frame), len(present))
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
    settled, not_numbers = (list(columns), {}) if known else settle(columns, frame)
    findings: list[Finding] = []
    for name, (row, count) in not_numbers.items():
        finding = not_a_number(name, frame.place(row), frame[name].shown(row), count, len(frame))
        if options.data.strict:
            raise DataError(finding.text, finding.advice)
        findings.append(finding)
    if options.data.strict and not known:
        _refuse_unreadable(settled, frame)
    return TrainingRows(
        frame=frame,
        weights=weights,
        numbers=present,
        columns=settled,
        dropped=dropped,
        weightless=weightless,
        findings=findings + _uncertain(settled, table),
    )


def leave_out_weightless(table: Table, roles: Roles) -> None:
    """Take the rows of weight 0 out of the table's sample, unless it has no others."""
    if roles.weight is not None:
        counting = table.sample[roles.weight].numbers()[0] != 0
        if counting.any() and not counting.all():
            table.sample = table.sample.take(counting).compact()


def _uncertain(columns: Sequence[Column], table: Table) -> list[Finding]:
    dates = [column for column in columns if column.kind == DATE and column.reason != CHOSEN]
    samples = {column.name: table.sample[column.name] for column in dates}
    present = {name: cells[~cells.missing()].texts() for name, cells in samples.items()}
    return [uncertain_dates(column) for column in dates if doubts(present[column.name])]


def _many_numbers(table: Table, name: str, settings: DataSettings) -> bool:
    """Whether a target is surely no class: it is then read as numbers at once."""
    cells = table.sample[name]
    if settings.task in ("binary", "multiclass") or cells.distinct() <= MOST_CLASSES:
        return False
    return not cells.numbers()[1].any()


def _refuse_unreadable(columns: Sequence[Column], frame: Frame) -> None:
    """Raise DataError for a cell of a date column that is no date, or of a chosen number column."""
    for column in columns:
        unreadable: Array | None = None
        if column.kind == NUMBER and column.reason == CHOSEN:
            unreadable = frame[column.name].numbers()[1]
        elif column.kind == DATE:
            cells = frame[column.name]
            unreadable = cells.dates(cells.formats())[1]
        if unreadable is not None and unreadable.any():
            row = int(np.argmax(unreadable))
            raise DataError(
                f"{frame.place(row)}: column {column.name!r}: "
                f"{frame[column.name].shown(row)} is not a {column.kind}",
                Sentence("Mend the cell, or leave out {strict}."),
            )
