"""Read a table for training and decide: columns, rows that count, target, task."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.crosses import Cross
from mlpcli.data.reading.memory import free_memory
from mlpcli.data.reading.opening import open_table
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import (
    CATEGORY,
    CHOSEN,
    IDENTIFIER,
    LEARNED,
    NUMBER,
    Column,
    DataSettings,
    Schema,
)
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError, Sentence, SettingsError
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.model.tasks import Task
from mlpcli.number_text import size_text
from mlpcli.options.options import Options
from mlpcli.preparation.columns import (
    Roles,
    TrainingRows,
    decide_columns,
    leave_out_weightless,
    read_cells,
    source_columns,
    special_columns,
    training_rows,
)
from mlpcli.preparation.crosses import (
    columns_of,
    cross_findings,
    crosses_of,
    refuse_no_numbers,
    with_made_cells,
)
from mlpcli.preparation.equal_rows import EqualRows
from mlpcli.preparation.targets import decide_task, refuse_too_few
from mlpcli.preparation.transfer import SourceModel
from mlpcli.progress import OnProgress, unwatched
from mlpcli.text_width import shell_word

NUMBER_BYTES, TEXT_BYTES = 12, 4
"""Of a number as it was read and as it is encoded, and of a text at least."""
LEAST_BYTES, ROW_BYTES = 230_000_000, 110
"""Of memory where cells are on the disk. It was 253 MB at most of 1,000,000 rows of 50 numbers, 629 MB of
5,000,000, and 553 MB of 3,000,000 of levels, dates and numbers. A row has its target, its hash, its place in
an order, and what is made of a single column at a time."""
FEW_ROWS = 100_000
"""So few need next to no memory of their own: fewer would not help."""


@dataclass(frozen=True, kw_only=True)
class ReadTable:
    """All rows of a table, before anything is decided by them."""

    options: Options
    """Without the preset's values; the reading is that of the table."""
    roles: Roles
    columns: list[Column]
    """As decided by a sample."""
    crosses: tuple[Cross, ...]
    """Inputs that are made of them."""
    frame: Frame


@dataclass(frozen=True, kw_only=True)
class DecidedTable:
    """A table whose columns, target and task are decided, and its rows that count."""

    options: Options
    """Without the preset's values; the reading is that of the table."""
    roles: Roles
    rows: TrainingRows
    schema: Schema
    known: Task | None
    """The task of the model that is started from, if it has the same target."""
    equal: EqualRows
    """Of the rows that count."""
    duplicates: int
    """Rows left out as they are equal to an earlier one."""
    numbers: Array
    """Of all rows with a target and a weight, those left out included."""


@contextmanager
def opened(data: Data, given: Options, on_progress: OnProgress = unwatched) -> Iterator[Table]:
    """The table of some data as the settings read it, and keep its cells."""
    with open_table(
        paths_of(data),
        given.reading,
        empty_targets(given.data),
        given.data.drop,
        on_progress,
        stored=given.run.memory is not None,
    ) as table:
        if given.run.memory is not None:
            _refuse_small_memory(table, given.run.memory, table.expected_rows)
        yield table


def _refuse_too_large(table: Table, columns: Sequence[Column]) -> None:
    """Raise DataError if the columns that are learned from surely need more memory than is free."""
    numbers = sum(column.kind == NUMBER for column in columns)
    others = sum(column.kind in LEARNED for column in columns) - numbers
    needed = table.expected_rows * (NUMBER_BYTES * numbers + TEXT_BYTES * others)
    free = free_memory()
    if free is not None and needed > free:
        raise DataError(
            f"{table.name}: about {table.expected_rows:,} rows of {numbers + others:,} inputs take "
            f"{size_text(needed)} of memory, but only {size_text(free)} is free",
            Sentence("{memory} {} keeps them on the disk.", _in_whole(free / 2)),
        )


def _refuse_small_memory(table: Table, memory: int, rows: int) -> None:
    """Raise SettingsError if so many rows need more memory than is allowed, though their cells do not."""
    needed = LEAST_BYTES + ROW_BYTES * rows
    if needed > memory:
        # How many rows there are is not known of a compressed file before it is read, nor of stdin.
        who = f"{rows:,} rows need" if rows else "any rows need"
        where = "" if table.store is None else ", with their cells on the disk"
        hint = "Give {memory} {}, or fewer rows." if rows > FEW_ROWS else "Give {memory} {}."
        raise SettingsError(
            f"{table.name}: {who} about {size_text(needed)}{where}",
            Sentence(hint, _in_whole(1.1 * needed)),
            setting="memory",
        )


