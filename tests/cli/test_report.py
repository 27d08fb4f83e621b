"""`mlpcli report`: files, streams, exit status."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mlpcli as api
from mlpcli.cli.exit_status import ExitStatus
from tests.cli.commands import Commands
from tests.render.html_report.pages import Page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"a": generator.normal(size=150), "b": generator.normal(size=150)})
    frame["y"] = np.where(frame["a"] > 0, "up", "down")
    frame[:100].to_csv(folder / "old.csv", index=False)
    frame[100:].to_csv(folder / "new.csv", index=False)
    api.train(folder / "old.csv", "y", output=folder / "m.joblib", preset="textbook", hidden=(4,), epochs=3)
    return folder


def test_a_file_and_its_json(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    result = mlpcli.ok("report", folder / "m.joblib", folder / "new.csv", "-o", path, "--json")
    fields = result.json()
    assert fields["file"] == str(path)
    assert fields["bytes"] == len(path.read_bytes())
    assert set(fields["sections"].values()) == {None}
    assert f"Report written to {path}" in result.err
    assert Page(path.read_text("utf-8")).problems == []
    assert "new.csv" in path.read_text("utf-8")


def test_stdout_has_the_same_bytes_as_the_file(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    mlpcli.ok("report", folder / "m.joblib", "-o", tmp_path / "r.html", "-q")
    result = mlpcli.ok("report", folder / "m.joblib", "-o", "-")
    assert result.out == (tmp_path / "r.html").read_text("utf-8")
    assert "written" not in result.err


def test_rows_from_stdin(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    rows = (folder / "new.csv").read_bytes()
    path = tmp_path / "r.html"
    result = mlpcli.ok("report", folder / "m.joblib", "-", "-o", path, "--json", stdin=rows)
    assert set(result.json()["sections"].values()) == {None}
    page = Page(path.read_text("utf-8"))
    assert "stdin" in page.text
    assert "/proc/" not in page.text


def test_title_and_seed(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    mlpcli.ok("report", folder / "m.joblib", "-o", path, "--title", "Up & down", "--seed", "4")
    assert "<title>Up &amp; down</title>" in path.read_text("utf-8")


def test_an_existing_file_stays(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    path.write_text("mine")
    result = mlpcli("report", folder / "m.joblib", "-o", path)
    assert result.code == ExitStatus.FAILED
    assert "exists already" in result.err
    assert path.read_text() == "mine"
    mlpcli.ok("report", folder / "m.joblib", "-o", path, "--force")
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["m.joblib", "new.csv"])
def test_an_input_is_never_replaced(mlpcli: Commands, folder: Path, name: str) -> None:
    before = (folder / name).read_bytes()
    result = mlpcli("report", folder / "m.joblib", folder / "new.csv", "-o", folder / name, "-f")
    assert result.code == ExitStatus.FAILED
    assert "is an input of this command too" in result.err
    assert (folder / name).read_bytes() == before


def test_without_an_output_it_says_how(mlpcli: Commands, folder: Path) -> None:
    result = mlpcli("report", folder / "m.joblib")
    assert result.code == ExitStatus.MISUSED
    assert "--output: no file is named for the report" in result.err
    assert "Give --output report.html" in result.err


def test_json_and_the_page_do_not_share_stdout(mlpcli: Commands, folder: Path) -> None:
    assert mlpcli("report", folder / "m.joblib", "-o", "-", "--json").code == ExitStatus.MISUSED


def test_a_missing_column_leaves_no_file(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("a,y\n1,up\n")
    result = mlpcli("report", folder / "m.joblib", short, "-o", tmp_path / "r.html")
    assert result.code == ExitStatus.FAILED
    assert "the input column 'b' of the model is missing" in result.err
    assert not (tmp_path / "r.html").exists()


def test_sections_that_rows_lack_are_said(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("a,b\n1,2\n-1,0\n")
    result = mlpcli.ok("report", folder / "m.joblib", rows, "-o", tmp_path / "r.html", "--json")
    assert result.json()["sections"]["slices"].startswith("The rows have no column 'y'")
    assert "note: the report has no section 'slices': The rows have no column 'y'" in result.err


def test_a_package_that_is_not_installed(
    mlpcli: Commands, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = mlpcli("report", folder / "m.joblib", "-o", tmp_path / "r.html")
    assert result.code == ExitStatus.FAILED
    assert "a report needs the package jinja2" in result.err
    assert "pip install 'mlpcli[report]'" in result.err
