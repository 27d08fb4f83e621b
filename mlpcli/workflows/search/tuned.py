"""The result of a search for settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.errors import MlpcliError
from mlpcli.metrics import METRICS
from mlpcli.model.scores import Scores
from mlpcli.number_text import same_precision
from mlpcli.options.search_space import Domain
from mlpcli.preparation.dealing import OuterRows
from mlpcli.preparation.finding import Finding
from mlpcli.result_text import ResultTable, ResultText, Shown, listed
from mlpcli.training.brackets import Trial
from mlpcli.workflows.evaluation.result import Evaluation
from mlpcli.workflows.train import TrainingRun


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A trial on rows that chose it, and on rows that no trial saw."""

    trial: Trial
    inner: Scores
    outer: Evaluation | None
    """None without outer rows."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Tuning(Shown):
    """Result of `tune`."""

    rows: OuterRows
    headline: str
    """The metric that counts most."""
    domains: Mapping[str, Domain]
    """The values that settings could take."""
    trials: list[Trial]
    winner: Judged
    usual: Judged | None
    """The first trial, of the preset's own settings if choices allow; None if it did not come to its end."""
    first: Mapping[str, Any]
    """All settings of the first trial, from which the others differ."""
    begins_with_preset: bool
    """Whether they are the preset's own: choices may exclude these, or time their epochs."""
    kept: list[tuple[Trial, float]]
    """Those that the model combines, and the share of each; the winner alone if one is kept."""
    settings: dict[str, Any]
    """Of `train`, for the winner on this table."""
    model: TrainingRun | None
    """The training of the kept settings on all rows, if a model was wanted."""
    failed: MlpcliError | None
    """Why that training came to nothing, if it did."""
    notes: list[str]
    findings: list[Finding]
    seconds: float
    """Of the search, without the training of the model."""

    @property
    def finished(self) -> list[Trial]:
        """The trials that trained to the end, the best first."""
        whole = (each for each in self.trials if each.finished)
        return sorted(whole, key=lambda each: each.loss_or_infinite)

    @property
    def changes(self) -> Mapping[str, Any]:
        """The settings in which the winner differs from the preset."""
        return self.winner.trial.configuration.changes

    @property
    def optimism(self) -> float | None:
        """By how much of itself the winner's headline metric is worse on rows that no trial saw."""
        if self.winner.outer is None:
            return None
        inner, outer = self.winner.inner.metrics[self.headline], self.winner.outer.metrics[self.headline]
        if inner is None or outer is None or not inner:
            return None
        loss = inner - outer if METRICS[self.headline].higher_is_better else outer - inner
        return loss / abs(inner)

    def _shown(self) -> ResultText:
        schema = self.rows.schema
        changed = ", ".join(f"{name} {value}" for name, value in self.changes.items())
        columns = [self.winner.inner.metrics]
        headers = ["metric", "inner"]
        if self.winner.outer is not None:
            columns, headers = [*columns, self.winner.outer.metrics], [*headers, "outer"]
        rows = [[name, *same_precision([each[name] for each in columns])] for name in columns[0]]
        return ResultText(
            f"Search for settings for {listed(schema.target)} ({schema.task})",
            [("trials", f"{len(self.trials):,}"), ("winner", changed or "as the first trial")],
            ResultTable(headers, rows),
            ["settings", "winner", "usual", "trials", "model"],
        )
