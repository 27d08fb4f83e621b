"""`header_only` reads what `inspect` shows, and no byte of an array."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from mlpcli import artifact as room
from mlpcli.artifact import restricted_reader
from tests.artifact.examples import artifact, refusal, same, saved

MEGABYTES = 50


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    zeros = np.zeros(MEGABYTES << 17)
    return saved(tmp_path_factory.mktemp("large") / "m.joblib", {"large": zeros})


def test_the_header_is_the_same(tmp_path: Path) -> None:
    read = room.load(str(saved(tmp_path / "m.joblib")), header_only=True)
    assert read.arrays == {}
    whole = artifact()
    whole.arrays.clear()
    assert same(read, whole)
    assert read.parameter_count == 4


def test_no_memory_for_arrays(large: Path) -> None:
    tracemalloc.start()
    try:
        room.load(str(large), header_only=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert large.stat().st_size > MEGABYTES << 20
    assert peak < 1 << 20


def test_no_byte_of_an_array_is_read(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    plain = restricted_reader._Bounded.read

    def counted(self: restricted_reader._Bounded, count: int) -> bytes:
        nonlocal taken
        taken += count
        return plain(self, count)

    monkeypatch.setattr(restricted_reader._Bounded, "read", counted)
    room.load(str(large), header_only=True)
    assert taken < 5000


def test_reading_all_takes_no_more_than_twice_the_arrays(large: Path) -> None:
    tracemalloc.start()
    try:
        room.load(str(large))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (2 * MEGABYTES + 10) << 20


def test_cut_arrays_are_noticed(large: Path, tmp_path: Path) -> None:
    whole = large.read_bytes()
    assert "cut short" in refusal(tmp_path / "cut", whole[: len(whole) // 2])


def test_arrays_are_not_checked(tmp_path: Path) -> None:
    """Their checksum would need their bytes."""
    path = saved(tmp_path / "m.joblib", {"extra": np.arange(50.0)})
    path.write_bytes(path.read_bytes().replace(np.float64(49).tobytes(), np.float64(7).tobytes()))
    assert room.load(str(path), header_only=True).schema.target == ("price",)


def test_what_reads_tables_and_networks_is_not_loaded(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.joblib")
    program = (
        "import sys\n"
        "from mlpcli.workflows.inspect import inspect\n"
        f"inspect({str(path)!r})\n"
        "loaded = {'pandas', 'mlpcli.nn', 'mlpcli.data.columns', 'mlpcli.data.reading'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=True)
