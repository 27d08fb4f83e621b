"""Data that other processes map from a file without a name."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlpcli.errors import OutputError
from mlpcli.training import shared_data
from mlpcli.training.shared_data import Shared, share, shared_value, unnamed_file

VALUES = {
    "matrix": np.arange(12.0).reshape(3, 4),
    "columns first": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "every other": np.arange(10)[::2],
    "none": np.zeros((0, 5), np.float32),
    "flags": np.array([True, False, True]),
    "texts": np.array(["a", None, "é"], dtype=object),
    "plain": ["x", 1],
}


def check(found: dict[str, object]) -> None:
    assert found.keys() == VALUES.keys()
    for name, value in VALUES.items():
        np.testing.assert_array_equal(np.asarray(found[name]), np.asarray(value))


def test_values_come_back_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with unnamed_file() as descriptor:
        assert os.listdir(tmp_path) == []
        shared = share(VALUES, descriptor)
        assert all(place % shared_data.ALIGNMENT == 0 for place, _ in shared.places)
        found = shared_value(shared, descriptor)
        check(found)
        assert not found["matrix"].flags.writeable
    check(found)  # the pages stay as long as the arrays


def test_without_a_file_everything_is_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "nt")
    with unnamed_file() as descriptor:
        assert descriptor is None
        check(shared_value(share(VALUES, descriptor), descriptor))


def test_no_array_at_all() -> None:
    with unnamed_file() as descriptor:
        for value in ("text", np.zeros(0)):
            assert np.array_equal(shared_value(share(value, descriptor), descriptor), value)


def test_another_process_maps_it() -> None:
    with unnamed_file() as descriptor:
        assert descriptor is not None
        shared = share(np.arange(1000), descriptor)
        assert len(shared.pickled) < 500  # the numbers are in the file alone
        code = (
            "import pickle, sys\nfrom mlpcli.training.shared_data import shared_value\n"
            f"print(shared_value(pickle.load(sys.stdin.buffer), {descriptor}).sum())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], input=_pickled(shared), pass_fds=[descriptor], stdout=-1, check=True
        )
    assert int(done.stdout) == 499_500


def _pickled(shared: Shared) -> bytes:
    import pickle

    return pickle.dumps(shared)


def test_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    with unnamed_file() as descriptor, open("/dev/full", "wb") as full:
        assert descriptor is not None
        os.dup2(full.fileno(), descriptor)
        with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\)"):
            share(np.zeros(100_000), descriptor)
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(OutputError, match="nowhere: cannot be written"), unnamed_file():
        pass
