"""`mlpcli predict`: score rows, in chunks, in order, with every kept cell's text as it was."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.decimals import rounded_probabilities
from mlpcli.data.reading.blocks import Block
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream, refuse_doubled
from mlpcli.data.schema import resolve_names
from mlpcli.errors import DataError, Sentence, SettingsError, count
from mlpcli.metrics.class_sets import ClassErrors
from mlpcli.metrics.conformal import ErrorSizes
from mlpcli.model.class_sets import COLUMN, held_errors_for, written_sets
from mlpcli.model.compatibility import refuse_threshold
from mlpcli.model.encoded_rows import Data, numbers_of, paths_of, refuse_counted
from mlpcli.model.in_pandas import labelled
from mlpcli.model.intervals import bounds
from mlpcli.model.model import Model, ModelLike, load, reading_for
from mlpcli.model.tasks import Multiclass
from mlpcli.model.unreadable import refuse_unreadable
from mlpcli.options.engines import scoring_engine
from mlpcli.progress import ROWS, OnProgress, unwatched
from mlpcli.result_text import ResultText, Shown
from mlpcli.settings import build
from mlpcli.workflows.explanation.row_effects import LARGEST_CHUNK, RowEffects, answer_for
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.prediction_settings import PredictionSettings
from mlpcli.workflows.result_facts import cells_fact, frame_table

DEFAULTS = {"keep": "none"}
"""In Python, where the caller has the columns."""


@dataclass
class PredictionSummary:
    """Counts that grow while rows are scored."""

    rows: int = 0
    counts: CellCounts = field(default_factory=CellCounts)


@dataclass(frozen=True, repr=False)
class Predictions(Shown):
    """Result of `predict` in Python: one row for each input row, in order."""

    frame: pd.DataFrame
    counts: CellCounts

    def _shown(self) -> ResultText:
        return ResultText(
            f"Predictions for {count(len(self.frame), 'row')}",
            [cells_fact(self.counts)],
            frame_table(self.frame),
            ["frame", "counts"],
        )


class Scoring:
    """Rows with a model's predictions. A context manager; what can be known early fails early."""

    def __init__(
        self,
        model: Model,
        data: Data,
        reading: ReadingSettings,
        settings: PredictionSettings,
        *,
        on_progress: OnProgress = unwatched,
    ) -> None:
        reading = reading_for(model, reading)
        engine = scoring_engine(settings.engine, paths_of(data), model.total_parameters)
        self._model, self._settings, self._on_progress = model.on(engine.name), settings, on_progress
        self._engine_notes = engine.notes
        self.summary = PredictionSummary()
        if settings.threshold is not None:
            refuse_threshold(type(model.task))
        self._errors = None if settings.interval is None else held_errors_for(model, settings.interval)
        most = settings.chunk_rows
        self.effects: RowEffects | None = None
        if settings.explain is not None:
            self.effects = RowEffects(model, answer_for(model, settings.of_class), settings.explain)
            most = min(most, LARGEST_CHUNK)
        elif settings.of_class is not None:
            hint = Sentence("Leave it out, or give {explain} N.")
            raise SettingsError(Sentence("it is only for {explain}"), hint, setting="of_class")
        self._stream = RowStream(paths_of(data), reading, model.chunk_rows(most), model.known)
        try:
            model.artifact.schema.require(self._stream.header, self._stream.name, target=False)
            self.positions = self._kept()
            """Of the input columns that are written."""
            self.kept = [self._stream.original_header[position] for position in self.positions]
            numbers = numbers_of(model.artifact.schema, target=True)
            self.numbers = [
                place
                for place, position in enumerate(self.positions)
                if self._stream.header[position] in numbers
            ]
            """Of the kept columns, those that are numbers to the model."""
            names = [*added_columns(model, settings), *(self.effects.added if self.effects else [])]
            self.added = [settings.prefix + name for name in names]
            for name in self.added:
                if name in self.kept:
                    hint = Sentence("Give {prefix} TEXT, or drop the column with {keep}.")
                    raise DataError(f"the input already has a column {name!r}", hint)
        except BaseException:
            self._stream.__exit__()
            raise

    def __enter__(self) -> "Scoring":
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.__exit__(*error)

    @property
    def notes(self) -> list[str]:
        """What was guessed of the files, and what was given without effect."""
        notes = [*self._engine_notes, *self._stream.notes]
        if self._settings.proba and not self._model.task.gives_probabilities:
            notes.append(Sentence("{proba} has no effect: the model has no probabilities"))
        if self.effects is not None and self.summary.rows:
            notes.append(self.effects.note)
        return notes

    def __iter__(self) -> Iterator[tuple[Block | None, list[list[Any]]]]:
        """Rows as they came (None of a DataFrame) and the added columns; `summary` counts along."""
        model = self._model
        with model.scorer() as scorer:
            if self.effects is not None:
                self.effects.start(scorer.of)
            for (frame, block, features), predictions in scorer.outputs(self._encoded()):
                model.refuse_infinite(frame, predictions)
                columns = _added(model, predictions, self._settings, self._errors)
                if self.effects is not None:
                    decided = self._decided(predictions)
                    columns += self.effects.columns(frame, features, self.summary.rows, predictions, decided)
                self.summary.rows += len(frame)
                yield block, columns
                self._on_progress(self.summary.rows, self._stream.expected_rows, ROWS)
        self._refuse_unreadable()

    def _decided(self, predictions: Array) -> Array:
        return _decided(self._model, self._model.loss.point_prediction(predictions), self._settings.threshold)

    def _encoded(self) -> Iterator[tuple[tuple[Frame, Block | None, Array], Array, bool]]:
        """Chunks with their encoded rows, and whether the next one is at hand."""
        model, counts = self._model, self.summary.counts
        schema = model.artifact.schema
        inputs = [column.name for column in schema.table_inputs]
        for frame, block in self._stream.chunks(inputs, numbers_of(schema)):
            is_first = not counts.rows
            features = model.encode(frame, counts)
            if self._settings.strict:
                refuse_counted(counts, model.encoder.complete(frame))
            if is_first:  # before anything is written
                self._refuse_unreadable()
            yield (frame, block, features), features, self._stream.has_more_at_hand(block)

    def _refuse_unreadable(self) -> None:
        if not self._settings.allow_unreadable:
            model, counts = self._model, self.summary.counts
            refuse_unreadable(model.encoder, model.artifact.schema, counts, self._stream.name)

    def _kept(self) -> list[int]:
        header, keep = self._stream.header, self._settings.keep
        if keep in ("none", "all") and keep not in header:
            return list(range(len(header))) if keep == "all" else []
        names = resolve_names("keep", [keep], header, self._stream.name)
        refuse_doubled(names, header, self._stream.name)
        return [header.index(name) for name in names]


