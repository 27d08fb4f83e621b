"""`mlpcli describe --against`: new rows beside the training rows of a model, from the sketches it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.reading.blocks import BLOCK_ROWS
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.data.schema import CATEGORY, NUMBER
from mlpcli.data.sketch_sets import Sketches, levels_of
from mlpcli.data.sketches import Sketch
from mlpcli.errors import ArtifactError, DataError, Sentence, count
from mlpcli.metrics.drift import holm
from mlpcli.metrics.gates import ColumnGate
from mlpcli.model.encoded_rows import Data, numbers_of, paths_of
from mlpcli.model.model import Model, ModelLike, load, reading_for
from mlpcli.model.predicted_values import (
    TRAIN,
    predicted_names,
    predicted_values,
    shown_values,
    sketches_of,
)
from mlpcli.number_text import same_precision
from mlpcli.options.threads import choose_threads, limited_threads
from mlpcli.progress import ROWS, OnProgress, unwatched
from mlpcli.result_text import LINES, ResultTable, ResultText, Shown, listed
from mlpcli.settings import build
from mlpcli.workflows.drifting.columns import ColumnShift, compared, with_cells
from mlpcli.workflows.drifting.settings import OF_COLUMNS, DriftSettings
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.result_facts import cells_fact, gates_facts


@dataclass(frozen=True, kw_only=True, repr=False)
class Drift(Shown):
    """Result of `drift`."""

    model: str
    """The model's file; "" of a model in memory."""
    rows: int
    sketched_rows: int
    """Of training."""
    columns: list[ColumnShift]
    """The inputs, those that shifted most first."""
    predictions: list[ColumnShift]
    predicted: str
    """The rows whose predictions are those of training: validation, out of fold, train; "" of none."""
    metrics: dict[str, float | None]
    """The numbers on which gates may be set."""
    gates: list[ColumnGate]
    counts: CellCounts
    notes: list[str]

    def _shown(self) -> ResultText:
        shifted = [each.name for each in self.shifted]
        every = [*self.columns, *self.predictions]
        first = sorted(every, key=lambda each: not each.shifted)[:LINES]
        psi = same_precision(each.psi for each in first)
        p_values = same_precision(each.adjusted_p for each in first)
        rows = [
            [each.name, each.kind, "shifted" * each.shifted, *numbers]
            for each, *numbers in zip(first, psi, p_values, strict=True)
        ]
        return ResultText(
            f"Drift of {count(self.rows, 'row')} from {self.sketched_rows:,} of training",
            [
                ("shifted", f"{len(shifted):,} of {len(every):,}{': ' * bool(shifted)}{listed(shifted)}"),
                cells_fact(self.counts),
                *gates_facts(self.gates),
            ],
            ResultTable(["column", "kind", "", "psi", "p"], rows, texts=3, more=len(every) - len(rows)),
            ["shifted", "columns", "predictions", "metrics"],
        )

    @property
    def passed(self) -> bool:
        """Whether all gates hold."""
        return all(gate.holds for gate in self.gates)

    @property
    def shifted(self) -> list[ColumnShift]:
        """Columns and predictions that differ by more than chance would explain."""
        return [each for each in (*self.columns, *self.predictions) if each.shifted]


@takes(DriftSettings, ReadingSettings)
def drift(model: ModelLike, data: Data, *, on_progress: OnProgress | None = None, **settings: Any) -> Drift:
    """New rows (paths, `-` for stdin, or a DataFrame) beside the training rows of a model.

    Columns that cannot be read are findings here and no errors; one that is missing is an error. Memory does
    not grow with the rows. `settings` are `fail_if` and those of reading. Raises MlpcliError with a hint.
    """
    chosen = build(DriftSettings, settings)
    if not isinstance(model, Model) and (isinstance(data, Model) or not isinstance(model, (str, PathLike))):
        said = f"the first argument must be a model, not of type {type(model).__name__}"
        raise DataError(said, "Write drift(model, data).")
    loaded = load(model)
    name = "" if isinstance(model, Model) else str(model)
    sketches = sketches_of(loaded)
    if sketches is None:
        raise ArtifactError(
            f"{name or 'the model'} holds no counts of its training rows to compare with",
            Sentence("Train it again with this version and {sketches}."),
        )
    reading = build(ReadingSettings, settings)
    counts, columns, predictions, notes = _counted(loaded, sketches, data, reading, on_progress or unwatched)
    shifts = _of_inputs(loaded, sketches, columns, counts)
    predicted = _of_predictions(loaded, sketches, predictions)
    every = [*shifts, *predicted]
    adjusted = holm([each.p_value for each in every])
    every = [replace(each, adjusted_p=p) for each, p in zip(every, adjusted, strict=True)]
    shifts, predicted = every[: len(shifts)], every[len(shifts) :]
    metrics, whose = _metrics(shifts, predicted, counts.rows)
    verdicts = [each.verdict(metrics, {}) for each in chosen.conditions]
    return Drift(
        model=name,
        rows=counts.rows,
        sketched_rows=sketches.rows,
        columns=sorted(shifts, key=lambda each: (not each.shifted, -(each.psi or 0.0))),
        predictions=predicted,
        predicted=sketches.predicted,
        metrics=metrics,
        gates=[ColumnGate(**vars(each), column=whose.get(each.metric)) for each in verdicts],
        counts=counts,
        notes=notes,
    )


