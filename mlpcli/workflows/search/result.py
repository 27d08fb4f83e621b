"""The result of a cross-validation, and of two with the same folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpcli.errors import count
from mlpcli.metrics import METRICS
from mlpcli.metrics.gates import GateResult
from mlpcli.metrics.resampled_test import Difference
from mlpcli.number_text import same_precision
from mlpcli.preparation.dealing import DealtTable
from mlpcli.preparation.finding import Finding
from mlpcli.result_text import ResultTable, ResultText, Shown, listed
from mlpcli.workflows.search.fold_run import FoldRun


@dataclass(frozen=True)
class Summary:
    """A metric over runs."""

    mean: float | None
    deviation: float | None
    """Standard deviation between runs (n - 1); None of a single one."""
    runs: int
    """Those in which the metric is defined."""


def summaries(found: Sequence[dict[str, float | None]]) -> dict[str, Summary]:
    """Of each metric by name, from those of each run."""
    summed = {}
    for name in found[0]:
        values = np.array([each[name] for each in found if each[name] is not None], np.float64)
        summed[name] = Summary(
            float(values.mean()) if len(values) else None,
            float(values.std(ddof=1)) if len(values) > 1 else None,
            len(values),
        )
    return summed


@dataclass(frozen=True, kw_only=True)
class Versus:
    """Other settings on the same folds."""

    options: str
    """As they were given."""
    runs: list[FoldRun]
    differences: dict[str, Difference]
    """Of each metric that both have in at least two runs: theirs less the first ones'."""

    @property
    def metrics(self) -> dict[str, Summary]:
        """By name."""
        return summaries([run.metrics for run in self.runs])

    def is_better(self, metric: str) -> bool:
        """Whether the difference in a metric is for the better."""
        difference = self.differences[metric].mean
        return difference > 0 if METRICS[metric].higher_is_better else difference < 0


@dataclass(frozen=True, kw_only=True, repr=False)
class CrossValidation(Shown):
    """Result of `cv`."""

    dealt: DealtTable
    runs: list[FoldRun]
    """Repeat after repeat, and fold after fold."""
    versus: Versus | None
    gates: list[GateResult]
    seconds: float
    settings: dict[str, Any]
    """Those of the trainings, without the values of a preset."""
    notes: list[str]

    @property
    def headline(self) -> str:
        """The metric that counts most."""
        return self.runs[0].headline

    @property
    def findings(self) -> list[Finding]:
        """Those of the first training; the others are on nearly the same rows."""
        return self.runs[0].findings

    @property
    def scored(self) -> int:
        """Rows with a target that are scored, each counted once."""
        return sum(run.scored for run in self.runs if run.repeat == 0)

    @property
    def metrics(self) -> dict[str, Summary]:
        """By name."""
        return summaries([run.metrics for run in self.runs])

    @property
    def baseline(self) -> dict[str, Summary]:
        """Those of the trivial baseline."""
        return summaries([run.baseline for run in self.runs])

    @property
    def passed(self) -> bool:
        """Whether all gates hold."""
        return all(gate.holds for gate in self.gates)

    @property
    def folds(self) -> str:
        """In words: 2 x 5 folds."""
        repeats = self.dealt.repeats
        each = f"{len(self.runs) // repeats} folds"
        return each if repeats == 1 else f"{repeats} x {each}"

    def _shown(self) -> ResultText:
        names = [self.headline, *(name for name in self.metrics if name != self.headline)]
        rows = []
        for name in names:
            found = self.metrics[name]
            rows.append([name, *same_precision([found.mean, found.deviation, self.baseline[name].mean])])
        schema = self.dealt.schema
        return ResultText(
            f"Cross-validation of {listed(schema.target)} ({schema.task}), {self.folds}",
            [("rows", count(self.dealt.counted - self.dealt.apart, "row"))],
            ResultTable(["metric", "mean", "± between folds", "baseline"], rows),
            ["metrics", "baseline", "runs", "dealt", *["versus"] * (self.versus is not None)],
        )
