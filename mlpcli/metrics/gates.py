"""Gates: limits on metrics, or on their drop, that fail an evaluation."""

import math
import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.metrics import METRICS, names_for
from mlpcli.metrics.gaps import GAPS
from mlpcli.settings import parse_list

ROUNDING = 1e-12
"""Tolerance of a drop as a share of the metric: in floats 0.9 - 0.89 is more than 0.01."""
EXAMPLE = "roc_auc < 0.85"
BOUNDS = ("lower", "upper")
"""Ends of a bootstrap interval, in its order."""
OF_A_CLASS = ("precision", "recall", "f1", "specificity", "roc_auc", "average_precision")
"""Metrics that are defined for one of several classes, against the rest."""

_QUOTED = r'"(?:[^"]|"")*"'
_CONDITION = re.compile(
    rf"""\s* (?: (?P<bound>{"|".join(BOUNDS)}) \s* \( \s* )?
    (?P<metric>\w+) \s*
    (?: \[ \s* (?P<label>{_QUOTED}|[^\]"\s](?:[^\]]*[^\]\s])?) \s* \] \s* )?
    (?(bound) \) \s* )
    (?: (?<=[\s\])]) by \s+ (?P<column>{_QUOTED}|[^<>"\s](?:[^<>"]*[^<>"\s])?) \s* )?
    (?P<operator><=|>=|<|>) \s* (?P<limit>\S+) \s*""",
    re.VERBOSE,
)

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
class SliceGate(ColumnGate):
    """The same of the slices of the column that have the number: the worst, or the two of a gap."""

    slices: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Slices that were not judged, and why."""


@dataclass(frozen=True)
class Condition:
    """`roc_auc < 0.85`: the evaluation fails if this is true.

    In full `lower(METRIC[LABEL]) by COLUMN < NUMBER`: an end of the bootstrap interval, one class, label or
    target, and the worst slice of a column. In double quotes (a quote inside them twice) LABEL and COLUMN may
    hold any character. `text` is the condition in its shortest form, which is parsed as the same condition.
    """

    text: str
    metric: str
    operator: str
    limit: float
    bound: str | None = None
    label: str | None = None
    column: str | None = None

    @classmethod
    def parse(
        cls, text: str, known: Collection[str] = METRICS, example: str = EXAMPLE, *, only_whole: str = ""
    ) -> "Condition":
        """Parse a text; raises SettingsError if it is not a condition on a known metric.

        `only_whole` is why there are no conditions on classes, slices and bounds here, if there are none.
        """
        match = _CONDITION.fullmatch(text)
        if match is None:
            wrong = f"{text!r:.80} is not METRIC {'|'.join(OPERATORS)} NUMBER"
            raise SettingsError(wrong, f"Write for example {example!r}.", setting="fail_if")
        bound, metric, label, column, sign, number = match.groups()
        label, column = _unquoted(label), _unquoted(column)
        if only_whole and (bound, label, column) != (None, None, None):
            wrong = f"{text!r:.80} cannot be judged: {only_whole}"
            raise SettingsError(wrong, f"Write for example {example!r}.", setting="fail_if")
        try:
            limit = float(number)
        except ValueError:
            limit = math.nan
        if not math.isfinite(limit):
            wrong = f"{number!r:.40} is not a number"
            raise SettingsError(wrong, "Write for example 0.85.", setting="fail_if")
        check_metric("fail_if", metric, known)
        if metric in GAPS and (column is None or (bound, label) != (None, None)):
            wrong = f"{metric} is a difference between slices, without classes or bounds"
            raise SettingsError(wrong, f"Write for example '{metric} by COLUMN > 0.1'.", setting="fail_if")
        whole = metric if label is None else f"{metric}[{_quoted(label)}]"
        whole = whole if bound is None else f"{bound}({whole})"
        whole = whole if column is None else f"{whole} by {_quoted(column)}"
        return cls(f"{whole} {sign} {number}", metric, sign, limit, bound, label, column)

    def check_task(self, task: str, labels: Sequence[str]) -> None:
        """Raise SettingsError unless the metric is one of the task, and the label one of `labels`."""
        if self.metric in GAPS:
            known = [name for name, scores in GAPS.items() if task in scores]
            if self.metric not in known:
                hint = did_you_mean(self.metric, known) or "Gaps are for classes only."
                raise SettingsError(f"{self.metric} is not a metric of {task}", hint, setting="fail_if")
            return
        if self.label is None:
            check_for_task("fail_if", self.metric, task)
            return
        kind = {"multilabel": "label", "regression": "target"}.get(task, "class")
        if self.label not in labels:
            hint = did_you_mean(self.label, labels)
            raise SettingsError(f"there is no {kind} {self.label!r:.80}", hint, setting="fail_if")
        of_one = OF_A_CLASS if kind == "class" else names_for(task_of_label(task))
        if self.metric not in of_one:
            hint = did_you_mean(self.metric, of_one)
            raise SettingsError(f"{self.metric} is not a metric of one {kind}", hint, setting="fail_if")

    def verdict(self, metrics: Values, reasons: Mapping[str, str]) -> GateResult:
        """The result for these metrics; without a value the gate does not hold."""
        value = metrics.get(self.metric)
        return self.judged(value, "" if value is not None else _missing(self.metric, reasons))

    def judged(self, value: float | None, reason: str = "") -> GateResult:
        """The result for a value, or for the reason why there is none."""
        holds = value is not None and not OPERATORS[self.operator](value, self.limit)
        return GateResult(self.text, self.metric, value, holds, reason)


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


def split_conditions(text: str) -> tuple[str, ...]:
    """Conditions separated by commas outside of brackets and quotes; one may be in quotes as a whole."""
    parts = (part.strip() for part in _PART.findall(text))
    words = (parse_list(part) if part.startswith('"') else (part,) for part in parts)
    return tuple(word for each in words for word in each if word)


_PART = re.compile(rf'(?:{_QUOTED}|\[(?:{_QUOTED}|[^\]"])*\]|[^,])+')


def check_metric(setting: str, name: str, known: Collection[str]) -> None:
    """Raise SettingsError about a setting unless a metric is one of those known."""
    if name not in known:
        raise SettingsError(f"there is no metric {name!r:.40}", did_you_mean(name, known), setting=setting)


def check_for_task(setting: str, name: str, task: str) -> None:
    """Raise SettingsError about a setting if a metric is not for a task."""
    if name not in (known := names_for(task)):
        raise SettingsError(f"{name} is not a metric of {task}", did_you_mean(name, known), setting=setting)


def task_of_label(task: str) -> str:
    """The task whose metrics one class, label or target has by itself."""
    return task if task == "regression" else "binary"


def _quoted(name: str) -> str:
    """The name, in quotes where a condition would be read otherwise."""
    if name and name == name.strip() and not set(name) & set('"[]<>,'):
        return name
    return '"' + name.replace('"', '""') + '"'


def _unquoted(name: str | None) -> str | None:
    if name is None or not name.startswith('"'):
        return name
    return name[1:-1].replace('""', '"')


def _missing(metric: str, reasons: Mapping[str, str]) -> str:
    return reasons.get(metric, f"there is no {metric}")
