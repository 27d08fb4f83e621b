"""The `--surface` of `mlpcli explain`: the predictions of a model over two of its columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import LEARNED, TEXT, resolve_names
from mlpcli.data.sketch_sets import levels_of
from mlpcli.data.sketches import Sketch
from mlpcli.errors import ArtifactError, DataError, MlpcliError, Sentence, SettingsError
from mlpcli.model.effects.axes import Axis, axis_of, grid_rows, is_level_axis, kind_of, typical_value
from mlpcli.model.effects.inputs import Inputs
from mlpcli.model.effects.shown import Shown
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model, ModelLike, load
from mlpcli.model.predicted_values import sketches_of
from mlpcli.nn.hidden_units import hidden_layers
from mlpcli.options.threads import choose_threads, limited_threads
from mlpcli.progress import OnProgress, unwatched
from mlpcli.settings import build
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.surfaces.result import LayerMaps, Points, Surface, Typical, UnitMap
from mlpcli.workflows.surfaces.settings import SurfaceSettings
from mlpcli.workflows.surfaces.table import TableRows, table_rows

MOST_POINTS = 500
"""Rows that are drawn: of more a map would not show through."""
MOST_UNITS, UNIT_PLACES = 16, 48
"""Hidden units of a layer that are drawn, and the places of their maps along each axis."""
TRAINING = "the training rows"


@takes(SurfaceSettings, ReadingSettings)
def surface(
    model: ModelLike,
    data: "Data | None" = None,
    surface: "str | Sequence[str] | None" = None,
    *,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Surface:
    """Predictions over two columns (`"A,B"` or a list), all others at a typical value.

        found = mlpcli.surface("penguins.joblib", "penguins.csv", ["bill_length_mm", "body_mass_g"])
        found.values  # (100, 100)

    Ranges and typical values (the median of numbers and dates, the most frequent level) are those of `data`,
    paths or a DataFrame, else of the training rows; `data` also gives the rows to be drawn. A model of two
    columns needs no names. Raises MlpcliError with a hint.
    """
    loaded = load(model)
    named = [surface] if isinstance(surface, str) else surface
    chosen = build(SurfaceSettings, settings)
    reading = build(ReadingSettings, settings)
    names = axis_names(loaded, named)
    if chosen.units and not _has_hidden(loaded):
        raise SettingsError(
            "the model has no hidden layer", "Leave it out, or train with hidden layers.", setting="units"
        )
    shown = Shown.of(loaded.task, loaded.threshold, chosen.of_class)
    table = None
    if data is not None:
        table = table_rows(loaded, data, reading, shown.truth, on_progress or unwatched)
    return _Surveyor(loaded, table).surface(names, shown, chosen)


def axis_names(model: Model, given: Sequence[str] | None) -> tuple[str, str]:
    """The two columns of a surface; raises MlpcliError unless the model reads them and they have an axis."""
    schema = model.artifact.schema
    inputs = [column.name for column in schema.table_inputs]
    if len(inputs) < 2:
        raise SettingsError("a surface is over two columns, and the model reads one", setting="surface")
    if given is None:
        if len(inputs) != 2:
            said = f"the model reads {len(inputs):,} columns, and a surface is over two"
            hint = Sentence("Name them: {surface} {}.", ",".join(inputs[:2]) or "A,B")
            raise SettingsError(said, hint, setting="surface")
        given = inputs
    columns = {column.name: column for column in schema.table_columns}
    try:
        names = resolve_names("surface", given, [*columns, *schema.target], "the model")
    except DataError as error:
        hint = Sentence("Choose two of its inputs: {}.", ", ".join(inputs[:20]))
        raise DataError(str(error.message), hint, setting="surface") from None
    if len(names) != 2:
        what = "one column is" if len(names) == 1 else f"{len(names):,} columns are"
        hint = Sentence("Name two different columns, such as {surface} {}.", ",".join(inputs[:2]) or "A,B")
        raise SettingsError(f"a surface is over two columns, and {what} named", hint, setting="surface")
    for name in names:
        _refuse_unusable(name, columns[name].kind if name in columns else None, columns, inputs)
    return names[0], names[1]


def _refuse_unusable(name: str, kind: str | None, columns: Mapping[str, Any], inputs: Sequence[str]) -> None:
    others = Sentence("Choose from the inputs: {}.", ", ".join(inputs[:20]))
    if kind is None:
        raise DataError(f"{name!r} is the target, no input of the model", others, setting="surface")
    if kind not in LEARNED:
        said = f"training left out the column {name!r} ({columns[name].reason})"
        raise DataError(said, others, setting="surface")
    if kind == TEXT:
        said = f"{name!r} is a text, which has no order and no list of values to draw along an axis"
        raise DataError(said, "Choose columns of numbers, dates, categories or booleans.", setting="surface")


class _Surveyor:
    """Ranges and typical values of the columns of a model, and predictions over two of them."""

    def __init__(self, model: Model, table: TableRows | None) -> None:
        self._model, self._table, self._inputs = model, table, Inputs(model.encoder)
        sketches = sketches_of(model)
        self._sketches: dict[str, Sketch] = {}
        if sketches is not None:
            of_all = zip(model.encoder.encoders, sketches.columns, strict=True)
            self._sketches = {encoder.name: sketch for encoder, sketch in of_all}
        self._encoder_of = dict(zip(self._inputs.names, self._inputs.encoders, strict=True))

    def surface(self, names: tuple[str, str], shown: Shown, chosen: SurfaceSettings) -> Surface:
        model, table = self._model, self._table
        x, y = (self._axis(name, chosen.resolution) for name in names)
        typical = [self._typical(name) for name in self._inputs.names if name not in names]
        fixed = {each.name: each.value for each in typical}
        threads = choose_threads(model.options.run.threads, model.products_at_once)
        with limited_threads(threads), model.scorer() as scorer:
            outputs = scorer.of(grid_rows(self._inputs, x, y, fixed).matrix, 0)
            self._refuse_infinite(outputs)
            values, confidence = shown.values(model.loss.point_prediction(outputs))
            units = self._units(names, fixed) if chosen.units else []
        shape = len(y), len(x)
        return Surface(
            x=x,
            y=y,
            shows=shown.shows,
            of=shown.name,
            title=shown.title,
            values=values.reshape(shape),
            confidence=None if confidence is None else confidence.reshape(shape),
            classes=shown.classes,
            threshold=shown.boundary,
            points=None if table is None else self._points(table, names),
            typical=typical,
            typical_of=TRAINING if table is None else table.name,
            units=units,
            counts=CellCounts() if table is None else table.counts,
            notes=[*self._limits(x, y), *([] if table is None else table.notes)],
        )

    def _axis(self, name: str, places: int) -> Axis:
        values = None if self._table is None else self._table.values[name]
        return axis_of(self._encoder_of[name], places, values, self._sketches.get(name))

    def _typical(self, name: str) -> Typical:
        encoder = self._encoder_of[name]
        values = None if self._table is None else self._table.values.get(name)
        value = typical_value(encoder, values, self._sketches.get(name))
        unknown = is_level_axis(encoder) and np.isnan(value) and not self._sketches
        if unknown and self._table is None:
            raise ArtifactError(
                f"the model holds no counts of its training rows, from which {name!r} would get its most "
                "frequent value",
                "Give a table, from which it is taken.",
                setting="surface",
            )
        level = None
        if is_level_axis(encoder) and not np.isnan(value):
            level = str(levels_of(encoder)[int(value)])
        return Typical(name, kind_of(encoder), value, level)

    def _units(self, names: tuple[str, str], fixed: Mapping[str, float]) -> list[LayerMaps]:
        """Maps of the hidden units of the first network."""
        x, y = (self._axis(name, UNIT_PLACES) for name in names)
        matrix = grid_rows(self._inputs, x, y, fixed).matrix
        found = []
        for number, layer in enumerate(hidden_layers(self._model.network, matrix), start=1):
            maps = [
                UnitMap(unit + 1, layer.outputs[:, unit].astype(np.float64).reshape(len(y), len(x)))
                for unit in layer.strongest(MOST_UNITS)
            ]
            found.append(LayerMaps(number, layer.outputs.shape[1], maps))
        return found

    def _points(self, table: TableRows, names: tuple[str, str]) -> Points:
        """Rows that have both values, and of many every so many-th."""
        x, y = (table.values[name] for name in names)
        there = np.flatnonzero(~np.isnan(x) & ~np.isnan(y))
        if len(there) > MOST_POINTS:
            there = np.sort(np.random.default_rng(0).permutation(there)[:MOST_POINTS])
        return Points(x[there], y[there], None if table.truth is None else table.truth[there], table.rows)

    def _limits(self, *axes: Axis) -> list[str]:
        """Notes on axes that do not show all values."""
        notes = []
        for axis in axes:
            if axis.limited and axis.levels:
                notes.append(f"the map shows only the {len(axis.levels)} most frequent values of {axis.name}")
            elif axis.limited:
                notes.append(f"the map shows only the middle 98 % of the values of {axis.name}")
        return notes

    def _refuse_infinite(self, outputs: Array) -> None:
        if not np.isfinite(outputs).all():
            raise MlpcliError(
                "some predictions of the surface are not finite numbers",
                "Give a table whose values are closer to those of training.",
                setting="surface",
            )


def _has_hidden(model: Model) -> bool:
    return sum(layer.has_product for layer in model.network.layers) > 1
