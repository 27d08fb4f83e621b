"""Relations of all columns of a table to its target."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.schema import TEXT, Column
from mlpcli.data.split import folds
from mlpcli.data.target import LabelTarget
from mlpcli.errors import DataError
from mlpcli.model.tasks import Multilabel, Regression, labels_in, numbers_in
from mlpcli.options.run import generators
from mlpcli.preparation.deciding import DecidedTable
from mlpcli.preparation.splitting import RowTraits
from mlpcli.progress import COMPARED, OnProgress, unwatched
from mlpcli.workflows.description.relation import (
    FOLDS,
    R_SQUARED,
    UNCERTAINTY,
    Relations,
    keys_of,
    strongest,
)
from mlpcli.workflows.description.result import TARGET, ByTarget, ColumnDescription, Description

RELATED_ROWS = 100_000
RELATED_CELLS = 50_000_000
"""Of a table with more than 500 columns fewer rows are looked at, but never fewer than `FEWEST`."""
FEWEST = 5_000
MOST_LABELS = 20
"""Of a target that lists labels, the most frequent ones."""
SHOWN_CLASSES = 6
"""Beside a histogram; the last stands for all others."""


class Truth(NamedTuple):
    """A target of some rows: numbers or class codes (rows,), and the classes."""

    name: str
    values: Array
    labels: tuple[str, ...]


def related(
    description: Description,
    decided: DecidedTable,
    *,
    by_target: bool,
    on_progress: OnProgress = unwatched,
) -> Description:
    """With the relation of each column to the target, of rows from all over the table.

    Without relations where the rows cannot be dealt into folds, or a target holds an infinite number.
    """
    schema, seed = decided.schema, decided.options.run.seed
    frame = _some(decided.rows.frame, len(description.columns))
    described = replace(description, task=schema.task, task_reason=schema.task_reason)
    try:
        truths = list(_truths(frame, decided))
        fold_of = _folds(frame, decided, generators(seed)["split"])
    except DataError:
        return described
    measures = [Relations(each.values, fold_of, classes=bool(each.labels)) for each in truths]
    columns = list[ColumnDescription]()
    for each in description.columns:
        on_progress(len(columns), len(description.columns), COMPARED)
        if each.use != TARGET:
            column = Column(each.name, each.kind, "", each.form)
            cells = _read(frame[each.name], column)
            relations = [None if each.kind == TEXT else measure.of(cells, column) for measure in measures]
            each = each.related(*strongest(relations, [truth.name for truth in truths]))
            if by_target:
                each = replace(each, by_target=_beside(each, cells, column, truths[0]))
        columns.append(each)
    measure = R_SQUARED if schema.task == Regression.name else UNCERTAINTY
    return replace(described, columns=columns, measure=measure, related_rows=len(frame))


def _some(frame: Frame, columns: int) -> Frame:
    most = max(min(RELATED_ROWS, RELATED_CELLS // max(columns, 1)), FEWEST)
    if len(frame) <= most:
        return frame
    return frame.take(np.linspace(0, len(frame) - 1, most).astype(np.intp))


def _truths(frame: Frame, decided: DecidedTable) -> Iterator[Truth]:
    names = decided.roles.target
    if decided.schema.task == Regression.name:
        numbers = numbers_in(frame, names)
        yield from (Truth(name, numbers[:, number], ()) for number, name in enumerate(names))
    elif (separator := decided.options.data.label_separator) is not None:
        listed = LabelTarget.of_lists(names[0], frame[names[0]].texts(), separator)
        labels = listed.encode(frame)
        most = np.sort(np.argsort(-labels.sum(axis=0), kind="stable")[:MOST_LABELS])
        yield from (Truth(listed.labels[number], labels[:, number], ("0", "1")) for number in most.tolist())
    elif decided.schema.task == Multilabel.name:
        labels = labels_in(frame, names)
        yield from (Truth(name, labels[:, number], ("0", "1")) for number, name in enumerate(names))
    else:
        texts = frame[names[0]].texts()
        used, codes = np.unique(texts.codes, return_inverse=True)
        yield Truth(names[0], codes, tuple(map(str, texts.levels[used])))


def _folds(frame: Frame, decided: DecidedTable, generator: np.random.Generator) -> Array:
    """The fold (rows,) of each row; rows of a group are in one, and classes are balanced."""
    traits = RowTraits.of(frame, replace(decided.roles, time=None), decided.schema.task)
    fold_of = np.zeros(len(frame), np.intp)
    number = min(FOLDS, traits.units)
    for fold, (_, held) in enumerate(
        folds(np.arange(len(frame)), number, generator, traits.classes, traits.groups)
    ):
        fold_of[held] = fold
    return fold_of


def _read(cells: Cells, column: Column) -> Cells:
    return cells.under(cells.reading.formed(column.form)) if isinstance(cells, Texts) else cells


def _beside(described: ColumnDescription, cells: Cells, column: Column, truth: Truth) -> ByTarget | None:
    """The target beside the bins or the most frequent levels of a column."""
    values = keys_of(cells, column)
    if values is not None:
        if (histogram := described.statistics.histogram) is None:
            return None
        known = np.isfinite(values)
        bins, n_bins = np.searchsorted(histogram.edges[1:-1], values, side="right"), len(histogram.counts)
    else:
        assert isinstance(cells, Texts)
        levels = [value for value, _ in described.statistics.top]
        number_of = {level: number for number, level in enumerate(levels)}
        by_level = np.array([number_of.get(level, -1) for level in cells.levels.tolist()], np.intp)
        bins, n_bins = cells.spread(by_level, -1), len(levels)
        known = bins >= 0
    bins, told = bins[known], truth.values[known]
    if not truth.labels:
        counts = np.bincount(bins, minlength=n_bins)
        sums = np.bincount(bins, told, minlength=n_bins)
        return ByTarget(np.divide(sums, counts, out=np.full(n_bins, np.nan), where=counts > 0), ())
    labels = truth.labels
    if len(labels) > SHOWN_CLASSES:
        most = np.argsort(-np.bincount(truth.values, minlength=len(labels)), kind="stable")
        number = np.full(len(labels), SHOWN_CLASSES - 1)
        number[most[: SHOWN_CLASSES - 1]] = np.arange(SHOWN_CLASSES - 1)
        labels = (*(labels[each] for each in most[: SHOWN_CLASSES - 1]), "others")
        told = number[told]
    table = np.bincount(bins * len(labels) + told, minlength=n_bins * len(labels))
    return ByTarget(table.reshape(n_bins, len(labels)), labels)
