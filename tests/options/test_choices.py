"""Every choice of every table trains, is saved, read again, and predicts the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.model.tasks import TASKS
from mlpcli.nn.activations import THRESHOLD_UNITS
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.settings import described_fields
from mlpcli.workflows.predict import Predictions

ROWS = 60
QUICK: dict[str, Any] = {"preset": "textbook", "epochs": 3, "hidden": (6, 5), "batch_size": 16}


def table(seed: int = 0) -> pd.DataFrame:
    """Numbers with a gap, a category of four levels with a gap, and targets of every task."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(generator.standard_normal((ROWS, 2)), columns=["a", "b"])
    frame["c"] = generator.choice(["north", "south", "east", "west"], ROWS)
    frame["value"] = np.exp(frame["a"]) + (frame["c"] == "east")
    frame["other"] = frame["b"] ** 2
    frame["yes"] = np.where(frame["a"] > 0, "yes", "no")
    frame["class"] = pd.cut(frame["b"], [-9, -0.5, 0.5, 9], labels=["low", "mid", "high"]).astype(str)
    frame["label"], frame["tag"] = (frame["a"] > 0).astype(int), (frame["b"] > 0).astype(int)
    frame.loc[3, "a"], frame.loc[5, "c"] = np.nan, None
    return frame


TARGETS = {
    "regression": ("value", "other"),
    "binary": ("yes",),
    "multiclass": ("class",),
    "multilabel": ("label", "tag"),
}
INPUTS = ("a", "b", "c")


def trained(folder: Path, task: str, **settings: Any) -> Predictions:
    """Predictions of the model that was read from its file, the same as before it was written."""
    frame = table()
    path = str(folder / "m.joblib")
    wanted: dict[str, Any] = QUICK | {"target": TARGETS[task], "features": INPUTS} | settings
    run = mlpcli.train(frame, output=path, **wanted)
    first = mlpcli.predict(run.model, frame, proba=True)
    again = mlpcli.predict(path, frame, proba=True)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    return again


def choices(name: str) -> tuple[str, ...]:
    """Those of a setting, without the activations of a perceptron's output."""
    found = next(
        fields[name].choices for kind in SETTINGS_CLASSES if name in (fields := described_fields(kind))
    )
    return tuple(choice for choice in found if choice not in THRESHOLD_UNITS)


NAMES = (
    *("activation", "init", "number_embedding", "schedule"),
    *("decay_schedule", "dropout_schedule", "output_activation"),
)
MIXTURES = [
    {name: choices(name)[place % len(choices(name))] for name in NAMES}
    for place in range(max(len(choices(name)) for name in NAMES))
]
"""Every choice of every setting at least once."""


@pytest.mark.parametrize(
    "settings", [*MIXTURES, *({"optimizer": each} for each in choices("optimizer"))], ids=str
)
def test_every_choice(settings: dict[str, str], tmp_path: Path) -> None:
    predicted = trained(tmp_path, "regression", **settings)
    assert np.isfinite(predicted.frame.to_numpy(dtype=float)).all()


@pytest.mark.parametrize("unit", THRESHOLD_UNITS)
@pytest.mark.parametrize("task", ["binary", "multilabel"])
def test_every_output_of_a_perceptron(unit: str, task: str, tmp_path: Path) -> None:
    predicted = trained(tmp_path, task, activation=unit, hidden=(), loss="perceptron").frame
    shown = predicted.filter(like="probability_")
    assert set(np.unique(shown)) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("task", "loss"), [(name, loss) for name, task in TASKS.items() for loss in task.losses]
)
def test_a_loss_of_each_task(task: str, loss: str, tmp_path: Path) -> None:
    """With weights; the learning-rate search trains with every loss without them."""
    weights: dict[str, Any] = {"weight": "label"} if task == "regression" else {"class_weight": "balanced"}
    if loss == "perceptron":
        weights["hidden"] = ()
    predicted = trained(tmp_path, task, loss=loss, **weights)
    assert len(predicted.frame) == ROWS


def test_everything_at_once(tmp_path: Path) -> None:
    predicted = trained(
        tmp_path,
        "regression",
        number_embedding="ple",
        input_scale=True,
        parametric=True,
        activation="mish",
        wide=("a", "c"),
        embed_above=2,
        init="data",
        optimizer="adamw",
        rate_factors=(("bias", 0.1), ("embedding", 0.5)),
        rate_by_width=True,
        decay_factors=(("scale", 2.0),),
        dropout=(0.2, 0.1),
        l1=1e-4,
        clip_norm=1.0,
        warmup=0.1,
        schedule="one-cycle",
    )
    assert np.isfinite(predicted.frame.to_numpy(dtype=float)).all()


@pytest.mark.parametrize("function", ["relu", "softplus", "sigmoid", "tanh"])
def test_an_output_activation_keeps_values_in_their_range(function: str, tmp_path: Path) -> None:
    values = trained(tmp_path, "regression", output_activation=function).frame.to_numpy(dtype=float)
    truth = table()[["value", "other"]]
    assert (values >= 0).all()
    if function in ("sigmoid", "tanh"):
        assert (values >= truth.min().to_numpy() - 1e-6).all()
        assert (values <= truth.max().to_numpy() + 1e-6).all()


def test_counts_are_predicted_as_positive_means(tmp_path: Path) -> None:
    values = trained(tmp_path, "regression", loss="poisson", epochs=60).frame["prediction_value"]
    assert (values > 0).all()
    assert values.mean() == pytest.approx(table()["value"].mean(), rel=0.2)


def test_quantiles_are_in_order_beside_the_prediction(tmp_path: Path) -> None:
    frame = trained(tmp_path, "regression", loss="quantile", quantiles=(0.1, 0.4, 0.9), epochs=30).frame
    for name in ("value", "other"):
        low, middle, high = (frame[f"quantile_{level}_{name}"] for level in (0.1, 0.4, 0.9))
        assert (low <= middle).all()
        assert (middle <= high).all()
        np.testing.assert_array_equal(frame[f"prediction_{name}"], middle)
    single = trained(tmp_path / "..", "regression", target="value", loss="quantile", quantiles=(0.25, 0.75))
    assert list(single.frame.columns) == ["prediction", "quantile_0.25", "quantile_0.75"]


def test_smoothing_is_of_the_training_loss_only() -> None:
    """Held-out rows are measured by their own labels, so that runs can be compared."""
    frame = table()
    run = mlpcli.train(frame, "class", features=INPUTS, label_smoothing=0.9, **QUICK, calibrate=False)
    loss = run.scores["validation"].metrics["log_loss"]
    assert run.best_epoch is not None
    assert run.history[run.best_epoch - 1].validation_loss == pytest.approx(loss, rel=1e-5)


def test_a_wide_network_names_its_inputs() -> None:
    frame = table()
    wide = {
        text: mlpcli.train(frame, "value", features=INPUTS, wide=text, **QUICK)
        for text in ("a", "a,c", "all")
    }
    # a has a flag for its gap, c five columns: four levels and one for missing.
    parameters = {text: run.plan.network[-1].parameters for text, run in wide.items()}
    assert parameters == {"a": 2, "a,c": 6, "all": 7}
    with pytest.raises(mlpcli.MlpcliError, match="there is no column 'z'"):
        mlpcli.train(frame, "value", features=INPUTS, wide="a,z", **QUICK)
