"""A training that starts from a model: its columns, its encoders and, layer by layer, its weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, MlpcliError, SettingsError
from mlpcli.model.model import Model, load
from mlpcli.nn.optimizers import OPTIMIZERS

QUICK: dict[str, Any] = {"preset": "textbook", "epochs": 3, "batch_size": 16}


def table(rows: int, seed: int, classes: int = 3) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(generator.standard_normal((rows, 2)) * 3 + 5, columns=["a", "b"])
    frame["c"] = generator.choice(["x", "y", "z"], rows)
    frame["value"] = frame["a"] * 2 + (frame["c"] == "x")
    frame["class"] = np.array(["low", "mid", "high", "top"])[generator.integers(0, classes, rows)]
    return frame


OLD, NEW = table(120, 0), table(60, 1)
BASES: dict[str, dict[str, Any]] = {
    "class": {"target": "class", "features": "a,b,c", "hidden": (6, 5), "activation": "tanh"},
    "value": {"target": "value", "features": "a,b,c", "hidden": (6, 5)},
    "value, embedded": {
        "target": "value",
        "features": "a,b,c",
        "hidden": (6, 5),
        "number_embedding": "ple",
        "parametric": True,
        "input_scale": True,
        "embed_above": 2,
        "wide": "all",
    },
    "value, two networks": {"target": "value", "features": "a,b,c", "hidden": (6,), "ensemble": 2},
}
STILL: dict[str, Any] = {"learning_rate": 1e-30, "epochs": 1, "l2": 0.0, "calibrate": False}


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("bases")
    paths = {}
    for number, (name, settings) in enumerate(BASES.items()):
        paths[name] = str(folder / f"{number}.joblib")
        mlpcli.train(OLD, **QUICK | {"calibrate": False} | settings, output=paths[name])
    return paths


def outputs(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    return mlpcli.predict(model, frame, proba="classes" in model.artifact.target).frame


@pytest.mark.parametrize("name", BASES)
def test_at_the_start_it_is_the_model(name: str, bases: dict[str, str]) -> None:
    """Same target, hardly any rate: other rows, the same predictions."""
    base = load(bases[name])
    run = mlpcli.train(NEW, from_model=bases[name], ensemble=len(base.networks), **STILL)
    assert run.plan.transferred is not None
    assert all(taken for _, taken in run.plan.transferred)
    np.testing.assert_array_equal(run.artifact.arrays["parameters"], base.artifact.arrays["parameters"])
    pd.testing.assert_frame_equal(outputs(run.model, OLD), outputs(base, OLD))
    assert [column.name for column in run.artifact.schema.inputs] == ["a", "b", "c"]
    for ours, theirs in zip(run.artifact.encoders, base.artifact.encoders, strict=True):
        assert ours | {"weight": 0} == theirs | {"weight": 0}


def test_networks_start_from_networks(bases: dict[str, str]) -> None:
    base = load(bases["value, two networks"])
    run = mlpcli.train(NEW, from_model=bases["value, two networks"], ensemble=3, **STILL)
    for number, network in enumerate(run.model.networks):
        expected = base.networks[number % 2].parameters.values
        np.testing.assert_array_equal(network.parameters.values, expected)


def test_new_classes_get_a_new_output_layer(bases: dict[str, str]) -> None:
    base = load(bases["class"])
    wider = table(80, 2, classes=4)
    run = mlpcli.train(wider, from_model=bases["class"], **STILL)
    assert run.plan.transferred == [("Dense 5 x 6", True), ("Dense 6 x 5", True), ("Dense 5 x 4", False)]
    for index in (0, 2):
        ours, theirs = run.model.network.layers[index], base.network.layers[index]
        np.testing.assert_array_equal(ours.weight, theirs.weight)  # type: ignore[attr-defined]


def test_missing_classes_stay_known(bases: dict[str, str]) -> None:
    two = NEW[NEW["class"] != "mid"]
    run = mlpcli.train(two, from_model=bases["class"], **STILL)
    assert run.artifact.schema.task == "multiclass"
    assert run.artifact.target["classes"] == ["high", "low", "mid"]
    assert all(taken for _, taken in run.plan.transferred or [])


@pytest.mark.parametrize(
    ("settings", "output"),
    [({"target": "class"}, "Dense 5 x 3"), ({"target": "value", "hidden": (6, 7)}, "Dense 7 x 1")],
    ids=str,
)
def test_what_does_not_match_starts_anew(
    settings: dict[str, Any], output: str, bases: dict[str, str]
) -> None:
    run = mlpcli.train(NEW, from_model=bases["value"], **STILL | settings)
    taken = dict(run.plan.transferred or [])
    assert taken["Dense 5 x 6"]
    assert not taken[output]
    assert taken.get("Dense 6 x 7") in (None, False)


def test_another_target_of_the_same_kind_gets_a_new_output_layer(bases: dict[str, str]) -> None:
    other = NEW.rename(columns={"value": "price"})
    run = mlpcli.train(other, "price", from_model=bases["value"], **STILL)
    assert run.plan.transferred == [("Dense 5 x 6", True), ("Dense 6 x 5", True), ("Dense 5 x 1", False)]
    assert run.artifact.arrays["target.mean"] == pytest.approx(NEW["value"].mean(), rel=0.2)


def test_columns_mean_what_they_meant(bases: dict[str, str]) -> None:
    """Scales and levels are the model's; a new level counts as unseen, a new column is left out."""
    other = NEW.assign(a=NEW["a"] * 100, c=NEW["c"].replace("x", "new"), d=1.5)
    run = mlpcli.train(other, from_model=bases["value"], **STILL)
    base = load(bases["value"]).artifact
    np.testing.assert_array_equal(run.artifact.arrays["numbers"], base.arrays["numbers"])
    assert run.plan.counts["table"].unseen == {"c": int((NEW["c"] == "x").sum())}
    assert [column.name for column in run.artifact.schema.left_out] == ["class", "d"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", ["value", "value, embedded"])
def test_frozen_layers_stay(name: str, optimizer: str, bases: dict[str, str]) -> None:
    """Whatever pulls at them: gradients, decay, penalties, the norm of gradients."""
    pulling: dict[str, Any] = (
        {} if optimizer == "l-bfgs" else {"weight_decay": 0.1, "l1": 0.01, "clip_norm": 0.5}
    )
    base = load(bases[name]).networks[0]
    run = mlpcli.train(
        NEW, from_model=bases[name], freeze=1, l2=0.01, optimizer=optimizer, epochs=3, **pulling
    )
    ours = run.model.network
    last = max(index for index, layer in enumerate(ours.layers) if layer.name == "Dense")
    second = [index for index, layer in enumerate(ours.layers) if layer.name == "Dense"][1]
    for index, places in enumerate(ours.parameters.slices[:second]):
        for parameter, place in places.items():
            np.testing.assert_array_equal(
                ours.parameters.values[place], base.parameters.values[place], f"{index} {parameter}"
            )
    for index in (second, last):
        place = ours.parameters.slices[index]["weight"]
        assert (ours.parameters.values[place] != base.parameters.values[place]).any()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"from_model": None, "freeze": 1}, SettingsError, "there is no model whose layers could be frozen"),
        ({"freeze": 3}, SettingsError, "the network has only 3 dense layers"),
        ({"freeze": 2, "hidden": (6, 7)}, SettingsError, r"layer 2 \(Dense 6 x 7\) has no weights from"),
        ({"features": "a"}, SettingsError, "features: the columns are fixed by"),
        ({"kind": "a=category"}, SettingsError, "kind: the columns are fixed by"),
        ({"target": "a"}, DataError, "'a' is an input of"),
        ({"from_model": "nosuch.joblib"}, MlpcliError, "no such model file"),
    ],
    ids=str,
)
def test_impossible(
    settings: dict[str, Any], error: type[MlpcliError], message: str, bases: dict[str, str]
) -> None:
    with pytest.raises(error, match=message):
        mlpcli.train(NEW, **{"from_model": bases["value"], "target": "value"} | settings)


