"""Gates: conditions on metrics that fail an evaluation, as a number that must not be passed, or a drop."""

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.metrics import METRICS, names_for

ROUNDING = 1e-12
"""Share of a metric by which a drop may be more than is allowed: 0.9 - 0.89 is not 0.01."""
_CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*(\S+)\s*")

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
    """As it was given."""
    metric: str
    value: float | None
    """The metric's, or the drop."""
    holds: bool
    reason: str = ""


@dataclass(frozen=True)
class Condition:
    """`roc_auc < 0.85`: the evaluation fails if this is true."""

    text: str
    metric: str
    operator: str
    limit: float

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """From its text; raises SettingsError if it cannot be understood or names no metric."""
        match = _CONDITION.fullmatch(text)
        if match is None:
            raise SettingsError(
                f"{text!r:.80} is not METRIC {'|'.join(OPERATORS)} NUMBER",
                "Write for example 'roc_auc < 0.85'.",
                setting="fail_if",
            )
        limit = _number(match[3])
        if limit is None:
            raise SettingsError(
                f"{match[3]!r:.40} is not a number", "Write for example 0.85.", setting="fail_if"
            )
        check_metric("fail_if", match[1], METRICS)
        return cls(f"{match[1]} {match[2]} {match[3]}", match[1], match[2], limit)

    def verdict(self, metrics: Mapping[str, float | None], reasons: Mapping[str, str]) -> GateResult:
        """Of these metrics; one that cannot be had does not hold."""
        value = metrics.get(self.metric)
        if value is None:
            return GateResult(self.text, self.metric, None, False, _missing(self.metric, reasons))
        return GateResult(self.text, self.metric, value, not OPERATORS[self.operator](value, self.limit))


@dataclass(frozen=True)
class Drop:
    """`roc_auc=0.01`: the evaluation fails if the metric got worse by more than that."""

    metric: str
    most: float

    def verdict(
        self,
        ours: Mapping[str, float | None],
        theirs: Mapping[str, float | None],
        reasons: Mapping[str, str],
    ) -> GateResult:
        """Of metrics beside earlier ones; where lower is better a rise is the drop."""
        text = f"drop of {self.metric} > {self.most:g}"
        new, old = ours.get(self.metric), theirs.get(self.metric)
        if new is None:
            return GateResult(text, self.metric, None, False, _missing(self.metric, reasons))
        if old is None:
            why = f"there is no {self.metric} to compare with"
            return GateResult(text, self.metric, None, False, why)
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
        raise SettingsError(f"{name} is no metric of {task}", did_you_mean(name, known), setting=setting)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _missing(metric: str, reasons: Mapping[str, str]) -> str:
    return reasons.get(metric, f"there is no {metric}")
