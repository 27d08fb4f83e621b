"""Prepare a table for training: kinds, target, rows left out, split, encoded parts."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.reading.table import open_table
from mlpcli.data.schema import LEARNED, NUMBER, Column, DataSettings, Schema
from mlpcli.data.spelling import cleaned
from mlpcli.data.split import digest_of_rows
from mlpcli.errors import DataError, Sentence, SettingsError
from mlpcli.model.blueprint import Blueprint
from mlpcli.model.compatibility import refuse_impossible, target_range
from mlpcli.model.encoded_rows import (
    Data,
    EncodedRows,
    digest_of,
    encode_part,
    left_out,
    paths_of,
)
from mlpcli.model.known_columns import known_columns
from mlpcli.model.model import load
from mlpcli.model.tasks import TASKS, Task
from mlpcli.model.unreadable import refuse_unreadable
from mlpcli.nn.batches import Examples
from mlpcli.options.options import Options
from mlpcli.options.run import generators
from mlpcli.preparation.cell_findings import level_findings, part_findings
from mlpcli.preparation.columns import (
    decide_columns,
    leave_out_weightless,
    read_rows,
    source_columns,
    special_columns,
)
from mlpcli.preparation.doctor import examine
from mlpcli.preparation.finding import LEAK, Finding
from mlpcli.preparation.splitting import RowTraits, Split, shape_of, split_table
from mlpcli.preparation.targets import decide_task, fit_task
from mlpcli.preparation.transfer import SourceModel, Transfer, transfer_of, widened, with_settings_of


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A table made ready for training. `parts`: train, validation and test; the latter two may be empty."""

    given: Options
    """Without the preset's values."""
    options: Options
    """With the preset's values for this table."""
    schema: Schema
    encoder: FeatureEncoder
    task: Task
    blueprint: Blueprint
    parts: dict[str, EncodedRows]
    folds: list[tuple[Array, Array]]
    """Rows of the training part that a network learns from, and those that choose its epoch; network after
    network, then from the start again."""
    default_learning_rate: float
    """The preset's learning rate for this table, whatever was given."""
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
    same_target: bool
    """Whether it is the target of the model that is started from."""
    transfer: Transfer | None = None
    """The weights that networks start from, instead of random ones."""

    @property
    def has_held_rows(self) -> bool:
        """Whether some rows choose the epoch instead of being learned from."""
        return bool(self.folds) or len(self.parts["validation"]) > 0

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
        """With other settings of training; those of data, splits and the network must be the same."""
        return dataclasses.replace(self, options=options)

    def examples(self, rows: EncodedRows) -> Examples:
        """Some rows as the loss takes them, so that its mean is that of each row as often as it weighs.

        Row weights have mean one over these rows; class weights over the training rows, so that a class
        weighs the same everywhere.
        """
        scale = 1.0
        if (training := self._weights(self.parts["train"])) is not None:
            if not training.sum() > 0:
                raise DataError(
                    "no training row has a weight above 0", Sentence("Look at {weight} and {class_weight}.")
                )
            scale = 1.0 / float(training.mean())
        weights = self._weights(rows)
        return Examples(
            rows.features,
            self.task.loss_targets(rows.truth),
            None if weights is None else (weights * scale).astype(np.float32),
        )

    @property
    def class_weights(self) -> Array | None:
        """As of `Task.weights_of_classes`."""
        train = self.parts["train"]
        return self.task.weights_of_classes(self.options.objective.class_weight, train.truth, train.weights)

    def _weights(self, rows: EncodedRows) -> Array | None:
        by_row = None
        if rows.weights is not None and len(rows):
            by_row = rows.weights[:, None] / rows.weights.mean()
        if (classes := self.class_weights) is None:
            return by_row
        by_class = self.task.spread_class_weights(classes, rows.truth)
        return by_class if by_row is None else by_row * by_class


def prepared_for(data: Data, settings: dict[str, Any]) -> Prepared:
    """The table made ready for training with the given settings.

    Raises MlpcliError for whatever is wrong with either.
    """
    options = Options.from_values(settings)
    if options.transfer.from_model is None:
        if options.transfer.freeze:
            hint = Sentence("Give {from_model} MODEL, too.")
            raise SettingsError("there is nothing to keep", hint, setting="freeze")
        return prepare(data, options)
    model = load(options.transfer.from_model)
    source = SourceModel.of(model, options.transfer.from_model)
    options = with_settings_of(model, settings, options)
    prepared = prepare(data, options, source)
    freeze = options.transfer.freeze
    network = prepared.blueprint.build()
    transfer = transfer_of(source, network, same_target=prepared.same_target, freeze=freeze)
    return dataclasses.replace(prepared, transfer=transfer)


