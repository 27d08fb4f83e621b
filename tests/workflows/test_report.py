"""What a report gathers, and how much work it takes."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError
from mlpcli.workflows.report import gather
from mlpcli.workflows.reporting.limits import (
    EXPLAINED_ROWS,
    RESAMPLES,
    SLICED,
    explained_rows,
    resamples,
    sliced_columns,
)
from mlpcli.workflows.reporting.parts import Absent

QUICK: dict[str, Any] = {"preset": "textbook", "hidden": (6,), "learning_rate": 0.02, "epochs": 60}


def table(rows: int, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": generator.normal(size=rows), "b": generator.normal(size=rows)})
    frame["city"] = generator.choice(["Ulm", "Bonn"], rows)
    frame["grade"] = generator.integers(1, 5, rows)
    frame["y"] = frame["a"] + (frame["city"] == "Ulm") + generator.normal(size=rows) / 4
    return frame


@pytest.fixture(scope="module")
def model() -> Any:
    return mlpcli.train(table(300), "y", **QUICK).model


def test_columns_of_few_values_are_sliced(model: Any) -> None:
    parts = gather(model, table(200, seed=1))
    assert not isinstance(parts.evaluation, Absent)
    assert set(parts.sliced) == {"city", "grade"} == set(parts.evaluation.slices)
    assert parts.sliced[0] == "city"  # which matters more
    assert set(parts.evaluation.slices["grade"]) == {"1", "2", "3", "4"}


def test_numbers_are_sliced_where_no_other_column_is() -> None:
    frame = table(200)[["a", "b", "y"]]
    parts = gather(mlpcli.train(frame, "y", **QUICK).model, frame)
    assert parts.sliced == ("a", "b")


def test_no_more_than_some_columns_are_sliced() -> None:
    frame = pd.DataFrame({f"c{number}": [number % 2, 1, 0, 1, 0] * 20 for number in range(9)})
    frame = frame.apply(lambda column: np.random.default_rng(int(column.name[1:])).permutation(column))
    frame["y"] = np.random.default_rng(0).normal(size=100)
    parts = gather(mlpcli.train(frame, "y", **QUICK).model, frame)
    assert len(parts.sliced) == SLICED
    assert sliced_columns(parts.model, None, None) == ()


def test_rows_are_fewer_for_more_work(model: Any) -> None:
    assert explained_rows(model) == EXPLAINED_ROWS[1]
    assert resamples(10) == RESAMPLES[1]
    assert resamples(10**9) == RESAMPLES[0]
    assert RESAMPLES[0] < resamples(40_000) < RESAMPLES[1]


def test_an_explanation_draws_so_many_rows(model: Any) -> None:
    parts = gather(model, table(EXPLAINED_ROWS[1] + 500, seed=2))
    assert not isinstance(parts.explanation, Absent)
    assert parts.explanation.scored_rows == EXPLAINED_ROWS[1]
    assert parts.explanation.rows == EXPLAINED_ROWS[1] + 500


def test_a_missing_input_is_an_error(model: Any) -> None:
    with pytest.raises(DataError, match="the input column 'b' of the model is missing"):
        gather(model, table(50).drop(columns="b"))


def test_what_only_one_part_needs_is_absent_with_the_reason(model: Any) -> None:
    frame = table(100).astype({"a": object})
    frame["a"] = "junk"
    parts = gather(model, frame)
    assert isinstance(parts.evaluation, Absent)
    assert "'a'" in parts.evaluation.reason
    assert "cannot be read" in parts.evaluation.reason
    assert not isinstance(parts.drift, Absent)
    assert parts.sliced == ()


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_rows(model: Any, rows: int) -> None:
    parts = gather(model, table(rows or 1).iloc[:rows])
    assert isinstance(parts.evaluation, Absent) == (not rows)


def test_names_of_files_have_no_folders(model: Any, tmp_path: Path) -> None:
    path = tmp_path / "new rows.csv"
    table(30).to_csv(path, index=False)
    assert gather(model, path).data == ("new rows.csv",)
