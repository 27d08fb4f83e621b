"""`explain --surface` and `train --watch surface` on a command line."""

import os
from pathlib import Path

import pytest

from tests.cli.commands import SAMPLES, Commands

CIRCLE = SAMPLES / "circle.csv"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "circle.joblib"
    run = Commands(monkeypatch)
    run.ok("train", CIRCLE, "-t", "class", "--preset", "textbook", "--hidden", 4, "--epochs", 3, "-o", path)
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


def test_the_map_in_a_pipe(model: Path, run: Commands) -> None:
    result = run.ok("explain", model, CIRCLE, "--surface", "x1,x2")
    assert result.out.startswith("Probability of class outer over x1 and x2\n")
    assert "o inner   x outer   truth of 300 rows" in result.out
    assert "\x1b" not in result.out
    assert result.err == ""


def test_json(model: Path, run: Commands) -> None:
    line = ("explain", model, CIRCLE, "--surface", "x2,x1", "--units", "--resolution", 5, "--json")
    found = run.ok(*line).json()
    assert (found["command"], found["x"]["column"], found["y"]["column"]) == ("explain", "x2", "x1")
    assert [len(each) for each in found["values"]] == [5] * 5
    assert len(found["points"]["x"]) == found["points"]["rows"] == 300
    assert [len(each["maps"]) for each in found["units"]] == [4]
    without = run.ok("explain", model, "--surface", "x1,x2", "--json").json()
    assert without["points"] is None
    assert without["typical_of"] == "the training rows"


def test_from_stdin_and_by_units_alone(model: Path, run: Commands) -> None:
    result = run.ok("explain", model, "-", "--units", stdin=CIRCLE.read_bytes())
    assert "truth of 300 rows" in result.out
    assert "hidden layer 1: 4 units" in result.out


def test_the_picture(model: Path, run: Commands, tmp_path: Path) -> None:
    picture = tmp_path / "map.png"
    result = run.ok("explain", model, "--surface", "x1,x2", "--plot", picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert result.err == f"Plot saved to {picture}\n"
    again = run("explain", model, "--surface", "x1,x2", "--plot", picture)
    assert again.code == 1
    assert again.err.rstrip().endswith(" -f")
    run.ok("explain", model, "--surface", "x1,x2", "--plot", picture, "-f")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--surface", "x1,x3"], 1, "--surface: the model: there is no column 'x3'"),
        (["--surface", "x1"], 2, "--surface: a surface is over two columns, and one column is named"),
        (["--surface", "x1,x2", "--top", "3"], 2, "--surface: --top has no meaning for a surface"),
        (["--surface", "x1,x2", "--class", "middle"], 1, "--class: the model does not predict 'middle'"),
        (["--surface", "x1,x2", "--plot", "map.gif"], 2, "--plot: 'map.gif' does not end in .png"),
        (["--resolution", "5"], 2, "--resolution: it is for a surface"),
        ([], 2, "Missing argument 'DATA...'"),
    ],
)
def test_mistakes(words: list[str], code: int, said: str, model: Path, run: Commands) -> None:
    result = run("explain", model, *words)
    assert (result.code, result.out) == (code, "")
    assert said in result.err


def test_watching_without_a_terminal_is_said(run: Commands, tmp_path: Path) -> None:
    line = ("train", CIRCLE, "-t", "class", "--preset", "textbook", "--epochs", 2)
    plain = run.ok(*line, "-o", tmp_path / "plain.joblib")
    watched = run.ok(*line, "-o", tmp_path / "watched.joblib", "--watch", "surface")
    said = "note: --watch surface draws nothing, as there is no live view here\n"
    assert watched.err == said + plain.err
    assert run.ok(*line, "-q", "-o", tmp_path / "quiet.joblib", "--watch", "surface").err == ""


def test_axes_need_something_to_watch(run: Commands) -> None:
    result = run("train", CIRCLE, "-t", "class", "--axes", "x1,x2")
    assert (result.code, result.err.splitlines()[0]) == (2, "error: --axes: it is for --watch surface")


def test_watching_on_a_terminal(run: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights are the same, the map was drawn, and nothing of it stays."""
    from mlpcli.render.progress import live_view
    from tests.render.terminal import pseudo_terminal

    monkeypatch.setattr(live_view, "AFTER_SECONDS", 0.0)
    line = ("train", CIRCLE, "-t", "class", "--preset", "textbook", "--epochs", 30)
    run.ok(*line, "-o", tmp_path / "plain.joblib")
    with pseudo_terminal(monkeypatch) as terminal:
        result = run(*line, "-o", tmp_path / "m.joblib", "--watch", "surface", stderr=terminal.stream)
        written = terminal.read()
    assert result.code == 0
    assert "probability of class outer: x2 (up) over x1" in written
    assert written.rindex("\x1b[?1049l") > written.rindex("probability of class outer")
    digests = [
        run.ok("inspect", tmp_path / name, "--json").json()["receipt"]["weights"]
        for name in os.listdir(tmp_path)
    ]
    assert len(set(digests)) == 1


def test_wrong_axes_are_told_before_training(
    run: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.render.terminal import pseudo_terminal

    table = SAMPLES / "penguins.csv"
    with pseudo_terminal(monkeypatch) as terminal:
        line = ("train", table, "-t", "species", "-o", tmp_path / "m.joblib", "--watch", "surface")
        result = run(*line, stderr=terminal.stream)
        written = terminal.read()
    assert result.code == 2
    assert "--watch: the surface is over two number columns, and the table has" in written
    assert "hint: Name two: --axes bill_length_mm,bill_depth_mm." in written
    assert not (tmp_path / "m.joblib").exists()
