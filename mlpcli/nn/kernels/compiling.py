"""One way to compile all kernels, and to keep their code."""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.extending import overload

from mlpcli.nn.kernels.code_folder import code_folder

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

FAST = {"contract", "reassoc", "arcp", "nsz"}
"""Freedoms of the compiler: a product and a sum in one instruction, sums in lanes, a reciprocal, the sign of
zero. Not that all numbers are finite: NaN and infinities pass as they do in NumPy."""
IN_ORDER = {"contract"}
"""Those within functions of one number. In another order the parts of π/2 would be one, so that sines were
wrong by 2e-4 at angles of 8,000, and e^x was infinite from 88.4 on, mish from 1e21."""
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
"""Other threads run meanwhile; a division by zero is infinite."""
DIGEST_BYTES = 32


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A kernel: compiled when it is first called, for the types it is called with."""
    return _jit(function, fastmath=FAST)


def compiled_in_order(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A function of one number for kernels, with terms and factors in the order in which they are written."""
    return _jit(function, fastmath=IN_ORDER)


def compiled_exactly(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """As `compiled`, with every rounding where it is written, as NumPy has it."""
    return _jit(function, fastmath=False)


def by_precision(single: Callable[..., Any], double: Callable[..., Any]) -> Callable[..., Any]:
    """A function for kernels: `single` of a float32, `double` of a float64."""

    def function(x: Any) -> Any:
        raise NotImplementedError("only compiled code can call it")

    def choose(x: Any) -> Callable[..., Any]:
        return single if x == numba.float32 else double

    overload(function, jit_options={"fastmath": IN_ORDER} | OPTIONS)(choose)
    return function


def _jit(function: Callable[Parameters, Result], fastmath: Any) -> Callable[Parameters, Result]:
    jitted = numba.njit(function, fastmath=fastmath, **OPTIONS)
    if (folder := code_folder().path) is not None:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            jitted._cache = KeptCode(function)
        finally:
            numba.config.CACHE_DIR = before  # whoever uses numba beside us has a folder of their own
    return cast(Callable[Parameters, Result], jitted)


class KeptCode(FunctionCache):  # type: ignore[misc]  # numba is not typed
    """The compiled code of a kernel in files; what cannot be read is compiled anew, what cannot be written is
    not kept."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = CheckedFile(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """The code for some types, or None if there is none that can be read."""
        try:
            return super().load_overload(signature, target_context)
        except Exception:  # a damaged pickle raises anything
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep the code for some types, if there is room."""
        with suppress(OSError):
            super().save_overload(signature, data)


class CheckedFile(IndexDataCacheFile):  # type: ignore[misc]  # numba is not typed
    """Machine code behind its SHA-256: damaged code would end the process."""

    def _save_data(self, name: str, data: Any) -> None:
        dumped = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(hashlib.sha256(dumped).digest() + dumped)

    def _load_data(self, name: str) -> Any:
        whole = Path(self._data_path(name)).read_bytes()
        digest, dumped = whole[:DIGEST_BYTES], whole[DIGEST_BYTES:]
        if hashlib.sha256(dumped).digest() != digest:
            raise ValueError(f"{name} is damaged")
        return pickle.loads(dumped)
