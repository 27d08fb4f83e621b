"""`describe --against`: text, Markdown, JSON, exit status."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpcli.cli.exit_status import ExitStatus
from tests.cli.commands import Commands

TRAIN = ("--preset", "textbook", "--hidden", "4", "--epochs", "2")


def rows(seed: int, count: int = 900) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": generator.integers(20, 70, count), "size": generator.normal(size=count)})
    frame["city"] = generator.choice(["Ulm", "Bonn", "Köln"], count)
    frame["since"] = (np.datetime64("2024-01-01") + generator.integers(0, 300, count)).astype(str)
    frame["price"] = frame["age"] + 3 * frame["size"]
    return frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drift")
    rows(0).to_csv(folder / "train.csv", index=False)
    rows(1).to_csv(folder / "same.csv", index=False)
    moved = rows(2)
    moved["age"] += 10
    moved["city"] = moved["city"].replace({"Ulm": "Bonn"})
    moved["since"] = (pd.to_datetime(moved["since"]) + pd.Timedelta(days=100)).dt.strftime("%Y-%m-%d")
    moved["size"] = moved["size"].astype(str).where(np.arange(900) % 5 > 0, "big | wide")
    moved.to_csv(folder / "moved.csv", index=False)
    return folder


@pytest.fixture
def model(folder: Path, mlpcli: Commands) -> Path:
    path = folder / "m.joblib"
    if not path.exists():
        mlpcli.ok("train", folder / "train.csv", "-t", "price", *TRAIN, "-o", path)
    return path


def test_the_report(folder: Path, model: Path, mlpcli: Commands) -> None:
    out = mlpcli.ok("describe", folder / "moved.csv", "--against", model).out
    assert f"900 rows compared with 765 training rows of {model}" in out
    assert "'age' is higher: median 5" in out
    assert re.search(r"'city': 'Bonn' \d\d %, was 3\d %", out)
    assert "'since' is later: median 2024-0" in out
    assert "'size': 20 % cannot be read as a number (as 'big | wide'), was 0 %" in out
    assert "  *  age " in out
    assert "Compared with predictions for the validation rows." in out


@pytest.mark.parametrize(
    ("name", "cells", "said"),
    [
        ("size", "-999", "'size': 6.7 % below the training range (as -999), was 0 %"),
        ("age", "1e30", "'age': 6.7 % above the training range (as 1e+30), was 0 %"),
        ("since", "2199-12-31", "'since': 6.7 % after the training range (as 2199-12-31), was 0 %"),
        ("since", "1900-01-01", "'since': 6.7 % before the training range (as 1900-01-01), was 0 %"),
    ],
)
def test_cells_beyond_the_range(
    name: str, cells: str, said: str, model: Path, tmp_path: Path, mlpcli: Commands
) -> None:
    frame = rows(1).astype(str)
    frame.loc[::15, name] = cells
    frame.to_csv(tmp_path / "new.csv", index=False)
    assert said in mlpcli.ok("describe", tmp_path / "new.csv", "--against", model).out


def test_cells_beyond_both_ends(model: Path, tmp_path: Path, mlpcli: Commands) -> None:
    frame = rows(1)
    frame.loc[::15, "size"], frame.loc[1::30, "size"] = -999, 777
    frame.to_csv(tmp_path / "new.csv", index=False)
    out = mlpcli.ok("describe", tmp_path / "new.csv", "--against", model).out
    ends = r"6\.7 % below the training range \(as -999\) and 3\.\d % above the training range \(as 777\)"
    assert re.search(f"'size': {ends}, was 0 %", out)


def test_nothing_shifted(folder: Path, model: Path, mlpcli: Commands) -> None:
    out = mlpcli.ok("describe", folder / "same.csv", "--against", model).out
    assert "No column differs from the training data by more than chance explains" in out
    assert "  *  " not in out


def test_gates(folder: Path, model: Path, mlpcli: Commands) -> None:
    against = ("describe", folder / "moved.csv", "--against", model, "--fail-if")
    failed = mlpcli(*against, "psi > 0.2")
    assert failed.code == ExitStatus.GATE_FAILED
    assert re.search(r"FAILS  fail if psi > 0\.2  it is \d\.\d+ of '(since|age)'", failed.out)
    assert mlpcli(*against, "rows > 9").out.rstrip().endswith("it is 900")
    assert mlpcli(*against, "psi > 20").code == 0
    as_json = mlpcli(*against, "psi > 0.2", "--json")
    assert as_json.code == ExitStatus.GATE_FAILED
    (gate,) = as_json.json()["gates"]
    assert gate["column"] in ("age", "since")
    assert re.search(f"gate failed: psi > 0.2: it is .* of '{gate['column']}'", as_json.err)
    (gate,) = mlpcli(*against, "prediction_ks > 0.001", "--json").json()["gates"]
    assert gate["column"] == "prediction"
    wrong = mlpcli.error(2, *against, "psy > 0.2")
    assert "Did you mean 'psi'?" in wrong


def test_json(folder: Path, model: Path, mlpcli: Commands) -> None:
    said = mlpcli.ok("describe", folder / "moved.csv", "--against", model, "--json").json()
    assert (said["rows"], said["sketched_rows"], said["model"]) == (900, 765, str(model))
    assert said["predicted"] == "validation"
    by_name = {each["name"]: each for each in said["columns"]}
    assert by_name["age"]["finding"].startswith("'age' is higher")
    assert by_name["city"]["levels"][-1] is None
    assert by_name["city"]["ks"] is None
    assert by_name["since"]["bins"][1][0].startswith("2024-")
    assert by_name["size"]["unreadable"] == [0.0, 0.2]
    for each in [*said["columns"], *said["predictions"]]:
        assert len(each["then"]) == len(each["now"]) == len(each["bins"] or each["levels"])
    assert said["metrics"]["psi"] == max(each["psi"] for each in said["columns"])


def test_markdown(folder: Path, model: Path, mlpcli: Commands) -> None:
    markdown = ("--against", model, "--format", "markdown")
    out = mlpcli("describe", folder / "moved.csv", *markdown, "--fail-if", "rows > 1").out
    assert out.startswith("### Gates")
    assert r"(as 'big \| wide')" in out
    assert out.count("\n| ---") == 4  # gates, findings, columns, predictions


def test_stdin(folder: Path, model: Path, mlpcli: Commands) -> None:
    path = folder / "moved.csv"
    by_name = mlpcli.ok("describe", path, "--against", model, "--json").json()
    piped = mlpcli.ok("describe", "-", "--against", model, "--json", stdin=path.read_bytes()).json()
    assert piped["columns"] == by_name["columns"]


def test_lines_that_are_no_rows_do_not_count(model: Path, tmp_path: Path, mlpcli: Commands) -> None:
    header, *lines = rows(1).drop(columns="price").to_csv(index=False).splitlines()
    lines = [header, "years,cm,,", *lines, "Total,44000,,"]
    (tmp_path / "new.csv").write_text("\n".join(lines) + "\n")
    result = mlpcli.ok("describe", tmp_path / "new.csv", "--against", model)
    assert "900 rows compared with 765 training rows" in result.out
    assert "line 2 contains units, skipped" in result.err
    assert "kept as a row" not in result.err


def test_a_model_without_sketches(folder: Path, tmp_path: Path, mlpcli: Commands) -> None:
    bare = tmp_path / "bare.joblib"
    mlpcli.ok("train", folder / "train.csv", "-t", "price", *TRAIN, "--no-sketches", "-o", bare)
    said = mlpcli.error(1, "describe", folder / "same.csv", "--against", bare)
    assert "holds no counts" in said
    assert "and --sketches" in said
    assert "none, so new rows cannot be compared" in mlpcli.ok("inspect", bare, "--all").out


def test_inspect_shows_them(model: Path, mlpcli: Commands) -> None:
    out = mlpcli.ok("inspect", model, "--all").out
    assert "4 columns, 1 prediction (validation)" in out
    assert mlpcli.ok("inspect", model, "--json").json()["sketches"]["rows"] == 765


def test_options_that_are_for_training(folder: Path, model: Path, mlpcli: Commands) -> None:
    said = mlpcli.error(2, "describe", folder / "same.csv", "--against", model, "-t", "price")
    assert "--target" in said


def test_what_needs_a_model(folder: Path, mlpcli: Commands) -> None:
    assert "--against" in mlpcli.error(2, "describe", folder / "same.csv", "--fail-if", "psi > 0.2")
