"""Tables of many kinds of columns, exports of models of them, and how both score rows."""

import csv
import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.model.model import Model

ALONE = [sys.executable, "-I", "-S"]
"""Python without packages."""
WITH_NUMPY = [sys.executable, "-I"]
QUICK: dict[str, Any] = {"preset": "textbook", "hidden": (6, 5), "epochs": 4}
HOSTILE = (
    'a "quoted" name',
    "back\\slash and 'both' \"",
    "class",
    "two\nlines",
    '"""); raise SystemExit("hostile") #',
    "\u202ename\x07 한국어",
    "n" * 300,
    "{0} %s \\N{BULLET}",
)
ODD_CELLS = (
    *(
        "",
        "NA",
        "?",
        "unknown",
        "1,234",
        "$5",
        "5 %",
        "1e400",
        "inf",
        "-",
        "n/a",
        " 3 ",
        "\uff11\uff12",
        "true",
    ),
    *(
        "2012-01-31",
        "31/12/2011 5 pm",
        "1_000",
        "(3)",
        "1.2K",
        "12:30",
        "1e20",
        "-99999",
        "3.0",
        "03",
        "0x10",
    ),
    *(
        "Mar 5, 2019",
        "2019-W05",
        "5.3.2019 14:05",
        "20190305",
        "2019-03-05T10:00:00+05:30",
        "10 kg",
        "\u00a07",
    ),
    *("yes", "No", "TRUE", "0", "1", "1.0", "''", "\u0661", "1.", ".5", "12 h 30 min", "nan", "1'234,5"),
)


@dataclass(frozen=True)
class Scored:
    """What was written for rows, and what was complained of."""

    header: list[str]
    rows: list[list[str]]


def table(rows: int = 160, seed: int = 0) -> pd.DataFrame:
    """Text, as a file has it: a column of each kind of form, and targets for each task."""
    generator = np.random.default_rng(seed)
    x, z = generator.normal(size=rows), generator.exponential(size=rows)
    place = generator.integers(0, 5, rows)
    days = pd.Timestamp("2019-01-01") + pd.to_timedelta(generator.integers(0, 900, rows), "D")
    times = days + pd.to_timedelta(generator.integers(0, 86_400, rows), "s")
    score = x + place / 2 + (days.month.to_numpy() > 6) + z / 3
    columns = {
        "x": [f"{value:.3f}" for value in x],
        "price": [f"${1000 * value:,.2f}" for value in z],
        "weight": [f"{10 * value:.1f} kg" for value in z],
        "share": [f"{value:.0%}" if value < 0.2 else f"{value:.2f}" for value in generator.random(rows)],
        "place": np.array(["Ulm", "Bonn", "Kiel", "ünï", 'a"b\nc'])[place],
        "grade": generator.integers(1, 4, rows).astype(str),
        "is_new": np.where(generator.random(rows) < 0.4, "yes", "no"),
        "day": days.strftime("%d.%m.%Y"),
        "moment": times.strftime("%Y-%m-%d %H:%M:%S"),
        "took": [f"{int(value * 60) // 60}:{int(value * 60) % 60:02}" for value in 5 + 10 * z],
    }
    frame = pd.DataFrame(columns, dtype=object)
    for name in ("x", "place", "day", "is_new"):
        frame.loc[generator.random(rows) < 0.1, name] = ""
    frame["number"] = [f"{value:.3f}" for value in score + generator.normal(size=rows) / 5]
    frame["size"] = [f"{np.exp(value):.3f}" for value in score]
    frame["count"] = np.round(np.exp(score / 2)).astype(int).astype(str)
    frame["two"] = np.where(score > np.median(score), "high", "low")
    frame["three"] = np.array(["red", "green", "blue"])[np.digitize(score, np.quantile(score, [0.4, 0.7]))]
    frame["one"], frame["other"] = (score > 1).astype(int).astype(str), (x > 0).astype(int).astype(str)
    frame["tags"] = [
        ";".join(name for name, has in (("big", s > 1), ("odd", v > 0), ("all", True)) if has)
        for s, v in zip(score, x, strict=True)
    ]
    return frame


INPUTS = ["x", "price", "weight", "share", "place", "grade", "is_new", "day", "moment", "took"]


def with_odd_cells(frame: pd.DataFrame, names: Sequence[str], seed: int = 1) -> pd.DataFrame:
    """Two of three rows with an odd cell in one of these columns."""
    generator = np.random.default_rng(seed)
    changed = frame.copy()
    for row in np.flatnonzero(generator.random(len(frame)) < 0.67):
        changed.iloc[int(row), changed.columns.get_loc(str(generator.choice(names)))] = str(  # type: ignore[index]
            generator.choice(ODD_CELLS)
        )
    return changed


def trained(frame: pd.DataFrame, target: str | list[str], folder: Path, **settings: Any) -> Model:
    path = folder / "train.csv"
    frame.to_csv(path, index=False)
    run = mlpcli.train(path, target, **QUICK | settings)
    assert run.model is not None
    return run.model


def exported(model: Model, folder: Path, name: str = "scorer.py", golden: int = 20) -> Path:
    mlpcli.export(model, output=folder / name, force=True, golden=golden)
    return folder / name


def run(python: Sequence[str], scorer: Path, *arguments: str, stdin: bytes = b"") -> Any:
    """A scorer in a process of its own."""
    return subprocess.run([*python, str(scorer), *arguments], capture_output=True, input=stdin, check=False)


def scored(python: Sequence[str], scorer: Path, frame: pd.DataFrame, *arguments: str) -> Scored:
    """The cells that a scorer adds."""
    rows = frame.to_csv(index=False).encode()
    result = run(python, scorer, *arguments, stdin=rows)
    assert result.returncode == 0, result.stderr.decode()
    header, *lines = csv.reader(io.StringIO(result.stdout.decode(), newline=""))
    assert header[: len(frame.columns)] == list(frame.columns)
    assert [line[: len(frame.columns)] for line in lines] == frame.to_numpy().tolist()
    return Scored(header[len(frame.columns) :], [line[len(frame.columns) :] for line in lines])


def predicted(model: Model, frame: pd.DataFrame, folder: Path, **reading: Any) -> Scored:
    """The cells that predict adds."""
    path = folder / "rows.csv"
    frame.to_csv(path, index=False)
    found = mlpcli.predict(model, path, keep="none", proba=True, allow_unreadable=True, **reading).frame
    return Scored(list(found.columns), found.astype(str).to_numpy().tolist())


def same(one: Scored, other: Scored) -> None:
    """Numbers within 1e-5 of their range, texts exactly."""
    assert one.header == other.header
    assert len(one.rows) == len(other.rows)
    for name, *cells in zip(
        one.header, zip(*one.rows, strict=True), zip(*other.rows, strict=True), strict=True
    ):
        try:
            first, second = (np.array(each, np.float64) for each in cells)
        except ValueError:
            assert cells[0] == cells[1], name
            continue
        span = 1.0 if name.startswith("probability") else float(np.ptp(second)) or 1.0
        np.testing.assert_allclose(first, second, atol=1e-5 * span, rtol=0, err_msg=name)
