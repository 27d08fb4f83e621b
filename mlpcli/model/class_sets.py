"""Sets of classes that hold the true one, from the errors on held-out rows that a model stores."""

import json
from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.label_lists import SEPARATORS
from mlpcli.metrics.class_sets import ClassErrors
from mlpcli.metrics.conformal import ErrorSizes
from mlpcli.model.held_errors import refuse_above, stored_arrays
from mlpcli.model.intervals import errors_for
from mlpcli.model.model import Model
from mlpcli.model.tasks import Multiclass

PREFIX = "class_errors."
"""Start of the arrays' names in the model file; the rest are the fields of `ClassErrors`."""
COLUMN = "prediction_set"


def held_errors_for(model: Model, level: float) -> ErrorSizes | ClassErrors:
    """The stored errors, for intervals of numbers or sets of classes; raises MlpcliError without them."""
    if not isinstance(model.task, Multiclass):
        return errors_for(model, level)
    found = ClassErrors(**stored_arrays(model, PREFIX, ClassErrors))
    refuse_above(found.highest, level)
    return found


def written_sets(classes: Sequence[str], inside: Array, probabilities: Array) -> list[str]:
    """The classes of each set, the most probable first, as one text each.

    They are joined by the first of SEPARATORS that no class holds; if there is none, they are a JSON list.
    """
    separator = next((each for each in SEPARATORS if not any(each in name for name in classes)), None)
    sizes = inside.sum(axis=1)
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, : sizes.max(initial=0)]
    written: dict[tuple[int, ...], str] = {}
    texts = []
    for row, size in zip(order.tolist(), sizes.tolist(), strict=True):
        members = tuple(row[:size])
        if members not in written:
            names = [classes[member] for member in members]
            listed = json.dumps(names, ensure_ascii=False) if separator is None else separator.join(names)
            written[members] = listed
        texts.append(written[members])
    return texts
