"""Array types of the room, and reusable scratch memory."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
IndexArray: TypeAlias = npt.NDArray[np.intp]
AnyArray: TypeAlias = npt.NDArray[Any]


class Scratch:
    """Named arrays, made once for the largest number of rows asked for and then handed out again."""

    def __init__(self) -> None:
        self._arrays: dict[str, AnyArray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> AnyArray:
        """An uninitialised array of `shape`; the same memory for the same name until more rows are needed."""
        array = self._arrays.get(name)
        rows = shape[0]
        if array is None or len(array) < rows or array.shape[1:] != shape[1:] or array.dtype != dtype:
            array = self._arrays[name] = np.empty(shape, dtype)
        return array if len(array) == rows else array[:rows]
