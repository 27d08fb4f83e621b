"""Shares by greedy selection, against selections by hand."""

import numpy as np
import pytest

import mlpcli
from mlpcli.data.target import NumberTarget
from mlpcli.preparation.prepare import Prepared
from mlpcli.training import shares
from tests.training.test_race import QUICK, table
from tests.workflows.examples import prepared


def target_of(ready: Prepared) -> NumberTarget:
    target = ready.task.target
    assert isinstance(target, NumberTarget)
    return target


def test_greedy_selection_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that err on either side, and one that is far off: their errors cancel at equal shares."""
    ready = prepared(table(40), **QUICK)
    truth = np.zeros((40, 1))
    encoded = target_of(ready).encode(truth)
    outputs = {0: encoded + 1.0, 1: encoded - 1.0, 2: encoded + 9.0}
    monkeypatch.setattr(shares, "_held_out", lambda ready, own: (outputs[own[0]], truth, None))
    monkeypatch.setattr(shares, "ROWS_FOR_HALF", 0)
    found = shares._selected(ready, [0, 1, 2], [0, 1, 2], [0, 1, 2])  # type: ignore[list-item]
    assert found == pytest.approx([0.5, 0.5, 0.0])


def test_few_rows_draw_shares_towards_equal_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first alone is right; with as many rows as count half, its share is the mean of 1 and 1/2."""
    ready = prepared(table(40), **QUICK)
    truth = np.zeros((shares.ROWS_FOR_HALF, 1))
    encoded = target_of(ready).encode(truth)
    outputs = {0: encoded, 1: encoded + 1.0}
    monkeypatch.setattr(shares, "_held_out", lambda ready, own: (outputs[own[0]], truth, None))
    found = shares._selected(ready, [0, 1], [0, 1], [0, 1])  # type: ignore[list-item]
    assert found == pytest.approx([0.75, 0.25])


def test_predictions_are_the_mean_by_shares() -> None:
    model = mlpcli.train(table(200), **QUICK).model
    features = np.random.default_rng(0).standard_normal((5, model.network.n_in)).astype(np.float32)
    alone = [model.only([place]).outputs(features) for place in range(len(model.networks))]
    expected = sum(share * each for share, each in zip(model.shares, alone, strict=True))
    np.testing.assert_allclose(model.outputs(features), expected, rtol=1e-12)
