"""The pass over the rows: which are drawn as a sample, and that chunks make no difference."""

from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.data.reading import stream as data_rows
from mlpcli.model.effects.inputs import Rows
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.workflows.evaluation import scored_rows
from tests.workflows.evaluated import INPUTS, QUICK, table


def part(numbers: Any) -> EncodedRows:
    values = np.asarray(numbers, np.float32)
    return EncodedRows(values[:, None], values.astype(float)[:, None], None)


def with_source(part: EncodedRows) -> Rows:
    return Rows(part.features, {"x": part.truth[:, 0]})


def drawn(sizes: list[int], rows: int, seed: int = 0) -> list[float]:
    sample = scored_rows._Sample(rows, np.random.default_rng(seed))
    start = 0
    for size in sizes:
        added = part(np.arange(start, start + size))
        sample.add(added, with_source(added))
        start += size
    assert sample.rows is not None
    kept, with_sources = sample.rows
    assert (kept.features == kept.truth).all()
    assert (with_sources.matrix == kept.features).all()
    assert (with_sources.sources["x"] == kept.truth[:, 0]).all()
    return [float(each) for each in kept.features[:, 0]]


def test_chunks_make_no_difference() -> None:
    whole = drawn([100], 10)
    assert len(set(whole)) == 10
    assert whole == drawn([1, 0, 49, 50], 10)
    assert sorted(drawn([5, 5], 20)) == list(range(10))


def test_every_row_is_as_likely() -> None:
    counts = np.zeros(40)
    for seed in range(1000):
        counts[np.array(drawn([10, 30], 8, seed), int)] += 1
    # 200 are expected of each, with a standard deviation of 12.6.
    assert counts.sum() == 8000
    assert (np.abs(counts - 200) < 5 * 12.6).all()


def test_small_chunks_give_the_same_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    model = mlpcli.train(table(seed=1)[[*INPUTS, "yes"]], "yes", **QUICK).model
    monkeypatch.setattr("mlpcli.workflows.evaluate.MOST_ROWS", 150)
    settings: dict[str, Any] = {"importance": True, "bootstrap": 100, "by": ("region", "size")}
    whole = mlpcli.evaluate(model, table(), **settings)
    monkeypatch.setattr(data_rows.RowStream.__init__, "__defaults__", (17,))
    chunked = mlpcli.evaluate(model, table(), **settings)
    assert whole.importance is not None
    assert whole.importance.rows == 150
    assert chunked.metrics == pytest.approx(whole.metrics)
    assert chunked.importance is not None
    for name, each in whole.importance.columns.items():
        assert chunked.importance.columns[name].drop == pytest.approx(each.drop)
    assert list(chunked.slices["size"]) == list(whole.slices["size"])
    for value, scores in whole.slices["size"].items():
        assert chunked.slices["size"][value].metrics == pytest.approx(scores.metrics)
