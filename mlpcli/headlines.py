"""The few metrics of each task that summaries and results in Python show first, next to the baseline's."""

from collections.abc import Mapping
from typing import Any

from mlpcli.number_text import same_precision

HEADLINES = {
    "binary": ("roc_auc", "accuracy", "log_loss"),
    "multiclass": ("accuracy", "f1_macro", "log_loss"),
    "multilabel": ("f1_micro", "roc_auc", "log_loss"),
    "regression": ("rmse", "mae", "r2"),
}
"""By task."""
OF_TARGET = {"multilabel": ("f1", "precision", "recall"), "regression": HEADLINES["regression"]}
"""By task, where there are several targets."""
MOST_HEADLINES = 3
MOST_TARGETS = 5
"""Targets whose scores are shown one by one."""
PARTS = ("test", "validation", "train")
"""Parts of the rows, those first whose scores say most."""


def headline_table(task: str, scores: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Header and rows: a few metrics of the parts that were scored, by name, next to the baseline's."""
    parts = [part for part in PARTS if part in scores]
    first = scores[parts[0]]
    if (per_target := first.get("per_target")) and len(per_target) <= MOST_TARGETS:
        return _targets(task, per_target)
    known = [name for name, value in first["metrics"].items() if value is not None]
    names = [name for name in HEADLINES[task] if name in known]
    names = (names or known)[:MOST_HEADLINES]
    header = ["metric", *(parts if len(parts) > 1 else ["model"]), "baseline"]
    values = [[*(scores[part]["metrics"][name] for part in parts), first["baseline"][name]] for name in names]
    return header, [[name, *same_precision(each)] for name, each in zip(names, values, strict=True)]


def _targets(task: str, per_target: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    names = OF_TARGET[task]
    columns = [same_precision(each.get(name) for each in per_target.values()) for name in names]
    return ["target", *names], [list(row) for row in zip(per_target, *columns, strict=True)]
