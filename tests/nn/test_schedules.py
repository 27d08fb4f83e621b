"""Schedules: factors of the learning rate over the fraction of training done."""

import itertools
import math

import pytest

from mlpcli.nn.schedules import SCHEDULES, constant, cosine

FRACTIONS = [number / 100 for number in range(101)]


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_stays_between_zero_and_one(name: str) -> None:
    factors = [SCHEDULES[name](done) for done in FRACTIONS]
    assert min(factors) >= 0
    assert max(factors) == 1.0


def test_constant() -> None:
    assert {constant(done) for done in FRACTIONS} == {1.0}


def test_cosine() -> None:
    assert cosine(0.0) == 1.0
    assert cosine(1 / 3) == pytest.approx(0.75)
    assert cosine(0.5) == pytest.approx(0.5)
    assert cosine(0.75) == pytest.approx((1 - math.sqrt(0.5)) / 2)
    assert cosine(1.0) == pytest.approx(0.0, abs=1e-15)
    assert all(before > after for before, after in itertools.pairwise(map(cosine, FRACTIONS)))
