"""Reusable scratch memory, and the array types of the room."""

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
IndexArray: TypeAlias = npt.NDArray[np.intp]
ByteArray: TypeAlias = npt.NDArray[np.uint8]
AnyArray: TypeAlias = npt.NDArray[Any]


QUIET = np.errstate(over="ignore", invalid="ignore", divide="ignore")
"""A decorator: divergence shows in the loss, not in NumPy's warnings."""

BOOLEAN = np.dtype(np.bool_)
INDEX = np.dtype(np.intp)
BYTE = np.dtype(np.uint8)

CACHE_LINE = 64
"""Bytes; of the processors that most have."""


def aligned(shape: tuple[int, ...], dtype: npt.DTypeLike, fill: float | None = None) -> AnyArray:
    """A new array that starts with a cache line, of undefined numbers unless `fill` is given.

    NumPy's own start anywhere at a multiple of 16 bytes, and then half of the vectors that a processor loads
    lie in two lines: adam takes 26 µs instead of 22 for 16,384 parameters, a sum in place 2.4 instead of 1.9.
    """
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + CACHE_LINE, BYTE)
    start = -memory.ctypes.data % CACHE_LINE
    array = memory[start : start + size].view(dtype).reshape(shape)
    if fill is not None:
        array.fill(fill)
    return array


class Scratch:
    """Named arrays, made once for the largest number of rows asked for and then handed out again.

    Rows are the second axis from the right, or the only one.
    """

    def __init__(self) -> None:
        self._whole: dict[str, AnyArray] = {}
        self._last: dict[str, AnyArray] = {}

    def __call__(
        self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], fill: float | None = None
    ) -> AnyArray:
        """An array of `shape`, the same memory for the same name until more rows are needed.

        A new one holds `fill`; a reused one keeps its values.
        """
        array = self._last.get(name)
        # NumPy has one object for each builtin dtype, so `is` will do.
        if array is None or array.shape != shape or array.dtype is not dtype:
            array = self._last[name] = self._make(name, shape, dtype, fill)
        return array

    def _make(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], fill: float | None) -> AnyArray:
        axis = max(len(shape) - 2, 0)
        whole = self._whole.get(name)
        if whole is None or whole.dtype != dtype or not _is_slice(whole.shape, shape, axis):
            whole = self._whole[name] = aligned(shape, dtype, fill)
        return whole[(*(slice(None),) * axis, slice(shape[axis]))]


def _is_slice(whole: tuple[int, ...], part: tuple[int, ...], axis: int) -> bool:
    """Whether an array of shape `part` is the first rows of one of shape `whole`."""
    if len(whole) != len(part) or whole[axis] < part[axis]:
        return False
    return whole[:axis] == part[:axis] and whole[axis + 1 :] == part[axis + 1 :]
