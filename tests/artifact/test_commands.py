"""Pickles that run a command in an ordinary unpickler run nothing here."""

import contextlib
import copyreg
import functools
import io
import os
import pickle
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from joblib.numpy_pickle import NumpyArrayWrapper

from mlpcli import artifact as room
from mlpcli.errors import ArtifactError
from tests.artifact.examples import packed, parts, refusal, saved
from tests.artifact.pickles import (
    BUILD,
    CALL,
    EMPTY_DICT,
    EMPTY_TUPLE,
    NEW_OBJECT,
    NEW_OBJECT_EX,
    NONE,
    START,
    STOP,
    Caller,
    call,
    name,
    several,
    text,
)

EXTENSION = 0x7ABC
SYSTEM, PARTIAL = name("os", "system"), name("functools", "partial")


def touch(marker: Path) -> Caller:
    return Caller(os.system, f"touch '{marker}'")


def python(marker: Path) -> str:
    return f"__import__('pathlib').Path({str(marker)!r}).touch()"


def command(marker: Path) -> bytes:
    return text(f"touch '{marker}'")


def line(marker: Path) -> bytes:
    return f"S\"touch '{marker}'\"\n".encode()


def objects(marker: Path) -> Any:
    return np.array([touch(marker), None], dtype=object)


PROGRAMS: dict[str, Callable[[Path], bytes]] = {
    **{f"protocol {n}": functools.partial(lambda n, at: pickle.dumps(touch(at), n), n) for n in range(6)},
    "GLOBAL": lambda at: b"cos\nsystem\n(" + line(at) + b"tR.",
    "INST": lambda at: b"(" + line(at) + b"ios\nsystem\n.",
    "OBJ": lambda at: b"(cos\nsystem\n" + line(at) + b"o.",
    "STACK_GLOBAL": lambda at: START + call(SYSTEM, command(at)) + STOP,
    "EXT2": lambda at: START + call(b"\x83" + struct.pack("<H", EXTENSION), command(at)) + STOP,
    "NEWOBJ": lambda at: (
        START + PARTIAL + several(SYSTEM, command(at)) + NEW_OBJECT + EMPTY_TUPLE + CALL + STOP
    ),
    "NEWOBJ_EX": lambda at: (
        START
        + PARTIAL
        + several(SYSTEM, command(at))
        + EMPTY_DICT
        + NEW_OBJECT_EX
        + EMPTY_TUPLE
        + CALL
        + STOP
    ),
    "BUILD": lambda at: (
        START
        + call(PARTIAL, name("builtins", "print"))
        + several(SYSTEM, several(command(at)), EMPTY_DICT, NONE)
        + BUILD
        + EMPTY_TUPLE
        + CALL
        + STOP
    ),
    "eval": lambda at: pickle.dumps(Caller(eval, python(at)), 4),
    "exec": lambda at: pickle.dumps(Caller(exec, python(at)), 4),
    "a dotted name": lambda at: START + call(name("pathlib", "os.system"), command(at)) + STOP,
    "by way of joblib": lambda at: START + call(name("joblib.numpy_pickle", "os.system"), command(at)) + STOP,
    "NumPy's runstring": lambda at: (
        START + call(name("numpy.testing._private.utils", "runstring"), text(python(at)), EMPTY_DICT) + STOP
    ),
    "beside the content": lambda at: START + EMPTY_DICT + call(SYSTEM, command(at)) + b"0" + STOP,
    "as a key": lambda at: packed({touch(at): 1}),
    "in a list": lambda at: packed([1, [touch(at)]]),
    "in an array of objects": lambda at: packed(objects(at)),
    "in the arrays of a model": lambda at: packed(parts() | {"arrays": {"parameters": objects(at)}}),
    "as the header of a model": lambda at: packed(parts() | {"header": touch(at)}),
    "beside the parts of a model": lambda at: packed(parts() | {"more": touch(at)}),
    "as the type of an array": lambda at: packed(NumpyArrayWrapper(np.ndarray, (0,), "C", touch(at))),
    "as the class of an array": lambda at: packed(
        NumpyArrayWrapper(touch(at), (0,), "C", np.dtype(np.float64))
    ),
    "as the shape of an array": lambda at: packed(
        NumpyArrayWrapper(np.ndarray, touch(at), "C", np.dtype(np.float64))
    ),
    "compressed": lambda at: _compressed(touch(at)),
}


def _compressed(content: object) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(content, buffer, compress=3)
    return buffer.getvalue()


@pytest.fixture
def _extension() -> Iterator[None]:
    copyreg.add_extension("os", "system", EXTENSION)
    yield
    copyreg.remove_extension("os", "system", EXTENSION)
    copyreg.clear_extension_cache()


@pytest.mark.usefixtures("_extension")
@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_is_run(program: str, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    data = PROGRAMS[program](marker)
    said = refusal(tmp_path / "m.joblib", data)
    assert said.startswith("is not an mlpcli model file, or it is damaged: ")
    assert not marker.exists()
    with contextlib.suppress(Exception):
        joblib.load(io.BytesIO(data))
    assert marker.exists()  # the attack is one


SEEN: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and not (event == "open" and str(arguments[0]).endswith(".joblib")):
        SEEN.append(event)


sys.addaudithook(_watch)  # stays until Python ends, and sees something only in the test below


@pytest.mark.parametrize("header_only", [False, True])
def test_python_sees_nothing_but_an_opened_file(header_only: bool, tmp_path: Path) -> None:
    """No import, no compiled code, no other file, neither for a model nor for an attack."""
    global _watching
    files = [saved(tmp_path / "model.joblib")]
    for number, program in enumerate(PROGRAMS.values()):
        files.append(tmp_path / f"{number}.joblib")
        files[-1].write_bytes(program(tmp_path / "marker"))
    SEEN.clear()
    for path in files:
        _watching = True
        try:
            room.load(str(path), header_only=header_only)
        except ArtifactError:
            pass
        finally:
            _watching = False
    assert SEEN == []
