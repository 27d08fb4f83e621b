"""Models of very wide tables need only the columns that some network reads."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mlpcli

GENERATOR = np.random.default_rng(0)
ROWS = 60
SIGNAL = GENERATOR.normal(size=ROWS)
TABLE = (
    pd.DataFrame(GENERATOR.normal(size=(ROWS, 40)))
    .add_prefix("n")
    .assign(useful=SIGNAL, when=pd.date_range("2024-01-01", periods=ROWS).astype(str), y=SIGNAL * 2 + 1)
)


@pytest.mark.parametrize("folds", [0, 3])
def test_predict_needs_no_column_that_was_left_out(folds: int, tmp_path: Path) -> None:
    run = mlpcli.train(
        TABLE, target="y", most_columns=5, folds=folds, epochs=2, hidden=(4,), output=tmp_path / "m.joblib"
    )
    left = [each.name for each in run.artifact.schema.left_out]
    assert len(left) >= 10
    reasons = {each.kind: each.reason for each in run.artifact.schema.left_out}
    assert reasons["screened"].endswith("of 41 by an F test with the target")
    whole = mlpcli.predict(tmp_path / "m.joblib", TABLE).frame
    narrow = mlpcli.predict(tmp_path / "m.joblib", TABLE.drop(columns=[*left, "y"])).frame
    pd.testing.assert_frame_equal(whole, narrow)
    assert json.loads(json.dumps(run.artifact.settings))["most_columns"] == 5


def test_a_model_that_goes_on_reads_the_same_columns(tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    first = mlpcli.train(TABLE, target="y", most_columns=5, epochs=1, hidden=(4,), output=path)
    again = mlpcli.train(TABLE, target="y", from_model=str(path), epochs=1)
    assert [each["name"] for each in again.artifact.encoders] == [
        each["name"] for each in first.artifact.encoders
    ]


def test_describe_says_it() -> None:
    found = mlpcli.describe(TABLE, target="y", most_columns=5).findings
    assert [each.kind for each in found if each.kind == "screening"] == ["screening"]
