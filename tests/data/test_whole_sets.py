"""Equal rows are on one side of a split, the shares stay those that were asked for."""

import numpy as np
import numpy.typing as npt
import pytest

from mlpcli.data.split import folds, split_rows

RANDOM = np.random.default_rng(0)
SETS = RANDOM.integers(0, 300, 1000)
CLASSES = np.array(["a", "b", "c"])[(SETS * 7 % 20 > 10).astype(int) + (SETS % 20 == 0)]


def split(
    fraction: float, alike: npt.NDArray[np.intp], classes: npt.NDArray[np.str_] | None = None, seed: int = 0
) -> tuple[set[int], set[int], npt.NDArray[np.intp]]:
    """The sets on both sides, and the rows held."""
    kept, held = split_rows(
        np.arange(len(alike)), fraction, np.random.default_rng(seed), classes, alike=alike
    )
    return set(alike[kept].tolist()), set(alike[held].tolist()), held


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5])
def test_no_set_is_parted(fraction: float, seed: int) -> None:
    kept, held, rows = split(fraction, SETS, seed=seed)
    assert not kept & held
    assert abs(len(rows) - fraction * 1000) <= 10


def test_classes_give_their_shares() -> None:
    kept, held, rows = split(0.2, SETS, CLASSES)
    assert not kept & held
    for name in "abc":
        of_class = np.flatnonzero(name == CLASSES)
        assert abs(np.isin(rows, of_class).sum() - 0.2 * len(of_class)) <= 10


def test_sets_are_drawn_at_random() -> None:
    twice = np.repeat(np.arange(500), 2)
    sides = [split(0.2, twice, seed=seed)[1] for seed in range(20)]
    assert all(abs(len(side) - 100) <= 1 for side in sides)
    often = np.bincount([number for side in sides for number in side], minlength=500)
    assert often.max() < 14
    assert 230 < np.mean([np.mean(list(side)) for side in sides]) < 270


def test_rows_of_which_none_are_equal_are_split_as_without_sets() -> None:
    rows = np.arange(100)
    for classes in (None, CLASSES[:100]):
        alone = split_rows(rows, 0.2, np.random.default_rng(3), classes)
        with_sets = split_rows(rows, 0.2, np.random.default_rng(3), classes, alike=rows[::-1])
        assert [each.tolist() for each in alone] == [each.tolist() for each in with_sets]


def test_a_large_set_stays_whole_and_others_are_held() -> None:
    alike = np.concatenate([np.zeros(60, int), np.arange(1, 41)])
    kept, held, rows = split(0.2, alike)
    assert 0 in kept
    assert 0 not in held
    assert len(rows) >= 5


def test_where_nothing_could_be_held_the_rows_are_parted() -> None:
    alike = np.repeat([0, 1], 10)
    assert len(split(0.2, alike)[2]) == 4
    assert len(split(0.2, alike, np.array(["a", "b"])[alike])[2]) == 4


def test_each_class_keeps_a_row() -> None:
    alike = np.array([0, 0, 0, 1, 1, 1, *range(2, 50)])
    classes = np.array(["rare"] * 6 + ["usual"] * 48)
    for seed in range(10):
        kept, _, _ = split(0.5, alike, classes, seed)
        assert kept & {0, 1}


@pytest.mark.parametrize("classes", [None, CLASSES], ids=["plain", "classes"])
def test_folds_hold_whole_sets(classes: npt.NDArray[np.str_] | None) -> None:
    rows = np.arange(1000)
    dealt = list(folds(rows, 5, np.random.default_rng(0), classes, alike=SETS))
    assert sorted(row for _, held in dealt for row in held.tolist()) == rows.tolist()
    for kept, held in dealt:
        assert not set(SETS[kept]) & set(SETS[held])
        assert abs(len(held) - 200) <= 10
        if classes is not None:
            shares = [np.mean(part == "b") for part in (classes, classes[held])]
            assert shares[0] == pytest.approx(shares[1], abs=0.03)


def test_rows_that_are_equal_to_none_are_in_the_fold_of_before() -> None:
    rows = np.arange(100)
    alike = np.where(rows < 6, rows % 3, rows)
    alone = list(folds(rows, 5, np.random.default_rng(0)))
    together = list(folds(rows, 5, np.random.default_rng(0), alike=alike))
    for (_, before), (_, held) in zip(alone, together, strict=True):
        assert before[before >= 6].tolist() == held[held >= 6].tolist()
        assert before[before < 3].tolist() == held[held < 3].tolist()


def test_few_large_sets_are_dealt_in_turn() -> None:
    alike = np.repeat(np.arange(6), 10)
    for seed in range(20):
        dealt = list(folds(np.arange(60), 5, np.random.default_rng(seed), alike=alike))
        assert sorted(len(held) for _, held in dealt) == [10, 10, 10, 10, 20]


def test_more_folds_than_different_rows_part_them() -> None:
    dealt = list(folds(np.arange(12), 4, np.random.default_rng(0), alike=np.repeat([0, 1, 2], 4)))
    assert [len(held) for _, held in dealt] == [3, 3, 3, 3]
