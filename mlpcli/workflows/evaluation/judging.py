"""Verdicts on conditions: on all rows, on one class, on the worst slice, and on ends of intervals."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import resolve_names
from mlpcli.metrics import METRICS
from mlpcli.metrics.bootstrap import intervals
from mlpcli.metrics.gaps import FEWEST_ROWS, GAPS, Gap, check_defined, scores_of_groups
from mlpcli.metrics.gates import BOUNDS, Condition, GateResult, SliceGate, task_of_label
from mlpcli.metrics.outcome import Outcome, UnavailableError
from mlpcli.model.tasks import Task
from mlpcli.progress import OnProgress
from mlpcli.settings import csv_word
from mlpcli.workflows.evaluation.slices import SliceScores


@dataclass(frozen=True, kw_only=True)
class Judge:
    """The numbers of an evaluation, on which conditions are judged."""

    task: Task
    outcome: Outcome
    whole: SliceScores
    """The scores of all rows."""
    rows: Mapping[str, Mapping[str, Array]]
    """{column: {slice: row numbers}}"""
    slices: Mapping[str, Mapping[str, SliceScores]]
    gaps: Mapping[str, Mapping[str, Gap]]
    resamples: int
    level: float
    seed: np.random.SeedSequence
    """Resampling seed of all rows, so that bounds of one class are from the same resamples."""
    watch: OnProgress

    def verdict(self, condition: Condition) -> GateResult:
        """Whether the condition is true; a gate without a number does not hold."""
        if condition.column is not None:
            return self._by_slice(condition, condition.column)
        try:
            return condition.judged(self._score(condition, self.outcome, self.whole))
        except UnavailableError as reason:
            return condition.judged(None, str(reason))

    def _by_slice(self, condition: Condition, given: str) -> SliceGate:
        """The verdict on a gap, or on the worst of the slices that have enough rows."""
        (column,) = resolve_names("fail_if", [csv_word(given)], list(self.rows), "")
        if condition.metric in GAPS:
            gap = self.gaps[column][condition.metric]
            names = [name for name in (gap.highest, gap.lowest) if name is not None]
            value, reason, left_out = gap.value, gap.reason, gap.left_out
        else:

            def score(name: str, part: Outcome) -> float:
                check_defined(condition.metric, self._of_label(condition, part))
                return self._score(condition, part, self.slices[column][name])

            found = scores_of_groups(self.outcome, self.rows[column], score)
            left_out, names = found.left_out, sorted(found.values, key=found.values.__getitem__)
            names = names[:1] if METRICS[condition.metric].higher_is_better else names[-1:]
            value = found.values[names[0]] if names else None
            reason = "" if names else f"it needs a slice with {FEWEST_ROWS} rows that defines it"
        judged = condition.judged(value, reason)
        return SliceGate(**vars(judged), column=column, slices=tuple(names), left_out=left_out)

    def _score(self, condition: Condition, part: Outcome, found: SliceScores) -> float:
        """The number of a condition on these rows; UnavailableError with the reason if there is none."""
        name = condition.metric
        if condition.bound is None:
            if condition.label is not None:
                return METRICS[name].function(self._of_label(condition, part))
            value = found.metrics[name]
            if value is None:
                raise UnavailableError(found.reasons[name])
            return value
        spread = found.intervals or {}
        if condition.label is not None:
            single, task = self._of_label(condition, part), task_of_label(self.task.name)
            drawing = np.random.default_rng(self.seed)
            spread = intervals(
                single, task, [name], self.resamples, drawing, self.level, on_progress=self.watch
            )
        interval = spread.get(name)
        if interval is None:
            raise UnavailableError("too many resamples of these rows do not define it")
        return interval[BOUNDS.index(condition.bound)]

    def _of_label(self, condition: Condition, part: Outcome) -> Outcome:
        if condition.label is None:
            return part
        return part.of_label(self.task.labels.index(condition.label))
