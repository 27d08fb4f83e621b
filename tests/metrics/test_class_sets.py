"""Sets of classes: exact on few rows by hand, and by how many new rows they cover."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.metrics.class_sets import ClassErrors, set_scores
from mlpcli.metrics.conformal import QUANTILES


def rows_of(*of_truth: float) -> tuple[Array, Array]:
    """Truth and probabilities of three classes, the true one being the last."""
    rest = [(1 - each) / 2 for each in of_truth]
    return np.full(len(of_truth), 2), np.column_stack([rest, rest, of_truth])


def errors_of(truth: Array, probabilities: Array, weights: Array | None = None) -> ClassErrors:
    found = ClassErrors.of(truth, probabilities, weights)
    assert found is not None
    return found


def test_few_rows_worked_by_hand() -> None:
    found = errors_of(*rows_of(0.3, 0.9, 0.6, 0.8))
    assert found.levels.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert found.sizes.tolist() == pytest.approx([0.1, 0.2, 0.4, 0.7])
    assert found.highest == pytest.approx(0.8)
    new = np.array([[0.31, 0.35, 0.34], [0.29, 0.61, 0.1], [0.05, 0.05, 0.9]])
    sets = {level: found.sets(new, level).sum(axis=1).tolist() for level in (0.1, 0.6, 0.61, 0.8)}
    # 0.6 * 5 = 3 rows have at least 0.6; 0.8 * 5 = 4 have at least 0.3.
    assert sets == {0.1: [1, 1, 1], 0.6: [1, 1, 1], 0.61: [3, 1, 1], 0.8: [3, 1, 1]}
    assert found.sets(new, 0.8).tolist() == [[True, True, True], [False, True, False], [False, False, True]]


def test_equal_rows_but_for_their_last_bits() -> None:
    found = errors_of(*rows_of(0.7, 0.3, 0.3, 0.3))
    same = np.array([[0.7, 0.0, 0.3 - 3e-8]])
    assert found.sets(same, 0.8).tolist() == [[True, False, True]]
    assert found.sets(same - [[0, 0, 1e-5]], 0.8).tolist() == [[True, False, False]]


def test_no_set_is_empty() -> None:
    truth, probabilities = rows_of(1.0, 1.0, 1.0, 1.0)
    unsure = np.array([[0.5, 0.3, 0.2], [0.2, 0.4, 0.4]])
    sets = errors_of(truth, probabilities).sets(unsure, 0.5)
    assert sets.tolist() == [[True, False, False], [False, True, False]]


@given(data=st.data(), level=st.floats(0.05, 0.95))
def test_each_of_some_rows_as_the_new_one(data: st.DataObject, level: float) -> None:
    """The promise itself, without chance: of n + 1 rows, each predicted from the n others, at least the level
    is covered; and no more than it asks for, if no two sizes are alike and no set had to be filled."""
    rows = data.draw(st.integers(math.ceil(1 / (1 - level)) + 1, 40))
    of_truth = data.draw(st.lists(st.integers(0, 1000), min_size=rows, max_size=rows))
    truth, probabilities = rows_of(*(each / 1000 for each in of_truth))
    covered, within = 0, 0
    for new in range(rows):
        others = np.arange(rows) != new
        found = errors_of(truth[others], probabilities[others])
        covered += bool(found.sets(probabilities[[new]], level)[0, 2])
        size = found.sizes[np.searchsorted(found.levels, level * (1 - 1e-12))]
        within += bool(1 - probabilities[new, 2] <= size + 1e-9)
    wanted = math.ceil(level * rows * (1 - 1e-12))
    assert covered >= within >= wanted
    if len(set(of_truth)) == rows:
        assert within == wanted


@pytest.mark.parametrize("rows", [30, 500, 3000])
@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize("sureness", [0.3, 1.0, 3.0])
def test_new_rows_are_covered(rows: int, level: float, sureness: float) -> None:
    """Four classes that are hard to tell, also where the probabilities are too sure or not sure enough."""
    generator = np.random.default_rng(0)

    def draw(count: int) -> tuple[Array, Array]:
        scores = generator.normal(size=(count, 4))
        truth = (scores + generator.gumbel(size=scores.shape)).argmax(axis=1)
        said = np.exp(sureness * scores)
        return truth, said / said.sum(axis=1, keepdims=True)

    shares = []
    for _ in range(80):
        found = errors_of(*draw(rows))
        truth, probabilities = draw(1000)
        shares.append(set_scores(truth, found.sets(probabilities, level), None).coverage)
    mean, spread = np.mean(shares), np.std(shares) / np.sqrt(80)
    granularity = max(1 / (rows + 1), 2 / QUANTILES)
    assert mean > level - 4 * spread
    # The most probable class alone covers 0.46.
    assert mean < level + granularity + 4 * spread + (0.05 if level == 0.5 else 0)


def test_weights_worked_by_hand() -> None:
    """Mean weight 8 / 3, one further row of it: 6, 7 and 8 of 8 + 8 / 3 are reached."""
    truth, probabilities = rows_of(0.9, 0.6, 0.3)
    found = errors_of(truth, probabilities, np.array([6.0, 1.0, 1.0]))
    assert found.sizes.tolist() == pytest.approx([0.1, 0.1, 0.7])
    turned = errors_of(truth, probabilities, np.array([1.0, 1.0, 6.0]))
    assert turned.sizes.tolist() == pytest.approx([0.7, 0.7, 0.7])
    without = errors_of(truth, probabilities, np.array([1.0, 1.0, 0.0]))
    assert without.sizes.tolist() == pytest.approx([0.1, 0.4])


def test_what_is_stored_is_small_and_in_order() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet([1, 1, 1], 50_000)
    found = errors_of(generator.integers(0, 3, 50_000), probabilities)
    assert found.levels.shape == found.sizes.shape
    assert len(found.levels) <= QUANTILES
    assert (np.diff(found.sizes) >= 0).all()
    assert found.highest == pytest.approx(1 - 1 / 50_001)


def test_no_rows() -> None:
    truth, probabilities = rows_of(0.9, 0.6)
    assert ClassErrors.of(truth[:0], probabilities[:0], None) is None
    assert ClassErrors.of(truth, probabilities, np.zeros(2)) is None
    assert errors_of(*rows_of(0.9)).sets(np.zeros((0, 3)), 0.5).shape == (0, 3)


def test_scores_by_hand() -> None:
    truth = np.array([0, 0, 1, 1])
    inside = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0], [1, 1, 1]], dtype=bool)
    found = set_scores(truth, inside, None)
    assert (found.coverage, found.mean_size, found.single) == (0.75, 2.0, 0.25)
    np.testing.assert_array_equal(found.coverage_of_each, [0.5, 1, np.nan])
    np.testing.assert_array_equal(found.sizes_of_each, [1.5, 2.5, np.nan])
    weighted = set_scores(truth, inside, np.array([3.0, 1, 0, 4]))
    assert (weighted.coverage, weighted.mean_size, weighted.single) == (7 / 8, 17 / 8, 3 / 8)
    np.testing.assert_array_equal(weighted.coverage_of_each, [0.75, 1, np.nan])
    np.testing.assert_array_equal(weighted.sizes_of_each, [1.25, 3, np.nan])
