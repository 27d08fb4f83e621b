"""Weights that died, and what is kept of their gradients, end as 0 and not as subnormal numbers."""

import copy
from typing import Any

import numpy as np
import pytest

from mlpcli.nn.batches import Examples
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import UPDATE_RULES
from tests.nn.runs import TRAINING, Run, StopAfter, settings

UNUSED = slice(0, 8)
"""The weights of the first input, which is 0 in every row here."""


def without_first_input() -> Examples:
    features = TRAINING.features.copy()
    features[:, 0] = 0.0
    return Examples(features, TRAINING.targets)


def subnormal(vector: FloatArray) -> int:
    return int(np.count_nonzero((vector != 0.0) & (np.abs(vector) < np.finfo(vector.dtype).tiny)))


def decaying(optimizer: str, seed: int = 0, **options: Any) -> Run:
    """A weight loses nine tenths a step: 38 steps are six epochs and two batches."""
    chosen = settings(optimizer=optimizer, l2=0.0, weight_decay=90.0, epochs=7)
    return Run(chosen, seed=seed, dropout=0.0, **options)


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_decayed_weights_become_zero(optimizer: str) -> None:
    run = decaying(optimizer).fit(without_first_input())
    assert np.all(run.values[UNUSED] == 0.0)
    assert subnormal(run.values) == 0
    assert run.state.values is not None
    assert run.state.values.tobytes() == run.values.tobytes()


def test_the_last_weights_of_a_training_that_was_stopped_are_clean_too() -> None:
    """In its first epoch, from a start with a weight that is subnormal already."""
    run = decaying("sgd")
    run.values[0] = 1e-40
    run.fit(without_first_input(), should_stop=StopAfter(2))
    assert run.records == []
    assert run.values[0] == 0.0


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_nothing_subnormal_is_kept_of_old_gradients(optimizer: str) -> None:
    """Numbers of 0.9 times the smallest normal one, in whose range 0.9 of a number may round up to it."""
    run = Run(settings(optimizer=optimizer, l2=0.0, epochs=1), dropout=0.0)
    for moment in run.trainer.optimizer.moments().values():
        moment[UNUSED] = 1.1e-38
    run.fit(without_first_input())
    for name, moment in run.state.moments.items():
        assert subnormal(moment) == 0, name


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_resumed_with_dead_weights_equals_unbroken(optimizer: str) -> None:
    examples = without_first_input()
    unbroken = decaying(optimizer).fit(examples)
    broken = decaying(optimizer).fit(examples, should_stop=StopAfter(6 * 6 + 3))
    resumed = decaying(optimizer, seed=9, state=copy.deepcopy(broken.state)).fit(examples)
    assert resumed.values.tobytes() == unbroken.values.tobytes()