def _in_whole(size: float) -> str:
    """Bytes as an option takes them, with one digit or two."""
    return f"{size / 1e9:.2g}GB" if size >= 1e9 else f"{math.ceil(size / 1e7)}0MB"


def read_table(
    table: Table,
    given: Options,
    source: SourceModel | None = None,
    *,
    describes: bool = False,
) -> ReadTable:
    """All rows; with `describes` also the columns that are no inputs, and a target is not needed."""
    options = dataclasses.replace(given, reading=table.settings)
    roles = special_columns(table, options, optional=describes)
    leave_out_weightless(table, roles)
    if source is None:
        columns = decide_columns(table, options.data, roles)
        crosses = crosses_of(table, columns, roles, options.data)
    else:
        columns, crosses = source_columns(source, table, roles), source.schema.crosses
        table.reading = dataclasses.replace(table.reading, exact=source.schema.exact)
    also = table.columns if describes else ()
    if given.run.memory is None and not describes:
        _refuse_too_large(table, columns)
    frame = read_cells(table, columns, roles, options.data, decides=source is None, also=also)
    if given.run.memory is not None and not describes:
        _refuse_small_memory(table, given.run.memory, len(frame))
    return ReadTable(options=options, roles=roles, columns=columns, crosses=crosses, frame=frame)


def decide_table(table: Table, read: ReadTable, source: SourceModel | None = None) -> DecidedTable:
    """Columns and task as all rows decide; the frame that was read is changed."""
    roles, options = read.roles, read.options
    rows = training_rows(table, read.frame, read.columns, roles, options, source)
    known = None if source is None else source.known_task(rows.frame, roles.target, options)
    if source is None or known is None:
        name, reason = decide_task(rows.frame, roles.target, options.data, rows.lost)
    else:
        name, reason = known.name, f"as in {source.path}"
    if not any(column.kind in LEARNED for column in rows.columns):
        raise DataError(f"{table.name}: no input column is left", _why_none(rows.columns))
    refuse_no_numbers(table.name, read.crosses, rows.columns, roles)
    made = with_made_cells(rows.frame, read.crosses, None if source is None else source.encoder)
    found = cross_findings(made, read.crosses, strict=options.data.strict)
    rows = dataclasses.replace(rows, frame=made, findings=[*rows.findings, *found])
    schema = Schema(
        columns=(*rows.columns, *columns_of(read.crosses)),
        target=roles.target,
        task=name,
        task_reason=reason,
        weight=roles.weight,
        target_forms=rows.target_forms,
        exact=source is not None and source.schema.exact,
        cross=tuple(cross.name for cross in read.crosses),
    )
    columns = [*(column.name for column in schema.table_inputs), roles.group, roles.time]
    inputs = [name for name in dict.fromkeys(columns) if name is not None]
    equal = EqualRows.of(rows.frame, inputs, roles.target)
    duplicates, numbers = 0, rows.numbers
    if options.data.drop_duplicates:
        duplicates = rows.count - len(equal.firsts)
        rows, equal = rows.take(equal.firsts), EqualRows(rows.count - duplicates)
        refuse_too_few(table.name, roles.target, duplicates + rows.count, rows.count)
    return DecidedTable(
        options=options,
        roles=roles,
        rows=rows,
        schema=schema,
        known=known,
        equal=equal,
        duplicates=duplicates,
        numbers=numbers,
    )


def empty_targets(settings: DataSettings) -> dict[str, str]:
    """The class that empty cells of the target stand for, by column; SettingsError for several targets."""
    if settings.empty is None:
        return {}
    if len(settings.target) != 1:
        raise SettingsError("it is only for a single target", "Give one target.", setting="empty")
    return {cleaned(settings.target[0]): settings.empty}


def _why_none(columns: Sequence[Column]) -> str:
    """Why each column is left out, and how the first that could be kept is."""
    if not columns:
        return Sentence("Check {drop}.")
    reasons = "; ".join(f"{column.name}: {column.reason}" for column in columns[:5])
    for column in columns:
        kind = NUMBER if "whole numbers" in column.reason else CATEGORY
        if column.kind == IDENTIFIER and column.reason != CHOSEN:
            return Sentence("{}. {kind} {} keeps it.", reasons, shell_word(f"{column.name}={kind}"))
    return reasons
