"""An evaluation as the fields of a JSON object."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlpcli.render import counts

if TYPE_CHECKING:
    from mlpcli.workflows.evaluation.comparison import Comparison
    from mlpcli.workflows.evaluation.importance import Importance
    from mlpcli.workflows.evaluation.result import Evaluation


def fields(evaluation: "Evaluation") -> dict[str, Any]:
    """The JSON fields of `evaluate`; null or empty for what was not asked for."""
    bootstrap = {"resamples": evaluation.resamples, "level": evaluation.level}
    return {
        "task": evaluation.task,
        "target": list(evaluation.target),
        "classes": evaluation.labels if evaluation.confusion is not None else None,
        "rows": evaluation.rows,
        "dropped": evaluation.dropped,
        "threshold": evaluation.threshold,
        "metrics": evaluation.metrics,
        "baseline": evaluation.baseline,
        "reasons": evaluation.reasons,
        "intervals": evaluation.intervals,
        "bootstrap": None if evaluation.intervals is None else bootstrap,
        "confusion": None if evaluation.confusion is None else asdict(evaluation.confusion),
        "per_class": evaluation.per_class,
        "per_target": evaluation.per_target,
        "baseline_per_class": evaluation.baseline_per_class,
        "baseline_per_target": evaluation.baseline_per_target,
        "residuals": evaluation.residuals,
        "coverage": None if evaluation.coverage is None else asdict(evaluation.coverage),
        "slices": {
            column: {label: asdict(each) for label, each in slices.items()}
            for column, slices in evaluation.slices.items()
        },
        "comparison": None if evaluation.comparison is None else _comparison(evaluation.comparison),
        "gates": [asdict(gate) for gate in evaluation.gates],
        "importance": None if evaluation.importance is None else _importance(evaluation.importance),
        "seen_in_training": evaluation.seen_in_training,
        **counts.fields(evaluation.counts),
    }


def _comparison(found: "Comparison") -> dict[str, Any]:
    kept = {name: value for name, value in asdict(found).items() if name not in ("other", "counts")}
    return {"with": found.other} | kept | counts.fields(found.counts)


def _importance(found: "Importance") -> dict[str, Any]:
    columns = {
        name: {"importance": each.drop, "interval": each.interval} for name, each in found.columns.items()
    }
    return asdict(found) | {"columns": columns}
