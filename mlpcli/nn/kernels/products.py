"""Matrix products within kernels, by the function that `blas` finds: with the bits of `np.dot`, a µs less."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.kernels.elementary import ONE, ZERO
from mlpcli.nn.scratch import FloatArray

ROW_MAJOR, AS_IT_IS, TRANSPOSED = 101, 111, 112
"""What C programs call CblasRowMajor, CblasNoTrans and CblasTrans."""


@compiled
def times(address: int, left: FloatArray, right: FloatArray, out: FloatArray) -> None:
    """out = left right, all of them whole arrays, row by row in memory."""
    rows, inner = left.shape
    columns = right.shape[1]
    one, zero = left.dtype.type(ONE), left.dtype.type(ZERO)
    _gemm(
        address, AS_IT_IS, AS_IT_IS, rows, columns, inner, one,
        left.ctypes.data, inner, right.ctypes.data, columns, zero, out.ctypes.data, columns,
    )  # fmt: skip


@compiled
def transposed_times(address: int, left: FloatArray, right: FloatArray, out: FloatArray) -> None:
    """out = leftᵀ right."""
    inner, rows = left.shape
    columns = right.shape[1]
    one, zero = left.dtype.type(ONE), left.dtype.type(ZERO)
    _gemm(
        address, TRANSPOSED, AS_IT_IS, rows, columns, inner, one,
        left.ctypes.data, rows, right.ctypes.data, columns, zero, out.ctypes.data, columns,
    )  # fmt: skip


@compiled
def times_transposed(address: int, left: FloatArray, right: FloatArray, out: FloatArray) -> None:
    """out = left rightᵀ."""
    rows, inner = left.shape
    columns = right.shape[0]
    one, zero = left.dtype.type(ONE), left.dtype.type(ZERO)
    _gemm(
        address, AS_IT_IS, TRANSPOSED, rows, columns, inner, one,
        left.ctypes.data, inner, right.ctypes.data, inner, zero, out.ctypes.data, columns,
    )  # fmt: skip


@intrinsic  # type: ignore[untyped-decorator]  # numba is not typed
def _gemm(
    typing_context: Any,
    address: Any,
    left_order: Any,
    right_order: Any,
    rows: Any,
    columns: Any,
    inner: Any,
    one: Any,
    left: Any,
    left_width: Any,
    right: Any,
    right_width: Any,
    zero: Any,
    out: Any,
    out_width: Any,
) -> tuple[Any, Any]:
    """A call of `cblas_sgemm` or `cblas_dgemm`, with the sizes as numbers of 64 bits."""
    whole = (types.intp,) * 6
    signature = types.void(*whole, one, *(types.intp,) * 4, one, types.intp, types.intp)
    integer, size, pointer = ir.IntType(32), ir.IntType(64), ir.IntType(8).as_pointer()
    number = ir.FloatType() if one == types.float32 else ir.DoubleType()
    of_arguments = [
        *[integer, integer, integer, size, size, size, number],
        *[pointer, size, pointer, size, number, pointer, size],
    ]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, *given = arguments
        function = builder.inttoptr(address, ir.FunctionType(ir.VoidType(), of_arguments).as_pointer())
        converted = [ir.Constant(integer, ROW_MAJOR)]
        for argument, kind in zip(given, of_arguments[1:], strict=True):
            if kind == integer:
                converted.append(builder.trunc(argument, integer))
            elif kind == pointer:
                converted.append(builder.inttoptr(argument, pointer))
            else:
                converted.append(argument)
        builder.call(function, converted)
        return context.get_dummy_value()

    return signature, generate
