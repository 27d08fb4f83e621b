"""Results that commands write as JSON: scores, and facts of a training."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from mlpcli.errors import DataError, Sentence
from mlpcli.json_values import fits
from mlpcli.workflows.comparing.compared_file import (
    EVALUATED,
    OUT_OF_FOLD,
    OUTER,
    ComparedFile,
    PartScores,
)
from mlpcli.workflows.comparing.models import comparable, part_of, rows_of

FORMAT = 1
"""The newest known format of results."""
LONGEST_NAME = 40
"""Characters of the name of a command, which may be any text in a file."""
HOW = Sentence(
    "Give a result of train, evaluate, cv or tune: mlpcli evaluate MODEL DATA {as_json} > FILE.json"
)
PARTS = {"evaluate": EVALUATED, "cv": OUT_OF_FOLD, "tune": OUTER}
"""The rows that `metrics` are of, by command; of another one they are called like the command."""
PARTS_OF_TRAIN = {"validation": "validation", "test": "test", "training": "train"}
"""Fields with the metrics of a part, and the part's name in a model; the first there is has the baseline."""

_Metrics = dict[str, float | None]


class _Member(TypedDict):
    epochs: int
    best_epoch: int


class _OfAnyCommand(TypedDict):
    """The fields of the JSON of every command."""

    command: str
    format: int
    mlpcli: str


class _Result(_OfAnyCommand):
    """The fields that are read; every command has some of them."""

    task: NotRequired[str | None]
    target: NotRequired[list[str] | None]
    data: NotRequired[list[str] | str | None]
    rows: NotRequired[int | dict[str, int] | None]
    metrics: NotRequired[_Metrics | None]
    test: NotRequired[_Metrics | None]
    validation: NotRequired[_Metrics | None]
    training: NotRequired[_Metrics | None]
    baseline: NotRequired[_Metrics | None]
    settings: NotRequired[dict[str, Any] | None]
    members: NotRequired[list[_Member] | None]
    parameters: NotRequired[int | None]
    seconds: NotRequired[float | None]
    digest: NotRequired[str | None]
    split_digest: NotRequired[str | None]


def of_result(path: str, name: str, content: Any) -> ComparedFile:
    """A result from its JSON; raises DataError if it is none, or holds no scores."""
    if not isinstance(content, dict) or not fits(content, _OfAnyCommand):
        raise DataError(f"{path}: it is JSON, but not a result of mlpcli", HOW)
    command = content["command"]
    if content["format"] > FORMAT:
        said = f"{path} has format {content['format']}, but this mlpcli only reads up to {FORMAT}"
        raise DataError(said, "Update it: pip install -U mlpcli")
    if content.get("dry_run"):
        raise DataError(f"{path}: it is the plan of a training, without scores", HOW)
    if not any(isinstance(content.get(each), dict) for each in ("metrics", *PARTS_OF_TRAIN)):
        raise DataError(f"{path}: it is a result of {command[:LONGEST_NAME]!r}, which has no scores", HOW)
    if not fits(content, _Result):
        raise DataError(f"{path}: its scores or settings are invalid", "Create the file again.")
    settings = content.get("settings")
    members = content.get("members") or []
    parameters = content.get("parameters")
    return ComparedFile(
        path=path,
        name=name,
        kind=command[:LONGEST_NAME],
        task=content.get("task"),
        target=tuple(content.get("target") or (settings or {}).get("target") or ()),
        data=tuple(_data(content)),
        settings=settings,
        scores=_scores(content),
        epochs=tuple(each["epochs"] for each in members),
        best_epochs=tuple(each["best_epoch"] for each in members) if content.get("validation") else (),
        parameters=() if parameters is None else (parameters,),
        seconds=content.get("seconds"),
    )


def _scores(content: Mapping[str, Any]) -> list[PartScores]:
    task, version, rows = content.get("task") or "", content["mlpcli"], content.get("rows")
    settings, data = content.get("settings") or {}, _data(content)
    baseline = comparable(content.get("baseline") or {}, task, version)
    counts = rows if isinstance(rows, dict) else {}
    found = []
    if metrics := content.get("metrics"):
        command = content["command"]
        found.append(
            PartScores(
                part=PARTS.get(command, command[:LONGEST_NAME]),
                rows=rows_of("metrics", rows if isinstance(rows, int) else None, content, {}, data),
                metrics=comparable(metrics, task, version),
                baseline=baseline,
            )
        )
    parts = {field: part for field, part in PARTS_OF_TRAIN.items() if content.get(field)}
    of_baseline = next(iter(parts), None)
    for field, part in parts.items():
        folds = part == "validation" and settings.get("folds")
        found.append(
            PartScores(
                part=part_of(part, settings),
                rows=rows_of(part, counts.get("train" if folds else part), content, settings, data),
                metrics=comparable(content[field], task, version),
                baseline=baseline if field == of_baseline else {},
            )
        )
    return found


def _data(content: Mapping[str, Any]) -> list[str]:
    data = content.get("data")
    return data if isinstance(data, list) else []
