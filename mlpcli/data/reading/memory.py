"""Arrays whose memory goes back to the system as soon as they are dropped."""

import math
import mmap

import numpy as np
import numpy.typing as npt

from mlpcli.arrays import Array

LEAST_BYTES = 1 << 20


def own_pages(shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """An array of zeros on pages of its own if it is large; those never written to take no memory."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size < LEAST_BYTES:
        return np.zeros(shape, dtype)
    return np.frombuffer(mmap.mmap(-1, size), dtype).reshape(shape)
