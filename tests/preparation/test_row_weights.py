"""Weights of rows and classes: a row counts as often as it weighs, of weight 0 not at all; refusals."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.errors import DataError, MlpcliError, SettingsError
from mlpcli.nn.batches import Examples
from mlpcli.preparation.finding import IMBALANCE
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
COUNTING = TABLE[TABLE["w"] > 0]


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


def test_row_weights_have_mean_one_over_the_rows_of_a_loss() -> None:
    result = prepared(TABLE, target="y", features="x", weight="w", validation=0.25)
    rows = {name: np.array(part.weights) for name, part in result.parts.items()}
    assert sorted([*rows["train"], *rows["validation"]]) == sorted(COUNTING["w"])
    for part in ("train", "validation"):
        expected = rows[part][:, None] / rows[part].mean()
        np.testing.assert_allclose(weights_of(result, part), expected, rtol=1e-6)


STRANGE = {"x": np.nan, "class": "c", "flag": 1, "other": 1, "y": 1e9, "group": "g8", "day": "no day"}
"""The last class and group come first."""


@pytest.mark.parametrize("target", ["y", "class", "flag,other"])
@pytest.mark.parametrize(
    "split",
    [
        {"validation": 0.25, "test": 0.2},
        {"validation": 0.3, "group": "group"},
        {"validation": 0.3, "time": "day"},
        {"folds": 4},
        {"preset": "default"},
    ],
)
def test_a_row_of_weight_0_might_as_well_not_be_there(
    target: str, split: dict[str, Any], tmp_path: Path
) -> None:
    """The same parts, byte by byte, from files and tables, whatever stands in such rows."""
    days = pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d")
    table = TABLE.assign(group=[f"g{row // 7}" for row in range(ROWS)], day=days).astype({"day": object})
    for name, cell in STRANGE.items():
        table[name] = table[name].mask(table["w"] == 0, cell)
    last = np.flatnonzero(table["w"] == 0)[-1]
    table.loc[last, "y"], table.loc[last, "class"] = np.nan, "another"
    without = table[table["w"] > 0].reset_index(drop=True)
    settings = {"target": target, "weight": "w", "drop": "y,class,flag,other"} | split
    settings["drop"] = ",".join({"y", "class", "flag", "other"} - set(target.split(",")))
    # The first row of the table as text, too: what comes first decides the order of codes.
    for one, other in (
        (table, without),
        (
            write(tmp_path, "with.csv", csv_of(table.iloc[::-1])),
            write(tmp_path, "out.csv", csv_of(without.iloc[::-1])),
        ),
    ):
        with_them, without_them = prepared(one, **settings), prepared(other, **settings)
        assert with_them.encoder.to_stored()[0] == without_them.encoder.to_stored()[0]
        assert with_them.task.target.described() == without_them.task.target.described()
        assert with_them.options == without_them.options
        for ours, theirs in zip(with_them.folds, without_them.folds, strict=True):
            np.testing.assert_array_equal(ours[1], theirs[1])
        for part, rows in with_them.parts.items():
            expected = without_them.parts[part]
            np.testing.assert_array_equal(rows.features, expected.features)
            np.testing.assert_array_equal(rows.truth, expected.truth)
            assert rows.weights is not None
            np.testing.assert_array_equal(rows.weights, expected.weights)
        missing = int(target == "y")
        count = int((table["w"] == 0).sum()) - missing
        assert (with_them.dropped, without_them.dropped) == (missing, 0)
        assert f"{count} rows with weight 0 ignored" in with_them.notes[-1]
        assert not any("weight 0" in note for note in without_them.notes)


def test_rows_of_weight_0_of_a_validation_file_are_left_out(tmp_path: Path) -> None:
    held = TABLE.assign(x=np.where(TABLE["w"] == 0, 1e9, TABLE["x"]))
    paths = [write(tmp_path, f"{each.shape[0]}.csv", csv_of(each)) for each in (held, held[held["w"] > 0])]
    both, counting = (
        prepared(TABLE, target="y", features="x", weight="w", validation=path) for path in paths
    )
    np.testing.assert_array_equal(both.parts["validation"].features, counting.parts["validation"].features)
    assert len(both.parts["validation"]) == len(COUNTING)
    assert sum("weight 0" in note for note in both.notes) == 2
    assert both.counts["validation"] == counting.counts["validation"]


def test_a_file_without_weight_is_no_validation(tmp_path: Path) -> None:
    path = write(tmp_path, "held.csv", csv_of(TABLE.assign(w=0)))
    with pytest.raises(DataError, match="the weights 'w' are all 0"):
        prepared(TABLE, target="y", features="x", weight="w", validation=path)


@pytest.mark.parametrize("target", ["class", "flag,other"])
def test_balanced_classes_are_those_of_repeated_rows(target: str) -> None:
    table = TABLE.assign(w=np.arange(ROWS) % 4)
    repeated = table.loc[np.repeat(np.arange(ROWS), table["w"])]
    settings: dict[str, Any] = {"target": target, "features": "x", "validation": "none"}
    settings["class_weight"] = "balanced"
    weighted, expected = prepared(table, weight="w", **settings), prepared(repeated, **settings)
    weights = table["w"][table["w"] > 0].to_numpy()
    mean_one = weights[:, None] / weights.mean()
    of_classes = np.repeat(weights_of(weighted) / mean_one, weights, axis=0)
    np.testing.assert_allclose(of_classes, weights_of(expected), rtol=1e-6)


def test_a_share_of_the_weight_is_that_of_repeated_rows() -> None:
    table = pd.DataFrame({"x": np.arange(60.0) % 7, "y": ["a"] * 48 + ["b"] * 12, "w": [3] * 48 + [0.5] * 12})
    result = prepared(table, target="y", features="x", weight="w", validation="none")
    (finding,) = (each for each in result.findings if each.kind == IMBALANCE)
    assert finding.text == "class 'b' has 4.0% of the training rows (by weight)"


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
    expected = COUNTING["w"].to_numpy() * np.array([2.0, 3.0, 1.0])[result.parts["train"].truth]
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
    with pytest.raises(SettingsError, match="class_weight is not available for regression"):
        training_examples(prepared(TABLE, target="y", features="x", class_weight="balanced"))


def test_classes_that_all_weigh_nothing() -> None:
    with pytest.raises(MlpcliError, match="weight"):
        training_examples(prepared(TABLE, target="class", features="x", class_weight="a=0,b=0,c=0"))


def test_a_single_row_that_counts() -> None:
    table = TABLE.assign(w=[1] + [0] * (ROWS - 1))
    with pytest.raises(DataError, match="1 row with a target"):
        prepared(table, target="y", features="x", weight="w")
