"""Any table of mixed kinds that pandas can write is read, trained on for an epoch, and scored row for row."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mlpcli
from mlpcli.model.tasks import Multiclass

SEED = 0
sampled = settings(
    derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
"""An example is a whole training."""

CELLS: dict[str, Any] = {
    "numbers": st.floats(-1e9, 1e9).map(lambda value: repr(round(value, 3))),
    "whole": st.integers(-5, 5).map(str),
    "money": st.integers(0, 10**7).map(lambda value: f"${value:,}"),
    "percent": st.integers(0, 100).map(lambda value: f"{value} %"),
    "codes": st.integers(0, 99).map(lambda value: f"{value:03}"),
    "levels": st.sampled_from(["red", "blue", "[/b]", "a,b", " x ", 'say "so"', "two\nlines"]),
    "text": st.text(st.sampled_from("aB1 .\",;\n'é[/]-\t"), min_size=1, max_size=6),
    "answers": st.sampled_from(["yes", "no"]),
    "days": st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)).map(str),
    "gaps": st.sampled_from(["", "NA", "?", "1.5"]),
}
TARGETS: dict[str, Any] = {
    "binary": st.sampled_from(["no", "yes"]),
    "multiclass": st.sampled_from(["007", "1.10", "b", "é, c"]),
    "regression": st.floats(-1e6, 1e6).map(lambda value: repr(round(value, 4))),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, str]:
    """Texts of one to five columns of any kind, twelve rows or more, and a target `y` of the task."""
    rows = draw(st.integers(12, 30))
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5))
    task = draw(st.sampled_from(sorted(TARGETS)))
    columns = {
        f"{kind}, {number}": draw(st.lists(CELLS[kind], min_size=rows, max_size=rows))
        for number, kind in enumerate(kinds)
    }
    # A column that surely can be learned from, and a target of at least two values.
    columns["sure"] = [f"{value:.2f}" for value in np.random.default_rng(rows).normal(size=rows)]
    target = draw(st.lists(TARGETS[task], min_size=rows, max_size=rows))
    target[:2] = {"binary": ["no", "yes"], "multiclass": ["007", "b"], "regression": ["1.5", "2.5"]}[task]
    return pd.DataFrame(columns | {"y": target}), task


@sampled
@given(tables(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_table_is_learned_from_and_scored_row_for_row(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[pd.DataFrame, str], delimiter: str, encoding: str
) -> None:
    table, task = drawn
    path = tmp_path_factory.mktemp("whole") / "a.csv"
    table.to_csv(path, index=False, sep=delimiter, encoding=encoding, lineterminator="\r\n")
    reading: dict[str, Any] = {"delimiter": delimiter}
    chosen: dict[str, Any] = {
        "task": "regression" if task == "regression" else "multiclass",
        "validation": 0.25,
    }
    run = mlpcli.train(path, "y", epochs=1, hidden="8", batch_size=8, seed=SEED, **chosen, **reading)

    kept = mlpcli.predict(run.model, path, keep="all", proba=True, **reading).frame
    assert list(kept.columns[: len(table.columns)]) == list(table.columns)
    pd.testing.assert_frame_equal(kept[table.columns].astype(object), table.astype(object))

    if task == "regression":
        assert np.isfinite(kept["prediction"]).all()
    else:
        assert isinstance(run.model.task, Multiclass)
        classes = run.model.task.labels
        assert set(classes) == set(table["y"])
        assert set(kept["prediction"]) <= set(classes)
        probabilities = kept[[f"probability_{each}" for each in classes]].to_numpy()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)

    # Row by row, in another order of columns, as all at once.
    numbers = [0, len(table) - 1]
    for number in numbers:
        single = Path(path.parent, "single.csv")
        table.iloc[[number], ::-1].to_csv(single, index=False, sep=delimiter, encoding=encoding)
        (alone,) = mlpcli.predict(run.model, single, **reading).frame["prediction"]
        together = kept["prediction"].iloc[number]
        assert alone == (pytest.approx(together, rel=1e-4, abs=1e-4) if task == "regression" else together)
