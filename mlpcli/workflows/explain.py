"""`mlpcli explain`: what drives the predictions of a model, in all rows of a table and in single ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.random import Generator

from mlpcli.arrays import Array
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import TEXT
from mlpcli.metrics.outcome import Outcome
from mlpcli.model.effects.explainer import Explainer, Predict
from mlpcli.model.effects.inputs import Inputs
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model, ModelLike, load
from mlpcli.model.predicted_values import sketches_of
from mlpcli.model.scores import predicted_outcome
from mlpcli.model.tasks import Binary, Multiclass, Regression
from mlpcli.progress import EXPLAINED, OnProgress, unwatched
from mlpcli.settings import build
from mlpcli.workflows.evaluate import PURPOSES
from mlpcli.workflows.evaluation.importance import Importance, permutation_importance
from mlpcli.workflows.explanation.dependence import (
    Averages,
    Dependence,
    Grid,
    PairDependence,
    dependence_of,
    grid_of,
    interaction,
    shown_predictions,
)
from mlpcli.workflows.explanation.result import ColumnExplanation, ExplainedRow, Explanation, Reason
from mlpcli.workflows.explanation.row_choice import Chosen, losses_of, surprising_rows, typical_rows
from mlpcli.workflows.explanation.row_effects import answer_for, scale_of
from mlpcli.workflows.explanation.sampled_rows import SampledRows, sample_rows
from mlpcli.workflows.explanation.settings import ExplanationSettings
from mlpcli.workflows.keyword_settings import takes

MOST_ROWS, FEWEST_ROWS = 10_000, 500
"""Drawn from the table, to choose single rows and for importance."""
SHUFFLINGS, MOST_SHUFFLED = 5, 2_000_000
"""Of each column, and rows that are predicted for all of them."""
DIRECTIONS = 20
"""Columns whose direction is found, the most important ones."""
EFFECT_ROWS, CURVE_ROWS, PAIR_ROWS = 256, 1000, 200
"""Of those: for mean effects, curves, and maps of two columns."""
PAIRED, PAIR_POINTS, MAP_POINTS = 5, 6, 16
"""Columns of which all pairs are looked at, points of each column for it, and of the map that is shown."""
MOST_REASONS = 4
"""Columns named for a row."""
LEAST_TOGETHER = 1e-6
"""Share of what two columns do that they do together, below which it is rounding."""
NO_CURVE = "(a text)"
WITHOUT_COUNTS = (
    "the model holds no counts of its training rows, so there are no mean effects and reasons "
    "(train it again with this version)"
)


@takes(ExplanationSettings, ReadingSettings)
def explain(
    model: ModelLike,
    data: Data,
    *,
    most_rows: int = MOST_ROWS,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Explanation:
    """What drives a model's predictions, on paths, `-` for stdin, or a DataFrame.

    The importance of each column with its direction, curves of the most important ones, the pair of them that
    works together most, and single rows with their reasons, all from `most_rows` rows at most that are drawn.
    Raises MlpcliError with a hint.
    """
    chosen = build(ExplanationSettings, settings)
    loaded = load(model)
    if chosen.of_class is not None:
        answer_for(loaded, chosen.of_class)
    watch = on_progress or unwatched
    seeds = np.random.SeedSequence(chosen.seed).spawn(len(PURPOSES))
    generators = {name: np.random.default_rng(seed) for name, seed in zip(PURPOSES, seeds, strict=True)}
    reading = build(ReadingSettings, settings)
    sampled = sample_rows(loaded, data, reading, most_rows, generators["sample"], on_progress=watch)
    with loaded.scorer() as scorer:
        explained = _Explained(
            model=loaded,
            sampled=sampled,
            chosen=chosen,
            predict=scorer.of,
            generator=generators["importance"],
            watch=watch,
        )
        return explained.explanation()


@dataclass(frozen=True)
class _Explained:
    """The parts of an explanation."""

    model: Model
    sampled: SampledRows
    chosen: ExplanationSettings
    predict: Predict
    generator: Generator
    """That of `evaluate --importance`, so that both say the same of as many rows."""
    watch: OnProgress

    def explanation(self) -> Explanation:
        model, sampled = self.model, self.sampled
        predictions = self.predict(sampled.rows.matrix, 0)
        outcome = predicted_outcome(model, sampled.encoded, predictions) if sampled.has_truth else None
        decided = model.task.decide(model.loss.point_prediction(predictions), model.threshold)
        answer = self._answer(decided)
        importance = None if outcome is None else self._importance(answer)
        explainer = None if sketches_of(model) is None else Explainer(model, self.predict)
        sizes = {} if explainer is None else self._mean_effects(explainer, predictions, answer)
        names = Inputs(model.encoder).names
        drops = {} if importance is None else {n: each.drop for n, each in importance.columns.items()}
        order = sorted(names, key=lambda name: (-(drops.get(name) or 0.0), -sizes.get(name, 0.0)))
        curves = self._curves(order[: max(DIRECTIONS, self.chosen.top)], answer)
        chosen_rows = self._rows(explainer, predictions, decided, outcome, answer)
        columns = []
        direction = {curve.grid.column: curve.direction for curve in curves}
        kinds = {column.name: column.kind for column in model.artifact.schema.table_inputs}
        for name in order:
            found = None if importance is None else importance.columns[name]
            columns.append(
                ColumnExplanation(
                    name=name,
                    kind=kinds[name],
                    importance=None if found is None else found.drop,
                    interval=None if found is None else found.interval,
                    mean_effect=sizes.get(name),
                    direction=direction.get(name, NO_CURVE if kinds[name] == TEXT else ""),
                )
            )
        label = model.task.labels[answer]
        return Explanation(
            target=", ".join(model.artifact.schema.target),
            task=model.task.name,
            of=label,
            rows=sampled.total,
            scored_rows=len(sampled),
            metric=None if importance is None else importance.metric,
            level=self.chosen.level,
            scale=scale_of(model),
            unit=_unit(model, label),
            columns=columns,
            curves=[curve for curve in curves if curve.grid.column in order[: self.chosen.top]],
            curve_rows=min(CURVE_ROWS, len(sampled)),
            pair=self._pair(curves, answer),
            typical=chosen_rows[0],
            surprising=chosen_rows[1],
            standard_error=None if explainer is None else explainer.standard_error,
            counts=sampled.counts,
            notes=[*sampled.notes, *([] if explainer is not None else [WITHOUT_COUNTS])],
        )

    def _answer(self, decided: Array) -> int:
        """The class, label or target that is explained."""
        task = self.model.task
        if self.chosen.of_class is not None:
            return task.labels.index(self.chosen.of_class)
        if isinstance(task, Binary):
            return 1
        return int(np.bincount(decided).argmax()) if isinstance(task, Multiclass) else 0

    def _label(self, answer: int) -> int | None:
        """The label or target whose metric is that of importance; None of classes."""
        return None if isinstance(self.model.task, Multiclass) else answer

    def _importance(self, answer: int) -> Importance:
        model, sampled = self.model, self.sampled
        columns = len(model.artifact.schema.table_inputs)
        some = self._some(max(MOST_SHUFFLED // (SHUFFLINGS * columns), FEWEST_ROWS))
        return permutation_importance(
            model,
            sampled.encoded.take(some),
            sampled.rows.take(some),
            model.threshold,
            model.task.importance_metric,
            SHUFFLINGS,
            self.chosen.level,
            self.generator,
            predict=self.predict,
            label=self._label(answer),
            on_progress=self.watch,
        )

    def _mean_effects(self, explainer: Explainer, predictions: Array, answer: int) -> dict[str, float]:
        some = self._some(EFFECT_ROWS)
        values = explainer.values(predictions[some])
        effects = explainer.effects(self.sampled.rows.take(some), 0, values, np.full(len(some), answer))
        return dict(zip(explainer.inputs.names, np.abs(effects).mean(axis=0).tolist(), strict=True))

    def _some(self, most: int) -> Array:
        """Numbers of some rows, spread over the sample."""
        rows = len(self.sampled)
        return np.unique(np.linspace(0, rows - 1, min(most, rows)).astype(np.intp))

    def _averages(self, most: int, answer: int) -> Averages:
        some = self._some(most)
        weights = self.sampled.encoded.weights
        own = None if weights is None else weights[some]
        return Averages(self.model, self.predict, self.sampled.rows.take(some), answer, own)

    def _curves(self, order: Sequence[str], answer: int) -> list[Dependence]:
        """Of the columns in order, as far as they have one."""
        averages = self._averages(CURVE_ROWS, answer)
        curves = []
        for number, name in enumerate(order):
            self.watch(number, len(order), EXPLAINED)
            if (grid := self._grid(name)) is not None:
                curves.append(dependence_of(averages, grid))
        return curves

    def _grid(self, name: str, points: int | None = None) -> Grid | None:
        encoder = next(each for each in self.model.encoder.encoders if each.name == name)
        kind = next(each.kind for each in self.model.artifact.schema.table_inputs if each.name == name)
        values = np.concatenate([encoder.read(frame[name])[0] for frame in self.sampled.frames])
        return grid_of(encoder, kind, values) if points is None else grid_of(encoder, kind, values, points)

    def _pair(self, curves: Sequence[Dependence], answer: int) -> PairDependence | None:
        """The map of the two of the most important columns that work together most."""
        averages = self._averages(PAIR_ROWS, answer)
        grids = [self._grid(curve.grid.column, PAIR_POINTS) for curve in curves[:PAIRED]]
        best: tuple[float, str, str] | None = None
        for x, y in combinations([grid for grid in grids if grid is not None], 2):
            share, size = interaction(averages.surface(x, y), x, y)
            if share > LEAST_TOGETHER and (best is None or size > best[0]):
                best = size, x.column, y.column
        if best is None:
            return None
        across, down = (self._grid(name, MAP_POINTS) for name in best[1:])
        assert across is not None
        assert down is not None
        surface = averages.surface(across, down)
        strength = interaction(surface, across, down)[0]
        return PairDependence(x=across, y=down, predictions=surface.tolist(), strength=strength)

    def _rows(
        self,
        explainer: Explainer | None,
        predictions: Array,
        decided: Array,
        outcome: Outcome | None,
        answer: int,
    ) -> tuple[list[ExplainedRow], list[ExplainedRow]]:
        """Typical and surprising rows."""
        model = self.model
        several = isinstance(model.task, Multiclass) and not isinstance(model.task, Binary)
        if several and self.chosen.of_class is None:
            answers = decided
            shown = model.loss.point_prediction(predictions)[np.arange(len(decided)), decided]
        else:
            answers = np.full(len(self.sampled), answer)
            shown = shown_predictions(model, predictions, answer)
        judged, only = outcome, answer if several and self.chosen.of_class is not None else None
        if outcome is not None and self._label(answer) is not None:
            judged = outcome.of_label(answer)
        typical = typical_rows(model, shown, decided, losses_of(judged), only)
        surprising = surprising_rows(model, shown, judged, typical, only)
        rows = np.array([each.row for each in (*typical, *surprising)], np.intp)
        effects: Sequence[Array | None] = [None] * len(rows)
        if explainer is not None and len(rows):
            values = explainer.values(predictions[rows])
            effects = list(explainer.effects(self.sampled.rows.take(rows), 0, values, answers[rows]))
        written = [
            self._explained_row(explainer, each, predictions, decided, outcome, int(answers[each.row]), own)
            for each, own in zip((*typical, *surprising), effects, strict=True)
        ]
        return written[: len(typical)], written[len(typical) :]

    def _explained_row(
        self,
        explainer: Explainer | None,
        chosen: Chosen,
        predictions: Array,
        decided: Array,
        outcome: Outcome | None,
        answer: int,
        effects: Array | None,
    ) -> ExplainedRow:
        task, row = self.model.task, chosen.row
        one = slice(row, row + 1)
        frame, place = self.sampled.frame_of(row)
        probabilities = task.probabilities(self.model.loss.point_prediction(predictions[one]))
        probability = None if probabilities is None else float(probabilities[0, answer])
        reasons: list[Reason] = []
        if explainer is not None and effects is not None:
            names = explainer.inputs.names
            for each in np.argsort(-np.abs(effects), kind="stable")[:MOST_REASONS].tolist():
                if effects[each]:
                    cell = frame[names[each]].example(place)
                    reasons.append(Reason(column=names[each], cell=cell, effect=float(effects[each])))
        return ExplainedRow(
            place=frame.place(place),
            why=chosen.why,
            prediction=_written(task.cells(decided[one]), answer),
            probability=probability,
            truth=None if outcome is None else _written(task.cells(outcome.truth[one]), answer),
            of=task.labels[answer],
            baseline=None if explainer is None else float(explainer.baseline[answer]),
            reasons=reasons,
            rest=None if effects is None else float(effects.sum() - sum(each.effect for each in reasons)),
        )


def _unit(model: Model, label: str) -> str:
    """The name of what curves show."""
    if isinstance(model.task, Regression):
        return label
    of = f"{model.artifact.schema.target[0]} {label}" if isinstance(model.task, Multiclass) else label
    return f"probability of {of}"


def _written(cells: list[list[Any]], answer: int) -> str:
    """The cell of an answer: of one class, or of one of several targets or labels."""
    cell = cells[answer if len(cells) > 1 else 0][0]
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
