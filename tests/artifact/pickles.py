"""Instructions of a pickle, written by hand."""

import struct
from collections.abc import Callable
from typing import Any

START, STOP = b"\x80\x04", b"."
NONE, FALSE, EMPTY_DICT, EMPTY_TUPLE = b"N", b"\x89", b"}", b")"
TUPLE1, TUPLE2, CALL, BUILD, SET_ITEM, MEMOIZE = b"\x85", b"\x86", b"R", b"b", b"s", b"\x94"
NEW_OBJECT, NEW_OBJECT_EX = b"\x81", b"\x92"


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def several(*items: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(items) + b"t"


def name(module: str, attribute: str) -> bytes:
    """What a module calls so, imported if need be."""
    return text(module) + text(attribute) + b"\x93"


def call(function: bytes, *arguments: bytes) -> bytes:
    return function + several(*arguments) + CALL


def doubled(times: int) -> bytes:
    """A tuple of two of the same, each of two of the same, ...: small, but endless to walk through."""
    return EMPTY_TUPLE + MEMOIZE + b"".join(b"h" + bytes([at]) + TUPLE2 + MEMOIZE for at in range(times))


def deep(times: int) -> bytes:
    """A tuple in a tuple in a tuple ..."""
    return EMPTY_TUPLE + TUPLE1 * times


DTYPE = name("numpy", "dtype")
FLOATS = (
    call(DTYPE, text("f8"), FALSE, FALSE)
    + several(number(3), text("<"), NONE, NONE, NONE, number(-1), number(-1), number(0))
    + BUILD
)


def array(shape: bytes, dtype: bytes = FLOATS, order: bytes = text("C"), values: bytes = b"") -> bytes:
    """An array as joblib writes it: how it is stored, a padding of no bytes, its values."""
    state = {"subclass": name("numpy", "ndarray"), "shape": shape, "order": order, "dtype": dtype}
    fields = b"".join(text(key) + value + SET_ITEM for key, value in state.items())
    wrapper = name("joblib.numpy_pickle", "NumpyArrayWrapper") + EMPTY_TUPLE + NEW_OBJECT
    return wrapper + EMPTY_DICT + fields + BUILD + b"\x00" + values


class Caller:
    """Pickles as a call of a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._call = function, arguments

    def __reduce__(self) -> Any:
        return self._call
