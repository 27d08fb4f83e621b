"""`mlpcli explain`: what drives the predictions of a model, in all rows of a table and in single ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.random import Generator

from mlpcli.arrays import Array
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import TEXT
from mlpcli.model.effects.explainer import Explainer, Predict
from mlpcli.model.effects.inputs import Inputs
from mlpcli.model.encoded_rows import Data
from mlpcli.model.model import Model, ModelLike, load
from mlpcli.model.predicted_values import sketches_of
from mlpcli.model.tasks import Multiclass, Regression
from mlpcli.progress import EXPLAINED, OnProgress, unwatched
from mlpcli.settings import build
from mlpcli.workflows.evaluate import PURPOSES
from mlpcli.workflows.evaluation.importance import Importance, permutation_importance
from mlpcli.workflows.explanation.dependence import (
    POINTS,
    Averages,
    Dependence,
    Grid,
    PairDependence,
    dependence_of,
    grid_of,
    interaction,
)
from mlpcli.workflows.explanation.result import ColumnExplanation, Explanation
from mlpcli.workflows.explanation.row_choice import Chosen
from mlpcli.workflows.explanation.row_effects import answer_for, scale_of
from mlpcli.workflows.explanation.sampled_rows import sample_rows
from mlpcli.workflows.explanation.scored_rows import ScoredSample
from mlpcli.workflows.explanation.settings import ExplanationSettings
from mlpcli.workflows.keyword_settings import takes

MOST_ROWS, FEWEST_ROWS = 10_000, 500
"""Drawn from the table, to choose single rows and for importance."""
SHUFFLINGS, MOST_SHUFFLED = 5, 2_000_000
"""Of each column, and rows that are predicted for all of them."""
MOST_MEASURED = 60
"""Columns whose importance is measured: of more those with the largest effects."""
DIRECTIONS = 20
"""Columns whose direction is found, the most important ones."""
EFFECT_ROWS, CURVE_ROWS, PAIR_ROWS = 250, 500, 200
"""Of those: for mean effects, curves, and maps of two columns."""
PAIRED, PAIR_POINTS, MAP_POINTS = 5, 6, 16
"""Columns of which all pairs are looked at, points of each column for it, and of the map that is shown."""
LEAST_TOGETHER = 1e-6
"""Share of what two columns do that they do together, below which it is rounding."""
FEW_MEASURED = f"importance is measured of the {MOST_MEASURED} columns with the largest effects"
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
        scored = ScoredSample.of(loaded, sampled, scorer.of, chosen.of_class)
        return _Explaining(scored, chosen, scorer.of, generators["importance"], watch).explanation()


@dataclass(frozen=True)
class _Explaining:
    """The parts of an explanation."""

    scored: ScoredSample
    chosen: ExplanationSettings
    predict: Predict
    generator: Generator
    """That of `evaluate --importance`, so that both say the same of as many rows."""
    watch: OnProgress

    def explanation(self) -> Explanation:
        scored, model, sampled = self.scored, self.scored.model, self.scored.sampled
        explainer = None if sketches_of(model) is None else Explainer(model, self.predict)
        typical, surprising = scored.chosen()
        sizes, effects = self._effects(explainer, [*typical, *surprising])
        rows = [
            scored.explained(each, explainer, own)
            for each, own in zip((*typical, *surprising), effects, strict=True)
        ]
        names = Inputs(model.encoder).names
        measured = names
        if len(names) > MOST_MEASURED:
            measured = sorted(names, key=lambda name: -sizes.get(name, 0.0))[:MOST_MEASURED]
        importance = None if scored.outcome is None else self._importance(measured)
        drops = {} if importance is None else {n: each.drop or 0.0 for n, each in importance.columns.items()}
        order = sorted(
            names, key=lambda name: (name not in measured, -drops.get(name, 0.0), -sizes.get(name, 0.0))
        )
        curves = self._curves(order[: max(DIRECTIONS, self.chosen.top)])
        label = model.task.labels[scored.answer]
        notes = [*sampled.notes]
        notes += [] if explainer is not None else [WITHOUT_COUNTS]
        notes += [] if importance is None or len(measured) == len(names) else [FEW_MEASURED]
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
            columns=self._columns(order, importance, sizes, curves),
            curves=[curve for curve in curves if curve.grid.column in order[: self.chosen.top]],
            curve_rows=min(CURVE_ROWS, len(sampled)),
            pair=self._pair(curves),
            typical=rows[: len(typical)],
            surprising=rows[len(typical) :],
            standard_error=None if explainer is None else explainer.standard_error,
            counts=sampled.counts,
            notes=notes,
        )

    def _effects(
        self, explainer: Explainer | None, chosen: Sequence[Chosen]
    ) -> tuple[dict[str, float], list[Array | None]]:
        """Mean absolute effects by column, and effects (columns,) in each chosen row; none without counts.

        All at once: a few rows take as long as a block of them.
        """
        scored = self.scored
        if explainer is None:
            return {}, [None] * len(chosen)
        some, rows = scored.some(EFFECT_ROWS), np.array([each.row for each in chosen], np.intp)
        answers = np.concatenate([np.full(len(some), scored.answer), scored.answers[rows]])
        effects = scored.effects(explainer, np.concatenate([some, rows]), answers)
        means = np.abs(effects[: len(some)]).mean(axis=0)
        return dict(zip(explainer.inputs.names, means.tolist(), strict=True)), list(effects[len(some) :])

    def _importance(self, names: Sequence[str]) -> Importance:
        scored, model = self.scored, self.scored.model
        some = scored.some(max(MOST_SHUFFLED // (SHUFFLINGS * len(names)), FEWEST_ROWS))
        return permutation_importance(
            model,
            scored.sampled.encoded.take(some),
            scored.sampled.rows.take(some),
            model.threshold,
            model.task.importance_metric,
            SHUFFLINGS,
            self.chosen.level,
            self.generator,
            predict=self.predict,
            label=scored.label,
            names=names,
            on_progress=self.watch,
        )

    def _columns(
        self,
        order: Sequence[str],
        importance: Importance | None,
        sizes: Mapping[str, float],
        curves: Sequence[Dependence],
    ) -> list[ColumnExplanation]:
        direction = {curve.grid.column: curve.direction for curve in curves}
        columns = []
        for name in order:
            kind = self._kinds[name]
            found = None if importance is None else importance.columns.get(name)
            columns.append(
                ColumnExplanation(
                    name=name,
                    kind=kind,
                    importance=None if found is None else found.drop,
                    interval=None if found is None else found.interval,
                    mean_effect=sizes.get(name),
                    direction=direction.get(name, NO_CURVE if kind == TEXT else ""),
                )
            )
        return columns

    @property
    def _kinds(self) -> dict[str, str]:
        return {each.name: each.kind for each in self.scored.model.artifact.schema.table_inputs}

    def _averages(self, most: int) -> Averages:
        scored = self.scored
        some, weights = scored.some(most), scored.sampled.encoded.weights
        own = None if weights is None else weights[some]
        return Averages(scored.model, self.predict, scored.sampled.rows.take(some), scored.answer, own)

    def _curves(self, order: Sequence[str]) -> list[Dependence]:
        """Of the columns in order, as far as they have one."""
        averages = self._averages(CURVE_ROWS)
        curves = []
        for number, name in enumerate(order):
            self.watch(number, len(order), EXPLAINED)
            if (grid := self._grid(name, POINTS)) is not None:
                curves.append(dependence_of(averages, grid))
        return curves

    def _grid(self, name: str, points: int) -> Grid | None:
        encoder = next(each for each in self.scored.model.encoder.encoders if each.name == name)
        values = np.concatenate([encoder.read(frame[name])[0] for frame in self.scored.sampled.frames])
        return grid_of(encoder, self._kinds[name], values, points)

    def _pair(self, curves: Sequence[Dependence]) -> PairDependence | None:
        """The map of the two of the most important columns that work together most."""
        averages = self._averages(PAIR_ROWS)
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


def _unit(model: Model, label: str) -> str:
    """The name of what curves show."""
    if isinstance(model.task, Regression):
        return label
    of = f"{model.artifact.schema.target[0]} {label}" if isinstance(model.task, Multiclass) else label
    return f"probability of {of}"
