"""Read the dict of text, numbers and arrays that `joblib.dump` wrote, and nothing else.

A pickle is a program. This reader knows only the instructions that such a dict needs, and only three names,
each of which stands for a class of this file; nothing that a file says is ever called or imported. Sizes are
checked against the bytes left before anything is allocated, and instructions are counted.
"""

import os
import pickle
import re
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
from joblib.numpy_pickle import NumpyArrayWrapper, NumpyUnpickler

MOST_INSTRUCTIONS = 50_000
"""A model takes some hundreds. Without a limit, a byte in the file could become a hundred in memory."""


class RefusedError(Exception):
    """The file holds something that a model file does not need."""


class _Bounded:
    """A file that refuses, before allocating, to read more than is left of it."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size

    def read(self, count: int) -> bytes:
        if not 0 <= count <= self.left:
            raise RefusedError("it is cut short")
        return self._file.read(count)

    def readline(self) -> bytes:
        raise RefusedError("it holds a text instruction")

    def skip(self, count: int) -> None:
        if not 0 <= count <= self.left:
            raise RefusedError("it is cut short")
        self._file.seek(count, os.SEEK_CUR)

    @property
    def left(self) -> int:
        return self._size - self._file.tell()


class _ArrayClass:
    """Stands for `numpy.ndarray`, which is named as the class of every array."""


class _StoredDtype:
    """Stands for `numpy.dtype`: a kind and size, then a byte order."""

    def __init__(self, code: str, align: bool, copy: bool) -> None:
        if not isinstance(code, str) or not re.fullmatch(r"[fiu][1248]|b1", code):
            # Only a text is shown: the repr of tuples that hold each other could take for ever.
            raise RefusedError(f"it holds an array of type {code if isinstance(code, str) else '?':.20}")
        self.dtype = np.dtype(code)

    def set_state(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5:
            raise RefusedError("it holds an array of an unknown type")
        _version, order, *records = state[:5]  # subtype, names and fields: the parts of a type of several
        if order not in ("<", ">", "|", "="):
            raise RefusedError("it holds an array of an unknown byte order")
        if any(part is not None for part in records):
            raise RefusedError("it holds an array of records")
        self.dtype = self.dtype.newbyteorder(order)


class _StoredArray(NumpyArrayWrapper):  # type: ignore[misc]  # joblib has no types
    """Stands for joblib's wrapper; reads the array behind it after checking its size."""

    def __init__(self) -> None:
        super().__init__(_ArrayClass, (), "C", None)

    def set_state(self, state: Any) -> None:
        if not isinstance(state, dict) or not isinstance(state.get("dtype"), _StoredDtype):
            raise RefusedError("it holds an array without a type")
        shape = state.get("shape")
        if not isinstance(shape, tuple) or not all(type(side) is int and side >= 0 for side in shape):
            raise RefusedError("it holds an array without a shape")
        if state.get("order") not in ("C", "F") or len(shape) > 8:
            raise RefusedError("it holds an array of an unknown order")
        self.shape, self.order, self.stored_dtype = shape, state["order"], state["dtype"].dtype

    def read_from(self, file: _Bounded, skip: bool) -> Any:
        """The array, or None if skipped; before it stand a byte, the number of padding bytes, and these."""
        file.skip(file.read(1)[0])
        size = self.stored_dtype.itemsize
        for side in self.shape:
            size *= side
        if size > file.left:
            raise RefusedError("it is cut short")
        if skip:
            file.skip(size)
            return None
        flat = np.frombuffer(file.read(size), dtype=self.stored_dtype)
        return flat.reshape(self.shape, order=self.order).astype(
            self.stored_dtype.newbyteorder("="), order="C"
        )


_NAMES = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _StoredArray,
    ("numpy", "ndarray"): _ArrayClass,
    ("numpy", "dtype"): _StoredDtype,
}

_OPCODES = (
    *("PROTO", "FRAME", "STOP", "MARK", "MEMOIZE", "BINGET", "LONG_BINGET"),
    *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1"),
    *("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_DICT", "SETITEM", "SETITEMS"),
    *("STACK_GLOBAL", "NEWOBJ", "REDUCE", "BUILD"),
)


class _Counted(dict[int, Callable[[Any], None]]):
    """Instructions by their code; a limited number of them can be looked up."""

    left = MOST_INSTRUCTIONS

    def __getitem__(self, code: int) -> Callable[[Any], None]:
        self.left -= 1
        if self.left < 0:
            raise RefusedError(f"it holds more than {MOST_INSTRUCTIONS:,} instructions")
        return super().__getitem__(code)


class _Reader(NumpyUnpickler):  # type: ignore[misc]  # joblib has no types
    """joblib's unpickler with a short list of instructions and names."""

    dispatch: dict[int, Callable[[Any], None]] = {
        code: NumpyUnpickler.dispatch[code] for code in (getattr(pickle, name)[0] for name in _OPCODES)
    }

    def __init__(self, file: _Bounded, skip_arrays: bool) -> None:
        super().__init__("", file, ensure_native_byte_order=True)
        self._bounded, self._skip_arrays = file, skip_arrays
        self.dispatch = _Counted(type(self).dispatch)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise RefusedError(f"it refers to {module:.60}.{name:.60}")
        return _NAMES[module, name]

    def load_newobj(self) -> None:
        arguments, made = self.stack.pop(), self.stack.pop()
        if made is not _StoredArray or not isinstance(arguments, tuple) or arguments:
            raise RefusedError("it makes an object")
        self.append(_StoredArray())

    def load_reduce(self) -> None:
        arguments, made = self.stack.pop(), self.stack.pop()
        if made is not _StoredDtype or not isinstance(arguments, tuple):
            raise RefusedError("it makes a call")
        self.append(_StoredDtype(*arguments))

    def load_build(self) -> None:
        state, made = self.stack.pop(), self.stack[-1]
        if not isinstance(made, (_StoredArray, _StoredDtype)):
            raise RefusedError("it changes an object")
        made.set_state(state)
        if isinstance(made, _StoredArray):
            self.stack[-1] = made.read_from(self._bounded, self._skip_arrays)

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set([key, value])

    def load_setitems(self) -> None:
        self._set(self.pop_mark())

    def _set(self, items: list[Any]) -> None:
        # Nothing but a text is looked up: the hash of deep tuples crashes Python, and an array takes any key.
        made, keys, values = self.stack[-1], items[::2], items[1::2]
        if type(made) is not dict or not all(type(key) is str for key in keys):
            raise RefusedError("it changes an object")
        made.update(zip(keys, values, strict=True))

    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems


def read(file: BinaryIO, *, skip_arrays: bool = False) -> Any:
    """The object in a seekable file; arrays are None with `skip_arrays`. Raises RefusedError."""
    bounded = _Bounded(file, file.seek(0, os.SEEK_END))
    file.seek(0)
    try:
        read = _Reader(bounded, skip_arrays).load()
    except (RefusedError, MemoryError):
        raise
    except Exception:  # whatever goes wrong inside means the same: these are not the bytes we wrote
        raise RefusedError("its bytes cannot be decoded") from None
    if bounded.left:
        raise RefusedError("bytes follow its end")
    return read
