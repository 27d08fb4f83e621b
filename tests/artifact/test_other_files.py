"""Files that are no model, or cannot be read, are told apart from one in a line."""

import gzip
import os
import pickle
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mlpcli import artifact as room
from mlpcli.errors import ArtifactError
from tests.artifact.examples import artifact, packed, refusal, saved

NO_MODEL = "is not an mlpcli model file, or it is damaged: "


def test_an_estimator_of_scikit_learn(tmp_path: Path) -> None:
    estimator = LogisticRegression().fit(np.eye(2), [0, 1])
    joblib.dump(estimator, tmp_path / "m.joblib")
    said = refusal(tmp_path / "m.joblib")
    assert said == NO_MODEL + "it refers to sklearn.linear_model._logistic.LogisticRegression"


@pytest.mark.parametrize("content", [[1], [np.zeros(3)], {"a": [1]}, {1: 2}, 0.5, b"bytes", {1, 2}], ids=repr)
def test_a_joblib_file_of_something_else(content: Any, tmp_path: Path) -> None:
    assert refusal(tmp_path / "m.joblib", packed(content)).startswith(NO_MODEL)


@pytest.mark.parametrize("compress", ["zlib", "gzip", "bz2", "lzma", "xz"])
def test_a_compressed_model(compress: str, tmp_path: Path) -> None:
    content = joblib.load(saved(tmp_path / "m.joblib"))
    joblib.dump(content, tmp_path / "small", compress=(compress, 3))
    assert refusal(tmp_path / "small").startswith(NO_MODEL)


def test_a_compressed_file_is_not_unpacked(tmp_path: Path) -> None:
    """However large it would become."""
    data = gzip.compress(bytes(50 << 20))
    tracemalloc.start()
    try:
        refusal(tmp_path / "m.joblib", data)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_arrays_of_numpy(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", a=np.zeros(3))
    np.save(tmp_path / "m.npy", np.zeros(3))
    assert refusal(tmp_path / "m.npz") == "is a zip archive, not a model"
    assert refusal(tmp_path / "m.npy").startswith(NO_MODEL)


@pytest.mark.parametrize("protocol", range(6))
def test_a_plain_pickle_of_the_same_parts(protocol: int, tmp_path: Path) -> None:
    content = joblib.load(saved(tmp_path / "m.joblib"))
    assert refusal(tmp_path / "m", pickle.dumps(content, protocol)).startswith(NO_MODEL)


@pytest.mark.parametrize("text", ["", "\n", "a,b\n1,2\n", "{}", "<html>", "PAR1", "\ufeffa;b", "\x00" * 99])
def test_text(text: str, tmp_path: Path) -> None:
    said = refusal(tmp_path / "data.csv", text.encode())
    assert said.startswith(NO_MODEL) or said.endswith(
        ("is a CSV file, not a model", "is a Parquet file, not a model")
    )


def test_noise(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for size in range(300):
        assert refusal(tmp_path / "m", generator.bytes(size)).startswith(NO_MODEL)


def test_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "m.joblib") == "no such model file"
    assert refusal(tmp_path / "no folder" / "m.joblib") == "no such model file"
    assert refusal(tmp_path) == "is a folder"
    assert refusal(saved(tmp_path / "file") / "m.joblib") == "cannot be read (Not a directory)"


@pytest.mark.parametrize("name", ["a" * 300, "a\x00b"], ids=["long", "NUL"])
def test_names_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be read"):
        room.load(str(tmp_path / name))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated: root may read any."""

    def refuse(*arguments: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert refusal(tmp_path / "m.joblib") == "cannot be read (Permission denied)"


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/full"])
def test_devices(device: str) -> None:
    started = time.process_time()
    assert refusal(Path(device)) == NO_MODEL + "it is cut short"
    assert time.process_time() - started < 1.0


def test_a_pipe(tmp_path: Path) -> None:
    """Arrays are skipped in a file only."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.open("wb").close())
    writer.start()
    with pytest.raises(ArtifactError, match=r"cannot be read .*not seekable"):
        room.load(str(path))
    writer.join()


def test_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(saved(tmp_path / "m.joblib"))
    assert room.load(str(tmp_path / "link")).target == artifact().target
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert "cannot be read" in refusal(tmp_path / "circle")
