"""What the tests of `evaluate` share: a table with a target of every kind, and how its models are trained."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlpcli import artifact
from mlpcli.model.model import Model

QUICK: dict[str, Any] = {
    "preset": "textbook",
    "epochs": 15,
    "hidden": "8",
    "learning_rate": 0.03,
    "batch_size": 32,
}
INPUTS = ["a", "b", "colour"]
TARGETS: dict[str, Any] = {"value": "value", "yes": "yes", "class": "class", "labels": ["one", "two"]}


NAMES = list(TARGETS)


def table(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(generator.standard_normal((rows, 2)).round(3), columns=["a", "b"])
    frame["colour"] = generator.choice(["red", "green", "blue"], rows)
    noise = generator.standard_normal(rows)
    frame["value"] = frame["a"] * 2 + frame["b"] + noise * 0.3
    frame["yes"] = np.where(frame["a"] + noise * 0.5 > 0, "yes", "no")
    frame["class"] = pd.cut(frame["b"], [-9, -0.5, 0.5, 9], labels=["low", "mid", "high"]).astype(str)
    frame["one"], frame["two"] = (frame["a"] > 0).astype(int), (frame["b"] > 0.5).astype(int)
    frame["region"] = generator.choice(["north", "south"], rows)
    frame["size"] = generator.permutation(rows)
    return frame


def saved(model: Model, folder: Path, name: str = "saved.joblib") -> str:
    artifact.save(model.artifact, str(folder / name))
    return str(folder / name)


def names_of(name: str) -> list[str]:
    target = TARGETS[name]
    return [target] if isinstance(target, str) else list(target)
