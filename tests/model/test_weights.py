"""What `inspect` tells: ranges, fills, weights of inputs, zeros, all weights by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.workflows.inspect import inspect, weights
from mlpcli.workflows.train import TrainingRun

GENERATOR = np.random.default_rng(0)
ROWS = 200
TABLE = pd.DataFrame(
    {
        "signal": GENERATOR.normal(10, 3, ROWS),
        "noise": GENERATOR.normal(0, 1, ROWS),
        "kind": GENERATOR.choice(["x", "y"], ROWS),
        "day": pd.date_range("2020-01-01", periods=ROWS).astype(str),
    }
)
TABLE["value"] = TABLE["signal"] * 5
TABLE.loc[::10, "noise"] = np.nan
SHAPES: dict[str, dict[str, Any]] = {
    "plain": {},
    "linear": {"hidden": ()},
    "two": {"ensemble": 2},
    # With a stronger penalty the shortcut learns all there is, and no weight of the first layer is left.
    "embedded": {
        "number_embedding": "pbld",
        "input_scale": True,
        "parametric": True,
        "wide": "all",
        "l1": 0.01,
    },
}


@pytest.fixture(scope="module", params=SHAPES)
def trained(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TrainingRun, str]:
    path = str(tmp_path_factory.mktemp("story") / "m.joblib")
    usual: dict[str, Any] = {"preset": "textbook", "epochs": 40, "hidden": (8,), "output": path}
    usual |= {"l1": 0.3, "learning_rate": 0.02}
    return mlpcli.train(TABLE, "value", **usual | SHAPES[request.param]), path


def told(path: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in inspect(path).encoders}


def test_ranges_are_those_of_the_training_rows(trained: tuple[TrainingRun, str]) -> None:
    _, path = trained
    by_name = told(path)
    low, high = by_name["signal"]["range"]
    assert TABLE["signal"].min() <= low < by_name["signal"]["fill"] < high <= TABLE["signal"].max()
    days = by_name["day"]["range"]
    assert days[1] - days[0] <= ROWS
    assert "range" not in by_name["kind"]
    assert by_name["kind"]["levels"] == ["x", "y"]


def test_weights_of_inputs_are_shares(trained: tuple[TrainingRun, str]) -> None:
    _, path = trained
    shares = {name: each["weight"] for name, each in told(path).items()}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["signal"] == max(shares.values())


def test_weights_of_inputs_by_hand(tmp_path: Path) -> None:
    path = str(tmp_path / "m.joblib")
    mlpcli.train(TABLE, "value", preset="textbook", epochs=2, hidden=(4,), output=path)
    first = weights(path)["layer_1_weight"]
    squares = np.square(first, dtype=np.float64).sum(axis=1)
    # signal, noise with its flag of gaps, two kinds, then the date
    by_column = [squares[0], squares[1:3].sum(), squares[3:5].sum(), squares[5:].sum()]
    expected = np.array(by_column) / squares.sum()
    found = [each["weight"] for each in inspect(path).encoders]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_zeros_are_counted(trained: tuple[TrainingRun, str]) -> None:
    run, path = trained
    parameters = run.artifact.arrays["parameters"]
    stored = inspect(path)
    count = sum(layer["zeros"] * layer["parameters"] for layer in stored.network)
    assert count / stored.parameter_count == pytest.approx((parameters == 0).mean())
    assert count > 0


def test_all_weights_have_a_name(trained: tuple[TrainingRun, str]) -> None:
    run, path = trained
    named = weights(path)
    parameters = run.artifact.arrays["parameters"]
    assert sum(array.size for array in named.values()) == parameters.size
    together = np.sort(np.concatenate([array.ravel() for array in named.values()]))
    np.testing.assert_array_equal(together, np.sort(parameters.ravel()))


def test_the_first_dense_layer_can_be_multiplied_by_hand(tmp_path: Path) -> None:
    path = str(tmp_path / "m.joblib")
    run = mlpcli.train(TABLE, "value", preset="textbook", epochs=2, hidden=(), output=path)
    named = weights(path)
    features = (
        np.random.default_rng(1).standard_normal((5, named["layer_1_weight"].shape[0])).astype(np.float32)
    )
    by_hand = features @ named["layer_1_weight"] + named["layer_1_bias"]
    np.testing.assert_allclose(run.model.network.predict(features), by_hand, rtol=1e-5, atol=1e-6)


def test_layers_have_the_numbers_of_the_table(tmp_path: Path) -> None:
    """The shortcut stands behind the last dense layer, before the function of the output."""
    path = str(tmp_path / "m.joblib")
    settings: dict[str, Any] = {"hidden": (4,), "wide": "all", "output_activation": "softplus"}
    mlpcli.train(TABLE, "value", preset="textbook", epochs=2, output=path, **settings)
    table = [str(layer["name"]) for layer in inspect(path).network]
    assert table == ["Dense", "Relu", "Dense", "Wide", "Softplus"]
    named = weights(path)
    assert named["layer_3_weight"].shape[0] == 4
    assert named["layer_4_weight"].shape[0] == named["layer_1_weight"].shape[0]
    for number, layer in enumerate(inspect(path).network, start=1):
        size = sum(array.size for name, array in named.items() if name.startswith(f"layer_{number}_"))
        assert size == layer["parameters"]
