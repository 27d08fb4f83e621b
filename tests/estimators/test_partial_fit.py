"""Training that goes on with further rows."""

from typing import Any

import numpy as np
import pytest

import mlpcli
from tests.estimators.examples import CHEAP, classes_of, numbers_of, table

ROWS = table()
CLASSES, NUMBERS = classes_of(ROWS), numbers_of(ROWS)
STREAMED = {name: value for name, value in CHEAP.items() if name != "epochs"}


def streamed(estimator: Any, targets: Any, calls: int, **more: Any) -> Any:
    for number in range(calls):
        some = slice(number % 4 * 60, number % 4 * 60 + 60)
        estimator.partial_fit(ROWS.iloc[some], targets.iloc[some], **more)
    return estimator


def statistics_of(estimator: Any) -> list[dict[str, Any]]:
    """Of the encoders, without the weights that inputs have in the network."""
    return [{**each, "weight": None} for each in estimator.model_.artifact.encoders]


def test_it_learns() -> None:
    regressor = streamed(mlpcli.MLPRegressor(**STREAMED), NUMBERS, 16)
    assert regressor.n_batches_ == 16
    assert regressor.score(ROWS, NUMBERS) > 0.8
    few = streamed(mlpcli.MLPClassifier(**STREAMED), CLASSES, 1).score(ROWS, CLASSES)
    many = streamed(mlpcli.MLPClassifier(**STREAMED), CLASSES, 16).score(ROWS, CLASSES)
    assert many > max(few, 0.9)


def test_encoders_stay_and_new_cells_are_counted() -> None:
    estimator = mlpcli.MLPClassifier(**STREAMED).partial_fit(ROWS, CLASSES)
    encoders = statistics_of(estimator)
    assert not estimator.cell_counts_["unseen"]
    other = ROWS.iloc[:40].assign(colour="mauve", size=99.0)
    estimator.partial_fit(other, CLASSES.iloc[:40])
    estimator.partial_fit(other, CLASSES.iloc[:40])
    assert statistics_of(estimator) == encoders
    assert estimator.cell_counts_["unseen"] == {"colour": 80}
    assert estimator.cell_counts_["out_of_range"]["size"] == 80
    assert estimator.model_.artifact.receipt["command"] == "MLPClassifier.partial_fit"


def test_a_class_that_comes_later() -> None:
    estimator = mlpcli.MLPClassifier(**STREAMED)
    early = (CLASSES != "red").to_numpy()
    estimator.partial_fit(ROWS[early], CLASSES[early], classes=["small", "red", "large"])
    assert estimator.predict_proba(ROWS).shape == (240, 3)
    assert "red" not in estimator.predict(ROWS)
    streamed(estimator, CLASSES, 16)
    assert estimator.score(ROWS, CLASSES) > 0.9


def test_a_single_row_at_a_time() -> None:
    estimator = mlpcli.MLPRegressor(**STREAMED).partial_fit(ROWS, NUMBERS)
    before = estimator.predict(ROWS)
    estimator.partial_fit(ROWS.iloc[:1], NUMBERS.iloc[:1], sample_weight=[2.0])
    assert estimator.n_batches_ == 2
    assert (estimator.predict(ROWS) != before).any()


@pytest.mark.parametrize("preset", ["textbook", "default"])
def test_it_goes_on_from_fit(preset: str) -> None:
    """And keeps what was learned: of a race, the networks of the first configuration."""
    settings = {"preset": preset, "epochs": 20, "engine": "numpy"}
    estimator = mlpcli.MLPClassifier(**settings).fit(ROWS, CLASSES)
    before = estimator.score(ROWS, CLASSES)
    first = [each["configuration"] for each in estimator.model_.artifact.receipt["members"]].count(0)
    estimator.partial_fit(ROWS, CLASSES)
    assert estimator.score(ROWS, CLASSES) > before - 0.03
    assert len(estimator.model_.networks) == first


def test_columns_stay_as_they_were_chosen() -> None:
    chosen = {"features": "size,colour,grade", "kind": "grade=number", **STREAMED}
    estimator = streamed(mlpcli.MLPRegressor(**chosen), NUMBERS, 2)
    kinds = {each.name: each.kind for each in estimator.model_.artifact.schema.inputs}
    assert kinds == {"size": "number", "colour": "category", "grade": "number"}


def test_the_same_calls_give_the_same_weights() -> None:
    one, other = (streamed(mlpcli.MLPRegressor(**STREAMED), NUMBERS, 3) for _ in range(2))
    assert one.model_.artifact.receipt["weights"] == other.model_.artifact.receipt["weights"]


def test_several_numbers_and_labels() -> None:
    several = np.column_stack([NUMBERS, -NUMBERS])
    regressor = mlpcli.MLPRegressor(**STREAMED).partial_fit(ROWS, several).partial_fit(ROWS, several)
    assert regressor.predict(ROWS).shape == (240, 2)
    labels = np.column_stack([ROWS["size"] > 0, ROWS["new"]])
    classifier = mlpcli.MLPClassifier(**STREAMED).partial_fit(ROWS, labels).partial_fit(ROWS, labels)
    assert classifier.predict(ROWS).shape == (240, 2)


def test_a_failed_call_changes_nothing() -> None:
    estimator = mlpcli.MLPClassifier(**STREAMED).partial_fit(ROWS, CLASSES)
    before = estimator.predict_proba(ROWS)
    for rows, targets, more, message in (
        (ROWS, CLASSES.replace("red", "pink"), {}, r"not there before: \['pink'\]"),
        (ROWS, CLASSES, {"classes": ["a", "b"]}, "differ from those of the first call"),
        (ROWS, np.ones((240, 2), int), {}, "y has shape"),
        (ROWS.drop(columns="age"), CLASSES, {}, "yet now missing"),
        (ROWS, CLASSES, {"sample_weight": np.zeros(240)}, "zero"),
    ):
        with pytest.raises(ValueError, match=message):
            estimator.partial_fit(rows, targets, **more)
    assert (estimator.predict_proba(ROWS) == before).all()
    assert estimator.n_batches_ == 1
    with pytest.raises(ValueError, match="y has 2 targets, but the model has 1"):
        mlpcli.MLPRegressor(**STREAMED).partial_fit(ROWS, NUMBERS).partial_fit(ROWS, np.ones((240, 2)))


@pytest.mark.parametrize("setting", [{"class_weight": "balanced"}, {"threshold": "f1"}])
def test_settings_that_need_other_rows(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is not for partial_fit: .*; give"):
        mlpcli.MLPClassifier(**setting).partial_fit(ROWS, CLASSES)
