"""One temperature: found where it is known, and good for the log loss of rows that were held out."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import mlpcli
from mlpcli.training.held_out import fit_temperature

ROWS = 20_000


def softmax(logits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_a_known_temperature_is_found(temperature: float) -> None:
    generator = np.random.default_rng(0)
    logits = generator.standard_normal((ROWS, 3)) * 2
    draws = generator.random((ROWS, 1))
    truth = (softmax(logits).cumsum(axis=1) < draws).sum(axis=1)
    # Outputs that are too large by the temperature must be divided by it.
    found = fit_temperature(lambda t: softmax(logits * temperature / t), truth)
    assert found == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_of_one_label(temperature: float) -> None:
    generator = np.random.default_rng(0)
    logits = generator.standard_normal(ROWS) * 2
    truth = (generator.random(ROWS) < 1 / (1 + np.exp(-logits))).astype(int)
    found = fit_temperature(lambda t: 1 / (1 + np.exp(-logits * temperature / t)), truth)
    assert found == pytest.approx(temperature, rel=0.05)


def test_rows_that_are_all_right_do_not_make_it_sure() -> None:
    """Without a belief in 1 the loss falls for ever as the temperature does."""
    logits = np.array([[2.0, 0.0]] * 10)
    assert fit_temperature(lambda t: softmax(logits / t), np.zeros(10, int)) > 0.2


def test_weights_count_as_rows() -> None:
    logits = np.random.default_rng(0).standard_normal((50, 2)) * 3
    truth = np.arange(50) % 2
    weights = np.arange(50) % 3
    repeated = np.repeat(np.arange(50), weights)
    weighted = fit_temperature(lambda t: softmax(logits / t), truth, weights)
    assert weighted == pytest.approx(
        fit_temperature(lambda t: softmax(logits[repeated] / t), truth[repeated]), rel=1e-6
    )


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_weights_says_nothing(unit: float) -> None:
    frame = noisy(2).assign(w=np.tile([1.0, 2.0], 300))
    temperatures = [
        mlpcli.train(
            frame.assign(w=frame["w"] * factor), "y", weight="w", features="a,b", preset="textbook", epochs=5
        ).artifact.arrays["temperature"][0]
        for factor in (1.0, unit)
    ]
    assert temperatures[0] == pytest.approx(temperatures[1], rel=1e-4)


def noisy(classes: int) -> pd.DataFrame:
    """Rows of which a net that learns them by heart is far too sure."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((600, 6)), columns=list("abcdef"))
    noise = generator.standard_normal(600) * 2
    frame["y"] = pd.qcut(frame["a"] + noise, classes, labels=[f"c{n}" for n in range(classes)]).astype(str)
    frame["label"], frame["tag"] = (frame["a"] + noise > 0).astype(int), (frame["b"] > 0).astype(int)
    return frame


@pytest.mark.parametrize("classes", [2, 4])
def test_log_loss_of_other_rows_is_better(classes: int) -> None:
    frame = noisy(classes)
    learned, others = frame[:400], frame[400:]
    losses = []
    for calibrate in (False, True):
        run = mlpcli.train(
            learned,
            "y",
            features="a,b,c,d,e,f",
            preset="textbook",
            epochs=40,
            monitor="accuracy",
            patience=40,
            calibrate=calibrate,
        )
        assert (run.artifact.arrays.get("temperature") is None) == (not calibrate)
        loss = mlpcli.evaluate(run.model, others).metrics["log_loss"]
        assert loss is not None
        losses.append(loss)
    assert losses[1] < losses[0]


def test_each_label_has_its_own() -> None:
    run = mlpcli.train(noisy(2), ["label", "tag"], features="a,b,c,d,e,f", preset="textbook", epochs=20)
    assert run.artifact.arrays["temperature"].shape == (2,)


def test_decisions_stay_and_values_have_none() -> None:
    frame = noisy(4)
    plain, hot = (
        mlpcli.train(frame, "y", features="a,b,c", preset="textbook", epochs=5, calibrate=calibrate)
        for calibrate in (False, True)
    )
    assert plain.scores["validation"].metrics["accuracy"] == hot.scores["validation"].metrics["accuracy"]
    values = mlpcli.train(frame, "b", features="a,c", preset="textbook", epochs=2)
    assert "temperature" not in values.artifact.arrays
