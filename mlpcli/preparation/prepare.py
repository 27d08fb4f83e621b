"""From a table to encoded parts: kinds, target, rows left out, split, matrices. Used by train and lr_find."""

import dataclasses
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Frame, Numbers
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.reading.table import open_table
from mlpcli.data.schema import LEARNED, NUMBER, Column, Schema
from mlpcli.data.split import digest_of_rows
from mlpcli.data.target import NumberTarget, Target
from mlpcli.errors import DataError
from mlpcli.model.compatibility import refuse_impossible, target_range
from mlpcli.model.encoded_rows import (
    Data,
    EncodedRows,
    check_weights,
    digest_of,
    encode_part,
    paths_of,
    row_weights,
    truth_of,
)
from mlpcli.model.tasks import TASKS, Task
from mlpcli.nn.batches import Examples
from mlpcli.options.options import Options
from mlpcli.preparation.columns import decide_columns, read_rows, source_columns, special_columns
from mlpcli.preparation.doctor import examine
from mlpcli.preparation.finding import LEAK, Finding
from mlpcli.preparation.splitting import RowTraits, shape_of, split_table
from mlpcli.preparation.targets import decide_task, fit_target
from mlpcli.preparation.transfer import SourceModel, Transfer, widened


@dataclass(frozen=True)
class Prepared:
    """A table made ready for training. `parts`: train, validation and test; the latter two may be empty."""

    options: Options
    """With the preset's values for this table."""
    schema: Schema
    encoder: FeatureEncoder
    target: Target
    parts: dict[str, EncodedRows]
    dropped: int
    """Rows without target."""
    digest: str
    """Of the encoded rows."""
    split_digest: str
    """Of the row numbers of each part."""
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    findings: list[Finding]
    folds: list[tuple[Array, Array]] = dataclasses.field(default_factory=list)
    """Rows of the training part that a network learns from, and those that choose its epoch; network after
    network, then from the start again."""
    default_learning_rate: float = 0.0
    """The preset's learning rate for this table, whatever was given."""
    same_target: bool = False
    """Whether it is the target of the model that is started from."""
    transfer: Transfer | None = None
    """The weights that networks start from, instead of random ones."""

    @property
    def task(self) -> Task:
        """What regression or classification mean here."""
        return TASKS[self.schema.task]

    def member_parts(self, number: int) -> tuple[EncodedRows, EncodedRows]:
        """What network `number` learns from, and what chooses its epoch."""
        if not self.folds:
            return self.parts["train"], self.parts["validation"]
        kept, held = self.fold(number)
        return self.parts["train"].take(kept), self.parts["train"].take(held)

    def fold(self, number: int) -> tuple[Array, Array]:
        """The rows of the training part that network `number` learns from, and those that it holds out."""
        return self.folds[number % len(self.folds)]

    def with_options(self, options: Options) -> "Prepared":
        """With other settings of training; those of data and splits must be the same."""
        return dataclasses.replace(self, options=options)

    def examples(self, rows: EncodedRows) -> Examples:
        """A part as the loss takes it; row and class weights have mean one over the training rows."""
        scale = 1.0
        if (training := self._weights(self.parts["train"])) is not None:
            if not training.sum() > 0:
                raise DataError(
                    "no training row has a weight above 0", "Look at --weight and --class-weight."
                )
            scale = 1.0 / float(training.mean())
        weights = self._weights(rows)
        return Examples(
            rows.features,
            self.task.loss_targets(self.target, rows.truth),
            None if weights is None else (weights * scale).astype(np.float32),
        )

    def _weights(self, rows: EncodedRows) -> Array | None:
        by_class = self.task.class_weights(
            self.target, rows.truth, self.options.objective.class_weight, self.parts["train"].truth
        )
        if rows.weights is None:
            return by_class
        by_row = rows.weights[:, None]
        return by_row if by_class is None else by_row * by_class


