"""The sketch of a model's predictions, for rows that it did not learn from where there are some."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mlpcli.data.sketch_sets import Sketches
from mlpcli.model.model import Model
from mlpcli.model.predicted_values import OUT_OF_FOLD, TRAIN, VALIDATION, prediction_sketches
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.held_out import HeldOut
from mlpcli.training.members import Member

MOST_ROWS = 20_000
"""Training rows that are scored for the sketch where no row was held out."""


def with_predictions(
    sketches: Sketches, model: Model, prepared: Prepared, held: HeldOut, members: Sequence[Member]
) -> Sketches:
    """The sketches with those of predictions.

    Of networks that held out different rows, each row's prediction is that of the networks that did not learn
    from it. New rows are later scored alike, each by the networks of one group: means over all networks would
    be less spread.
    """
    groups = [0] * len(members)
    if prepared.folds:
        groups = [member.number % len(prepared.folds) for member in members]
        predicted, predictions = OUT_OF_FOLD, held.predicted(model.predictions)
    elif len(held.part):
        predicted, predictions = VALIDATION, held.predicted(model.predictions)
    else:
        train = prepared.parts["train"]
        rows = np.linspace(0, len(train) - 1, min(len(train), MOST_ROWS)).astype(np.intp)
        predicted, predictions = TRAIN, model.outputs(train.features[rows])
    columns = prediction_sketches(model, predictions, len(sketches.columns))
    return replace(
        sketches,
        predictions=columns,
        predicted=predicted,
        predicted_rows=len(predictions),
        groups=groups,
    )
