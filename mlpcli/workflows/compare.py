"""`mlpcli compare`: trainings and scores side by side, from models, histories and results."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

from mlpcli.errors import DataError, SettingsError
from mlpcli.metrics import METRICS
from mlpcli.number_text import same_precision
from mlpcli.result_text import ResultTable, ResultText, Shown
from mlpcli.settings import build
from mlpcli.workflows.comparing.compared_file import (
    EVALUATED,
    OUT_OF_FOLD,
    TEST,
    TRAINING,
    VALIDATION,
    ComparedFile,
    PartScores,
    Rows,
)
from mlpcli.workflows.comparing.names import short_names
from mlpcli.workflows.comparing.reading import HOW, read_file
from mlpcli.workflows.comparing.settings import ComparisonSettings
from mlpcli.workflows.keyword_settings import takes

PARTS = (TEST, EVALUATED, OUT_OF_FOLD, VALIDATION, TRAINING)
"""Parts of the rows, those first whose scores say most; unknown ones follow."""
OF_LOSSES = (
    "loss",
    "huber_delta",
    "quantiles",
    "focal_gamma",
    "label_smoothing",
    "class_weight",
    "target_scaling",
)
"""Settings that give a loss another meaning."""


@dataclass(frozen=True, kw_only=True)
class ScoreTable:
    """Scores on one part of the rows, for one target."""

    part: str
    task: str | None
    target: tuple[str, ...]
    files: Sequence[ComparedFile]
    scores: Sequence[PartScores]
    """Of each of the files."""
    groups: Sequence[int]
    """Of each of the files: equal numbers are of the same rows, as far as that is known."""

    @property
    def certain(self) -> bool:
        """Whether the files say which rows they are of."""
        return all(each.rows.known for each in self.scores)


@dataclass(frozen=True, kw_only=True, repr=False)
class FileComparison(Shown):
    """Result of `compare`."""

    files: list[ComparedFile]
    metric: str | None
    """The only one that is wanted, if there is one."""
    settings: dict[str, list[Any]]
    """Settings that differ, with their values in the order of `with_settings`."""
    tables: list[ScoreTable]
    loss_groups: list[int] | None
    """Of each of `trained`: equal numbers are losses of the same rows; None if they cannot be compared."""

    @property
    def with_settings(self) -> list[ComparedFile]:
        """The files that hold the settings of a training."""
        return [each for each in self.files if each.settings is not None]

    @property
    def trained(self) -> list[ComparedFile]:
        """The files that say something of a training."""
        return [each for each in self.files if each.trained]

    @property
    def different_losses(self) -> list[str]:
        """Settings that give the losses of the files another meaning."""
        return [name for name in OF_LOSSES if name in self.settings]

    @property
    def targets(self) -> list[tuple[tuple[str, ...], str]]:
        """Each target with its task, of the files that name them."""
        return list(dict.fromkeys((each.target, each.task) for each in self.files if each.task))

    def _shown(self) -> ResultText:
        first = self.tables[0] if self.tables else None
        table = None
        if first is not None:
            names = metrics_of(first)[:3]
            columns = [same_precision(each.metrics.get(name) for each in first.scores) for name in names]
            rows = list(zip((each.name for each in first.files), *columns, strict=True))
            table = ResultTable(["file", *names], rows)
        return ResultText(
            f"Comparison of {len(self.files)} files",
            [
                ("differ in", ", ".join(self.settings)),
                ("scores", "" if first is None else f"{first.part} rows"),
            ],
            table,
            ["files", "settings", "tables"],
        )


@takes(ComparisonSettings)
def compare(*paths: "str | PathLike[str]", **settings: Any) -> FileComparison:
    """Settings, scores and courses of models, histories and results, from two or more files.

    Files are models, histories of `train`, and JSON of `train`, `evaluate` and `cv`. A file is told by its
    content. Raises MlpcliError with a hint for another kind of file, or one that is named twice.
    """
    chosen = build(ComparisonSettings, settings)
    names = [os.fspath(each) for each in paths]
    if len(names) < 2:
        said = "one file alone cannot be compared" if names else "there are no files to compare"
        raise SettingsError(said, HOW)
    _refuse_same(names)
    files = [read_file(path, name) for path, name in zip(names, short_names(names), strict=True)]
    comparison = FileComparison(
        files=files,
        metric=chosen.metric,
        settings=different_settings(files),
        tables=list(score_tables(files)),
        loss_groups=None,
    )
    _refuse_unknown(comparison)
    return replace(comparison, loss_groups=_loss_groups(comparison))


def _refuse_same(paths: Sequence[str]) -> None:
    there: dict[tuple[int, int], str] = {}
    for path in paths:
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            continue  # said where it is read
        other = there.get(key := (found.st_dev, found.st_ino))
        there[key] = path
        if other is not None:
            twice = f"{path} is named twice" if other == path else f"{other} and {path} are the same file"
            raise DataError(twice, "Name each file once.")


def _refuse_unknown(comparison: FileComparison) -> None:
    """Raise DataError if the metric that is wanted is in no file."""
    known = {name for table in comparison.tables for name in metrics_of(table)}
    for each in comparison.files:
        known |= set() if each.course is None else set(each.course.metrics)
    if comparison.metric is not None and comparison.metric not in known:
        there = ", ".join(name for name in METRICS if name in known) or "no metric"
        raise DataError(f"no file has {comparison.metric}", f"The files have: {there}.", setting="metric")


def different_settings(files: Sequence[ComparedFile]) -> dict[str, list[Any]]:
    """Settings that differ between the files that have some; one that a file lacks is None."""
    held = [each.settings for each in files if each.settings is not None]
    names = dict.fromkeys(name for each in held for name in each)
    values = {name: [each.get(name) for each in held] for name in names}
    return {
        name: each for name, each in values.items() if any(_plain(one) != _plain(each[0]) for one in each)
    }


def _plain(value: Any) -> Any:
    """The value, None for an empty one."""
    return None if value in ("", [], ()) else value


def metrics_of(table: ScoreTable) -> list[str]:
    """The metrics that one of the files has a value for."""
    names = dict.fromkeys(name for each in table.scores for name in each.metrics)
    return [name for name in names if any(each.metrics.get(name) is not None for each in table.scores)]


def score_tables(files: Sequence[ComparedFile]) -> Iterator[ScoreTable]:
    """The scores by part, task and target, in the order of the files."""
    found: dict[Any, list[tuple[ComparedFile, PartScores]]] = {}
    for file in files:
        for scores in file.scores:
            found.setdefault((scores.part, file.task, file.target), []).append((file, scores))
    order = {part: place for place, part in enumerate(PARTS)}
    for part, task, target in sorted(found, key=lambda key: order.get(key[0], len(PARTS))):
        held = found[part, task, target]
        groups = row_groups([scores.rows for _, scores in held])
        yield ScoreTable(
            part=part,
            task=task,
            target=target,
            files=[file for file, _ in held],
            scores=[scores for _, scores in held],
            groups=groups,
        )


def row_groups(rows: Sequence[Rows]) -> list[int]:
    """A number for each, the same for the same rows."""
    firsts: list[Rows] = []
    groups = []
    for each in rows:
        same = [place for place, first in enumerate(firsts) if first.same_as(each)]
        if not same:
            firsts.append(each)
        groups.append(same[0] if same else len(firsts) - 1)
    return groups


def _loss_groups(comparison: FileComparison) -> list[int] | None:
    if comparison.different_losses or len(comparison.targets) > 1:
        return None
    return row_groups([each.held_out for each in comparison.trained])
