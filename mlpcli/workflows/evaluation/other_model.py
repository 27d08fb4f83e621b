"""Another model on the rows of an evaluation, in the order of this one's classes or targets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.readings import Reading
from mlpcli.data.counts import CellCounts
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import DataError, Sentence
from mlpcli.metrics.outcome import Outcome
from mlpcli.model.encoded_rows import EncodedChunk, EncodedRows, digest_of, numbers_of, refuse_counted
from mlpcli.model.model import Model, reading_for


@dataclass(frozen=True)
class OtherRows:
    """Another model on the same rows."""

    point_prediction: Array
    """(rows, outputs)"""
    digest: str
    """Of the rows as its training would have encoded them."""
    counts: CellCounts


class OtherModel:
    """Another model on the chunks of a pass, whose cells are read as it would read them alone."""

    def __init__(self, other: Model, model: Model, given: ReadingSettings) -> None:
        """`model` is this one; raises DataError if they do not find the same rows in a file."""
        ours, theirs = reading_for(model, given), reading_for(other, given)
        for name in ("no_header", "comment"):
            if (getattr(ours, name) or None) != (getattr(theirs, name) or None):
                named = f"{{{name}}}"
                why = Sentence("the training files of the two models were read with different " + named)
                hint = Sentence(f"Give {named} for the files of this evaluation.")
                raise DataError(why, hint, setting="compare")
        self._model, self._ours = other, model
        self.schema = other.artifact.schema
        self.inputs = [column.name for column in self.schema.table_inputs]
        known = other.known
        self._reading = replace(
            Reading.of(theirs), forms=known.forms, empties=known.empties, exact=known.exact
        )
        self._own_decimal = known.exact or model.artifact.schema.exact
        """Whether each model has the mark of its training, instead of one that the file tells both."""
        self._predictions, self._hashes, self._counts = list[Array](), list[Array](), CellCounts()

    def texts(self, header: Sequence[str]) -> set[str]:
        """Columns that have to be read as text: those of no numbers, or all of a text file whose numbers this
        model reads otherwise."""
        texts = set(self.inputs) - numbers_of(self.schema)
        return texts | set(header) if self._own_decimal else texts

    def loosened(self, reading: Reading) -> Reading:
        """A reading under which cells keep what is missing, or one text, to one of the models only."""
        its = self._reading
        names = {*reading.kept, *its.kept, *reading.empties, *its.empties}
        kept = {
            name: (reading.missing & its.missing)
            - (reading.of_column(name).missing & its.of_column(name).missing)
            for name in names
        }
        return Reading(reading.missing & its.missing, reading.decimal, exact=True, kept=kept)

    def add(self, chunk: EncodedChunk, first: int, reading: Reading, *, strict: bool) -> None:
        """The next rows, from number `first` on; `reading` is this model's of the table."""
        model = self._model
        mine = self._reading if self._own_decimal else replace(self._reading, decimal=reading.decimal)
        frame = chunk.frame.under(mine)
        features = model.encode(frame, self._counts)
        if strict:
            refuse_counted(self._counts, model.encoder.complete(frame), compared=True)
        self._predictions.append(model.loss.point_prediction(model.outputs(features, first)))
        truth = truth_for(model, self._ours, chunk.part.truth)
        self._hashes.append(EncodedRows(features, truth, None).hashes())

    def rows(self) -> OtherRows:
        """Predictions for all chunks."""
        digest = digest_of(np.concatenate(self._hashes))
        return OtherRows(np.concatenate(self._predictions), digest, self._counts)


def outcome_of_other(
    other: Model, model: Model, point_prediction: Array, part: EncodedRows, threshold: float | None
) -> Outcome:
    """What the other model predicted, in this model's order of classes or targets.

    A `threshold` that is given is one of this model's positive class; the stored one is of the other's.
    """
    places, truth = order_of(other, model), truth_for(other, model, part.truth)
    cut = other.threshold if threshold is None else threshold
    outcome = other.task.outcome(point_prediction, truth, part.weights, cut)
    if other.task.labels == model.task.labels:
        return outcome
    predicted, probabilities = outcome.predicted, outcome.probabilities
    predicted = np.argsort(places)[predicted] if predicted.ndim == 1 else predicted[:, places]
    probabilities = None if probabilities is None else probabilities[:, places]
    if threshold is not None and model.task.name == "binary":
        assert probabilities is not None
        # Its own outcome has cut the probability of its own positive class.
        predicted = model.task.decide(probabilities[:, 1:], threshold)
    return Outcome(part.truth, predicted, probabilities, part.weights)


def truth_for(other: Model, model: Model, truth: Array) -> Array:
    """This model's truth as the other's metrics take it."""
    places = order_of(other, model)
    return np.asarray(places[truth] if truth.ndim == 1 else truth[:, np.argsort(places)])


def order_of(other: Model, model: Model) -> Array:
    """Where each of this model's classes or targets is among the other's."""
    return np.array([other.task.labels.index(name) for name in model.task.labels])
