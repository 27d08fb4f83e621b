"""Comparison with another model or an earlier evaluation: the differences, and whether they are luck."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.errors import DataError, Sentence, count
from mlpcli.json_values import fits, from_json
from mlpcli.metrics import METRICS
from mlpcli.metrics.bootstrap import Interval, percentiles
from mlpcli.metrics.definitions import measured_otherwise
from mlpcli.model.model import Model, load
from mlpcli.model.tasks import Multiclass
from mlpcli.number_text import same_precision
from mlpcli.result_text import ResultTable, ResultText, Shown

HOW = Sentence("Give a model, or a file written by: mlpcli evaluate MODEL DATA {as_json} > FILE.json")
RESAMPLES = 1000
MOST_DRAWS = 200_000_000
"""Rows times resamples where nobody asked for a number of these."""
FEWEST_RESAMPLES = 200
LONGEST_JSON = 1 << 24
"""Bytes of an evaluation's JSON, which has some thousand."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison(Shown):
    """This model's metrics minus the other's on the same rows, or minus those of an earlier evaluation."""

    other: str
    kind: str
    """model, or file: of its metrics only the values are known."""
    rows: int
    metrics: dict[str, float | None]
    """The other's."""
    difference: dict[str, float | None]
    level: float
    intervals: dict[str, Interval | None] | None = None
    """Of the differences, from resamples that both share; None for a file."""
    verdicts: dict[str, str] | None = None
    """better, worse, unclear where the interval holds 0, or same; None for a file."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a metric of an earlier evaluation is None."""
    resamples: int = 0
    seen_in_training: bool | None = None
    """Whether these rows trained the other model; None for a file."""
    counts: CellCounts = field(default_factory=CellCounts)
    """What the other model met in the cells of its inputs."""

    def _shown(self) -> ResultText:
        rows = []
        for name, theirs in self.metrics.items():
            (other,) = same_precision([theirs])
            (difference,) = same_precision([self.difference.get(name)], signed=True, scale=[theirs])
            rows.append([name, other, difference, (self.verdicts or {}).get(name, "")])
        return ResultText(
            f"Comparison with {self.other} on {count(self.rows, 'row')}",
            table=ResultTable(["metric", "other", "difference", "verdict"], rows),
            attributes=["metrics", "difference", "intervals"],
        )


@dataclass(frozen=True)
class Earlier:
    """An earlier evaluation, from its JSON."""

    rows: int
    metrics: dict[str, float | None]
    reasons: dict[str, str]
    """Why one is None, where it was measured by another definition."""


class _Stored(TypedDict):
    """What is read of the JSON of an evaluation."""

    task: str
    rows: int
    metrics: dict[str, float | None]
    target: NotRequired[list[str] | None]
    classes: NotRequired[list[str] | None]


def load_other(path: str, model: Model) -> Model | Earlier:
    """The model or evaluation to compare with; raises MlpcliError where it cannot be compared."""
    if _is_json(path):
        return _earlier(path, model)
    other = load(path)
    ours, theirs = model.artifact.schema, other.artifact.schema
    hint = "Compare models of the same target."
    if theirs.task != ours.task:
        raise _incomparable(path, f"its task is {theirs.task}, not {ours.task}", hint)
    if set(theirs.target) != set(ours.target):
        targets = f"its target is {', '.join(theirs.target)}, not {', '.join(ours.target)}"
        raise _incomparable(path, targets, hint)
    different = set(model.task.labels) ^ set(other.task.labels)
    if different:
        only_one = f"only one of the models knows the class {min(different)!r}"
        raise _incomparable(path, only_one, "Compare models of the same classes.")
    return other


def _incomparable(path: str, why: str, hint: str) -> DataError:
    return DataError(f"{path}: {why}", hint, setting="compare")


