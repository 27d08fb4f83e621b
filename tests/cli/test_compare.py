"""`compare` on the command line: flags in tables and hints, streams, formats, pictures, exit codes."""

import io
import os
import shutil
import threading
from pathlib import Path

import pytest

from tests.cli.commands import Commands, sample
from tests.cli.terminals import in_terminal

STARTS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
TRAIN = ("train", sample("circle.csv"), "-t", "class", "--preset", "textbook", "--hidden", "8", "-q")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models, histories and results of two learning rates."""
    folder = tmp_path_factory.mktemp("compared")
    with pytest.MonkeyPatch.context() as patch:
        commands = Commands(patch)
        for name, rate in (("low", "0.001"), ("high", "0.03")):
            base = folder / name
            train = (*TRAIN, "--epochs", "6", "--lr", rate, "-o", f"{base}.joblib")
            commands.ok(*train, "--history", f"{base}.csv")
            shutil.copy(f"{base}.csv", f"{base}.history")
            commands.ok(*train, "--history", f"{base}.jsonl", "-f")
            (folder / f"{name}-train.json").write_text(commands.ok(*train, "--json", "-f").out)
            evaluated = commands.ok("evaluate", f"{base}.joblib", sample("circle.csv"), "--json", "-q")
            (folder / f"{name}-evaluate.json").write_text(evaluated.out)
    return folder


def test_models(mlpcli: Commands, folder: Path) -> None:
    result = mlpcli.ok("compare", folder / "low.joblib", folder / "high.joblib")
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    for line in ("file --lr", "low 0.001", "high 0.03", "Scores on 45 validation rows", "A low B high"):
        assert line in lines
    assert result.err == ""


@pytest.mark.parametrize("ending", [".csv", ".history", ".jsonl", "-train.json", "-evaluate.json"])
def test_files_are_told_by_their_content(ending: str, mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    paths = [shutil.copy(folder / f"{name}{ending}", tmp_path / name) for name in ("low", "high")]
    found = mlpcli.ok("compare", *paths, "--json").json()
    kind = {"-train.json": "train", "-evaluate.json": "evaluate"}.get(ending, "history")
    assert [each["kind"] for each in found["files"]] == [kind, kind]
    assert [each["name"] for each in found["files"]] == ["low", "high"]


def test_a_model_its_history_and_its_results_agree(mlpcli: Commands, folder: Path) -> None:
    endings = (".joblib", ".csv", ".jsonl", "-train.json", "-evaluate.json")
    found = mlpcli.ok("compare", *(folder / f"high{ending}" for ending in endings), "--json").json()
    model, table, lines, train, evaluation = found["files"]
    assert model["course"] == table["course"] == lines["course"]
    assert model["at_best"] == table["at_best"] == lines["at_best"]
    assert model["best_epochs"] == table["best_epochs"] == train["best_epochs"]
    assert (evaluation["epochs"], evaluation["course"]) == ([], None)
    tables = {each["part"]: each["files"] for each in found["scores"]}
    model_scores, train_scores = tables["validation"]
    assert model_scores["metrics"] == train_scores["metrics"]
    assert model_scores["same_rows"] == train_scores["same_rows"] == "a"  # the result says which rows
    assert [each["name"] for each in tables["evaluated"]] == ["high-evaluate.json"]
    assert found["settings"] == {}


def test_markdown(mlpcli: Commands, folder: Path) -> None:
    out = mlpcli.ok("compare", folder / "low.joblib", folder / "high.joblib", "--format", "markdown").out
    assert "| file | --lr |\n| --- | --- |\n| low | 0.001 |\n| high | 0.03 |" in out.replace("\\", "")
    assert "⠉" not in out


def test_every_metric_with_v_and_one_by_name(mlpcli: Commands, folder: Path) -> None:
    paths = (folder / "low.joblib", folder / "high.joblib")
    assert " mcc" not in mlpcli.ok("compare", *paths).out
    assert " mcc" in mlpcli.ok("compare", *paths, "-v").out
    out = mlpcli.ok("compare", *paths, "--metric", "accuracy").out
    assert "log_loss" not in out
    assert "Validation accuracy by epoch" in out


@pytest.mark.parametrize("ending", STARTS)
def test_a_picture(ending: str, mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / f"p.{ending}"
    command = ("compare", folder / "low.csv", folder / "high.csv", "--plot", path)
    result = mlpcli.ok(*command)
    assert result.err == f"Plot saved to {path}\n"
    assert path.read_bytes().startswith(STARTS[ending])
    assert "exists already" in mlpcli.error(1, *command)
    mlpcli.ok(*command, "-f")


def test_pictures_of_nothing_and_over_an_input(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    results = [folder / f"{name}-evaluate.json" for name in ("low", "high")]
    said = mlpcli.error(1, "compare", *results, "--plot", tmp_path / "p.png")
    assert "--plot: no file has a curve to plot" in said
    picture = shutil.copy(folder / "low.csv", tmp_path / "low.svg")
    command = ("compare", picture, folder / "high.csv", "--plot", picture, "-f")
    assert "is an input of this command too" in mlpcli.error(1, *command)
    assert [each.name for each in tmp_path.iterdir()] == ["low.svg"]


def test_mistakes(mlpcli: Commands, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    kinds = "Give models, histories (mlpcli train --history FILE) or JSON of train, evaluate, cv or tune"
    bad: dict[tuple[object, ...], tuple[int, str, str]] = {
        ("low.csv",): (2, "one file alone cannot be compared", kinds),
        (): (2, "there are no files to compare", kinds),
        ("low.csv", "./low.csv"): (1, "low.csv and ./low.csv are the same file", "Name each file once."),
        ("low.csv", "none"): (1, "none: no such file", kinds),
        ("low.csv", sample("circle.csv")): (
            1,
            "is text, but neither a history nor a result of mlpcli",
            kinds,
        ),
        ("low.csv", "high.csv", "--metric", "auc"): (
            2,
            "--metric: there is no metric 'auc'",
            "Did you mean 'roc_auc'?",
        ),
        ("low.csv", "high.csv", "--metric", "rmse"): (1, "--metric: no file has rmse", "have: accuracy."),
        ("low.csv", "high.csv", "--json", "--format", "text"): (2, "JSON already", "Leave out --format."),
    }
    for arguments, (code, said, hint) in bad.items():
        error = mlpcli.error(code, "compare", *arguments)
        assert said in error
        assert hint in error


@pytest.mark.parametrize("columns", [80, 120])
def test_in_a_terminal(columns: int, folder: Path) -> None:
    shown = in_terminal(["compare", folder / "low.joblib", folder / "high.joblib"], columns=columns, rows=80)
    assert shown.code == 0
    lines = shown.screen(columns)
    assert "  A low   B high" in lines
    assert max(map(len, lines)) <= columns
    assert "\x1b[36mA" in shown.raw  # in colours


def test_an_old_encoding(mlpcli: Commands, folder: Path) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace")
    assert mlpcli("compare", folder / "low.csv", folder / "high.csv", stdout=stream).code == 0
    assert b"best epoch" in raw.getvalue()
    assert b"\\u" not in raw.getvalue()


def test_names_with_control_characters(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    path = shutil.copy(folder / "low.csv", tmp_path / "a\x1b[2J\u202e.csv")
    for more in ((), ("--format", "markdown")):
        out = mlpcli.ok("compare", path, folder / "high.csv", *more).out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_a_cell_with_control_characters(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text((folder / "low.csv").read_text().replace("True", "\x1b[2J", 1))
    assert "\x1b" not in mlpcli.error(1, "compare", tmp_path / "h.csv", folder / "high.csv")


def test_from_a_pipe(folder: Path, mlpcli: Commands, tmp_path: Path) -> None:
    """A result is read once, as `<(...)` of a shell can be."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = (folder / "low-evaluate.json").read_text()
    writer = threading.Thread(target=lambda: pipe.write_text(text))
    writer.start()
    out = mlpcli.ok("compare", pipe, folder / "high-evaluate.json").out
    writer.join()
    assert "Scores on 300 evaluated rows" in out
