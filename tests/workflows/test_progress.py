"""What workflows tell of how far they have come: totals that are right, and every row counted."""

import bz2
import gzip
import math
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.model.model import Model

ROWS = 40_000
"""Some pieces of a file, and blocks of a piece."""


class Told:
    """The calls of a callback."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int | None, str]] = []

    def __call__(self, done: int, total: int | None, what: str) -> None:
        self.calls.append((done, total, what))

    def of(self, what: str) -> list[tuple[int, int | None]]:
        return [(done, total) for done, total, each in self.calls if each == what]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((ROWS, 3)).round(6)).add_prefix("x")
    frame["group"] = np.where(generator.random(ROWS) < 0.5, "left", "right")
    frame["class"] = np.where(frame["x0"] > 0, "yes", "no")
    return frame


@pytest.fixture(scope="module")
def model(frame: pd.DataFrame) -> Model:
    return mlpcli.train(frame[:300], "class", preset="textbook", hidden="4", epochs=1).model


def as_csv(frame: pd.DataFrame, path: Path) -> list[str]:
    frame.to_csv(path, index=False)
    return [str(path)]


def as_packed(frame: pd.DataFrame, path: Path) -> list[str]:
    text = frame.to_csv(index=False).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else bz2.compress(text))
    return [str(path)]


def as_two_files(frame: pd.DataFrame, path: Path) -> list[str]:
    first, second = path.with_name("first.csv"), path.with_name("second.csv")
    return as_csv(frame[: ROWS // 3], first) + as_csv(frame[ROWS // 3 :], second)


def as_lines(frame: pd.DataFrame, path: Path) -> list[str]:
    frame.to_json(path, orient="records", lines=True)
    return [str(path)]


@pytest.mark.parametrize(
    ("write", "name", "within"),
    [
        (as_csv, "a.csv", 1.05),
        (as_packed, "a.csv.gz", 1.2),
        (as_packed, "a.csv.bz2", 3.0),
        (as_two_files, "", 1.05),
        (as_lines, "a.jsonl", 3.0),
    ],
    ids=["csv", "gzip", "bzip2", "two files", "json lines"],
)
def test_the_rows_of_files_are_estimated_and_right_at_the_end(
    write: Callable[[pd.DataFrame, Path], list[str]],
    name: str,
    within: float,
    frame: pd.DataFrame,
    tmp_path: Path,
) -> None:
    with RowStream(write(frame, tmp_path / name), ReadingSettings()) as stream:
        expected = [stream.expected_rows for _ in stream.chunks(["x0"], ["x0"])]
    assert len(expected) >= 3
    assert all(each is not None and ROWS / within <= each <= ROWS * within for each in expected)
    assert expected[-1] is not None
    assert math.isclose(expected[-1], ROWS, rel_tol=0.01)


def test_a_pipe_has_no_total(frame: pd.DataFrame, model: Model, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: frame[:500].to_csv(path, index=False))
    writer.start()
    told = Told()
    mlpcli.predict(model, str(path), on_progress=told)
    writer.join()
    assert told.of("rows")[-1] == (500, None)


def test_predict(frame: pd.DataFrame, model: Model) -> None:
    told = Told()
    mlpcli.predict(model, frame, on_progress=told)
    assert told.of("rows")[-1] == (ROWS, ROWS)
    assert len(told.calls) >= 3
    assert [done for done, _ in told.of("rows")] == sorted(done for done, _ in told.of("rows"))


def test_evaluate(frame: pd.DataFrame, model: Model) -> None:
    told = Told()
    settings: dict[str, Any] = {"bootstrap": 100, "importance": True, "importance_repeats": 1}
    mlpcli.evaluate(model, frame[:2000], by=("group",), on_progress=told, **settings)
    assert told.of("rows") == [(2000, 2000)]
    assert told.of("resamples") == [(number, 100) for number in range(100)]
    assert told.of("columns shuffled") == [(number, 4) for number in range(4)]
    assert told.of("resamples of slices") == [(number, 200) for number in range(200)]


def test_describe_drift_train_and_lr_find(frame: pd.DataFrame, model: Model, tmp_path: Path) -> None:
    path = as_csv(frame[:2000], tmp_path / "a.csv")
    told = Told()
    mlpcli.describe(path, "class", on_progress=told)
    assert told.of("rows")[-1][0] == 2000
    assert told.of("columns described")[-1] == (5, 5)
    assert len(told.of("columns compared with the target")) == 5
    told = Told()
    mlpcli.drift(model, path, on_progress=told)
    assert told.of("rows")[-1][0] == 2000
    told = Told()
    mlpcli.train(path, "class", preset="textbook", hidden="4", epochs=1, on_progress=told)
    assert told.of("rows")[-1][0] == 2000
    told = Told()
    finding = mlpcli.lr_find(path, "class", preset="textbook", steps=60, on_progress=told)
    assert told.of("rows")[-1][0] == 2000
    assert told.of("learning rates")[0] == (1, 60)
    assert 10 <= len(told.of("learning rates")) == sum(point.loss is not None for point in finding.points)
