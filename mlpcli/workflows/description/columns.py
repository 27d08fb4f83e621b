"""Description of the columns of a table, without regard to a target."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.kinds import infer_column, infer_columns
from mlpcli.data.columns.settling import one_spelling, settle
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import BOOLEAN, CATEGORY, LEARNED, NUMBER, Column
from mlpcli.model.tasks import Regression
from mlpcli.preparation.columns import Roles, TrainingRows
from mlpcli.preparation.crosses import columns_of, with_made_cells
from mlpcli.preparation.deciding import DecidedTable, ReadTable
from mlpcli.preparation.targets import settled_target
from mlpcli.progress import DESCRIBED, OnProgress, unwatched
from mlpcli.workflows.description.result import (
    DROPPED,
    GROUP,
    INPUT,
    LEFT_OUT,
    TARGET,
    WEIGHT,
    ColumnDescription,
)
from mlpcli.workflows.description.statistics import statistics_of

AT_ONCE = 2
"""Columns; each takes some copies of it."""


def copy_of(frame: Frame) -> Frame:
    """A frame of the same cells, whose columns may be replaced and removed."""
    return Frame(dict(frame.columns), len(frame), frame.place)


def described_columns(
    table: Table,
    read: ReadTable,
    rows: TrainingRows,
    decided: DecidedTable | None,
    *,
    on_progress: OnProgress = unwatched,
) -> list[ColumnDescription]:
    """All columns in the table's order, then the crosses, with their statistics over all rows."""
    known = {column.name: column for column in rows.columns}
    others = _others(table, read, [name for name in table.columns if name not in known])
    settled = rows.frame if rows.count == len(read.frame) else None

    def described(name: str) -> ColumnDescription:
        if decided is not None and name in decided.roles.target:
            return _target(name, read, decided)
        cells = read.frame[name]
        if name in known:
            column = known[name]
            cells = _settled(cells, column) if settled is None else settled[name]
            use = INPUT if column.kind in LEARNED else LEFT_OUT
        else:
            column, cells = others[name]
            use = _use(name, read.roles)
        return ColumnDescription(
            name=name,
            kind=column.kind,
            reason=column.reason,
            use=use,
            form=column.form,
            statistics=statistics_of(cells, column),
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:  # NumPy lets other threads run while it sorts
        found = []
        for column in pool.map(described, table.columns):
            found.append(column)
            on_progress(len(found), len(table.columns), DESCRIBED)
    return [*found, *_crosses(read, known)]


def _crosses(read: ReadTable, known: Mapping[str, Column]) -> list[ColumnDescription]:
    """The crosses of number columns, over all rows."""
    crosses = [each for each in read.crosses if all(known[name].kind == NUMBER for name in each.sources)]
    cells = {name: _settled(read.frame[name], known[name]) for each in crosses for name in each.sources}
    frame = with_made_cells(Frame(cells, len(read.frame), read.frame.place), crosses, None)
    return [
        ColumnDescription(
            name=column.name,
            kind=column.kind,
            reason=column.reason,
            use=INPUT,
            statistics=statistics_of(frame[column.name], column),
        )
        for column in columns_of(crosses)
    ]


def _use(name: str, roles: Roles) -> str:
    """The use of a column that is not an input."""
    if name in roles.target:
        return TARGET
    return {roles.weight: WEIGHT, roles.group: GROUP}.get(name, DROPPED)


def _others(table: Table, read: ReadTable, names: list[str]) -> dict[str, tuple[Column, Cells]]:
    """Kinds and cells of columns that are no inputs."""
    frame = Frame({name: read.frame[name] for name in names}, len(read.frame), read.frame.place)
    columns = settle(infer_columns(table.sample, names, {}), frame).columns
    return {column.name: (column, frame[column.name]) for column in columns}


def _settled(cells: Cells, column: Column) -> Cells:
    """All cells of a column as a training takes those of its rows."""
    if not isinstance(cells, Texts):
        return cells
    cells = cells.under(cells.reading.formed(column.form)).texts()
    if column.kind == NUMBER:
        return Numbers(cells.numbers()[0], cells.reading)
    return one_spelling(cells) if column.kind == CATEGORY else cells


def _target(name: str, read: ReadTable, decided: DecidedTable) -> ColumnDescription:
    target = settled_target(name, read.frame[name], decided.options.data)
    present = target.cells[~target.absent]
    kind = NUMBER
    if decided.schema.task != Regression.name:
        present = present.texts()
        kind = BOOLEAN if infer_column(name, present).kind == BOOLEAN else CATEGORY
    column = Column(name, kind, decided.schema.task_reason, target.cells.reading.form)
    statistics = statistics_of(present, column)
    return ColumnDescription(
        name=name,
        kind=kind,
        reason=column.reason,
        use=TARGET,
        form=column.form,
        statistics=replace(statistics, missing=len(target.absent) - len(present) + statistics.missing),
    )
