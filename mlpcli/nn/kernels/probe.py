"""A kernel that shows whether compiling works at all."""

import numpy as np

from mlpcli.nn.kernels import table
from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import exponential
from mlpcli.nn.scratch import FloatArray


def refuse_broken() -> None:
    """Raise whatever a broken compiler raises, or ArithmeticError if it computes wrongly."""
    assert table.KERNELS
    numbers: FloatArray = np.array([0.0, 1.0], np.float32)
    exponentials(numbers)
    if not np.allclose(numbers, [1.0, np.e]):
        raise ArithmeticError("compiled code computes wrongly")


@compiled
def exponentials(numbers: FloatArray) -> None:
    """e^x in place."""
    for place in range(len(numbers)):
        numbers[place] = exponential(numbers[place])
