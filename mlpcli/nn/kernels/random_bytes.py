"""Random bytes within kernels: those that a generator of NumPy draws next, in 0.4 of its own time."""

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from mlpcli.nn.kernels.compiling import compiled

WORD = np.dtype(np.uint64)
WORD_BYTES = 8


def source_of(generator: np.random.Generator) -> tuple[int, int]:
    """The addresses of the function that draws 64 bits, and of the state that it changes.

    NumPy offers both to compiled code; they last as long as the generator.
    """
    functions = generator.bit_generator.ctypes
    address = ctypes.cast(functions.next_uint64, ctypes.c_void_p).value
    assert address is not None
    return address, functions.state_address


@compiled
def fill(words: npt.NDArray[np.uint64], address: int, state: int) -> None:
    """Draw 64 bits for each word."""
    for place in range(len(words)):
        words[place] = _next(address, state)


@intrinsic  # type: ignore[untyped-decorator]  # numba is not typed
def _next(typing_context: Any, address: Any, state: Any) -> tuple[Any, Any]:
    """A call of the function."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, word = ir.IntType(8).as_pointer(), ir.IntType(64)
        function = builder.inttoptr(arguments[0], ir.FunctionType(word, [pointer]).as_pointer())
        return builder.call(function, [builder.inttoptr(arguments[1], pointer)])

    return types.uint64(types.intp, types.intp), generate
