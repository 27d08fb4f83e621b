"""The parts of a report, each with the reason where it cannot be had."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpcli.data.sketch_sets import Sketches
    from mlpcli.model.model import Model
    from mlpcli.workflows.drift import Drift
    from mlpcli.workflows.evaluation.result import Evaluation
    from mlpcli.workflows.explanation.result import Explanation

NO_DATA = "It needs rows: give DATA to the report."


@dataclass(frozen=True)
class Absent:
    """A part that cannot be had."""

    reason: str
    """A sentence."""


@dataclass(frozen=True, kw_only=True)
class ReportParts:
    """All that a report is made of."""

    model: "Model"
    file: str
    """The model's file; "" of a model in memory."""
    title: str
    data: tuple[str, ...]
    """Names of the files of the rows; none without rows."""
    has_data: bool
    sketches: "Sketches | Absent"
    evaluation: "Evaluation | Absent"
    explanation: "Explanation | Absent"
    drift: "Drift | Absent"
    sliced: tuple[str, ...]
    """Columns by whose values the evaluation is sliced."""
    notes: tuple[str, ...]
    """On how the rows were read, and on their cells."""
