"""One pass over the rows of a table: truth and predictions of one or two models, without their inputs."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.reading.blocks import BLOCK_ROWS
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.schema import resolve_names
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.encoded_rows import (
    Data,
    EncodedRows,
    digest_of,
    encode_chunks,
    left_out,
    numbers_of,
    paths_of,
    refuse_none,
)
from mlpcli.model.model import Model, reading_for
from mlpcli.model.unreadable import refuse_unreadable
from mlpcli.progress import ROWS, OnProgress, unwatched
from mlpcli.settings import csv_word
from mlpcli.workflows.evaluation.other_model import OtherModel, OtherRows
from mlpcli.workflows.evaluation.slices import Slicer


@dataclass(frozen=True, kw_only=True)
class ScoredRows:
    """Truth and weights of all rows with a target, and the models' point predictions for them."""

    part: EncodedRows
    """Its features have no columns."""
    point_prediction: Array
    """(rows, outputs)"""
    other: OtherRows | None
    """The same rows by another model."""
    slices: dict[str, dict[str, Array]]
    """{column: {value: row numbers}}"""
    sample: tuple[EncodedRows, Rows] | None
    """Some of the rows, drawn without order, with their features."""
    digest: str
    """Empty if they are more than the model was trained with."""
    dropped: int
    counts: CellCounts
    notes: list[str]


def score_rows(
    model: Model,
    data: Data,
    reading: ReadingSettings,
    *,
    strict: bool = False,
    allow_unreadable: bool = False,
    by: Sequence[str] = (),
    judged_by: Sequence[str] = (),
    other: Model | None = None,
    sample: int = 0,
    generator: np.random.Generator,
    on_progress: OnProgress = unwatched,
) -> ScoredRows:
    """Read, encode and predict chunk by chunk; `sample` rows at most are kept with their features.

    The other model reads its inputs as it would alone; which rows have a target, and which, this one says.
    `judged_by` are single columns that gates name, of which there are slices as well as of those of `by`.
    Memory: outputs and truth of all rows, and a chunk and the sample.
    """
    schema, counts = model.artifact.schema, CellCounts()
    other_model = None if other is None else OtherModel(other, model, reading)
    parts, outputs, hashes = list[EncodedRows](), list[Array](), list[Array]()
    # More rows than were there in training are not those: no need to look at them.
    rows, trained = 0, sum(model.artifact.receipt["rows"].values())
    inputs = Inputs(model.encoder)
    dropped, weightless, drawn = 0, 0, _Sample(sample, generator)
    most = min(each.chunk_rows(BLOCK_ROWS) for each in (model, other) if each is not None)
    with (
        RowStream(paths_of(data), reading_for(model, reading), most, model.known, only_data=True) as stream,
        model.scorer() as scorer,
    ):
        asked = resolve_names("by", by, stream.header, stream.name)
        judged = resolve_names("fail_if", map(csv_word, judged_by), stream.header, stream.name)
        columns = list(dict.fromkeys(asked + judged))
        numbers = numbers_of(schema, target=True)
        also, texts, loosened = columns.copy(), set[str](), None
        if other_model is not None:
            other_model.schema.require(stream.header, stream.name, target=False)
            also += other_model.inputs
            loosened = other_model.loosened
            texts = other_model.texts([] if isinstance(data, pd.DataFrame) else stream.header)
        slicer = Slicer(columns, numbers, stream.reading)
        encoding = (stream, schema, model.encoder, model.task, counts)
        encoded = (
            ((chunk, stream.reading), chunk.part.features, True)
            for chunk in encode_chunks(*encoding, strict=strict, also=also, texts=texts, loosened=loosened)
        )
        for (chunk, its_reading), predictions in scorer.outputs(encoded):
            dropped += chunk.dropped
            weightless += chunk.weightless
            outputs.append(model.loss.point_prediction(predictions))
            if other_model is not None:
                other_model.add(chunk, rows, its_reading, strict=strict)
            rows += len(chunk.part)
            on_progress(rows + dropped + weightless, stream.expected_rows, ROWS)
            if rows <= trained:
                hashes.append(chunk.part.hashes())
            slicer.add(chunk.frame)
            if sample:
                drawn.add(chunk.part, inputs.of(chunk.frame, chunk.part.features))
            # What the network saw is not needed any more; a slice without columns would keep all of it.
            without = np.empty((len(chunk.part), 0), np.float32)
            parts.append(dataclasses.replace(chunk.part, features=without))
        if not allow_unreadable:
            refuse_unreadable(model.encoder, schema, counts, stream.name)
        theirs = None if other_model is None else other_model.rows()
        if other is not None and theirs is not None and not allow_unreadable:
            refuse_unreadable(other.encoder, other.artifact.schema, theirs.counts, stream.name)
    part = EncodedRows.joined(parts)
    refuse_none(len(part), weightless, schema.weight, stream.name)
    notes = [*stream.notes, *left_out(weightless, stream.name)]
    if schema.weight is not None and part.weights is None:
        notes.append(f"the weight column {schema.weight!r} is missing, so metrics are unweighted")
    return ScoredRows(
        part=part,
        point_prediction=np.concatenate(outputs),
        other=theirs,
        slices=slicer.slices(),
        sample=drawn.rows if sample else None,
        digest=digest_of(np.concatenate(hashes)) if rows <= trained else "",
        dropped=dropped,
        counts=counts,
        notes=notes,
    )


class _Sample:
    """Rows with the smallest of random numbers: each row is as likely, whatever the chunks."""

    def __init__(self, most: int, generator: np.random.Generator) -> None:
        self._most, self._generator = most, generator
        self._keys = np.empty(0)
        self.rows: tuple[EncodedRows, Rows] | None = None

    def add(self, part: EncodedRows, rows: Rows) -> None:
        if not len(part):
            return
        keys = np.concatenate([self._keys, self._generator.random(len(part))])
        if self.rows is not None:
            part, rows = EncodedRows.joined([self.rows[0], part]), Rows.joined([self.rows[1], rows])
        kept = np.sort(np.argsort(keys, kind="stable")[: self._most])
        self._keys, self.rows = keys[kept], (part.take(kept), rows.take(kept))
