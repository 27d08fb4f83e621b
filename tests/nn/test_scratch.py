"""New arrays start with a cache line, and so do all that a training step works in."""

from collections.abc import Iterator

import numpy as np
import pytest

from mlpcli.nn.layers import Dense
from mlpcli.nn.optimizers import Adam
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import CACHE_LINE, AnyArray, Scratch, aligned
from mlpcli.nn.workspace import Workspace

SHAPES = [(0,), (), (1,), (5,), (3, 7), (2, 3, 5), (40_000,)]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_aligned(shape: tuple[int, ...], dtype: type) -> None:
    for _ in range(20):  # as memory comes from elsewhere each time
        array = aligned(shape, dtype, fill=3)
        assert array.size == 0 or array.ctypes.data % CACHE_LINE == 0
        assert array.flags.c_contiguous
        np.testing.assert_array_equal(array, np.full(shape, 3, dtype), strict=True)


def test_arrays_do_not_overlap() -> None:
    arrays = [aligned((17,), np.float32, fill=number) for number in range(50)]
    assert [set(array) for array in arrays] == [{number} for number in range(50)]


def of_a_step() -> Iterator[AnyArray]:
    """One array of each owner, of sizes that end within a line."""
    parameters = ParameterVector([Dense(3, 7)], np.float32)
    yield from (parameters.values, parameters.gradients, *Adam(parameters).moments().values())
    workspace = Workspace([Dense(3, 7), Dense(7, 5)], 9, np.float32)
    yield from (*workspace.outputs, *workspace.deltas)
    yield Scratch()("name", (9, 7), np.dtype(np.float32))


def test_what_a_step_works_in_is_aligned() -> None:
    assert [array.ctypes.data % CACHE_LINE for _ in range(10) for array in of_a_step()] == [0] * 90
