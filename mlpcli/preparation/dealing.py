"""Deal the rows of a table into folds: for each run of a cross-validation what it learns from and scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import Schema, resolve_names
from mlpcli.data.split import digest_of_rows, folds, growing_windows
from mlpcli.errors import DataError, Sentence, SettingsError, count
from mlpcli.model.encoded_rows import Data
from mlpcli.options.options import Options
from mlpcli.options.run import generators
from mlpcli.preparation.deciding import DecidedTable, decide_table, opened, read_table
from mlpcli.preparation.splitting import RowTraits, held_apart
from mlpcli.progress import OnProgress, unwatched

Way: TypeAlias = Literal["random", "classes", "groups", "time", "column"]
"""What folds go by."""


Run: TypeAlias = list[tuple[Array, Array, Array]]
"""For each fold what is learned from and what is scored, and rows without target that are scored as well."""


@dataclass(frozen=True)
class Deal:
    """A run: the numbers of the rows that it learns from, and of those that it scores. Both grow."""

    repeat: int
    fold: int
    learned: Array
    scored: Array


@dataclass(frozen=True, kw_only=True)
class DealtTable:
    """A table with the runs of a cross-validation."""

    schema: Schema
    rows: int
    """All of the table, with those that no run learns from."""
    counted: int
    """Those with a target and a weight."""
    duplicates: int
    """Those that equal an earlier one, in no run and not counted, if these are to be left out."""
    apart: int
    """Those of `counted` that are kept for a final test, in no run."""
    how: Way
    deals: list[Deal]
    notes: list[str]

    @property
    def digest(self) -> str:
        """Of the rows that each run scores."""
        return digest_of_rows({f"{deal.repeat} {deal.fold}": deal.scored for deal in self.deals})

    @property
    def repeats(self) -> int:
        """How often all rows are dealt."""
        return 1 + max(deal.repeat for deal in self.deals)


def dealt_table(
    data: Data,
    given: Options,
    number: int,
    repeats: int,
    column: str | None = None,
    on_progress: OnProgress = unwatched,
) -> DealtTable:
    """Folds as `train` splits: by class, by whole groups or by time, or as a `column` of the table says.

    Rows without target are scored by one run each, but by time, and no run learns from them. Folds by time or
    by a column are dealt once, whatever `repeats` are. Raises DataError for a table that cannot be dealt so.
    """
    with opened(data, given, on_progress) as table:
        labels = None if column is None else _labels(table, column)
        rows, decided = _decided(table, given)
        notes = list(table.notes)
        traits = RowTraits.of(decided.rows.frame, decided.roles, decided.schema.task, decided.equal.apart)
        of_target = decided.rows.frame[decided.roles.target[0]]
    numbers = decided.rows.numbers
    of_run = generators(given.run.seed)
    kept, apart = held_apart(traits, np.arange(traits.rows), given.split.test, of_run["split"])
    # Rows that equal an earlier one, where these are left out, are in no fold: others learn from the first.
    some, uncounted = traits.take(kept), np.setdiff1d(np.arange(rows), decided.numbers)
    if labels is not None:
        how: Way = "column"
        _refuse_parted(labels[numbers[kept]], some)
        runs = [_by_label(labels, numbers[kept], uncounted)]
    elif some.times is not None:
        how = "time"
        nothing = uncounted[:0]
        runs = [[(*each, nothing) for each in growing_windows(np.arange(len(kept)), number, some.times)]]
    else:
        how = "groups" if some.groups is not None else "random" if some.classes is None else "classes"
        runs = list[Run]()
        for repeat in range(repeats):
            by = generators(given.run.seed, repeat)["outer folds"]
            dealt = folds(np.arange(len(kept)), number, by, some.classes, some.groups, some.alike)
            spare = by.permutation(uncounted)
            runs.append([(*each, spare[fold::number]) for fold, each in enumerate(dealt)])
    if some.classes is not None:
        cells = of_target[kept]
        if how == "classes":
            runs, of_rare = _without_rare(some.classes, runs, cells)
            notes += of_rare
        _refuse_unknown_classes(some.classes, runs, cells)
    deals = [
        Deal(
            repeat,
            fold,
            numbers[kept[learned]],
            np.sort(np.concatenate([numbers[kept[scored]], spare])),
        )
        for repeat, run in enumerate(runs)
        for fold, (learned, scored, spare) in enumerate(run)
    ]
    return DealtTable(
        schema=decided.schema,
        rows=rows,
        counted=len(numbers),
        duplicates=decided.duplicates,
        apart=len(apart),
        how=how,
        deals=deals,
        notes=notes,
    )


@dataclass(frozen=True, kw_only=True)
class OuterRows:
    """A table whose rows are parted once: the numbers of those that are learned from, and of those that are
    scored. Both grow."""

    schema: Schema
    rows: int
    """All of the table."""
    counted: int
    """Those with a target and a weight."""
    apart: int
    """Those of `counted` that are kept for a final test, in neither part."""
    whole: Array
    """Those of both parts."""
    learned: Array
    scored: Array
    units: int
    """What a split of the learned rows can tell apart: groups, or rows."""
    notes: list[str]

    @property
    def digest(self) -> str:
        """Of the rows that are scored."""
        return digest_of_rows({"outer": self.scored})


FEW, OF_FEW, OF_MANY = 5_000, 0.2, 0.1
"""Rows below which a fifth is kept out of a search, else a tenth: a model of the rest is nearer to one of all
rows."""


def outer_rows(
    data: Data, given: Options, fraction: float | None, on_progress: OnProgress = unwatched
) -> OuterRows:
    """Keep a fraction of the rows out of a search, as `train` splits: by class, by whole groups, or the
    latest. Without a fraction the number of rows decides.

    Rows without target are learned from, which leaves them out and says so. A row of a class that none is
    learned from is in neither part. Raises DataError for a table that cannot be parted so.
    """
    with opened(data, given, on_progress) as table:
        rows, decided = _decided(table, given)
        traits = RowTraits.of(decided.rows.frame, decided.roles, decided.schema.task, decided.equal.apart)
    numbers, uncounted = decided.rows.numbers, np.setdiff1d(np.arange(rows), decided.numbers)
    of_run, notes = generators(given.run.seed), list[str]()
    kept, apart = held_apart(traits, np.arange(traits.rows), given.split.test, of_run["split"])
    some = traits.take(kept)
    if fraction is None:
        fraction = OF_FEW if len(kept) < FEW else OF_MANY
    learned, scored = held_apart(some, np.arange(len(kept)), fraction, of_run["outer folds"])
    if some.classes is not None:
        known = np.isin(some.classes[scored], some.classes[learned])
        if not known.all():
            left_out = count(int((~known).sum()), "row")
            notes.append(f"{left_out} left out: no earlier row, or no other, has their class")
            scored = scored[known]
    return OuterRows(
        schema=decided.schema,
        rows=rows,
        counted=len(numbers),
        apart=len(apart),
        whole=np.sort(np.concatenate([numbers[kept], uncounted])),
        learned=np.sort(np.concatenate([numbers[kept[learned]], uncounted])),
        scored=np.sort(numbers[kept[scored]]),
        units=some.take(learned).units,
        notes=notes,
    )


def _decided(table: Table, given: Options) -> tuple[int, DecidedTable]:
    """How many rows the table has, and what is decided of them."""
    read = read_table(table, given)
    return len(read.frame), decide_table(table, read)


def _refuse_parted(labels: Array, traits: RowTraits) -> None:
    """SettingsError for a column of folds that parts groups, or beside times, which would be learned from."""
    if traits.times is not None:
        said = Sentence("{fold_column} and {time} cannot be combined")
        raise SettingsError(said, "Leave one of them out.", setting="fold_column")
    if traits.groups is not None:
        pairs = np.unique(np.column_stack([traits.groups, labels]), axis=0)
        if len(pairs) > len(np.unique(traits.groups)):
            said = Sentence("{fold_column} has rows of one {group} in several folds")
            raise SettingsError(said, "Leave one of them out.", setting="fold_column")


def _without_rare(classes: Array, runs: Sequence[Run], cells: Cells) -> tuple[list[Run], list[str]]:
    """The runs, and a note if a class has a single row or only equal ones: all learn it, none scores it."""
    rare = np.zeros(len(classes), dtype=bool)
    for run in runs:
        for learned, scored, _ in run:
            rare[scored[~np.isin(classes[scored], classes[learned])]] = True
    if not rare.any():
        return list(runs), []
    rows = np.flatnonzero(rare)
    names = [cells.shown(int(row)) for row in rows[np.unique(classes[rows], return_index=True)[1]]]
    changed = [
        [(np.union1d(learned, rows), scored[~rare[scored]], spare) for learned, scored, spare in run]
        for run in runs
    ]
    said = (
        f"{count(len(rows), 'row')} of {', '.join(names)} in no fold, as no training could know such a class"
    )
    return changed, [f"{said}; all learn from it"]


def _refuse_unknown_classes(classes: Array, runs: Sequence[Run], cells: Cells) -> None:
    """DataError for a row whose class no row has that is learned from when it is scored."""
    for run in runs:
        for fold, (learned, scored, _) in enumerate(run, start=1):
            unknown = ~np.isin(classes[scored], classes[learned])
            if unknown.any():
                row = int(scored[np.argmax(unknown)])
                rows = count(int((classes[scored] == classes[row]).sum()), "row")
                raise DataError(
                    f"fold {fold} has {rows} of the class {cells.shown(row)}, but none is among those that "
                    "are learned from",
                    "Give other or fewer folds, or take these rows out of the table.",
                )


def _labels(table: Table, column: str) -> Array:
    """The fold of each row, numbered from 0 by the order of the texts."""
    (name,) = resolve_names("fold_column", [column], table.columns, table.name)
    cells = table.texts(name, table.reading)
    absent = cells.missing()
    if absent.any():
        raise DataError(
            f"{table.place(int(np.argmax(absent)))}: the row has no fold in {name!r}",
            "Give each row a fold, or leave it out.",
        )
    used, labels = np.unique(cells.levels[cells.codes], return_inverse=True)
    if len(used) < 2:
        said = Sentence("{fold_column} {} has a single value", name)
        raise DataError(said, "Name a column with a value for each fold.")
    return labels


def _by_label(labels: Array, counted: Array, uncounted: Array) -> list[tuple[Array, Array, Array]]:
    """(learned, scored) as places in `counted`, and rows without target, of each fold that has others."""
    fold_of = labels[counted]
    return [
        (
            np.flatnonzero(fold_of != fold),
            np.flatnonzero(fold_of == fold),
            uncounted[labels[uncounted] == fold],
        )
        for fold in np.unique(fold_of)
    ]
