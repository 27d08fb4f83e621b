"""Models as files of a comparison, from their headers alone."""

import os
from collections.abc import Mapping
from typing import Any

from mlpcli.artifact import Artifact
from mlpcli.metrics.definitions import measured_otherwise
from mlpcli.workflows.comparing.compared_file import (
    OUT_OF_FOLD,
    TEST,
    TRAIN_LOSS,
    TRAINING,
    VALIDATION,
    VALIDATION_LOSS,
    ComparedFile,
    PartScores,
    Rows,
    Values,
)
from mlpcli.workflows.comparing.courses import NetworkHistory, course_of, values_at_best

MODEL = "model"
STDIN = "-"
NAMES = {"test": TEST, "validation": VALIDATION, "train": TRAINING}
"""Parts by their names in a model."""


def of_model(path: str, name: str, artifact: Artifact) -> ComparedFile:
    """Settings, scores, course and sizes of a model, whose arrays need not have been read."""
    receipt, settings, task = artifact.receipt, artifact.settings, artifact.schema.task
    members = receipt["members"]
    validated = "validation" in artifact.scores
    data = receipt["data"] if isinstance(receipt["data"], list) else []
    version = receipt["versions"].get("mlpcli")
    scores = [
        PartScores(
            part=part_of(part, settings),
            rows=rows_of(part, scores["rows"], receipt, settings, data),
            metrics=comparable(scores["metrics"], task, version),
            baseline=comparable(scores["baseline"], task, version),
        )
        for part, scores in artifact.scores.items()
        if part in NAMES
    ]
    networks = _networks(artifact, validated=validated)
    return ComparedFile(
        path=path,
        name=name,
        kind=MODEL,
        task=task,
        target=tuple(artifact.schema.target),
        data=tuple(data),
        settings=settings,
        scores=scores,
        epochs=tuple(member["epochs"] for member in members),
        best_epochs=tuple(member["best_epoch"] for member in members) if validated else (),
        at_best=values_at_best(networks),
        course=course_of(networks),
        parameters=tuple(
            sum(layer["parameters"] for layer in each["network"]) for each in artifact.configurations
        ),
        seconds=receipt["seconds"],
        size=os.path.getsize(path),
    )


def part_of(part: str, settings: Mapping[str, Any]) -> str:
    """The name of a part; validation rows of folds are out-of-fold."""
    return OUT_OF_FOLD if part == "validation" and settings.get("folds") else NAMES[part]


def rows_of(
    part: str, count: int | None, receipt: Mapping[str, Any], settings: Mapping[str, Any], data: list[str]
) -> Rows:
    """Which rows a part has, by a receipt, or by a result that has the same fields."""
    own = settings.get(part)
    named = tuple(os.path.basename(each) for each in data)
    return Rows(
        count,
        receipt.get("split_digest"),
        os.path.basename(own) if isinstance(own, str) else None,
        receipt.get("digest"),
        () if STDIN in named else named,
    )


def comparable(metrics: Values, task: str, version: object) -> Values:
    """The metrics, None for one whose definition has changed since the file was written."""
    return dict(metrics) | dict.fromkeys(measured_otherwise(metrics, task, version))


def _networks(artifact: Artifact, *, validated: bool) -> list[NetworkHistory]:
    """The epochs of the networks whose epochs the model holds."""
    epochs: dict[int, list[Values]] = {}
    for record in artifact.history:
        losses = {each: record[each] for each in (TRAIN_LOSS, VALIDATION_LOSS)}
        epochs.setdefault(record["member"], []).append(losses | record["metrics"])
    members = dict(enumerate(artifact.receipt["members"]))
    return [
        NetworkHistory(each, members[number]["best_epoch"] if validated and number in members else None)
        for number, each in epochs.items()
    ]
