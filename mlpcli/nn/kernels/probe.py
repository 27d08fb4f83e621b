"""A kernel that shows whether compiling works at all."""

import numpy as np

from mlpcli.nn.kernels import table
from mlpcli.nn.kernels.blas import product_address
from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import exponential
from mlpcli.nn.kernels.products import times
from mlpcli.nn.scratch import FloatArray


def refuse_broken() -> None:
    """Raise whatever a broken compiler raises, or ArithmeticError if it computes wrongly."""
    assert table.KERNELS
    numbers: FloatArray = np.array([0.0, 1.0], np.float32)
    exponentials(numbers)
    left, right = np.arange(6.0, dtype=np.float32).reshape(2, 3), np.ones((3, 4), np.float32)
    out: FloatArray = np.zeros((2, 4), np.float32)
    if (address := product_address(out.dtype)) is not None:
        times(address, left, right, out)
    else:
        out[:] = left @ right
    if not np.allclose(numbers, [1.0, np.e]) or not np.array_equal(out, [[3.0] * 4, [12.0] * 4]):
        raise ArithmeticError("compiled code computes wrongly")


@compiled
def exponentials(numbers: FloatArray) -> None:
    """e^x in place."""
    for place in range(len(numbers)):
        numbers[place] = exponential(numbers[place])
