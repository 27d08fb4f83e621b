"""A trained model for each task, whose files the tests forge."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import joblib
import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.artifact import FORMAT
from tests.artifact.examples import sealed

Change: TypeAlias = Callable[[dict[str, Any], dict[str, Any]], None]
Forge: TypeAlias = Callable[..., Path]
"""(task, change of header and arrays, format) -> the changed file, with the right checksums."""

TARGETS: dict[str, str | list[str]] = {
    "regression": ["price", "size"],
    "binary": "old",
    "multiclass": "kind",
    "multilabel": ["old", "new"],
}


def table() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    numbers = generator.normal(size=(40, 3))
    numbers[3, 2] = np.nan
    frame = pd.DataFrame(numbers, columns=["price", "size", "weight"])
    words = {"colour": list("rgb"), "wet": ["yes", "no"], "kind": list("abc"), "old": [0, 1], "new": [0, 1]}
    for name, choices in words.items():
        frame[name] = generator.choice(np.array(choices), 40)
    return frame


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file for each task."""
    folder = tmp_path_factory.mktemp("models")
    inputs = ["weight", "colour", "wet"]
    for task, target in TARGETS.items():
        names = [target] if isinstance(target, str) else target
        mlpcli.train(
            table()[inputs + names],
            target,
            task=task,
            preset="textbook",
            hidden="4,3",
            epochs=2,
            output=str(folder / task),
        )
    return {task: folder / task for task in TARGETS}


@pytest.fixture
def forge(models: dict[str, Path], tmp_path: Path) -> Forge:
    def forged(task: str, change: Change, number: int = FORMAT) -> Path:
        content = joblib.load(models[task])
        header, arrays = json.loads(content["header"]), dict(content["arrays"])
        change(header, arrays)
        path = tmp_path / "forged.joblib"
        path.write_bytes(sealed(header, arrays, number))
        return path

    return forged