def test_a_missing_input_is_an_error(bases: dict[str, str]) -> None:
    with pytest.raises(DataError, match="the input column 'c' of the model is missing"):
        mlpcli.train(NEW.drop(columns="c"), from_model=bases["value"])


def test_it_can_be_scored_and_started_from_again(bases: dict[str, str], tmp_path: Path) -> None:
    path = str(tmp_path / "second.joblib")
    first = mlpcli.train(NEW, from_model=bases["value"], output=path, epochs=2)
    again = mlpcli.train(NEW, from_model=path, **STILL)
    pd.testing.assert_frame_equal(outputs(again.model, NEW), outputs(first.model, NEW))


def test_other_starting_weights_are_another_run(bases: dict[str, str], tmp_path: Path) -> None:
    path = str(tmp_path / "run.checkpoint")
    mlpcli.train(NEW, from_model=bases["value"], checkpoint=path, epochs=2)
    other = str(tmp_path / "other.joblib")
    mlpcli.train(OLD, **QUICK | BASES["value"] | {"seed": 5}, output=other)
    with pytest.raises(MlpcliError, match="belongs to another run: the data differ"):
        mlpcli.train(NEW, from_model=other, checkpoint=path, epochs=2)


def test_without_freeze_everything_moves(bases: dict[str, str]) -> None:
    base = load(bases["value, embedded"]).network
    run = mlpcli.train(NEW, from_model=bases["value, embedded"], epochs=8, learning_rate=0.01)
    ours = run.model.network
    for index, places in enumerate(ours.parameters.slices):
        for name, place in places.items():
            assert (ours.parameters.values[place] != base.parameters.values[place]).any(), (index, name)


def test_the_shortcut_belongs_to_the_output(bases: dict[str, str]) -> None:
    other = NEW.rename(columns={"value": "price"})
    run = mlpcli.train(other, "price", from_model=bases["value, embedded"], **STILL)
    assert ("Wide", False) in (run.plan.transferred or [])


def test_what_is_frozen_does_not_count_in_the_norm() -> None:
    """Large frozen weights and their penalty: the step of the others is as if they were not there."""
    from mlpcli.nn.batches import Examples
    from mlpcli.nn.layers import Dense
    from mlpcli.nn.losses.numbers import MeanSquaredError
    from mlpcli.nn.network import Network
    from mlpcli.nn.optimizers.rules import SGD
    from mlpcli.nn.regularization import Regularization, RegularizationSettings
    from mlpcli.nn.trainer import Trainer

    settings = RegularizationSettings(l2=0.1, clip_norm=1.0)
    network = Network([Dense(2, 2), Dense(2, 1)], dtype=np.float64)
    places = network.parameters.slices[0]
    network.parameters.values[places["weight"]] = 50.0
    regularization = Regularization(network.parameters, settings, frozen=list(places.values()))
    trainer = Trainer(
        network, MeanSquaredError(), SGD(network.parameters), regularization, frozen=list(places.values())
    )
    before = network.parameters.values.copy()
    trainer.step(Examples(np.ones((1, 2)), np.full((1, 1), 9.0)), learning_rate=0.1)
    change = network.parameters.values - before
    assert np.linalg.norm(change) == pytest.approx(0.1)
    for place in places.values():
        assert (change[place] == 0).all()
