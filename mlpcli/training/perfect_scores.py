"""Perfect scores on held-out rows, and the column that alone carries them."""

from collections.abc import Mapping
from itertools import accumulate, pairwise

import numpy as np

from mlpcli.arrays import Array
from mlpcli.errors import Sentence
from mlpcli.metrics import measure
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.model import Model
from mlpcli.model.scores import Scores, predicted_outcome
from mlpcli.preparation.finding import PERFECT, Finding
from mlpcli.preparation.prepare import Prepared
from mlpcli.text_width import shell_word
from mlpcli.training.held_out import HeldOut

LACKING = {"accuracy": 0.002, "roc_auc": 0.001, "r2": 0.0001}
"""Of what the baseline lacks to 1, the share that a perfect score may lack."""
FEWEST_ROWS, FEWEST_ERRORS = 50, 10
"""Held-out rows, and errors of the baseline among them: less is no evidence."""
MOST_ROWS = 2_000
"""In which columns are shuffled."""
CARRIED, LEFT = 0.1, 0.5
"""Of the gain over the baseline, what may be lost when all other columns are shuffled, and what may be left
when the column itself is."""


def perfect_scores(
    model: Model, scores: Mapping[str, Scores], prepared: Prepared, held: HeldOut
) -> list[Finding]:
    """A finding if the score of held-out rows is as good as perfect, and one column alone carries it.

    Where several inputs have to come together, as in a spiral, none does.
    """
    name, found = next(iter(scores.items()))
    metric = _perfect(found)
    if name == "train" or metric is None or len(model.encoder.encoders) < 2:
        return []
    ours, trivial = found.metrics[metric], found.baseline[metric]
    assert ours is not None
    assert trivial is not None
    part = held.part if name == "validation" else prepared.parts[name]
    shuffled = _Shuffled(model, part, metric)
    columns = [number for number, each in enumerate(model.encoder.encoders) if each.width]
    enough = ours - CARRIED * (ours - trivial)
    while len(columns) > 1:
        halves = columns[: len(columns) // 2], columns[len(columns) // 2 :]
        columns = next((half for half in halves if shuffled.but(half) >= enough), [])
    if not columns:
        return []
    without = shuffled.only(columns[0])
    if without - trivial > LEFT * (ours - trivial):
        return []
    column = model.encoder.encoders[columns[0]].name
    text = f"{metric} is {ours:.4f} on the {name} rows because of column {column!r}"
    advice = Sentence("{drop} {}", shell_word(column))
    return [Finding(PERFECT, f"{text} ({without:.2f} without it). Target leak?", advice, name, (column,))]


def _perfect(scores: Scores) -> str | None:
    """The metric that is as good as 1 where the baseline is far from it."""
    accuracy = scores.baseline.get("accuracy")
    if scores.rows < FEWEST_ROWS or (accuracy is not None and (1 - accuracy) * scores.rows < FEWEST_ERRORS):
        return None
    for metric, lacking in LACKING.items():
        ours, trivial = scores.metrics.get(metric), scores.baseline.get(metric)
        if ours is not None and trivial is not None and 1 - ours <= lacking * (1 - trivial):
            return metric
    return None


class _Shuffled:
    """A metric of rows some of whose columns have the cells of other rows, always the same ones."""

    def __init__(self, model: Model, part: EncodedRows, metric: str) -> None:
        self._model, self._metric = model, metric
        count = min(len(part), MOST_ROWS)
        self._part = part.take(np.linspace(0, len(part) - 1, count).astype(np.intp))
        self._others = self._part.features[np.random.default_rng(0).permutation(count)]
        starts = accumulate((each.width for each in model.encoder.encoders), initial=0)
        self._places = [slice(*each) for each in pairwise(starts)]

    def but(self, columns: list[int]) -> float:
        """All columns but these shuffled."""
        features = self._others.copy()
        for column in columns:
            features[:, self._places[column]] = self._part.features[:, self._places[column]]
        return self._score(features)

    def only(self, column: int) -> float:
        """This column shuffled."""
        features = self._part.features.copy()
        features[:, self._places[column]] = self._others[:, self._places[column]]
        return self._score(features)

    def _score(self, features: Array) -> float:
        model = self._model
        outcome = predicted_outcome(model, self._part, model.outputs(features))
        found = measure(outcome, model.task.name, [self._metric])[0][self._metric]
        return -np.inf if found is None else found
