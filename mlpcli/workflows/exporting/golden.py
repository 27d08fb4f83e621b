"""Golden rows: cells that stand for a model's columns, and what it predicts for them.

They are drawn from the counts that the model holds, each column by itself, so that none is a training row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.encoders import CategoryEncoder, DateEncoder, Encoder, NumberEncoder
from mlpcli.data.form import Form
from mlpcli.data.schema import BOOLEAN
from mlpcli.errors import DataError
from mlpcli.model.effects.background import drawn_values
from mlpcli.model.model import Model
from mlpcli.model.predicted_values import sketches_of
from mlpcli.model.tasks import Multiclass, Regression
from mlpcli.workflows.exporting.describing import reading_of

SEED = 0
UNSEEN, UNREADABLE = "a level that training had not", "no value of this column"
ODD_EVERY = 5
"""Rows, of which one has a missing cell, and one that is unseen, unreadable or far out."""
MARGIN = 1e-4
"""Of probabilities, below which rounding may change a decision."""


@dataclass(frozen=True)
class GoldenRows:
    """Cells of the columns that a table must have, and predictions for them."""

    cells: tuple[tuple[str, ...], ...]
    numbers: tuple[tuple[float, ...], ...]
    """Probabilities, or predicted numbers with their quantiles."""
    decided: tuple[tuple[str, ...] | None, ...]
    """The cells of predicted classes; None where rounding may change them, and of numbers."""


def golden_rows(model: Model, rows: int) -> GoldenRows:
    """So many rows; of a model without counts its numbers are even within their ranges."""
    generator = np.random.default_rng(SEED)
    crosses = {each.name for each in model.encoder.crosses}
    encoders = [each for each in model.encoder.encoders if each.name not in crosses]
    columns = [
        _texts(model, each, values)
        for each, values in zip(encoders, _values(model, encoders, rows, generator), strict=True)
    ]
    for place, (encoder, texts) in enumerate(zip(encoders, columns, strict=True)):
        for row in range(place % ODD_EVERY, rows, ODD_EVERY * 2):
            texts[row] = ""
        for row in range((place + 2) % ODD_EVERY + ODD_EVERY, rows, ODD_EVERY * 2):
            texts[row] = UNSEEN if isinstance(encoder, CategoryEncoder) else UNREADABLE
    table = pd.DataFrame(dict(zip([each.name for each in encoders], columns, strict=True)), dtype=object)
    frame = Frame.of(table, list(table.columns), (), reading_of(model))
    predictions = model.outputs(model.encode(frame))
    if not np.isfinite(predictions).all():
        raise DataError("the model cannot be exported: it predicts no finite numbers", "Train it again.")
    return GoldenRows(
        cells=tuple(zip(*columns, strict=True)),
        numbers=tuple(map(tuple, _numbers(model, predictions).tolist())),
        decided=tuple(_decided(model, predictions)),
    )


def _values(
    model: Model, encoders: Sequence[Encoder], rows: int, generator: np.random.Generator
) -> list[Array]:
    sketches = sketches_of(model)
    if sketches is None:
        return [_even_values(each, rows, generator) for each in encoders]
    sketch_of = {
        each.name: sketch for each, sketch in zip(model.encoder.encoders, sketches.columns, strict=True)
    }
    own = [sketch_of[each.name] for each in encoders]
    return drawn_values(encoders, own, sketches.rows, rows, generator)


def _even_values(encoder: Encoder, rows: int, generator: np.random.Generator) -> Array:
    if isinstance(encoder, CategoryEncoder):
        return generator.integers(0, max(len(encoder.levels), 1), rows).astype(np.float64)
    of = encoder.days if isinstance(encoder, DateEncoder) else encoder
    assert isinstance(of, NumberEncoder)
    if of.kind == BOOLEAN:
        return generator.integers(0, 2, rows).astype(np.float64)
    return of.lowest + (of.highest - of.lowest) * generator.random(rows)


def _texts(model: Model, encoder: Encoder, values: Array) -> list[str]:
    """Cells as training had them."""
    if isinstance(encoder, CategoryEncoder):
        levels = encoder.levels
        return [
            "" if np.isnan(value) else levels[int(value)] if 0 <= value < len(levels) else UNSEEN
            for value in values.tolist()
        ]
    form = model.artifact.schema.forms.get(encoder.name, Form())
    if isinstance(encoder, DateEncoder):
        return [_date(value, (form.formats or encoder.formats)[0]) for value in values.tolist()]
    assert isinstance(encoder, NumberEncoder)
    if encoder.kind == BOOLEAN:
        return ["" if np.isnan(value) else "true" if value else "false" for value in values.tolist()]
    decimal = reading_of(model).of_column(encoder.name).decimal
    return [_number(value, form, decimal) for value in values.tolist()]


def _number(value: float, form: Form, decimal: str) -> str:
    if np.isnan(value):
        return ""
    if form.clock:
        return f"{'-' if value < 0 else ''}{int(abs(value)) // 3600}:{int(abs(value)) % 3600 // 60:02}:00"
    return f"{value:.6g}".replace(".", decimal)


def _date(days: float, format: str) -> str:
    if np.isnan(days):
        return ""
    moment = pd.Timestamp(0) + pd.Timedelta(seconds=round(days * 86400))
    return moment.isoformat(sep=" ") if format == "ISO8601" else moment.strftime(format)


def _numbers(model: Model, predictions: Array) -> Array:
    point_prediction = model.loss.point_prediction(predictions)
    if isinstance(model.task, Regression):
        target = model.task.target
        return np.hstack([target.decode(point_prediction), *model.quantiles(predictions)])
    probabilities = model.task.probabilities(point_prediction)
    assert probabilities is not None
    return probabilities


def _decided(model: Model, predictions: Array) -> list[tuple[str, ...] | None]:
    task, point_prediction = model.task, model.loss.point_prediction(predictions)
    if isinstance(task, Regression):
        return [None] * len(predictions)
    columns = task.cells(task.decide(point_prediction, model.threshold))
    shares = point_prediction / model.threshold
    if isinstance(task, Multiclass) and shares.shape[1] > 1:
        ordered = np.sort(shares, axis=1)
        margins = ordered[:, -1] - ordered[:, -2]
    else:
        margins = np.abs(shares - 1.0).min(axis=1)
    cells: list[tuple[Any, ...]] = list(zip(*columns, strict=True))
    return [
        tuple(map(str, row)) if margin > MARGIN else None for row, margin in zip(cells, margins, strict=True)
    ]