def _counted(
    model: Model, sketches: Sketches, data: Data, reading: ReadingSettings, on_progress: OnProgress
) -> tuple[CellCounts, list[Sketch], list[Sketch], list[str]]:
    """One pass over the rows: what was wrong with cells, and sketches of inputs and predictions."""
    schema, encoders, counts = model.artifact.schema, model.encoder.encoders, CellCounts()
    columns = [each.without_rows() for each in sketches.columns]
    predictions = [each.without_rows() for each in sketches.predictions]
    outputs = _scorer(model, sketches.groups) if predictions else None
    inputs, numbers = [column.name for column in schema.table_inputs], numbers_of(schema)
    most = model.chunk_rows(BLOCK_ROWS)
    threads = choose_threads(model.options.run.threads, model.products_at_once)
    with (
        RowStream(paths_of(data), reading_for(model, reading), most, model.known, only_data=True) as stream,
        limited_threads(threads),
    ):
        schema.require(stream.header, stream.name, target=False)
        for frame, _ in stream.chunks(inputs, numbers, ahead=True):
            first = counts.rows
            features, whole = model.encode(frame, counts), model.encoder.complete(frame)
            for sketch, encoder in zip(columns, encoders, strict=True):
                sketch.add(encoder.read(whole[encoder.name])[0])
            if outputs is not None:
                values = predicted_values(model, outputs(features, first))
                for sketch, column in zip(predictions, values, strict=True):
                    sketch.add(column)
            on_progress(counts.rows, stream.expected_rows, ROWS)
        return counts, columns, predictions, stream.notes


def _scorer(model: Model, groups: Sequence[int]) -> Callable[[Array, int], Array]:
    """The function that scores rows (rows, inputs) from row number `first` on.

    Where the networks held out different rows, each row is scored by one group of them, drawn for it, as the
    training rows were by the group that did not learn from them.
    """
    numbers = sorted(set(groups))
    if len(numbers) < 2:
        return model.outputs
    members = [model.only([place for place, own in enumerate(groups) if own == number]) for number in numbers]
    generator = np.random.default_rng(0)

    def scored(features: Array, first: int) -> Array:
        drawn = (generator.random(len(features)) * len(members)).astype(np.intp)
        outputs = np.empty((len(features), model.network.n_out))
        for number, member in enumerate(members):
            rows = np.flatnonzero(drawn == number)
            outputs[rows] = member.outputs(features[rows])
        return outputs

    return scored


def _of_inputs(
    model: Model, sketches: Sketches, columns: Sequence[Sketch], counts: CellCounts
) -> list[ColumnShift]:
    inputs, encoders = model.artifact.schema.inputs, model.encoder.encoders
    shifts = []
    for column, encoder, then, now in zip(inputs, encoders, sketches.columns, columns, strict=True):
        shift = compared(column.name, column.kind, then, now, levels_of(encoder))
        shifts.append(with_cells(shift, then, sketches.rows, counts))
    return shifts


def _of_predictions(model: Model, sketches: Sketches, predictions: Sequence[Sketch]) -> list[ColumnShift]:
    shifts: list[ColumnShift] = []
    if not predictions:
        return shifts
    for place, name in enumerate(predicted_names(model)):
        then, now = sketches.predictions[place], predictions[place]
        kind = CATEGORY if then.of_levels else NUMBER
        shift = compared(name, kind, then, now, model.task.labels)

        def shown(values: Sequence[float | None], place: int = place) -> list[float | None]:
            there = [each for each in values if each is not None]
            found = iter(shown_values(model, place, there))
            return [None if each is None else next(found) for each in values]

        if shift.edges is not None:
            ends = shown_values(model, place, [*shift.range, *shift.range_now])
            lows, highs = (shown([span[end] for span in shift.edges]) for end in (0, 1))
            shift = replace(
                shift,
                edges=list(zip(lows, highs, strict=True)),
                range=(ends[0], ends[1]),
                range_now=(ends[2], ends[3]),
                quarters_then=shown(shift.quarters_then),
                quarters_now=shown(shift.quarters_now),
            )
        gaps = [each.gaps / max(each.gaps + each.present, 1) for each in (then, now)]
        p_value = None if sketches.predicted == TRAIN else shift.p_value
        shifts.append(replace(shift, p_value=p_value, missing=(gaps[0], gaps[1])))
    return shifts


def _metrics(
    columns: Sequence[ColumnShift], predictions: Sequence[ColumnShift], rows: int
) -> tuple[dict[str, float | None], dict[str, str]]:
    """The largest number of all columns, of p values the smallest, None where none has one; and whose."""
    metrics: dict[str, float | None] = {}
    whose: dict[str, str] = {}

    def add(metric: str, of_each: Sequence[tuple[float | None, str]], best: Any = max) -> None:
        there = [(value, name) for value, name in of_each if value is not None]
        metrics[metric] = None
        if there:
            metrics[metric], name = best(there, key=lambda each: each[0])
            if name and metrics[metric] != (1.0 if best is min else 0.0):
                whose[metric] = name

    for prefix, shifts in (("", columns), ("prediction_", predictions)):
        for name in OF_COLUMNS:
            best = min if name == "p_value" else max
            value_of = "adjusted_p" if name == "p_value" else name
            add(prefix + name, [(getattr(each, value_of), each.name) for each in shifts], best)
    for name in ("missing", "unseen", "unreadable", "out_of_range"):
        add(name, [(0.0, ""), *((getattr(each, name)[1], each.name) for each in columns)])
    return metrics | {"rows": float(rows)}, whose
