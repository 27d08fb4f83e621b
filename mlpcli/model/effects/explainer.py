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
from mlpcli.model.effects.walks import (
    FEWEST_PAIRS,
    LEADING,
    Walk,
    grouped_pairs_for,
    grouped_steps,
    pairs_for,
    single_steps,
    steps,
)
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
        """`pairs` of walks, by default as many as suit the model. Raises ArtifactError for a model without
        sketches."""
        self._sketches, self._generator = sketches_for(model), np.random.default_rng(seed)
        self._model, self._predict = model, predict
        self.inputs = Inputs(model.encoder)
        self._squared_errors = self._squared_effects = 0.0
        self._explained = 0
        columns = len(self.inputs.names)
        wanted = pairs or pairs_for(columns, len(model.networks))
        drawn = self._drawn(CENTRED_BY, self._generator)
        answers = self._score(drawn.matrix[:1], 0).shape[1]
        drawn = drawn.take(
            slice(0, int(np.clip(MOST_CELLS // (columns * answers), FEWEST_CENTRED, CENTRED_BY)))
        )
        values = self._score(drawn.matrix, 0)
        self.baseline = values.mean(axis=0)
        """(answers,)"""
        self._pairs: list[tuple[Walk, Walk]] = []
        self._centres: list[Array] = []
        """Of each pair the mean effects (columns, answers) over drawn rows."""
        self._sizes = np.zeros((columns, answers))
        """Root mean square of the effects of the first pair over drawn rows."""
        first = self._add_pair(single_steps(columns, self._generator), drawn, values, None)
        spread = first - first.mean(axis=1, keepdims=True)
        self._sizes = np.sqrt((spread**2).mean(axis=1))
        if pairs is None and wanted < FEWEST_PAIRS:
            shares = self._sizes / np.maximum(self._sizes.sum(axis=0), np.finfo(np.float64).tiny)
            leading = np.argsort(-shares.mean(axis=1), kind="stable")[:LEADING].tolist()
            for _ in range(grouped_pairs_for(columns)):
                self._add_pair(grouped_steps(leading, columns, self._generator), drawn, values, first)
        else:
            for _ in range(wanted - 1):
                self._add_pair(single_steps(columns, self._generator), drawn, values, None)

    def values(self, predictions: Array) -> Array:
        """Predictions (rows, outputs) as values (rows, answers) on the link scale."""
        return linked(self._model, predictions)

    def effects(self, rows: Rows, first: int, values: Array, answers: Array) -> Array:
        """Effects (rows, columns) on one answer (rows,) of each row, of columns in the order of `inputs`.

        The rows are those from number `first` on of a table, and have such `values`.
        """
        shape = len(self.inputs.names), len(rows)
        sums, squares = np.zeros(shape), np.zeros(shape)
        base: Array | None = None
        for pair, centre in zip(self._pairs, self._centres, strict=True):
            raw = self._pair_effects(pair, rows, first, values, answers, base)
            base = raw if base is None else base
            effects = raw - centre[:, answers]
            sums += effects
            squares += effects**2
        self._explained += len(rows)
        count = len(self._pairs)
        if count > 1:
            variance = np.maximum(squares - sums**2 / count, 0.0) / (count * (count - 1))
            self._squared_errors += float(variance.sum())
            self._squared_effects += float((sums**2).sum()) / count**2
        return np.asarray(sums.T / count)

    @property
    def standard_error(self) -> float:
        """Of the effects that were given so far, as a share of their root mean square: from how much pairs of
        walks differ; NaN with one pair, or before there are any."""
        if not self._explained or len(self._pairs) < 2:
            return np.nan
        effects = self._squared_effects
        return float(np.sqrt(self._squared_errors / effects)) if effects else 0.0

    def _drawn(self, rows: int, generator: np.random.Generator) -> Rows:
        of_all = zip(self._model.encoder.encoders, self._sketches.columns, strict=True)
        sketch_of = {encoder.name: sketch for encoder, sketch in of_all}
        sketches = [sketch_of[name] for name in self.inputs.names]
        return self.inputs.of_values(
            drawn_values(self.inputs.encoders, sketches, self._sketches.rows, rows, generator)
        )

    def _add_pair(
        self, order: Sequence[Sequence[int]], drawn: Rows, values: Array, base: Array | None
    ) -> Array:
        """Add walks of an order and its opposite; returns effects (columns, rows, answers) of drawn rows."""
        backgrounds = self._drawn(2, self._generator)
        starts = self._score(backgrounds.matrix, 0)
        forth = Walk(backgrounds.take(slice(0, 1)), starts[0], order)
        back = Walk(backgrounds.take(slice(1, 2)), starts[1], order[::-1])
        self._pairs.append((forth, back))
        effects = self._pair_effects((forth, back), drawn, 0, values, None, base)
        self._centres.append(effects.mean(axis=1))
        return effects

    def _pair_effects(
        self,
        pair: tuple[Walk, Walk],
        rows: Rows,
        first: int,
        values: Array,
        answers: Array | None,
        base: Array | None,
    ) -> Array:
        """Mean changes (columns, rows) of one answer (rows,) each, or (columns, rows, answers) of all.

        What columns of one step change together is shared out as they do by themselves, in the `base` of the
        first pair; what is left, by their sizes.
        """
        places = np.arange(len(rows))
        shape = values.shape if answers is None else (len(rows),)
        found = np.zeros((len(self.inputs.names), *shape))
        sizes = self._sizes[:, None] if answers is None else self._sizes[:, answers]
        for walk in pair:
            for columns, change in steps(walk, self.inputs, rows, first, values, self._score):
                picked = change if answers is None else change[places, answers]
                if len(columns) == 1:
                    found[columns[0]] += picked / 2
                    continue
                assert base is not None
                own = base[columns]
                weights = sizes[columns] + np.abs(own)
                total = weights.sum(axis=0)
                weights = np.where(total > 0, weights / np.where(total > 0, total, 1.0), 1 / len(columns))
                found[columns] += (own + (picked - own.sum(axis=0)) * weights) / 2
        return found

    def _score(self, features: Array, first: int) -> Array:
        return self.values(self._predict(features, first))
