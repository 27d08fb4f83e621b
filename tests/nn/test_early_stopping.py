"""EarlyStopping by itself: what counts as better, what is kept, when patience has run out."""

import math

import numpy as np
import pytest

from mlpcli.nn.early_stopping import EarlyStopping


def updates(stopping: EarlyStopping, scores: list[float]) -> list[bool]:
    """Epoch n has the weights [n, n]."""
    return [
        stopping.update(epoch, score, np.full(2, float(epoch))) for epoch, score in enumerate(scores, start=1)
    ]


def test_keeps_the_best() -> None:
    stopping = EarlyStopping(None)
    assert updates(stopping, [3.0, 2.0, 2.5, 1.0, 4.0]) == [True, True, False, True, False]
    assert (stopping.best_epoch, stopping.best_score, stopping.waited) == (4, 1.0, 1)
    np.testing.assert_array_equal(stopping.best_values, [4.0, 4.0])


def test_higher_is_better() -> None:
    stopping = EarlyStopping(None, higher_is_better=True)
    assert updates(stopping, [0.3, 0.2, 0.5, 0.5, -1.0]) == [True, False, True, False, False]
    assert (stopping.best_epoch, stopping.best_score) == (3, 0.5)


def test_an_equal_score_is_no_progress() -> None:
    assert updates(EarlyStopping(None), [1.0, 1.0]) == [True, False]


@pytest.mark.parametrize(("higher", "sign"), [(False, 1.0), (True, -1.0)])
def test_min_delta(higher: bool, sign: float) -> None:
    """Progress is measured from the best epoch, not from the one before."""
    stopping = EarlyStopping(None, 0.5, higher_is_better=higher)
    assert updates(stopping, [sign * score for score in (4.0, 3.75, 3.5, 3.25, 3.0)]) == [
        *[True, False, False, True, False]
    ]
    assert stopping.best_score == sign * 3.25


def test_the_weights_are_copied() -> None:
    stopping, values = EarlyStopping(None), np.zeros(3, np.float32)
    stopping.update(1, 1.0, values)
    values[:] = 9.0
    stopping.update(2, 2.0, values)
    assert stopping.best_values is not None
    np.testing.assert_array_equal(stopping.best_values, 0.0)
    assert stopping.best_values.dtype == np.float32


def test_patience() -> None:
    stopping = EarlyStopping(2)
    exhausted = []
    for epoch, score in enumerate([5.0, 6.0, 4.0, 4.0, 4.0, 3.0], start=1):
        stopping.update(epoch, score, np.zeros(1))
        exhausted.append(stopping.exhausted)
    assert exhausted == [False, False, False, False, True, False]


def test_without_patience_it_never_runs_out() -> None:
    stopping = EarlyStopping(None)
    updates(stopping, [1.0, *[2.0] * 1000])
    assert not stopping.exhausted


def test_before_the_first_score() -> None:
    stopping = EarlyStopping(1)
    assert not stopping.exhausted
    assert math.isnan(stopping.best_score)
    assert stopping.best_values is None


def test_no_number_loses_to_any_number() -> None:
    stopping = EarlyStopping(3)
    assert updates(stopping, [math.nan, 5.0, math.nan, 6.0, math.nan])[1:] == [True, False, False, False]
    assert (stopping.best_epoch, stopping.best_score) == (2, 5.0)
    assert stopping.exhausted
