"""What is saved is what is read: arrays of every kind bit by bit, and any text."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from mlpcli import artifact as room
from mlpcli.arrays import Array
from tests.artifact.examples import artifact, same, saved

DTYPES = [*("?", "i1", "i2", "i4", "i8"), *("u1", "u2", "u4", "u8"), *("f2", "f4", "f8")]
SHAPES = [(), (0,), (1,), (7,), (0, 3), (3, 0), (2, 3), (2, 0, 4), (2, 3, 4), (1,) * 8]

sampled = settings(max_examples=50, derandomize=True, database=None, deadline=None)


def through(folder: Path, array: Array) -> Array:
    return room.load(str(saved(folder / "m.joblib", {"extra": array}))).arrays["extra"]


def filled(shape: tuple[int, ...], dtype: str) -> Array:
    numbers = np.random.default_rng(0).integers(-100, 100, shape)
    return np.asarray(numbers).astype(dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_types_and_shapes(dtype: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    array = filled(shape, dtype)
    read = through(tmp_path, array)
    assert (read.dtype, read.shape) == (array.dtype, shape)
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize("dtype", ["?", "i8", "f4"])
@pytest.mark.parametrize("shape", [(2, 3), (4, 3, 2), (0, 5), (5, 1)], ids=str)
def test_columns_first(dtype: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    array = np.asfortranarray(filled(shape, dtype))
    read = through(tmp_path, array)
    np.testing.assert_array_equal(read, array)
    assert read.flags.c_contiguous


def test_views(tmp_path: Path) -> None:
    numbers = np.arange(12.0).reshape(3, 4)
    repeated = np.broadcast_to(numbers[0], (2, 4))
    for array in (numbers[:, ::2], numbers[::-1], numbers.T[1:], numbers[1], repeated):
        np.testing.assert_array_equal(through(tmp_path, array), array)


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i2", "<f8"])
def test_other_orders_of_bytes_become_the_machine_s(dtype: str, tmp_path: Path) -> None:
    read = through(tmp_path, filled((5,), dtype))
    assert read.dtype.isnative
    np.testing.assert_array_equal(read, filled((5,), dtype))


def test_read_arrays_can_be_written_to(tmp_path: Path) -> None:
    read = through(tmp_path, np.zeros((2, 3)))
    read += 1.0
    assert read.sum() == 6.0


@sampled
@given(
    arrays_of.arrays(
        st.sampled_from(["f4", "f8", "i8", "?"]), arrays_of.array_shapes(max_dims=3, max_side=5)
    ).filter(lambda array: bool(np.isfinite(array).all()))
)
def test_any_finite_array(tmp_path_factory: pytest.TempPathFactory, array: Array) -> None:
    read = through(tmp_path_factory.mktemp("any"), array)
    assert read.dtype == array.dtype
    assert read.tobytes() == array.tobytes()  # minus zero, too


TEXTS = ["", " ", "가격", "naïve", "😀", "\x00", "\n\r\t", '"\\', "[/b]", "\u2028", "\ufeff", "a" * 70_000]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_text(text: str, tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    room.save(artifact(name=text), str(path), force=True)
    assert same(room.load(str(path)), artifact(name=text))


@sampled
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    test_text(text, tmp_path_factory.mktemp("text"))


def test_halves_of_pairs_are_written_out(tmp_path: Path) -> None:
    """Python has them for the bytes of file names that are not UTF-8; nothing can print them."""
    name = os.fsdecode(b"d\xff.csv")
    whole = artifact()
    receipt = whole.receipt | {"data": [name], "command": f"mlpcli train {name}"}
    room.save(replace(whole, receipt=receipt), str(tmp_path / "m.joblib"))
    read = room.load(str(tmp_path / "m.joblib")).receipt
    assert read["data"] == ["d\\udcff.csv"]
    assert read["command"] == "mlpcli train d\\udcff.csv"


def test_names_of_arrays(tmp_path: Path) -> None:
    arrays = {"": np.ones(1), "가격 f8 (1,)": np.zeros(2), "a" * 300: np.ones(3)}
    assert same(room.load(str(saved(tmp_path / "m.joblib", arrays))), artifact(arrays))


def test_saved_again_it_is_the_same(tmp_path: Path) -> None:
    first = room.load(str(saved(tmp_path / "first")))
    room.save(first, str(tmp_path / "second"))
    assert same(room.load(str(tmp_path / "second")), first)
    assert first.parameter_count == 4
