"""Temperatures and biases: found where they are known, and good for rows that were held out."""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import mlpcli
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.model import Model
from mlpcli.training.calibration import Shares, calibrated
from mlpcli.training.held_out import HeldOut

ROWS = 20_000


def softmax(logits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def held_rows(
    logits: npt.NDArray[Any], truth: npt.NDArray[Any], weights: npt.NDArray[Any] | None = None
) -> HeldOut:
    """Rows that one network held out, with its raw outputs."""
    part = EncodedRows(np.empty((len(truth), 0), np.float32), truth, weights)
    return HeldOut(part, [(np.arange(len(truth)), logits)], (1.0,))


@functools.cache
def model_of(classes: int) -> Model:
    """An uncalibrated model; 0 classes stand for two labels."""
    target = ["label", "tag"] if classes == 0 else "y"
    settings: dict[str, Any] = {"preset": "textbook", "epochs": 1, "calibrate": False}
    return mlpcli.train(noisy(max(classes, 2)), target, features="a,b", **settings).model


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_a_known_temperature_and_bias_are_found(temperature: float) -> None:
    generator = np.random.default_rng(0)
    logits = generator.standard_normal((ROWS, 3)) * 2
    draws = generator.random((ROWS, 1))
    truth = (softmax(logits).cumsum(axis=1) < draws).sum(axis=1)
    shift = np.array([1.0, -0.5, -0.5])
    # Outputs that are too large by the temperature must be divided by it, those shifted shifted back.
    found, bias = calibrated(model_of(3), held_rows((logits + shift) * temperature, truth), None)
    assert found == pytest.approx([temperature], rel=0.05)
    assert bias - bias.mean() == pytest.approx(-shift, abs=0.05)


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_each_label_has_its_own(temperature: float) -> None:
    generator = np.random.default_rng(0)
    logits = generator.standard_normal((ROWS, 2)) * 2
    truth = (generator.random((ROWS, 2)) < 1 / (1 + np.exp(-logits))).astype(int)
    raw = (logits + np.array([0.0, 1.0])) * [temperature, 1.0]
    found, bias = calibrated(model_of(0), held_rows(raw, truth), None)
    assert found == pytest.approx([temperature, 1.0], rel=0.05)
    assert bias == pytest.approx([0.0, -1.0], abs=0.06)


def test_it_is_platt_scaling() -> None:
    """scikit-learn's logistic regression of the truth on the one raw output finds the same (Platt 1999)."""
    generator = np.random.default_rng(1)
    logits = generator.standard_normal((ROWS, 1)) * 3
    truth = (generator.random(ROWS) < 1 / (1 + np.exp(-0.4 * logits[:, 0] + 0.3))).astype(int)
    found, bias = calibrated(model_of(2), held_rows(logits, truth), None)
    oracle = LogisticRegression(C=np.inf).fit(logits, truth)
    assert 1 / found[0] == pytest.approx(oracle.coef_[0, 0], rel=0.01)
    assert bias[0] == pytest.approx(oracle.intercept_[0], abs=0.01)


def test_rows_that_are_all_right_do_not_make_it_sure() -> None:
    """Without a belief in 1 the loss falls for ever as the temperature does."""
    logits = np.array([[2.0, 0.0, 0.0]] * 10)
    assert calibrated(model_of(3), held_rows(logits, np.zeros(10, int)), None)[0][0] > 0.2


def test_weights_count_as_rows() -> None:
    logits = np.random.default_rng(0).standard_normal((50, 3)) * 3
    truth = weights = np.arange(50) % 3
    repeated = np.repeat(np.arange(50), weights)
    weighted = calibrated(model_of(3), held_rows(logits, truth, weights.astype(float)), None)
    twice = calibrated(model_of(3), held_rows(logits[repeated], truth[repeated]), None)
    for found, expected in zip(weighted, twice, strict=True):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("preset", ["textbook", "default"])
def test_after_class_weights_probabilities_are_of_the_true_shares(classes: int, preset: str) -> None:
    frame = noisy(classes, rows=8000)
    rare = frame["y"] == "c1"
    frame = frame[~rare | (np.arange(len(frame)) % 6 == 0)].reset_index(drop=True)
    learned, others = frame[: len(frame) // 2], frame[len(frame) // 2 :]
    settings: dict[str, Any] = {"preset": preset, "epochs": 5, "class_weight": "balanced", "seed": 1}
    run = mlpcli.train(learned, "y", features="a,b", **settings)
    raw = mlpcli.train(learned, "y", features="a,b", calibrate=False, **settings)
    found, plain = (mlpcli.evaluate(each.model, others).per_class for each in (run, raw))
    assert found is not None
    assert plain is not None
    for name, values in found.items():
        deviation = abs(values["mean_probability"] - values["share"])
        # Both the held-out rows of the calibration and these are a sample.
        rows = 1 / (1 / run.scores["validation"].rows + 1 / len(others))
        assert deviation < 3 * np.sqrt(values["share"] * (1 - values["share"]) / rows), name
    assert plain["c1"]["mean_probability"] > 2 * plain["c1"]["share"]
    # What a mistake costs still decides.
    assert found["c1"]["recall"] > plain["c1"]["recall"] - 0.1
    assert [finding.kind for finding in raw.findings].count("calibration") == 1
    assert "calibration" not in [finding.kind for finding in run.findings]


def test_the_shares_of_all_rows_make_up_for_few_held_out_ones() -> None:
    """A net that can hardly tell rows apart says 0.3, the share of 2,000 rows is 0.05; 30 are held out."""
    raw = np.log(0.3 / 0.7) + 0.05 * np.random.default_rng(0).standard_normal((30, 1))
    truth = (np.arange(30) < 3).astype(int)
    alone = calibrated(model_of(2), held_rows(raw, truth), None)
    found = calibrated(model_of(2), held_rows(raw, truth), None, Shares(np.array([0.05]), 30 / 2000))
    means = [
        float(np.mean(1 / (1 + np.exp(-raw / temperature - bias)))) for temperature, bias in (alone, found)
    ]
    assert means[0] > 0.2
    assert means[1] == pytest.approx(0.05, abs=0.02)


def test_equal_class_weights_are_none() -> None:
    arrays = [
        mlpcli.train(
            noisy(2), "y", features="a,b", preset="textbook", epochs=2, class_weight=weight
        ).artifact.arrays
        for weight in ("none", "c0=2,c1=2")
    ]
    assert arrays[0]["bias"].tolist() == arrays[1]["bias"].tolist()
    assert arrays[0]["temperature"].tolist() == arrays[1]["temperature"].tolist()


def test_without_held_out_rows_the_known_shift_is_taken_back() -> None:
    run = mlpcli.train(
        noisy(2), "y", features="a", preset="textbook", epochs=1, validation=0.0, class_weight="c0=1,c1=4"
    )
    assert run.artifact.arrays["temperature"].tolist() == [1.0]
    assert run.artifact.arrays["bias"].tolist() == pytest.approx([-np.log(4)])
    assert run.artifact.target["thresholds"] == pytest.approx([1 / 5])


def test_thresholds_of_several_classes_are_inverse_to_their_weights() -> None:
    run = mlpcli.train(
        noisy(3), "y", features="a", preset="textbook", epochs=1, class_weight="c0=1,c1=2,c2=4"
    )
    assert run.artifact.target["thresholds"] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    task = run.model.task
    shares = np.array([[0.58, 0.32, 0.1], [0.1, 0.3, 0.6], [0.75, 0.15, 0.1]])
    assert task.decide(shares, run.model.threshold).tolist() == [1, 2, 0]


@pytest.mark.parametrize("unit", [1e-6, 37.7])
def test_the_unit_of_weights_says_nothing(unit: float) -> None:
    frame = noisy(2).assign(w=np.tile([1.0, 2.0], 300))
    temperatures = [
        mlpcli.train(
            frame.assign(w=frame["w"] * factor), "y", weight="w", features="a,b", preset="textbook", epochs=5
        ).artifact.arrays["temperature"][0]
        for factor in (0.1, unit)
    ]
    assert temperatures[0] == pytest.approx(temperatures[1], rel=1e-4)


def noisy(classes: int, rows: int = 600) -> pd.DataFrame:
    """Rows of which a net that learns them by heart is far too sure."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((rows, 6)), columns=list("abcdef"))
    noise = generator.standard_normal(rows) * 2
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


def test_values_have_none() -> None:
    values = mlpcli.train(noisy(2), "b", features="a,c", preset="textbook", epochs=2)
    assert not {"temperature", "bias"} & values.artifact.arrays.keys()
