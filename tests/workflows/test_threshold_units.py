"""The output of a perceptron as a step or a sign: learns what a line separates, and is 0 or 1."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.nn.activations import ACTIVATIONS, THRESHOLD_UNITS
from mlpcli.nn.losses.labels import BinaryPerceptron, StepPerceptron
from mlpcli.training.planning import start
from mlpcli.workflows.train import TrainingRun
from tests.cli.commands import Commands, sample

PERCEPTRON: dict[str, Any] = {
    "preset": "textbook",
    "hidden": "none",
    "loss": "perceptron",
    "learning_rate": 0.1,
}


def trained(name: str, unit: str, **settings: Any) -> TrainingRun:
    return mlpcli.train(sample(name), "y", task="binary", activation=unit, **{**PERCEPTRON, **settings})


@pytest.mark.parametrize("unit", THRESHOLD_UNITS)
@pytest.mark.parametrize(("name", "right"), [("and.csv", 4), ("or.csv", 4), ("xor.csv", 3)])
def test_it_learns_and_and_or_but_not_xor(unit: str, name: str, right: int) -> None:
    model = trained(name, unit).model
    truth = pd.read_csv(sample(name))["y"]
    found = int((model.predict(sample(name)).to_numpy() == truth.to_numpy()).sum())
    assert found == 4 if right == 4 else found <= right
    probabilities = model.predict_proba(sample(name)).to_numpy()
    assert set(np.unique(probabilities)) <= {0.0, 1.0}
    assert (probabilities.sum(axis=1) == 1).all()


@pytest.mark.parametrize("unit", THRESHOLD_UNITS)
def test_the_weights_are_those_of_the_perceptron(unit: str) -> None:
    """The step is no part of the loss."""
    with_unit, without = (
        trained("and.csv", unit),
        mlpcli.train(sample("and.csv"), "y", task="binary", **PERCEPTRON),
    )
    values = [run.model.network.parameters.values.tobytes() for run in (with_unit, without)]
    assert values[0] == values[1]


@pytest.mark.parametrize(("unit", "name"), THRESHOLD_UNITS.items())
def test_it_is_in_the_table_of_the_network(
    unit: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    run = Commands(monkeypatch)
    options = ("--hidden", "none", "--loss", "perceptron", "--preset", "textbook", "--task", "binary")
    train = ("train", sample("and.csv"), "-t", "y", "--activation", unit, *options)
    assert f"({unit})" in run.ok(*train, "--dry-run").out
    run.ok(*train, "-o", tmp_path / "m.joblib")
    assert f"2-1 ({unit}), 3 parameters" in run.ok("inspect", tmp_path / "m.joblib").out
    network = run.ok("inspect", tmp_path / "m.joblib", "--json").json()["network"]
    assert [(layer["name"], layer["output"], layer["parameters"]) for layer in network] == [
        ("Dense", 1, 3),
        (name, 1, 0),
    ]
    assert unit in run.ok("inspect", tmp_path / "m.joblib", "--all", "--no-pager").out.lower()


def test_a_score_of_zero_is_the_positive_class() -> None:
    raw = np.array([[-1e-9], [0.0], [3.0]])
    assert StepPerceptron().link(raw).ravel().tolist() == [0.0, 1.0, 1.0]
    targets = np.array([[1.0], [0.0], [1.0]])
    assert StepPerceptron().value(raw, targets, None) == BinaryPerceptron().value(raw, targets, None)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "hidden layers": ({"hidden": "8"}, "has slope 0, so no gradient would pass through a hidden layer"),
    "another loss": ({"loss": "cross-entropy"}, "only the perceptron's loss"),
    "the usual loss": ({"loss": "auto"}, "only the perceptron's loss"),
    "a threshold": ({"threshold": 0.3}, "cannot be combined"),
}


@pytest.mark.parametrize(("settings", "said"), REFUSED.values(), ids=REFUSED)
def test_what_it_cannot_be_combined_with(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refusal:
        trained("and.csv", "step", **settings)
    assert refusal.value.hint


@pytest.mark.parametrize(("name", "target"), [("penguins.csv", "species"), ("plane.csv", "y")])
def test_it_is_for_two_classes(name: str, target: str) -> None:
    loss = "perceptron" if target == "species" else "auto"
    with pytest.raises(MlpcliError, match="is only for two classes or for labels"):
        mlpcli.train(sample(name), target, activation="sign", **{**PERCEPTRON, "loss": loss})


def test_a_preset_that_has_hidden_layers_refuses_it() -> None:
    settings = {**PERCEPTRON, "hidden": None}
    with pytest.raises(SettingsError, match="through a hidden layer"):
        mlpcli.train(sample("and.csv"), "y", task="binary", activation="step", **settings)


def test_labels_have_a_step_each() -> None:
    frame = pd.read_csv(sample("and.csv")).rename(columns={"y": "both"})
    frame["any"] = pd.read_csv(sample("or.csv"))["y"]
    run = mlpcli.train(frame, ["both", "any"], task="multilabel", activation="step", **PERCEPTRON)
    assert run.model.predict(frame).to_numpy().tolist() == frame[["both", "any"]].to_numpy().tolist()


def test_probabilities_are_not_calibrated() -> None:
    frame = pd.read_csv(sample("blobs.csv"))
    settings: dict[str, Any] = {**PERCEPTRON, "activation": "step", "preset": "default", "epochs": 4}
    run = mlpcli.train(frame, "class", **settings)
    assert "temperature" not in run.artifact.arrays
    assert (run.scores["validation"].metrics["accuracy"] or 0) > 0.9
    plan = start(frame, "class", **settings, calibrate=True).plan
    assert any("calibrate has no effect" in note for note in plan.notes)


def test_they_are_not_among_the_functions_of_hidden_layers() -> None:
    assert not THRESHOLD_UNITS.keys() & ACTIVATIONS.keys()