def prepare(
    data: Data, options: Options, generator: np.random.Generator, source_model: SourceModel | None = None
) -> Prepared:
    """Read and encode; everything that can be wrong with the table is found here, before training.

    Where there is an `origin`, columns mean what they mean to it.
    """
    with ExitStack() as stack:
        table = stack.enter_context(open_table(paths_of(data), options.reading))
        notes = list(table.notes)
        options = dataclasses.replace(options, reading=table.settings)
        roles = special_columns(table, options)
        if source_model is None:
            columns = decide_columns(table, options.data, roles)
        else:
            columns = source_columns(source_model, table, roles)
        rows = read_rows(table, columns, roles, options, known=source_model is not None)
        frame, columns, dropped = rows.frame, rows.columns, rows.dropped
        known = None if source_model is None else source_model.known_target(frame, roles.target, options)
        if source_model is None or known is None:
            task, reason = decide_task(frame, roles.target, options.data.task)
        else:
            task, reason = source_model.schema.task, f"as in {source_model.path}"
        if not any(column.kind in LEARNED for column in columns):
            raise DataError(f"{table.name}: no input column is left", _why_none(columns))
        traits = RowTraits.of(frame, roles, task)
        shape = shape_of(columns, table.sample, traits, task, options.split.test)
        default_learning_rate = options.changed(learning_rate=None).resolved(shape).training.learning_rate
        assert isinstance(default_learning_rate, float)
        options = options.resolved(shape)
        split = split_table(traits, options, generator)
        parts = split.parts
        schema = Schema(tuple(columns), roles.target, task, reason, roles.weight)
        refuse_impossible(options, TASKS[task])
        train = parts["train"]
        if known is None:
            target, truth = fit_target(frame, roles.target, task, train, options.data, target_range(options))
        else:
            truth = truth_of(known, frame)
            target = widened(known, truth[train]) if isinstance(known, NumberTarget) else known
        if source_model is None:
            encoder = FeatureEncoder.fit(schema.inputs, frame, options.data, train)
        else:
            encoder = source_model.encoder
        _refuse_infinite(frame, schema)
        weights = None
        if roles.weight is not None:
            weights = row_weights(frame, roles.weight)
            check_weights(weights, roles.weight, table.name)
        counts = {"table": CellCounts()}
        # One matrix, part behind part: parts are slices of it. The table's columns are dropped on the way.
        order = np.concatenate(list(parts.values()))
        features = encoder.encode(frame, counts["table"], order)
    encoded: dict[str, EncodedRows] = {}
    start = 0
    for name, chosen in parts.items():
        stop = start + len(chosen)
        part_weights = None if weights is None else weights[chosen]
        encoded[name] = EncodedRows(features[start:stop], truth[chosen], part_weights)
        start = stop
    hashes = {name: part.hashes() for name, part in encoded.items()}
    digest = digest_of(np.concatenate(list(hashes.values())))
    for name in ("validation", "test"):
        if isinstance(source := getattr(options.split, name), str):
            counts[name] = CellCounts()
            with RowStream(paths_of(source), options.reading) as stream:
                encoded[name] = encode_part(stream, schema, encoder, target, counts[name])
                notes += stream.notes
            hashes[name] = encoded[name].hashes()
    findings = [
        *rows.findings,
        *examine(schema, encoder, target, encoded, hashes, counts["table"], len(order)),
    ]
    leaks = [finding for finding in findings if finding.kind == LEAK]
    if leaks and options.data.strict:
        raise DataError(leaks[0].text, leaks[0].advice)
    return Prepared(
        options,
        schema,
        encoder,
        target,
        encoded,
        dropped,
        digest,
        digest_of_rows({name: rows.numbers[chosen] for name, chosen in split.rows().items()}),
        counts,
        notes,
        findings,
        split.folds,
        default_learning_rate,
        known is not None,
    )


def _refuse_infinite(frame: Frame, schema: Schema) -> None:
    for column in schema.inputs:
        cells = frame[column.name]
        if column.kind == NUMBER and isinstance(cells, Numbers) and np.isinf(cells.values).any():
            row = int(np.argmax(np.isinf(cells.values)))
            raise DataError(
                f"{frame.place(row)}: column {column.name!r} holds an infinite value",
                "Mend the cell, or name the word with --missing.",
            )


def _why_none(columns: Sequence[Column]) -> str:
    return "; ".join(f"{column.name}: {column.reason}" for column in columns[:5]) or "Look at --drop."
