"""The function with which NumPy itself multiplies matrices, for kernels to call as well."""

import ctypes
import functools
import sys
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

LETTERS = {np.dtype(np.float32): "s", np.dtype(np.float64): "d"}
NAMES = ("scipy_cblas_{}gemm64_", "cblas_{}gemm64_", "cblas_{}gemm")
"""In NumPy's own packages, and in those of systems. Kernels pass sizes as numbers of 64 bits."""
SIZES_OF_32_BITS_DIFFER = sys.platform == "darwin"
"""There the arguments of a function that takes sizes of 32 bits, as the last name may, lie elsewhere."""


@functools.cache
def product_address(dtype: np.dtype[Any]) -> int | None:
    """Of the function for numbers of a type; None if NumPy's library is one whose functions are not known."""
    for library in threadpool_info():
        if library["user_api"] != "blas":
            continue
        functions = ctypes.CDLL(library["filepath"])
        for name in NAMES[:-1] if SIZES_OF_32_BITS_DIFFER else NAMES:
            function = getattr(functions, name.format(LETTERS[dtype]), None)
            if function is not None:
                return ctypes.cast(function, ctypes.c_void_p).value
    return None
