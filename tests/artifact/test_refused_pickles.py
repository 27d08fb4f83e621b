"""Instructions, names and arrays that no model needs are refused, each by itself."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from mlpcli.artifact import restricted_reader
from tests.artifact.examples import packed, refusal
from tests.artifact.pickles import (
    BUILD,
    DTYPE,
    EMPTY_DICT,
    EMPTY_TUPLE,
    FALSE,
    FLOATS,
    NEW_OBJECT,
    NEW_OBJECT_EX,
    NONE,
    SET_ITEM,
    START,
    STOP,
    array,
    call,
    name,
    number,
    several,
    text,
)

KNOWN = {getattr(pickle, each)[0] for each in restricted_reader._OPCODES}
NDARRAY = name("numpy", "ndarray")
WRAPPER = name("joblib.numpy_pickle", "NumpyArrayWrapper")
INTO = text("key") + NONE + SET_ITEM


def test_no_instruction_that_is_not_listed(tmp_path: Path) -> None:
    """Whatever stands before and after it; among others PERSID, EXT1, LIST, INST, OBJ, NEWOBJ_EX, PUT."""
    assert len(KNOWN) == 29
    for code in set(range(256)) - KNOWN:
        said = refusal(tmp_path / "m", START + EMPTY_DICT + bytes([code]) + b"\n" * 9 + STOP)
        assert said.endswith("its bytes cannot be decoded"), code


@pytest.mark.parametrize(
    "program",
    [
        call(name("numpy._core.multiarray", "_reconstruct"), NDARRAY, several(number(0)), NONE),
        call(name("numpy.core.multiarray", "_reconstruct"), NDARRAY, several(number(0)), NONE),
        call(name("numpy._core.multiarray", "scalar"), FLOATS, text("")),
        call(name("numpy", "memmap"), text("/etc/passwd")),
        call(name("numpy", "load"), text("/etc/passwd")),
        call(name("builtins", "open"), text("/etc/passwd")),
        call(name("builtins", "getattr"), NDARRAY, text("__class__")),
        call(name("copyreg", "_reconstructor"), NDARRAY, name("builtins", "object"), NONE),
        call(name("copyreg", "__newobj__"), NDARRAY),
        call(name("joblib.numpy_pickle_compat", "NDArrayWrapper"), text("/etc/passwd"), NDARRAY),
        name("numpy", "dtype.__class__"),
        name("numpy.dtype", "__class__"),
        name("numpy", "matrix"),
        name("numpy", "__builtins__"),
        name("__builtin__", "eval"),
        name("__main__", "x"),
        name("", ""),
        name("mlpcli.artifact.restricted_reader", "_StoredArray"),
    ],
)
def test_no_name_that_is_not_listed(program: bytes, tmp_path: Path) -> None:
    assert "it refers to " in refusal(tmp_path / "m", START + program + STOP)


@pytest.mark.parametrize(
    "program",
    [
        call(NDARRAY, several(number(2**62))),
        call(NDARRAY),
        call(WRAPPER, NDARRAY, EMPTY_TUPLE, text("C"), DTYPE),
        call(call(DTYPE, text("f8"), FALSE, FALSE)),
        call(text("os.system"), text("true")),
        call(NONE),
        NDARRAY + EMPTY_TUPLE + NEW_OBJECT,
        DTYPE + several(text("f8"), FALSE, FALSE) + NEW_OBJECT,
        WRAPPER + several(NDARRAY) + NEW_OBJECT,
        WRAPPER + NONE + NEW_OBJECT,
        WRAPPER + array(several(number(0))) + NEW_OBJECT,
        WRAPPER + EMPTY_TUPLE + EMPTY_DICT + NEW_OBJECT_EX,
    ],
)
def test_no_call_but_that_of_a_type(program: bytes, tmp_path: Path) -> None:
    said = refusal(tmp_path / "m", START + program + STOP)
    assert said.endswith(("it makes a call", "it makes an object", "its bytes cannot be decoded"))


@pytest.mark.parametrize("made", [NDARRAY, DTYPE, WRAPPER, EMPTY_DICT, EMPTY_TUPLE, text("a"), NONE])
def test_no_change_of_an_object(made: bytes, tmp_path: Path) -> None:
    """Nor of a class: what follows would meet its new attributes."""
    state = EMPTY_DICT + text("shape") + EMPTY_TUPLE + SET_ITEM
    for program in (made + state + BUILD, made + several(NONE, state) + BUILD):
        assert "it changes an object" in refusal(tmp_path / "m", START + program + STOP)
    if made != EMPTY_DICT:
        assert "it changes an object" in refusal(tmp_path / "m", START + made + INTO + STOP)
    assert not vars(restricted_reader._ArrayClass).get("shape")


def test_no_change_of_an_array(tmp_path: Path) -> None:
    """A value set at arrays of numbers would be set at all their pairs."""
    places = array(several(number(2), number(1)), values=bytes(16))
    program = array(several(number(1)), values=bytes(8)) + places + number(1) + SET_ITEM
    assert "it changes an object" in refusal(tmp_path / "m", START + program + STOP)


@pytest.mark.parametrize(
    "made",
    [
        np.array([None, "a"], dtype=object),
        np.array(["a", "b"]),
        np.array([b"a"]),
        np.array([1j]),
        np.array([1], dtype="M8[s]"),
        np.array([1], dtype="m8[s]"),
        np.zeros(2, dtype="V8"),
        np.zeros(2, dtype=[("a", "f4"), ("b", "O")]),
        np.zeros(2, dtype=[("a", "f4", (3,))]),
        np.zeros(2, dtype=[("a", "f4")]).view(np.recarray),
        np.ma.array([1.0, 2.0], mask=[False, True]),
        np.float64(1.0),
        np.float64,
    ],
    ids=lambda made: type(made).__name__ + str(getattr(made, "dtype", "")),
)
def test_other_kinds_of_arrays(made: object, tmp_path: Path) -> None:
    said = refusal(tmp_path / "m", packed({"format": 1, "arrays": {"a": made}}))
    assert said.startswith(("is not an mlpcli model file, or it is damaged: it ", "is not an mlpcli model"))
    if isinstance(made, np.ndarray):
        assert "it holds an array" in said or "it refers to" in said


RECORDS = call(DTYPE, text("f8"), FALSE, FALSE) + several(
    number(3), text("<"), several(FLOATS, several(number(2**40))), NONE, NONE
)


@pytest.mark.parametrize(
    ("dtype", "why"),
    [
        *(
            (call(DTYPE, text(code), FALSE, FALSE), f"type {code}")
            for code in ("O8", "V8", "c16", "U1", "b2")
        ),
        (call(DTYPE, several(text("f8"), number(9)), FALSE, FALSE), "type ?"),
        (call(DTYPE, NONE, FALSE, FALSE), "type ?"),
        (call(DTYPE, text("f8")), "its bytes cannot be decoded"),
        (call(DTYPE, text("f1"), FALSE, FALSE), "its bytes cannot be decoded"),
        (call(DTYPE, text("f8"), FALSE, FALSE) + several(number(3)) + BUILD, "an unknown type"),
        (call(DTYPE, text("f8"), FALSE, FALSE) + several(*[NONE] * 5) + BUILD, "an unknown byte order"),
        (RECORDS + BUILD, "an array of records"),
        (DTYPE, "without a type"),
        (NONE, "without a type"),
    ],
)
def test_types(dtype: bytes, why: str, tmp_path: Path) -> None:
    data = START + array(several(number(1)), dtype, values=bytes(8)) + STOP
    assert refusal(tmp_path / "m", data).endswith(why)
