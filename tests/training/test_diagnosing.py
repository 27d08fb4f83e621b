"""The lesson of the fading gradient: named of deep sigmoid networks, and not of those that learn well."""

from pathlib import Path
from typing import Any

import pytest

from mlpcli.workflows.train import train

SAMPLES = Path(__file__).parents[2] / "sample_data"
TABLES = {"penguins": "species", "auto_mpg": "Miles_per_Gallon"}


def fading(table: str, activation: str, depth: int, **settings: Any) -> bool:
    """Whether the diagnosis of three epochs says that the gradient fades."""
    chosen: dict[str, Any] = {"preset": "textbook", "epochs": 3, "diagnose": True, "validation": "0.15"}
    chosen |= {"hidden": (16,) * depth, "activation": activation, **settings}
    run = train([str(SAMPLES / f"{table}.csv")], TABLES[table], **chosen)
    return any("the gradient fades from" in text for text in run.diagnosis)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("depth", "settings"),
    [
        (6, {"optimizer": "adam", "seed": 1}),
        (6, {"optimizer": "sgd", "seed": 2}),
        (8, {"optimizer": "adam", "l2": 0.1}),
        (8, {"optimizer": "momentum", "clip_norm": 0.1, "seed": 3}),
        (10, {"optimizer": "rmsprop", "seed": 4}),
        (10, {"optimizer": "sgd", "l2": 0.01}),
    ],
    ids=str,
)
def test_the_gradient_of_deep_sigmoids_fades(table: str, depth: int, settings: dict[str, Any]) -> None:
    """Whatever the penalties, whose own gradient would hide it."""
    assert fading(table, "sigmoid", depth, **settings)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_the_gradient_of_relus_does_not(table: str, depth: int, optimizer: str) -> None:
    assert not fading(table, "relu", depth, optimizer=optimizer)
