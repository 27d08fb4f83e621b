"""Findings in plain words, from networks that really suffer from them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.workflows.train import TrainingRun

GENERATOR = np.random.default_rng(0)
TABLE = pd.DataFrame(GENERATOR.standard_normal((300, 4)), columns=list("abcd"))
TABLE["value"] = np.sin(TABLE["a"]) + TABLE["b"]


def run(**settings: Any) -> TrainingRun:
    usual: dict[str, Any] = {"preset": "textbook", "epochs": 4, "hidden": (20, 20), "diagnose": True}
    return mlpcli.train(TABLE, "value", **usual | settings)


def test_a_sound_network_shows_nothing() -> None:
    assert run().diagnosis == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"learning_rate": 3.0},
            "of units are dead; lower learning_rate, or try activation leaky-relu",
        ),
        ({"learning_rate": 3.0, "activation": "sigmoid"}, "of units are saturated"),
        ({"hidden": (20,) * 8, "activation": "sigmoid"}, "the gradient fades from"),
        ({"learning_rate": 1e-9}, "almost nothing; raise learning_rate"),
        (
            {"learning_rate": 0.1, "optimizer": "lion"},
            "a step changes the weights",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(settings: dict[str, Any], words: str) -> None:
    assert any(words in text for text in run(**settings).diagnosis)


def test_of_several_networks_each_sentence_stands_once() -> None:
    found = run(learning_rate=1e-9, ensemble=2).diagnosis
    assert any(text.startswith(("network 1, 2: layer 1:", "network 1: layer 1:")) for text in found)
    assert all(text.startswith("network ") for text in found)


def test_nothing_is_found_where_nothing_was_watched() -> None:
    assert run(diagnose=False, learning_rate=3.0).diagnosis == []


def test_watching_changes_no_weights() -> None:
    one, other = (run(diagnose=diagnose).artifact.arrays["parameters"] for diagnose in (True, False))
    assert one.tobytes() == other.tobytes()
