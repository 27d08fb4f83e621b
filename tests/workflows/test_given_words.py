"""Words for missing and decimal marks given for new files hold for every cell, whatever training was told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.model.model import Model
from tests.workflows.evaluated import table


def test_in_a_column_that_has_another_cell_that_is_no_number(
    models: dict[str, Model], tmp_path: Path
) -> None:
    frame = table()
    frame["a"] = [str(number).replace(".", ",") for number in frame["a"]]
    frame.loc[:9, "a"], frame.loc[10, "a"] = "absent", "wrong"
    path = str(tmp_path / "t.csv")
    frame.to_csv(path, index=False, decimal=",", sep=";")
    settings: dict[str, Any] = {"missing": "absent", "decimal": ",", "delimiter": ";"}
    empty = table()
    empty.loc[:10, "a"] = np.nan
    wanted = mlpcli.predict(models["value"], empty).frame["prediction"]
    found = mlpcli.predict(models["value"], path, **settings)
    assert found.frame["prediction"].to_numpy() == pytest.approx(wanted.to_numpy())
    measured = mlpcli.evaluate(models["value"], path, **settings)
    for counts in (found.counts, measured.counts):
        assert counts.unreadable == {"a": 1}
        assert counts.missing == {"a": 10}
