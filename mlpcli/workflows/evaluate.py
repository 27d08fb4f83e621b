"""`mlpcli evaluate`: measure a model on rows whose target is known."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

from mlpcli.arrays import Array
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.metrics import measure
from mlpcli.metrics.bootstrap import intervals, percentiles, resampled
from mlpcli.metrics.class_sets import ClassErrors
from mlpcli.metrics.conformal import ErrorSizes
from mlpcli.metrics.gaps import gaps
from mlpcli.metrics.outcome import Outcome
from mlpcli.model.class_sets import held_errors_for
from mlpcli.model.compatibility import refuse_threshold
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.model.model import Model, ModelLike, load
from mlpcli.model.scores import Scores, baseline_outcome, by_target, overall_scores, scores_of
from mlpcli.options.engines import scoring_engine
from mlpcli.options.threads import limited_threads
from mlpcli.progress import OnProgress, unwatched
from mlpcli.settings import build
from mlpcli.workflows.evaluation.comparison import (
    Comparison,
    Earlier,
    compared_with_file,
    compared_with_model,
    load_other,
    resamples_for,
)
from mlpcli.workflows.evaluation.importance import MOST_ROWS, permutation_importance
from mlpcli.workflows.evaluation.judging import Judge
from mlpcli.workflows.evaluation.other_model import outcome_of_other
from mlpcli.workflows.evaluation.result import (
    Evaluation,
    by_class,
    coverage_of,
    curves_of,
    residuals_of,
    set_coverage_of,
    threshold_of_each,
)
from mlpcli.workflows.evaluation.scored_rows import ScoredRows, score_rows
from mlpcli.workflows.evaluation.settings import EvaluationSettings
from mlpcli.workflows.evaluation.slices import SliceScores
from mlpcli.workflows.keyword_settings import takes

PURPOSES = ("sample", "resamples", "slices", "importance")
"""Each gets a generator of its own: only add."""


@takes(EvaluationSettings, ReadingSettings)
def evaluate(
    model: ModelLike,
    data: Data,
    *,
    curves: bool = False,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Evaluation:
    """All metrics of a model on paths or a DataFrame, beside those of the trivial baseline.

    With `curves` also what pictures are drawn from. Raises MlpcliError with a hint.
    """
    chosen = build(EvaluationSettings, settings)
    loaded = load(model)
    chosen.check_task(loaded.task.name, loaded.task.labels)
    if chosen.threshold is not None:
        refuse_threshold(type(loaded.task))
    engine = scoring_engine(chosen.engine, paths_of(data), loaded.total_parameters)
    loaded = loaded.on(engine.name)
    errors = None if chosen.interval is None else held_errors_for(loaded, chosen.interval)
    other = None if chosen.compare is None else load_other(chosen.compare, loaded)
    seeds = np.random.SeedSequence(chosen.seed).spawn(len(PURPOSES))
    generators = {name: np.random.default_rng(seed) for name, seed in zip(PURPOSES, seeds, strict=True)}
    seed = seeds[PURPOSES.index("resamples")]
    rows = score_rows(
        loaded,
        data,
        build(ReadingSettings, settings),
        strict=chosen.strict,
        allow_unreadable=chosen.allow_unreadable,
        by=chosen.by,
        judged_by=[each.column for each in chosen.conditions if each.column is not None],
        other=other if isinstance(other, Model) else None,
        sample=MOST_ROWS if chosen.importance else 0,
        generator=generators["sample"],
        on_progress=on_progress or unwatched,
    )
    rows = replace(rows, notes=[*engine.notes, *rows.notes])
    # Dot products of one resample are too small for threads, which would wait for each other spinning.
    with limited_threads(1):
        return _evaluated(
            loaded,
            rows,
            chosen,
            errors,
            other,
            generators,
            seed,
            curves=curves,
            watch=on_progress or unwatched,
        )


def _evaluated(
    model: Model,
    rows: ScoredRows,
    chosen: EvaluationSettings,
    errors: ErrorSizes | ClassErrors | None,
    other: Model | Earlier | None,
    generators: dict[str, Generator],
    seed: np.random.SeedSequence,
    *,
    curves: bool,
    watch: OnProgress,
) -> Evaluation:
    task, part = model.task.name, rows.part
    threshold = model.threshold if chosen.threshold is None else chosen.threshold
    outcome = model.task.outcome(rows.point_prediction, part.truth, part.weights, threshold)
    trivial = baseline_outcome(model, part, chosen.threshold)
    scores = scores_of(model, outcome, trivial)
    drawing = generators["resamples"]
    comparison, both = _compared(model, rows, chosen, outcome, scores, other, drawing, watch)
    spread = None
    if chosen.bootstrap is not None:
        # Of a comparison the same resamples.
        alone = {"ours": outcome}
        ours = both or resampled(alone, task, None, chosen.bootstrap, drawing, on_progress=watch)
        spread = {name: percentiles(values, chosen.confidence) for name, values in ours["ours"].items()}
    importance = None
    if rows.sample is not None:
        importance = permutation_importance(
            model,
            *rows.sample,
            threshold,
            chosen.importance_metric or model.task.importance_metric,
            chosen.shufflings,
            chosen.confidence,
            generators["importance"],
            on_progress=watch,
        )
    matrix, classes = by_class(model, outcome)
    covered, sets_covered = None, None
    if errors is not None and chosen.interval is not None:
        if isinstance(errors, ClassErrors):
            sets_covered = set_coverage_of(outcome, model.task.labels, errors, chosen.interval)
        else:
            covered = coverage_of(model, rows, errors, chosen.interval)
    slices = _slices(model, rows, (outcome, trivial), chosen, generators["slices"], watch)
    between = {column: gaps(outcome, each, task) for column, each in rows.slices.items()}
    judge = Judge(
        task=model.task,
        outcome=outcome,
        whole=SliceScores(len(part), scores.metrics, scores.baseline, scores.reasons, spread),
        rows=rows.slices,
        slices=slices,
        gaps=between,
        resamples=chosen.bootstrap or 0,
        level=chosen.confidence,
        seed=seed,
        watch=watch,
    )
    gates = [judge.verdict(each) for each in chosen.conditions]
    if comparison is not None:
        gates += [each.verdict(scores.metrics, comparison.metrics, scores.reasons) for each in chosen.drops]
    drawn, undrawn = curves_of(model, outcome) if curves else (None, [])
    return Evaluation(
        task=task,
        rows=len(part),
        dropped=rows.dropped,
        threshold=threshold_of_each(model, threshold),
        metrics=scores.metrics,
        baseline=scores.baseline,
        reasons=scores.reasons,
        intervals=spread,
        level=chosen.confidence,
        resamples=chosen.bootstrap or 0,
        confusion=matrix,
        per_class=classes,
        per_target=scores.per_target,
        baseline_per_class=by_class(model, trivial)[1],
        baseline_per_target=by_target(model, trivial),
        residuals=residuals_of(model, outcome),
        coverage=covered,
        set_coverage=sets_covered,
        slices=slices,
        gaps={column: each for column, each in between.items() if each},
        comparison=comparison,
        gates=gates,
        importance=importance,
        target=model.artifact.schema.target,
        labels=list(model.task.labels),
        curves=drawn,
        seen_in_training=rows.digest == model.artifact.receipt["digest"],
        counts=rows.counts,
        notes=[*rows.notes, *undrawn],
    )


def _compared(
    model: Model,
    rows: ScoredRows,
    chosen: EvaluationSettings,
    outcome: Outcome,
    scores: Scores,
    other: Model | Earlier | None,
    generator: Generator,
    watch: OnProgress,
) -> tuple[Comparison | None, dict[str, dict[str, Array]]]:
    """The comparison, and the resampled scores of both models if there are two."""
    if other is None or chosen.compare is None:
        return None, {}
    if isinstance(other, Earlier):
        return compared_with_file(chosen.compare, scores.metrics, other, chosen.confidence), {}
    assert rows.other is not None
    theirs = outcome_of_other(other, model, rows.other.point_prediction, rows.part, chosen.threshold)
    resamples = chosen.bootstrap or resamples_for(len(rows.part))
    pair = {"ours": outcome, "theirs": theirs}
    both = resampled(pair, model.task.name, None, resamples, generator, on_progress=watch)
    metrics = measure(theirs, model.task.name)[0]
    compared = compared_with_model(
        chosen.compare,
        scores.metrics,
        metrics,
        both,
        chosen.confidence,
        len(rows.part),
        rows.other.digest == other.artifact.receipt["digest"],
        rows.other.counts,
    )
    return compared, both


def _slices(
    model: Model,
    rows: ScoredRows,
    outcomes: tuple[Outcome, Outcome],
    chosen: EvaluationSettings,
    generator: Generator,
    watch: OnProgress,
) -> dict[str, dict[str, SliceScores]]:
    """The scores of each value of the columns, from the outcomes of the model and of the baseline."""
    slices = sum(map(len, rows.slices.values()))
    before = 0

    def within(done: int, total: int | None, what: str) -> None:
        total = total or 1
        watch(before * total + done, slices * total, f"{what} of slices")

    found = dict[str, dict[str, SliceScores]]()
    for column, labels in rows.slices.items():
        found[column] = {}
        for label, each in labels.items():
            outcome, trivial = (whole.take(each) for whole in outcomes)
            found[column][label] = _slice(model, outcome, trivial, chosen, generator, within)
            before += 1
    return found


def _slice(
    model: Model,
    outcome: Outcome,
    trivial: Outcome,
    chosen: EvaluationSettings,
    generator: Generator,
    watch: OnProgress,
) -> SliceScores:
    found, task = overall_scores(model, outcome, trivial), model.task.name
    spread = None
    if chosen.bootstrap is not None:
        resamples, level = chosen.bootstrap, chosen.confidence
        spread = intervals(outcome, task, None, resamples, generator, level, on_progress=watch)
    return SliceScores(found.rows, found.metrics, found.baseline, found.reasons, spread)