def resamples_for(rows: int) -> int:
    """Of a paired bootstrap, where no number was given."""
    return max(FEWEST_RESAMPLES, min(RESAMPLES, MOST_DRAWS // rows))


def compared_with_model(
    path: str,
    ours: Mapping[str, float | None],
    theirs: Mapping[str, float | None],
    scores: Mapping[str, Mapping[str, Array]],
    level: float,
    rows: int,
    seen_in_training: bool,
    counts: CellCounts,
) -> Comparison:
    """`scores` {"ours", "theirs"} are those of the same resamples."""
    intervals = {
        name: percentiles(values - scores["theirs"][name], level) for name, values in scores["ours"].items()
    }
    return Comparison(
        other=path,
        kind="model",
        rows=rows,
        metrics=dict(theirs),
        difference=_differences(ours, theirs),
        level=level,
        intervals=intervals,
        verdicts={name: _verdict(name, interval) for name, interval in intervals.items()},
        resamples=max(map(len, scores["ours"].values()), default=0),
        seen_in_training=seen_in_training,
        counts=counts,
    )


def compared_with_file(
    path: str, ours: Mapping[str, float | None], earlier: Earlier, level: float
) -> Comparison:
    """Values beside values."""
    theirs = {name: earlier.metrics.get(name) for name in ours}
    difference = _differences(ours, theirs)
    return Comparison(
        other=path,
        kind="file",
        rows=earlier.rows,
        metrics=theirs,
        difference=difference,
        level=level,
        reasons=earlier.reasons,
    )


def _differences(
    ours: Mapping[str, float | None], theirs: Mapping[str, float | None]
) -> dict[str, float | None]:
    differences: dict[str, float | None] = {}
    for name, value in ours.items():
        other = theirs.get(name)
        differences[name] = None if value is None or other is None else value - other
    return differences


def _verdict(name: str, interval: Interval | None) -> str:
    if interval == (0, 0):
        return "same"
    if interval is None or interval[0] <= 0 <= interval[1]:
        return "unclear"
    return "better" if (interval[0] > 0) == METRICS[name].higher_is_better else "worse"


def _is_json(path: str) -> bool:
    """By its first character: a model file begins otherwise."""
    try:
        with open(path, "rb") as file:
            return file.read(64).lstrip()[:1] == b"{"
    except OSError:
        return path.lower().endswith(".json")


def _earlier(path: str, model: Model) -> Earlier:
    try:
        with open(path, "rb") as file:
            text = file.read(LONGEST_JSON + 1)
        if len(text) > LONGEST_JSON:
            raise _incomparable(path, f"it is longer than {LONGEST_JSON:,} bytes", HOW)
        content = from_json(text.decode())
    except OSError as error:
        raise _incomparable(path, f"{error.strerror}", HOW) from None
    except ValueError as error:
        raise _incomparable(path, f"it is not valid JSON ({error!s:.80})", HOW) from None
    if not isinstance(content, dict) or content.get("command") != "evaluate":
        raise _incomparable(path, "it is not JSON output of mlpcli evaluate", HOW)
    if not fits(content, _Stored) or content["rows"] < 0:
        raise _incomparable(path, "its metrics or rows are missing", "Create the file again.")
    metrics, task = content["metrics"], content["task"]
    hint = "Compare evaluations of the same target."
    if task != model.task.name:
        raise _incomparable(path, f"its task is {task:.40}, not {model.task.name}", hint)
    own = list(model.artifact.schema.target)
    if sorted(content.get("target") or own) != sorted(own):
        raise _incomparable(path, "its target is another one", hint)
    classes = list(model.task.labels)
    if isinstance(model.task, Multiclass) and (content.get("classes") or classes) != classes:
        other = "its classes or its positive class are different"
        raise _incomparable(path, other, "Compare evaluations of the same classes.")
    values = {name: None if value is None else float(value) for name, value in metrics.items()}
    reasons = measured_otherwise(values, task, content.get("mlpcli"))
    return Earlier(content["rows"], values | dict.fromkeys(reasons), reasons)
