"""Prepare a table for training: kinds, target, rows left out, split, encoded parts."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.base import ALL_ROWS, ONLY_FOLD
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.schema import Schema
from mlpcli.data.sketch_sets import Sketches
from mlpcli.data.split import digest_of_rows
from mlpcli.data.stored.scratch_file import scratch_folder
from mlpcli.errors import DataError, Sentence, SettingsError
from mlpcli.model.blueprint import Blueprint
from mlpcli.model.encoded_rows import (
    Data,
    EncodedRows,
    digest_of,
    encode_part,
    left_out,
    paths_of,
)
from mlpcli.model.known_columns import known_columns
from mlpcli.model.model import Model, load
from mlpcli.model.tasks import Task
from mlpcli.model.unreadable import refuse_unreadable
from mlpcli.nn.batches import Examples
from mlpcli.number_text import size_text
from mlpcli.options.options import Configuration, Options, Racing
from mlpcli.preparation.cell_findings import part_findings
from mlpcli.preparation.deciding import decide_table, opened, read_table
from mlpcli.preparation.doctor import examine
from mlpcli.preparation.encoding import encode_table
from mlpcli.preparation.finding import LEAK, Finding
from mlpcli.preparation.transfer import SourceModel, Transfer, transfer_of, with_settings_of
from mlpcli.progress import OnProgress, unwatched

SHARE_OF_WINDOW = 0.25
"""Of the memory that is allowed, what the rows may take from which batches are drawn."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A table made ready for training. `parts`: train, validation and test; the latter two may be empty."""

    given: Options
    """Without the preset's values."""
    configurations: tuple[Configuration, ...]
    """Those that race, with the preset's values for this table; the first is believed in most."""
    schema: Schema
    encoder: FeatureEncoder
    task: Task
    parts: dict[str, EncodedRows]
    folds: list[tuple[Array, Array]]
    """Rows of the training part that a network learns from, and those that choose its epoch; network after
    network, then from the start again."""
    default_learning_rate: float
    """The preset's learning rate for this table, whatever was given."""
    dropped: int
    """Rows without target."""
    duplicates: int
    """Rows that were left out as they equal an earlier one."""
    digest: str
    """Of the encoded rows."""
    split_digest: str
    """Of the row numbers of each part."""
    held_numbers: dict[str, Array]
    """The row numbers of validation and test rows in the table; none of those from other files."""
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    findings: list[Finding]
    same_target: bool
    """Whether it is the target of the model that is started from."""
    sketches: Sketches | None = None
    """Those of the inputs, unless they were not wanted."""
    of_fold: str | None = None
    """The fold from whose rows a network learns, if it is for a single one."""
    transfer: Transfer | None = None
    """The weights that networks start from, instead of random ones."""

    @property
    def options(self) -> Options:
        """The settings of the first configuration, which differ from the others' in those of a recipe."""
        return self.configurations[0].options

    @cached_property
    def blueprint(self) -> Blueprint:
        """The network of the first configuration."""
        return Blueprint.of(self.options, self.encoder, self.task, self.of_fold or ONLY_FOLD)

    @property
    def repetitions(self) -> int:
        """How many networks a configuration has."""
        return self.options.repetitions

    @property
    def networks(self) -> int:
        """How many networks all configurations have; higher numbers are those of a refit."""
        return self.repetitions * len(self.configurations)

    def configuration_of(self, number: int) -> int:
        """Which configuration network `number` has: first all of the first one, then those of the next.

        Network `networks + number` is network `number` trained anew.
        """
        return number % self.networks // self.repetitions

    def fold_of(self, number: int) -> str:
        """The fold from whose rows network `number` learns."""
        if number >= self.networks:
            return ALL_ROWS
        return str(number % len(self.folds)) if self.folds else ONLY_FOLD

    def of_member(self, number: int) -> "Prepared":
        """The same with only the configuration and the rows of network `number`."""
        chosen = self.configurations[self.configuration_of(number)]
        return dataclasses.replace(self, configurations=(chosen,), of_fold=self.fold_of(number))

    def of_trial(self, number: int, configuration: Configuration) -> "Prepared":
        """The same with a configuration that is none of these, and the rows of the network of this number."""
        fold = str(number % self.repetitions % len(self.folds)) if self.folds else ONLY_FOLD
        return dataclasses.replace(self, configurations=(configuration,), of_fold=fold)

    @property
    def has_held_rows(self) -> bool:
        """Whether some rows choose the epoch instead of being learned from."""
        return bool(self.folds) or len(self.parts["validation"]) > 0

    def member_parts(self, number: int) -> tuple[EncodedRows, EncodedRows]:
        """What network `number` learns from, and what chooses its epoch."""
        train = self.parts["train"]
        if not self.folds:
            return train, self.parts["validation"]
        if (self.of_fold or self.fold_of(number)) == ALL_ROWS:
            return train, train.take(np.arange(0))
        kept, held = self.fold(number)
        return train.take(kept), train.take(held)

    def fold(self, number: int) -> tuple[Array, Array]:
        """The rows of the training part that network `number` learns from, and those that it holds out."""
        return self.folds[number % len(self.folds)]

    def changed(self, **values: Any) -> "Prepared":
        """With other values of some settings of training in all configurations."""
        changed = (
            dataclasses.replace(each, options=each.options.changed(**values)) for each in self.configurations
        )
        return dataclasses.replace(self, configurations=tuple(changed))

    def examples(self, rows: EncodedRows) -> Examples:
        """Some rows as the loss takes them, so that its mean is that of each row as often as it weighs.

        Row weights have mean one over these rows; class weights over the training rows, so that a class
        weighs the same everywhere.
        """
        scale = self.scale_of_weights()
        weights = self._weights(rows)
        return Examples(
            rows.features,
            self.task.loss_targets(rows.truth),
            None if weights is None else (weights * scale).astype(np.float32),
            window=self._window,
        )

    @property
    def _window(self) -> int | None:
        """Encoded rows that may be in memory at a time, where that is limited."""
        memory = self.options.run.memory
        return None if memory is None else max(int(SHARE_OF_WINDOW * memory) // (4 * self.encoder.width), 1)

    def scale_of_weights(self) -> float:
        """The factor that makes the training rows' mean weight one; DataError if none has a weight."""
        training = self._weights(self.parts["train"])
        if training is None:
            return 1.0
        if not training.sum() > 0:
            raise DataError(
                "no training row has a weight above 0", Sentence("Check {weight} and {class_weight}.")
            )
        return 1.0 / float(training.mean())

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


def prepared_for(
    data: Data,
    settings: dict[str, Any],
    on_progress: OnProgress = unwatched,
    racing: Racing = Options.racing,
    begin_with: Model | None = None,
) -> Prepared:
    """The table made ready for training with the given settings.

    `begin_with` is a model in memory that takes the place of the file `from_model`. Raises MlpcliError for
    whatever is wrong with either.
    """
    options = Options.from_values(settings)
    if options.transfer.from_model is None and begin_with is None:
        if options.transfer.freeze:
            hint = Sentence("Also give {from_model} MODEL.")
            raise SettingsError("there is no model whose layers could be frozen", hint, setting="freeze")
        return prepare(data, options, on_progress=on_progress, racing=racing)
    path = options.transfer.from_model or "the model"
    model = begin_with or load(path)
    source = SourceModel.of(model, path)
    options = with_settings_of(model, settings, options)
    prepared = prepare(data, options, source, on_progress=on_progress, racing=racing)
    freeze = options.transfer.freeze
    network = prepared.blueprint.build()
    transfer = transfer_of(source, network, same_target=prepared.same_target, freeze=freeze)
    return dataclasses.replace(prepared, transfer=transfer)


def prepare(
    data: Data,
    given: Options,
    source: SourceModel | None = None,
    *,
    on_progress: OnProgress = unwatched,
    racing: Racing = Options.racing,
) -> Prepared:
    """Read and encode; everything that can be wrong with the table is found here, before training.

    With a `source`, columns mean what they mean to that model.
    """
    with opened(data, given, on_progress) as table:
        # Nothing else may hold the frame that was read: its columns go one by one while they are encoded.
        decided = decide_table(table, read_table(table, given, source), source)
        encoded = encode_table(table, decided, source, racing=racing, on_progress=on_progress)
        rows, schema = decided.rows, encoded.schema
        encoder, task, parts = encoded.encoder, encoded.task, encoded.parts
        options = encoded.configurations[0].options
        findings = [*rows.findings, *encoded.findings]
        counts = {"table": encoded.counts}
        if source is not None and not options.data.allow_unreadable:
            refuse_unreadable(encoder, schema, counts["table"], table.name)
        on_disk = 0 if table.store is None else table.store.size
    hashes = {part: each.hashes() for part, each in parts.items()}
    digest = digest_of(np.concatenate(list(hashes.values())))
    notes = [*table.notes, *left_out(rows.weightless, table.name)]
    if on_disk:
        notes.append(_on_disk(on_disk, parts))
    for part in ("validation", "test"):
        if isinstance(path := getattr(options.split, part), str):
            counts[part] = CellCounts()
            # Its decimal mark is told by the file, unless it was given.
            reading = dataclasses.replace(options.reading, decimal=given.reading.decimal)
            known_table = known_columns(schema, encoder, task, options.reading, options.data)
            with RowStream(paths_of(path), reading, known=known_table, only_data=True) as stream:
                parts[part] = encode_part(
                    stream, schema, encoder, task, counts[part], in_file=options.run.memory is not None
                )
                if not options.data.allow_unreadable:
                    refuse_unreadable(encoder, schema, counts[part], stream.name)
                findings += part_findings(encoder.encoders, counts[part], part)
                notes += stream.notes
            hashes[part] = parts[part].hashes()
    compared = {
        part: rows
        for part, rows in hashes.items()
        if part == "train" or part in counts or not encoded.keeps_equal
    }
    findings += examine(schema, task, parts, compared, counts["table"], rows.count, encoded.looked_at)
    leaks = [finding for finding in findings if finding.kind == LEAK]
    if leaks and options.data.strict:
        raise DataError(leaks[0].text, leaks[0].advice)
    split = {part: rows.numbers[each] for part, each in encoded.split.rows().items()}
    return Prepared(
        given=given,
        configurations=encoded.configurations,
        schema=schema,
        encoder=encoder,
        task=task,
        parts=parts,
        folds=encoded.split.folds,
        default_learning_rate=encoded.default_learning_rate,
        dropped=rows.dropped,
        duplicates=decided.duplicates,
        digest=digest,
        split_digest=digest_of_rows(split),
        held_numbers={part: split[part] for part in ("validation", "test")},
        counts=counts,
        notes=notes,
        findings=findings,
        same_target=decided.known is not None,
        sketches=encoded.sketches,
    )


def _on_disk(cells: int, parts: Mapping[str, EncodedRows]) -> str:
    """A note on what was, and is, in the scratch folder."""
    encoded = sum(each.features.nbytes for each in parts.values())
    return Sentence(
        "{memory}: {} took {} for cells, which are gone, and holds {} of encoded rows until the end",
        *(scratch_folder(), size_text(cells), size_text(encoded)),
    )
