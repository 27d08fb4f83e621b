"""Weights of rows and classes: as given, of mean one over the training rows, or a clear refusal."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.nn.batches import Examples
from mlpcli.preparation.prepare import Prepared
from tests.data.examples import write
from tests.workflows.examples import csv_of, prepared

ROWS = 60
GENERATOR = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "x": GENERATOR.normal(size=ROWS),
        "class": np.repeat(["a", "b", "c"], [36, 18, 6]),
        "flag": np.tile([0, 0, 0, 1], ROWS // 4),
        "other": np.tile([1, 0, 0], ROWS // 3),
        "w": GENERATOR.integers(0, 5, ROWS) / 4,
        "y": GENERATOR.normal(size=ROWS),
    }
)


def training_examples(result: Prepared) -> Examples:
    return result.examples(result.parts["train"])


def weights_of(result: Prepared, part: str = "train") -> Any:
    weights = result.examples(result.parts[part]).weights
    assert weights is not None
    assert weights.dtype == np.float32
    return weights.astype(np.float64)


def test_no_weights() -> None:
    result = prepared(TABLE, target="class", features="x")
    assert result.parts["train"].weights is None
    assert result.examples(result.parts["train"]).weights is None


def test_row_weights_have_mean_one_over_the_training_rows() -> None:
    result = prepared(TABLE, target="y", features="x", weight="w", validation=0.25)
    rows = {name: np.array(part.weights) for name, part in result.parts.items()}
    assert sorted([*rows["train"], *rows["validation"]]) == sorted(TABLE["w"])
    np.testing.assert_allclose(weights_of(result).mean(), 1, rtol=1e-6)
    for part in ("train", "validation"):
        expected = rows[part][:, None] / rows["train"].mean()
        np.testing.assert_allclose(weights_of(result, part), expected, rtol=1e-6)


def test_the_weight_column_is_no_input() -> None:
    result = prepared(TABLE, target="y", weight="w")
    assert "w" not in [column.name for column in result.schema.columns]
    assert result.schema.weight == "w"


def test_a_validation_file_without_weights_is_unweighted(tmp_path: Path) -> None:
    path = write(tmp_path, "held.csv", csv_of(TABLE.drop(columns="w")))
    result = prepared(TABLE, target="y", features="x", weight="w", validation=path)
    assert result.parts["validation"].weights is None


def test_balanced_classes_weigh_the_same() -> None:
    result = prepared(TABLE, target="class", features="x", class_weight="balanced", validation="none")
    weights, truth = weights_of(result)[:, 0], result.parts["train"].truth
    np.testing.assert_allclose(weights.mean(), 1, rtol=1e-6)
    np.testing.assert_allclose(np.bincount(truth, weights), [20, 20, 20], rtol=1e-6)


def test_a_class_weighs_in_validation_what_it_weighs_in_training(tmp_path: Path) -> None:
    """Or else an epoch would be chosen by another loss than the one that is minimised."""
    held = write(tmp_path, "held.csv", csv_of(TABLE.iloc[[0, 40, 41, 42, 43]]))
    result = prepared(TABLE, target="class", features="x", class_weight="balanced", validation=held)
    by_class = {
        part: dict(zip(result.parts[part].truth.tolist(), weights_of(result, part)[:, 0], strict=True))
        for part in ("train", "validation")
    }
    assert by_class["validation"] == {number: by_class["train"][number] for number in (0, 1)}


@pytest.mark.parametrize("given", ["a=1,c=10", {"a": 1, "c": 10}, [["a", 1], ["c", 10]]])
def test_named_classes(given: Any) -> None:
    result = prepared(TABLE, target="class", features="x", class_weight=given, validation="none")
    weights, truth = weights_of(result)[:, 0], result.parts["train"].truth
    np.testing.assert_allclose(weights.mean(), 1, rtol=1e-6)
    np.testing.assert_allclose(weights / weights[0], np.array([1, 1, 10])[truth], rtol=1e-6)


def test_class_and_row_weights_multiply() -> None:
    settings: dict[str, Any] = {"target": "class", "features": "x", "validation": "none", "weight": "w"}
    result = prepared(TABLE, **settings, class_weight="a=2,b=3")
    expected = TABLE["w"].to_numpy() * np.array([2.0, 3.0, 1.0])[result.parts["train"].truth]
    np.testing.assert_allclose(weights_of(result)[:, 0], expected / expected.mean(), rtol=1e-6)


def test_labels() -> None:
    settings: dict[str, Any] = {"target": "flag,other", "features": "x", "validation": "none"}
    weights = weights_of(prepared(TABLE, **settings, class_weight="flag=3"))
    assert weights.shape == (ROWS, 2)
    np.testing.assert_allclose(weights.mean(), 1, rtol=1e-6)
    expected = np.where(TABLE[["flag"]] == 1, 3.0, 1.0) * [1, 0] + [0, 1]
    np.testing.assert_allclose(weights, expected / expected.mean(), rtol=1e-6)
    balanced = weights_of(prepared(TABLE, **settings, class_weight="balanced"))
    for column, label in enumerate(["flag", "other"]):
        ones = balanced[TABLE[label] == 1, column].sum()
        np.testing.assert_allclose(ones, balanced[TABLE[label] == 0, column].sum(), rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("d=2", "class_weight: there is no class 'd'"),
        ("a=x", "has no number after ="),
        ("a=-1", "has a weight below 0"),
        ("a=nan", "class_weight"),
        ("a=inf", "class_weight"),
        ("a", "is not NAME=VALUE"),
    ],
)
def test_impossible_class_weights(given: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        training_examples(prepared(TABLE, target="class", features="x", class_weight=given))


def test_class_weights_are_not_for_numbers() -> None:
    with pytest.raises(SettingsError, match="class_weight is not for regression"):
        training_examples(prepared(TABLE, target="y", features="x", class_weight="balanced"))


def test_classes_that_all_weigh_nothing() -> None:
    with pytest.raises(MlpcliError, match="weight"):
        training_examples(prepared(TABLE, target="class", features="x", class_weight="a=0,b=0,c=0"))


def test_training_rows_that_all_weigh_nothing(tmp_path: Path) -> None:
    """All weight may lie in the rows that were held out."""
    held = write(tmp_path, "held.csv", csv_of(TABLE))
    settings: dict[str, Any] = {"target": "y", "features": "x", "weight": "w", "validation": held}
    table = TABLE.assign(w=[1] + [0] * (ROWS - 1))
    results = (prepared(table, seed, test=0.5, **settings) for seed in range(99))
    unlucky = next(each for each in results if not np.any(each.parts["train"].weights))
    with pytest.raises(MlpcliError, match="weight"):
        training_examples(unlucky)
