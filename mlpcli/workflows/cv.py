"""`mlpcli cv`: scores of settings on rows that trainings never saw."""

import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np

from mlpcli.data.reading.file_state import states_of
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import Sentence, SettingsError
from mlpcli.metrics.gates import check_for_task
from mlpcli.metrics.resampled_test import Difference, corrected_difference
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.options.options import SETTINGS_CLASSES, Options
from mlpcli.options.run import ClusterSettings
from mlpcli.preparation.dealing import DealtTable, dealt_table
from mlpcli.progress import OnProgress, unwatched
from mlpcli.settings import build, described_fields
from mlpcli.workflows.keyword_settings import takes
from mlpcli.workflows.search.fold_run import FoldRun, FoldTask
from mlpcli.workflows.search.fold_runners import FoldRunners, fold_runners
from mlpcli.workflows.search.result import CrossValidation, Versus
from mlpcli.workflows.search.settings import CrossValidationSettings

FOLDS = "folds"
OWN = frozenset({*described_fields(CrossValidationSettings), *described_fields(ClusterSettings)})
AT_EVALUATION = frozenset({*described_fields(ReadingSettings), "allow_unreadable"})
"""Settings of a training that also say how the rows to score are read."""

SAME_FOR_BOTH = (
    *("target", "task", "group", "time", "test", "weight", "empty", "label_separator", "positive"),
    *("folds", "threads", *described_fields(ReadingSettings)),
)
"""Settings that say what is scored, and which rows are dealt together; `folds` of a training would read as
those of the cross-validation."""


@takes(CrossValidationSettings, ClusterSettings, *SETTINGS_CLASSES)
def cv(
    data: Data,
    target: "str | tuple[str, ...] | list[str] | None" = None,
    *,
    vs: Mapping[str, Any] | None = None,
    vs_options: str = "",
    predicts: bool = False,
    on_progress: OnProgress | None = None,
    runners: "FoldRunners | None" = None,
    **settings: Any,
) -> CrossValidation:
    """Train as `train` does, once for each fold on all others, and score the rows of the fold.

    A run trains on one thread, with the seed of the first one and its number added: its model is that of
    `train` on the same rows. `vs` are other settings of the training, which are compared on the same folds;
    `vs_options` are their words on a command line. With `predicts` each run keeps its predictions. Rows of
    `test` are in no run. Raises MlpcliError with a hint.

    `runners` are for a program that has started them before it imported this.
    """
    begun, watch = time.perf_counter(), on_progress or unwatched
    if target is not None:
        settings["target"] = (target,) if isinstance(target, str) else tuple(target)
    own = build(CrossValidationSettings, settings)
    conditions = own.conditions
    of_training = {name: value for name, value in settings.items() if name not in OWN}
    given = Options.from_values(of_training)
    _check(given)
    if vs is not None:
        _check_others(of_training, vs)
    table, dask = paths_of(data), build(ClusterSettings, settings).dask
    with nullcontext(runners) if runners else fold_runners(table, own, dask, twice=vs is not None) as made_by:
        of_training["engine"] = made_by.engine(given.run.engine)
        if vs is not None and "engine" in vs:
            vs = {**vs, "engine": made_by.engine(vs["engine"])}
        states = states_of(table) if isinstance(table, list) else []
        dealt = dealt_table(table, given, own.folds, own.repeats, own.fold_column, watch)
        for condition in conditions:
            check_for_task("fail_if", condition.metric, dealt.schema.task)
        base = {"threads": 1, "sketches": False, **of_training, "test": None}
        if own.fold_column is not None:
            base["drop"] = (*given.data.drop, own.fold_column)
        tasks = _tasks(dealt, base, predicts=predicts)
        if vs is not None:
            tasks += _tasks(dealt, {**base, **vs, "test": None}, predicts=False)
        runs: list[FoldRun | None] = [None] * len(tasks)
        for done, (place, run) in enumerate(made_by.run(tasks), start=1):
            runs[place] = run
            watch(done, len(tasks), FOLDS)
        for state in states:  # each run has read them anew
            state.refuse_change(state.path)
    whole = [run for run in runs if run is not None]
    first, second = whole[: len(dealt.deals)], whole[len(dealt.deals) :]
    found = CrossValidation(
        dealt=dealt,
        runs=first,
        versus=None if vs is None else _versus(vs_options, first, second),
        gates=[],
        seconds=time.perf_counter() - begun,
        settings=given.values(),
        notes=dealt.notes,
    )
    means = {name: each.mean for name, each in found.metrics.items()}
    reasons = {name: reason for run in first for name, reason in run.reasons.items()}
    found.gates.extend(each.verdict(means, reasons) for each in conditions)
    return found


def _check_others(settings: Mapping[str, Any], others: Mapping[str, Any]) -> None:
    """Tell mistakes in other settings before any training."""
    for name in SAME_FOR_BOTH:
        if name in others:
            said = Sentence(f"{{vs}} cannot change {{{name}}}: both are scored alike, on the same rows")
            raise SettingsError(said, "Run the command a second time.", setting="vs")
    _check(Options.from_values({**settings, **others}))


def _check(options: Options) -> None:
    """Refuse rows in a file, of which nobody knows whether they are scored as well."""
    if isinstance(options.split.validation, str):
        said = Sentence("{validation} cannot be a file: its rows may be among those that are scored")
        raise SettingsError(said, "Give a fraction, or leave it out.", setting="validation")
    if isinstance(options.split.test, str):
        said = Sentence("{test} cannot be a file: rows of a test are never touched")
        raise SettingsError(said, "Leave it out.", setting="test")


def _tasks(dealt: DealtTable, settings: Mapping[str, Any], *, predicts: bool) -> list[FoldTask]:
    """A task for each run; predictions of the first repeat are kept."""
    reading = {name: value for name, value in settings.items() if name in AT_EVALUATION}
    seed = settings.get("seed") or 0
    return [
        FoldTask({**settings, "seed": seed + number}, reading, deal, predicts and not deal.repeat)
        for number, deal in enumerate(dealt.deals)
    ]


def _versus(options: str, first: list[FoldRun], second: list[FoldRun]) -> Versus:
    """The second runs beside the first ones, which had the same rows."""
    scored, learned = (sum(getattr(run, part) for run in first) for part in ("scored", "learned"))
    differences: dict[str, Difference] = {}
    for name in first[0].metrics:
        pairs = zip(
            (run.metrics[name] for run in first), (run.metrics.get(name) for run in second), strict=True
        )
        values = [theirs - ours for ours, theirs in pairs if ours is not None and theirs is not None]
        if len(values) > 1:
            differences[name] = corrected_difference(np.array(values), scored / learned)
    return Versus(options=options, runs=second, differences=differences)
