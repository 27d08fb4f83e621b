"""Gates: limits on metrics, or on their drop, that fail an evaluation."""

import math
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.metrics import METRICS, names_for

ROUNDING = 1e-12
"""Tolerance of a drop as a share of the metric: in floats 0.9 - 0.89 is more than 0.01."""
EXAMPLE = "roc_auc < 0.85"
_CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*(\S+)\s*")

Values: TypeAlias = Mapping[str, float | None]
"""Metrics by name, None where one is undefined."""

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class GateResult:
    """Whether a gate holds, on what number; `reason` where there is no number."""

    gate: str
    """The gate as it was given."""
    metric: str
    value: float | None
    """The metric, or its drop."""
    holds: bool
    reason: str = ""


@dataclass(frozen=True)
class ColumnGate(GateResult):
    """The same of the column that has the number."""

    column: str | None = None
    """None of a number that is of no column, or of none above the others."""


@dataclass(frozen=True)
class Condition:
    """`roc_auc < 0.85`: the evaluation fails if this is true."""

    text: str
    metric: str
    operator: str
    limit: float

    @classmethod
    def parse(cls, text: str, known: Collection[str] = METRICS, example: str = EXAMPLE) -> "Condition":
        """Parse a text; raises SettingsError if it is not a condition on a known metric."""
        match = _CONDITION.fullmatch(text)
        if match is None:
            wrong = f"{text!r:.80} is not METRIC {'|'.join(OPERATORS)} NUMBER"
            raise SettingsError(wrong, f"Write for example {example!r}.", setting="fail_if")
        metric, sign, number = match.groups()
        try:
            limit = float(number)
        except ValueError:
            limit = math.nan
        if not math.isfinite(limit):
            wrong = f"{number!r:.40} is not a number"
            raise SettingsError(wrong, "Write for example 0.85.", setting="fail_if")
        check_metric("fail_if", metric, known)
        return cls(f"{metric} {sign} {number}", metric, sign, limit)

    def verdict(self, metrics: Values, reasons: Mapping[str, str]) -> GateResult:
        """The result for these metrics; without a value the gate does not hold."""
        value = metrics.get(self.metric)
        if value is None:
            return GateResult(self.text, self.metric, None, False, _missing(self.metric, reasons))
        return GateResult(self.text, self.metric, value, not OPERATORS[self.operator](value, self.limit))


@dataclass(frozen=True)
class Drop:
    """`roc_auc=0.01`: the evaluation fails if the metric got worse by more than that."""

    metric: str
    most: float

    def verdict(self, ours: Values, theirs: Values, reasons: Mapping[str, str]) -> GateResult:
        """The result for metrics against earlier ones; where lower is better, a rise counts as the drop."""
        text = f"drop of {self.metric} > {self.most:g}"
        new, old = ours.get(self.metric), theirs.get(self.metric)
        if new is None:
            return GateResult(text, self.metric, None, False, _missing(self.metric, reasons))
        if old is None:
            return GateResult(text, self.metric, None, False, f"there is no {self.metric} to compare with")
        drop = old - new if METRICS[self.metric].higher_is_better else new - old
        rounding = ROUNDING * max(abs(old), abs(new))
        return GateResult(text, self.metric, drop, drop <= self.most + rounding)


def check_metric(setting: str, name: str, known: Collection[str]) -> None:
    """Raise SettingsError about a setting unless a metric is one of those known."""
    if name not in known:
        raise SettingsError(f"there is no metric {name!r:.40}", did_you_mean(name, known), setting=setting)


def check_for_task(setting: str, name: str, task: str) -> None:
    """Raise SettingsError about a setting if a metric is not for a task."""
    if name not in (known := names_for(task)):
        raise SettingsError(f"{name} is not a metric of {task}", did_you_mean(name, known), setting=setting)


def _missing(metric: str, reasons: Mapping[str, str]) -> str:
    return reasons.get(metric, f"there is no {metric}")
