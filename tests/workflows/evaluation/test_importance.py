"""How much worse a metric gets when a column is shuffled."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.model import Model
from mlpcli.workflows.evaluation.importance import shuffled_rows
from tests.workflows.evaluated import INPUTS, NAMES, QUICK, table


@pytest.mark.parametrize("name", NAMES)
def test_importance_finds_what_matters(models: dict[str, Model], name: str) -> None:
    found = mlpcli.evaluate(models[name], table(), importance=True, seed=2).importance
    assert found is not None
    assert found.metric == ("r2" if name == "value" else "log_loss")
    assert set(found.columns) == set(INPUTS)
    drops = {column: each.drop for column, each in found.columns.items()}
    assert list(drops.values()) == sorted(drops.values(), key=lambda drop: -(drop or 0))
    largest = {"value": "a", "yes": "a", "class": "b"}.get(name)
    if largest is not None:
        assert next(iter(drops)) == largest
    noise, cause = found.columns["colour"].interval, found.columns[next(iter(drops))].interval
    assert noise is not None
    assert cause is not None
    assert noise[0] <= 0 <= noise[1]
    assert cause[0] > 0


@pytest.mark.parametrize("column", ["a", "colour"])
def test_importance_is_the_rise_of_the_error_of_shuffled_cells(models: dict[str, Model], column: str) -> None:
    """Against predictions for a table whose cells were shuffled here; a category is several inputs."""
    frame, generator = table(), np.random.default_rng(0)
    found = mlpcli.evaluate(
        models["value"], frame, importance=True, importance_metric="mae", importance_repeats=30
    )
    assert found.importance is not None
    errors = []
    for _ in range(30):
        shuffled = frame.assign(**{column: generator.permutation(frame[column])})
        errors.append(mlpcli.evaluate(models["value"], shuffled).metrics["mae"] or 0)
    rise = float(np.mean(errors)) - (found.metrics["mae"] or 0)
    assert found.importance.columns[column].drop == pytest.approx(rise, rel=0.05, abs=0.01)


def test_rows_of_weight_0_change_nothing() -> None:
    """Neither a sample nor what is shuffled into the other rows comes from them."""
    train = table(seed=1).assign(weight=1.0)
    model = mlpcli.train(train[[*INPUTS, "value", "weight"]], "value", weight="weight", **QUICK).model
    frame = table().assign(weight=1.0)
    strange = frame.assign(a=1000.0, b=-1000.0, weight=0.0)
    both = pd.concat([frame, strange], ignore_index=True)
    plain, padded = (mlpcli.evaluate(model, each, importance=True).importance for each in (frame, both))
    assert plain == padded


def test_cells_are_drawn_as_often_as_their_rows_weigh() -> None:
    """Of equal weights each once: a permutation."""
    weights = np.array([0.5, 1.0, 1.0, 1.0, 1.0, 4.0])
    part = EncodedRows(np.zeros((6, 1)), np.zeros(6), weights)
    drawn = [shuffled_rows(part, np.random.default_rng(seed)) for seed in range(2_000)]
    counts = np.bincount(np.concatenate(drawn))
    np.testing.assert_allclose(counts / counts.sum(), weights / weights.sum(), atol=0.01)
    equal = EncodedRows(part.features, part.truth, np.full(6, 0.1))
    assert sorted(shuffled_rows(equal, np.random.default_rng(0))) == list(range(6))


def test_the_interval_is_that_of_shufflings_and_resamples(models: dict[str, Model]) -> None:
    """Within the chance of 200 draws, of which the ends of a middle 80 % vary by a tenth of its width."""
    frame, generator = table(), np.random.default_rng(0)
    found = mlpcli.evaluate(
        *(models["value"], frame), importance=True, importance_metric="mae", importance_repeats=20, level=0.8
    ).importance
    assert found is not None

    def sizes(of: pd.DataFrame) -> Any:
        return (mlpcli.predict(models["value"], of).frame["prediction"] - frame["value"]).abs().to_numpy()

    plain = sizes(frame)
    for column in ("a", "b"):
        drops = []
        for _ in range(40):
            rises = sizes(frame.assign(**{column: generator.permutation(frame[column])})) - plain
            drops += [rises[generator.integers(0, 300, 300)].mean() for _ in range(50)]
        low, high = np.quantile(drops, [0.1, 0.9])
        interval = found.columns[column].interval
        assert interval is not None
        assert interval == pytest.approx((low, high), abs=0.3 * (high - low))
