"""Means over networks epoch by epoch, compared with NumPy's of padded tables."""

import time

import numpy as np
import pytest

from mlpcli.workflows.comparing.compared_file import TRAIN_LOSS
from mlpcli.workflows.comparing.courses import NetworkHistory, course_of, values_at_best


def networks(*losses: list[float | None]) -> list[NetworkHistory]:
    return [NetworkHistory([{TRAIN_LOSS: loss} for loss in each], None) for each in losses]


@pytest.mark.parametrize("seed", range(3))
def test_means(seed: int) -> None:
    generator = np.random.default_rng(seed)
    losses = [generator.random(length).tolist() for length in generator.integers(1, 20, 6)]
    last = max(map(len, losses))
    padded = [each + each[-1:] * (last - len(each)) for each in losses]
    course = course_of(networks(*losses))
    assert course is not None
    assert course.epochs == last
    np.testing.assert_allclose(
        np.array(course.losses[TRAIN_LOSS], float), np.mean(padded, axis=0), rtol=1e-12
    )


def test_missing_values_are_left_out() -> None:
    course = course_of(networks([0.5, None, 0.1], [None, None, 0.3]))
    assert course is not None
    assert course.losses[TRAIN_LOSS] == [0.5, None, 0.2]


def test_no_epoch() -> None:
    assert course_of([]) is None
    assert course_of([NetworkHistory([], None)]) is None
    assert values_at_best([NetworkHistory([], 3)]) == {}


def test_a_best_epoch_that_is_not_there_is_left_out() -> None:
    found = values_at_best([NetworkHistory([{TRAIN_LOSS: 0.5}], 7), NetworkHistory([{TRAIN_LOSS: 0.25}], 1)])
    assert found == {TRAIN_LOSS: 0.25}


def test_one_long_network_among_many_short_ones() -> None:
    """Padded, these were 400 million values."""
    long, short = networks([0.5] * 20_000, [0.25])
    start = time.perf_counter()
    course = course_of([long, *[short] * 20_000])
    assert course is not None
    assert course.losses[TRAIN_LOSS][-1] == pytest.approx((0.5 + 20_000 * 0.25) / 20_001)
    assert time.perf_counter() - start < 10
