"""Effects of the input columns of a model on its predictions."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.sketch_sets import Sketches
from mlpcli.errors import ArtifactError, Sentence
from mlpcli.model.effects.background import drawn_values
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.effects.link_scale import linked
from mlpcli.model.effects.walks import Walk, pairs_for, steps, walks_from
from mlpcli.model.model import Model
from mlpcli.model.predicted_values import sketches_of

Predict: TypeAlias = Callable[[Array, int], Array]
"""Gives predictions (rows, outputs) of encoded rows, from a row number on of a table."""

CENTRED_BY, FEWEST_CENTRED = 256, 16
"""Drawn rows over which the mean effect of each column is 0."""
MOST_CELLS = 1 << 21
"""Effects on all answers in all drawn rows."""


def sketches_for(model: Model) -> Sketches:
    """The sketches that a model holds; raises ArtifactError if there are none."""
    sketches = sketches_of(model)
    if sketches is None:
        raise ArtifactError(
            "the model holds no counts of its training rows, from which effects are measured",
            Sentence("Train it again with this version and {sketches}."),
            setting="explain",
        )
    return sketches


class Explainer:
    """Effects of columns that add up: with the baseline they give the value of a row on its link scale.

    They are Shapley values against rows that are drawn from the columns of training, each independently of
    the others, with some error as not all orders and rows can be tried. Over drawn rows the mean effect of
    every column is 0, and the baseline is the mean value; a column that no network reads has no effect.
    """

    def __init__(self, model: Model, predict: Predict, *, seed: int = 0, pairs: int | None = None) -> None:
        """`pairs` of walks; by default as many as `walks.pairs_for` says. Raises ArtifactError for a model
        without sketches."""
        self._sketches, generator = sketches_for(model), np.random.default_rng(seed)
        self._model, self._predict = model, predict
        self.inputs = Inputs(model.encoder)
        columns = len(self.inputs.names)
        backgrounds = self._drawn(2 * (pairs or pairs_for(columns, len(model.networks))), generator)
        starts = self._score(backgrounds.matrix, 0)
        self._walks = walks_from(backgrounds, starts, columns, generator)
        rows = int(np.clip(MOST_CELLS // (columns * starts.shape[1]), FEWEST_CENTRED, CENTRED_BY))
        drawn = self._drawn(rows, generator)
        values = self._score(drawn.matrix, 0)
        self.baseline = values.mean(axis=0)
        """(answers,)"""
        self._centre, self.error = self._measured(drawn, values)

    def values(self, predictions: Array) -> Array:
        """Predictions (rows, outputs) as values (rows, answers) on the link scale."""
        return linked(self._model, predictions)

    def effects(self, rows: Rows, first: int, values: Array, answers: Array) -> Array:
        """Effects (rows, columns) on one answer (rows,) of each row, of columns in the order of `inputs`.

        The rows are those from number `first` on of a table, and have such `values`.
        """
        places, sums = np.arange(len(rows)), np.zeros((len(rows), len(self.inputs.names)))
        for walk in self._walks:
            for column, change in steps(walk, self.inputs, rows, first, values, self._score):
                sums[:, column] += change[places, answers]
        return np.asarray(sums / len(self._walks) - self._centre.T[answers])

    def _drawn(self, rows: int, generator: np.random.Generator) -> Rows:
        of_all = zip(self._model.encoder.encoders, self._sketches.columns, strict=True)
        sketch_of = {encoder.name: sketch for encoder, sketch in of_all}
        sketches = [sketch_of[name] for name in self.inputs.names]
        return self.inputs.of_values(
            drawn_values(self.inputs.encoders, sketches, self._sketches.rows, rows, generator)
        )

    def _score(self, features: Array, first: int) -> Array:
        return self.values(self._predict(features, first))

    def _measured(self, drawn: Rows, values: Array) -> tuple[Array, Array]:
        """Mean effects (columns, answers) over drawn rows, and the standard error of an effect (answers,).

        The error is a share of the effects' root mean square, from how much pairs of walks differ; of one
        pair, from how much its walks do, which is more than their mean is wrong.
        """
        parts = [self._walks[number : number + 2] for number in range(0, len(self._walks), 2)]
        if len(parts) == 1:
            parts = [[walk] for walk in self._walks]
        centre = np.zeros((len(self.inputs.names), values.shape[1]))
        sums = np.zeros((len(self.inputs.names), *values.shape))
        squares = np.zeros(values.shape[1])
        for part in parts:
            effects = self._mean_effects(part, drawn, values)
            mean = effects.mean(axis=1)
            effects -= mean[:, None]
            centre += mean / len(parts)
            sums += effects
            squares += np.einsum("cra,cra->a", effects, effects)
        summed = np.einsum("cra,cra->a", sums, sums)
        spread = np.maximum(squares - summed / len(parts), 0.0) * len(parts) / (len(parts) - 1)
        return centre, np.sqrt(spread / np.where(summed > 0, summed, 1.0))

    def _mean_effects(self, walks: Sequence[Walk], rows: Rows, values: Array) -> Array:
        """Effects (columns, rows, answers) on all answers."""
        effects = np.zeros((len(self.inputs.names), *values.shape))
        for walk in walks:
            for column, change in steps(walk, self.inputs, rows, 0, values, self._score):
                effects[column] += change / len(walks)
        return effects