def prepare(data: Data, given: Options, source: SourceModel | None = None) -> Prepared:
    """Read and encode; everything that can be wrong with the table is found here, before training.

    With a `source`, columns mean what they mean to that model.
    """
    empties = empty_targets(given.data)
    with open_table(paths_of(data), given.reading, empties) as table:
        options = dataclasses.replace(given, reading=table.settings)
        roles = special_columns(table, options)
        leave_out_weightless(table, roles)
        decided = (
            decide_columns(table, options.data, roles)
            if source is None
            else source_columns(source, table, roles)
        )
        if source is not None:
            table.reading = dataclasses.replace(table.reading, exact=source.schema.exact)
        rows = read_rows(table, decided, roles, options, source)
        frame, columns, weights = rows.frame, rows.columns, rows.weights
        known = None if source is None else source.known_task(frame, roles.target, options)
        if source is None or known is None:
            name, reason = decide_task(frame, roles.target, options.data.task, rows.lost)
        else:
            name, reason = known.name, f"as in {source.path}"
        if not any(column.kind in LEARNED for column in columns):
            raise DataError(f"{table.name}: no input column is left", _why_none(columns))
        schema = Schema(
            columns=tuple(columns),
            target=roles.target,
            task=name,
            task_reason=reason,
            weight=roles.weight,
            target_forms=rows.target_forms,
            exact=source is not None and source.schema.exact,
        )
        traits = RowTraits.of(frame, roles, name)
        shape = shape_of(columns, table.sample, traits, name, options.split.test)
        default_learning_rate = options.default_learning_rate(shape)
        options = options.resolved(shape)
        refuse_impossible(options, TASKS[name])
        split = split_table(traits, options, generators(options.run.seed)["split"])
        train = split.parts["train"]
        of_training = None if weights is None else weights[train]
        if known is None:
            into = target_range(options)
            task, truth = fit_task(frame, roles.target, name, train, options.data, into, of_training)
        else:
            truth = known.truth(frame)
            task = widened(known, truth[train])
        if source is None:
            encoder = FeatureEncoder.fit(schema.inputs, frame, options.data, train, of_training)
        else:
            encoder = source.encoder
        _refuse_infinite(frame, schema)
        findings = [*rows.findings, *level_findings(schema.inputs, frame, *_first_held(split))]
        counts = {"table": CellCounts()}
        parts = _encoded_parts(frame, encoder, truth, weights, split.parts, counts["table"])
        if source is not None and not options.data.allow_unreadable:
            refuse_unreadable(encoder, schema, counts["table"], table.name)
    hashes = {part: each.hashes() for part, each in parts.items()}
    digest = digest_of(np.concatenate(list(hashes.values())))
    notes = [*table.notes, *left_out(rows.weightless, table.name)]
    for part in ("validation", "test"):
        if isinstance(path := getattr(options.split, part), str):
            counts[part] = CellCounts()
            # Its decimal mark is told by the file, unless it was given.
            reading = dataclasses.replace(options.reading, decimal=given.reading.decimal)
            known_table = known_columns(schema, encoder, task, options.reading, options.data)
            with RowStream(paths_of(path), reading, known=known_table) as stream:
                parts[part] = encode_part(stream, schema, encoder, task, counts[part])
                if not options.data.allow_unreadable:
                    refuse_unreadable(encoder, schema, counts[part], stream.name)
                findings += part_findings(encoder.encoders, counts[part], part)
                notes += stream.notes
            hashes[part] = parts[part].hashes()
    findings += [*examine(schema, encoder, task, parts, hashes, counts["table"], len(frame))]
    leaks = [finding for finding in findings if finding.kind == LEAK]
    if leaks and options.data.strict:
        raise DataError(leaks[0].text, leaks[0].advice)
    return Prepared(
        given=given,
        options=options,
        schema=schema,
        encoder=encoder,
        task=task,
        blueprint=Blueprint.of(options, encoder, task),
        parts=parts,
        folds=split.folds,
        default_learning_rate=default_learning_rate,
        dropped=rows.dropped,
        digest=digest,
        split_digest=digest_of_rows({part: rows.numbers[each] for part, each in split.rows().items()}),
        counts=counts,
        notes=notes,
        findings=findings,
        same_target=known is not None,
    )


def empty_targets(settings: DataSettings) -> dict[str, str]:
    """The class that empty cells of the target stand for, by column; SettingsError for several targets."""
    if settings.empty is None:
        return {}
    if len(settings.target) != 1:
        raise SettingsError("it is for one target", "Name one target.", setting="empty")
    return {cleaned(settings.target[0]): settings.empty}


def _first_held(split: Split) -> tuple[Array, Array]:
    """Rows that a network learns from, and those that are held out from it."""
    train = split.parts["train"]
    if split.folds:
        kept, held = split.folds[0]
        return train[kept], train[held]
    return train, split.parts["validation"]


def _encoded_parts(
    frame: Frame,
    encoder: FeatureEncoder,
    truth: Array,
    weights: Array | None,
    parts: Mapping[str, Array],
    counts: CellCounts,
) -> dict[str, EncodedRows]:
    """One matrix, part behind part: parts are slices of it. The frame's columns are dropped on the way."""
    features = encoder.encode(frame, counts, np.concatenate(list(parts.values())))
    encoded: dict[str, EncodedRows] = {}
    start = 0
    for part, rows in parts.items():
        stop = start + len(rows)
        part_weights = None if weights is None else weights[rows]
        encoded[part] = EncodedRows(features[start:stop], truth[rows], part_weights)
        start = stop
    return encoded


def _refuse_infinite(frame: Frame, schema: Schema) -> None:
    for column in schema.inputs:
        cells = frame[column.name]
        if column.kind == NUMBER and isinstance(cells, Numbers) and np.isinf(cells.values).any():
            row = int(np.argmax(np.isinf(cells.values)))
            raise DataError(
                f"{frame.place(row)}: column {column.name!r} holds an infinite value",
                Sentence("Mend the cell, or name the word with {missing}."),
            )


def _why_none(columns: Sequence[Column]) -> str:
    reasons = "; ".join(f"{column.name}: {column.reason}" for column in columns[:5])
    return reasons or Sentence("Look at {drop}.")
