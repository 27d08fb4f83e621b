"""The chosen threshold against every threshold that decides differently, tried one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlpcli.arrays import Array
from mlpcli.metrics.thresholds import RULES, best_threshold, cost
from tests.metrics.examples import sampled

OBJECTIVES = RULES | {"cost": cost(1.0, 5.0), "another cost": cost(2.0, 0.5)}


def value(name: str, truth: Array, yes: Array, weights: Array) -> float:
    tp, fp = weights[(truth == 1) & yes].sum(), weights[(truth == 0) & yes].sum()
    fn, right = weights[(truth == 1) & ~yes].sum(), weights[(truth == 0) & ~yes].sum()
    if name == "f1":
        return float(2 * tp / (2 * tp + fp + fn))
    if name == "youden":
        return float(tp / (tp + fn) + right / (right + fp) - 1)
    fp_cost, fn_cost = (1.0, 5.0) if name == "cost" else (2.0, 0.5)
    return -float(fp_cost * fp + fn_cost * fn)


@pytest.mark.parametrize("name", OBJECTIVES)
@sampled
@given(st.data())
def test_no_other_cut_is_better(name: str, data: st.DataObject) -> None:
    rows = data.draw(st.integers(2, 12))
    truth = data.draw(
        arrays(np.intp, rows, elements=st.integers(0, 1)).filter(lambda a: 0 < a.sum() < len(a))
    )
    probabilities = data.draw(arrays(np.intp, rows, elements=st.integers(0, 6))) / 6
    weights = data.draw(arrays(np.intp, rows, elements=st.integers(1, 3))) / 2
    chosen = best_threshold(truth, probabilities, weights, OBJECTIVES[name])
    assert chosen is not None
    assert 0 < chosen < 1
    reached = value(name, truth, probabilities >= chosen, weights)
    # Probabilities are sixths, so twelfths decide in every way that there is.
    tried = [value(name, truth, probabilities >= each, weights) for each in np.arange(1, 12) / 12]
    assert reached == pytest.approx(max(tried), abs=1e-9)


def test_of_equally_good_cuts_the_nearest_to_a_half() -> None:
    truth, given_ = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.2, 0.1])
    # Between the first two and between the last two every row but one is right.
    assert best_threshold(truth, given_ + 0.05, None, cost(1.0, 1.0)) == pytest.approx(0.2)
    assert best_threshold(truth, given_ - 0.05, None, cost(1.0, 1.0)) == pytest.approx(0.8)


def test_rows_of_weight_0_do_not_count() -> None:
    truth, given_ = np.array([0, 1, 1, 0]), np.array([0.2, 0.6, 0.3, 0.9])
    assert best_threshold(truth, given_, np.array([1.0, 1, 1, 0]), RULES["f1"]) == pytest.approx(0.25)


def test_costs_move_the_threshold() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.random(20_000)
    truth = (generator.random(20_000) < probabilities).astype(np.intp)
    chosen = best_threshold(truth, probabilities, None, cost(1.0, 4.0))
    # Of sure probabilities the best is FP / (FP + FN) (Elkan 2001).
    assert chosen == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("truth", [[0, 0], [1, 1], []])
def test_one_class_has_no_threshold(truth: list[int]) -> None:
    given_ = np.linspace(0.2, 0.8, len(truth))
    assert best_threshold(np.array(truth, np.intp), given_, None, RULES["youden"]) is None


def test_certain_probabilities() -> None:
    assert best_threshold(np.array([0, 1]), np.array([0.0, 1.0]), None, RULES["f1"]) == 0.5
    assert best_threshold(np.array([0, 1]), np.array([1.0, 1.0]), None, RULES["f1"]) == 0.5


def test_neighbouring_floats_are_told_apart() -> None:
    low = 0.5
    high = np.nextafter(low, 1)
    chosen = best_threshold(np.array([0, 1]), np.array([low, high]), None, RULES["f1"])
    assert chosen is not None
    assert low < chosen <= high
