"""Batches: the rows in the order asked for, gathered into the same memory again and again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.nn import batches as batches_module
from mlpcli.nn.batches import BLOCK_VALUES, Batches, Examples
from mlpcli.nn.scratch import AnyArray

BLOCK_ROWS = BLOCK_VALUES // 2
"""Rows of two features that are gathered at once."""


def examples(rows: int = 10, weighted: bool = True) -> Examples:
    """Row n has the features [n, -n], the target n + 100 and the weight n / 2."""
    numbers = np.arange(rows, dtype=np.float32)
    features = np.column_stack([numbers, -numbers])
    weights = (numbers / 2)[:, np.newaxis] if weighted else None
    return Examples(features, numbers[:, np.newaxis] + 100, weights)


@pytest.mark.parametrize(
    ("rows", "batch_size", "sizes"),
    [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 1, [1, 1, 1]), (5, 5, [5]), (5, 1000, [5]), (1, 3, [1])],
)
def test_sizes(rows: int, batch_size: int, sizes: list[int]) -> None:
    batches = Batches(examples(rows), batch_size)
    assert len(batches) == len(sizes)
    assert [len(batch) for batch in batches.in_order(np.arange(rows))] == sizes


def test_rows_keep_together_in_the_order_given() -> None:
    order = np.random.default_rng(0).permutation(10)
    seen: list[int] = []
    for batch in Batches(examples(), 4).in_order(order):
        numbers = batch.features[:, 0]
        np.testing.assert_array_equal(batch.features[:, 1], -numbers)
        np.testing.assert_array_equal(batch.targets[:, 0], numbers + 100)
        assert batch.weights is not None
        np.testing.assert_array_equal(batch.weights[:, 0], numbers / 2)
        seen += [int(number) for number in numbers]
    assert seen == order.tolist()


def test_without_weights() -> None:
    assert all(
        batch.weights is None for batch in Batches(examples(weighted=False), 4).in_order(np.arange(10))
    )


def test_class_numbers_stay_whole_numbers() -> None:
    classes = np.array([2, 0, 1, 1, 0])
    table = Examples(np.zeros((5, 1), np.float32), classes)
    targets = [batch.targets.copy() for batch in Batches(table, 2).in_order(np.array([4, 3, 2, 1, 0]))]
    assert [each.tolist() for each in targets] == [[0, 1], [1, 0], [2]]
    assert targets[0].dtype == classes.dtype


def test_the_memory_is_reused() -> None:
    batches = Batches(examples(), 4)
    first, second = ([batch.features for batch in batches.in_order(np.arange(10))] for _ in range(2))
    for before, after in zip(first, second, strict=True):
        assert np.shares_memory(before, after)
        assert after.flags.c_contiguous
        assert after.dtype == np.float32


@pytest.mark.parametrize("batch_size", [64, 1000, 3 * BLOCK_ROWS])
def test_many_rows_come_in_several_blocks(batch_size: int) -> None:
    rows = 2 * BLOCK_ROWS + 77
    order = np.random.default_rng(0).permutation(rows)
    batches = Batches(examples(rows), batch_size)
    sizes, seen = [], []
    for batch in batches.in_order(order):
        sizes.append(len(batch))
        seen += batch.features[:, 0].tolist()
        np.testing.assert_array_equal(batch.targets[:, 0], batch.features[:, 0] + 100)
    assert seen == order.tolist()
    assert len(sizes) == len(batches)
    assert set(sizes[:-1]) <= {batch_size}


def test_the_table_is_left_alone() -> None:
    table = examples()
    for batch in Batches(table, 4).in_order(np.arange(10)):
        batch.features[:] = np.nan
        batch.targets[:] = np.nan
    np.testing.assert_array_equal(table.features, examples().features)
    np.testing.assert_array_equal(table.targets, examples().targets)


def test_an_order_may_be_part_of_the_rows() -> None:
    batches = list(Batches(examples(), 4).in_order(np.array([7, 7])))
    assert [batch.features[:, 0].tolist() for batch in batches] == [[7.0, 7.0]]


@pytest.mark.parametrize("window", [None, 10, 11, 5_000])
def test_rows_that_fit_are_shuffled_all_together(window: int | None) -> None:
    table = replace(examples(), window=window)
    wanted = np.random.default_rng(3).permutation(10)
    np.testing.assert_array_equal(table.shuffled(np.random.default_rng(3)), wanted)


@given(st.integers(1, 3_000), st.integers(1, 600), st.integers(0, 3))
def test_a_window_draws_each_row_once(rows: int, window: int, seed: int) -> None:
    table = replace(examples(rows), window=window)
    order = table.shuffled(np.random.default_rng(seed))
    np.testing.assert_array_equal(np.sort(order), np.arange(rows))
    np.testing.assert_array_equal(order, table.shuffled(np.random.default_rng(seed)))


def test_a_window_draws_from_runs_that_are_from_all_over() -> None:
    rows, window = 200_000, 20_000
    order = replace(examples(rows), window=window).shuffled(np.random.default_rng(0))
    first = order[:window]
    assert len(first) == window
    parts = np.bincount(first // window, minlength=10)
    # Of the ten parts of the table each gives its share: 256 runs of 78 rows, a tenth of them of each part.
    assert (np.abs(parts - window / 10) < 0.4 * window / 10).all()
    assert np.abs(np.diff(first)).mean() > rows / 10  # neighbours are shuffled, too
    assert len(np.unique(first // 78)) < 2 * window / 78  # whole runs


@given(st.integers(1, 400), st.integers(1, 120), st.integers(1, 90))
def test_a_window_changes_no_batch(rows: int, window: int, batch_size: int) -> None:
    table = examples(rows)
    order = np.random.default_rng(rows).permutation(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches_module, "BLOCK_VALUES", 40)
        plain = [copied(each) for each in Batches(table, batch_size).in_order(order)]
        parts = Batches(replace(table, window=window), batch_size)
        some = [copied(each) for each in parts.in_order(order)]
    assert len(some) == len(plain) == len(parts)
    for one, other in zip(plain, some, strict=True):
        for array, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(array, same)


def copied(batch: Examples) -> tuple[AnyArray, AnyArray, AnyArray]:
    assert batch.weights is not None
    return batch.features.copy(), batch.targets.copy(), batch.weights.copy()