@takes(PredictionSettings, ReadingSettings, defaults=DEFAULTS)
def predict(
    model: ModelLike, data: Data, *, on_progress: OnProgress | None = None, **settings: Any
) -> Predictions:
    """Predictions, and with `proba=True` probabilities, for paths or a DataFrame; kept columns stand before.

    Classes are as pandas reads them from a file: whole numbers, true and false, text. `Model.predict` returns
    the predictions alone. Raises MlpcliError with a hint.
    """
    chosen = build(PredictionSettings, DEFAULTS | settings)
    reading = build(ReadingSettings, settings)
    loaded = load(model)
    with Scoring(loaded, data, reading, chosen, on_progress=on_progress or unwatched) as scoring:
        names = [*scoring.kept, *scoring.added]
        columns: list[list[Any]] = [[] for _ in names]
        for block, added in scoring:
            kept: list[Any] = []
            if block is not None and scoring.positions:
                cells = block.cells()
                kept = [[row[position] for row in cells] for position in scoring.positions]
            # Kept columns of a DataFrame are put in at the end, as they are.
            given = columns if kept else columns[len(scoring.kept) :]
            for column, values in zip(given, [*kept, *added], strict=True):
                column += values
    decided = slice(len(scoring.kept), len(scoring.kept) + len(loaded.task.columns))
    columns[decided] = labelled(loaded.task, columns[decided])
    by_name: dict[str, Any] = dict(zip(names, columns, strict=True))
    index = None
    if isinstance(data, pd.DataFrame):
        index = data.index
        for position, name in zip(scoring.positions, scoring.kept, strict=True):
            by_name[name] = data.iloc[:, position]
    return Predictions(pd.DataFrame(by_name, index=index), scoring.summary.counts)


def added_columns(model: Model, settings: PredictionSettings) -> list[str]:
    """Names of the columns that are added, without the prefix."""
    task = model.task
    names = list(task.columns)
    ends = [f"_{name}" for name in task.labels] if len(task.labels) > 1 else [""]
    names += [f"quantile_{level}{end}" for level in model.quantile_levels for end in ends]
    if settings.interval is not None and isinstance(task, Multiclass):
        names.append(COLUMN)
    elif settings.interval is not None:
        names += [f"{name}_{end}" for name in task.labels for end in ("low", "high")]
    if settings.proba and task.gives_probabilities:
        names += [f"probability_{name}" for name in task.labels]
    return names


def _added(
    model: Model, predictions: Array, settings: PredictionSettings, errors: ErrorSizes | ClassErrors | None
) -> list[list[Any]]:
    """The added columns as plain values."""
    task = model.task
    point_prediction = model.loss.point_prediction(predictions)
    columns = task.cells(_decided(model, point_prediction, settings.threshold))
    for level in model.quantiles(predictions):
        columns += level.T.tolist()
    wanted = settings.proba or isinstance(errors, ClassErrors)
    probabilities = task.probabilities(point_prediction) if wanted else None
    if isinstance(errors, ClassErrors):
        assert probabilities is not None
        assert settings.interval is not None
        inside = errors.sets(probabilities, settings.interval)
        columns.append(written_sets(task.labels, inside, probabilities))
    elif errors is not None and settings.interval is not None:
        low, high = bounds(model, errors, point_prediction, settings.interval)
        for ends in zip(low.T, high.T, strict=True):
            columns += [each.tolist() for each in ends]
    if settings.proba and probabilities is not None:
        columns += rounded_probabilities(probabilities).T.tolist()
    return columns


def _decided(model: Model, point_prediction: Array, threshold: float | None) -> Array:
    return model.task.decide(point_prediction, model.threshold if threshold is None else threshold)
