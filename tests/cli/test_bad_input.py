"""Every mistake is one line and a hint, with the right exit code, and leaves nothing behind."""

import errno
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pytest

from tests.cli.commands import Commands, sample, unread, write

ROWS = [f"{number * 0.7:.2f},{number % 5},{number * 0.3:.2f}" for number in range(30)]


def table(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def text(*lines: str, header: str = "a,b,y") -> str:
    return "\n".join([header, *lines]) + "\n"


BAD_TABLES: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": (b"", ["is empty"]),
    "header only": (text(), ["0 rows"]),
    "one row": (text("1,2,3"), ["1 row "]),
    "constant target": (text(*("1.5,2,7" for _ in range(30))), ["the same value", "'7'"]),
    "target missing everywhere": (text(*("1.5,2," for _ in range(30))), ["missing in every row"]),
    "binary": (bytes(range(256)) * 8, ["not a text file"]),
    "short row": (text("1,2,3", "1,2", "1,2,3"), ["line 3 has 2 fields, the header has 3"]),
    "long row": (text("1,2,3", "1,2,3,4"), ["line 3 has 4 fields, the header has 3"]),
    "all rows long": (text("1,2,3,4", "1,2,3,4"), ["line 2 has 4 fields, the header has 3"]),
    "short row after quoted newline": (text('1,"x\ny",3', "1,2"), ["line 4 has 2 fields"]),
    "duplicate names": (text(*ROWS, header="a,a,y"), ["'a' occurs 2 times"]),
    "infinite input": (text(*ROWS, "inf,1,2"), ["line 32", "'a'", "infinite"]),
    "infinite target": (text(*ROWS, "1,1,inf"), ["line 32", "target 'y'"]),
    "gzip cut short": (b"\x1f\x8b\x08\x00" + bytes(20), ["damaged or cut short"]),
}


@pytest.mark.parametrize("name", BAD_TABLES)
@pytest.mark.parametrize("command", ["train", "lr-find"])
def test_bad_tables(mlpcli: Commands, tmp_path: Path, name: str, command: str) -> None:
    content, expected = BAD_TABLES[name]
    path = table(tmp_path, "t.csv", content)
    output = ("-o", tmp_path / "m.joblib") if command == "train" else ()
    said = mlpcli.error(1, command, path, "-t", "y", *output)
    for words in expected:
        assert words in said
    assert os.listdir(tmp_path) == ["t.csv"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_an_encoding_is_guessed_and_said(mlpcli: Commands, tmp_path: Path, encoding: str) -> None:
    rows = (f"{number},{number % 7},{word}" for number in range(40) for word in ("caf\xe9", "bar"))
    path = table(tmp_path, "t.csv", text(*rows).encode(encoding))
    result = mlpcli.ok("train", path, "-t", "y", "-o", tmp_path / "m.joblib", "--epochs", 2)
    assert f"the encoding was detected as {encoding} (--encoding" in result.err
    assert "caf\xe9" in mlpcli.ok("inspect", tmp_path / "m.joblib", "--all").out


BAD_COMMANDS: dict[str, tuple[int, list[str], list[str]]] = {
    "unknown activation": (2, ["--activation", "rleu"], ["'rleu'", "Did you mean 'relu'"]),
    "unknown option": (2, ["--epoch", "3"], ["--epoch", "Did you mean --epochs"]),
    "option without value": (2, ["--epochs"], ["--epochs"]),
    "not a number": (2, ["--epochs", "many"], ["--epochs", "whole number"]),
    "out of range": (2, ["--epochs", "0"], ["--epochs", "at least 1"]),
    "dropout of one": (2, ["--dropout", "1"], ["--dropout", "below 1"]),
    "negative rate": (2, ["--lr", "-1"], ["--lr", "above 0"]),
    "hidden nonsense": (2, ["--hidden", "3y"], ["--hidden", "128,64"]),
    "hidden beyond memory": (2, ["--hidden", "9999999999,9999999999"], ["--hidden", "parameters"]),
    "hidden zero": (2, ["--hidden", "8,0"], ["--hidden"]),
    "impossible loss": (2, ["--loss", "mse"], ["--loss", "cross-entropy"]),
    "unknown metric": (2, ["--monitor", "acuracy"], ["'acuracy'", "Did you mean 'accuracy'"]),
    "unknown class weight": (2, ["--class-weight", "Adele=2"], ["'Adele'", "Adelie"]),
    "fraction of one": (2, ["--validation", "1.0"], ["--validation"]),
    "bad kind": (2, ["--kind", "year=numbr"], ["'numbr'", "number"]),
    "bad threads": (2, ["--threads", "0"], ["--threads"]),
    "bad duration": (2, ["--time-limit", "soon"], ["--time-limit", "60s"]),
    "bad delimiter": (2, ["-d", "::"], ["--delimiter"]),
    "bad encoding": (2, ["--encoding", "klingon"], ["--encoding"]),
    "misspelt drop": (1, ["--drop", "yeer"], ["'yeer'", "Did you mean 'year'"]),
    "misspelt feature": (1, ["--features", "iland"], ["Did you mean 'island'"]),
    "no input left": (1, ["--features", "year", "--kind", "year=ignore"], ["no input"]),
    "missing validation file": (1, ["--validation", "nosuch.csv"], ["nosuch.csv"]),
    "unknown positive": (1, ["--positive", "Emperor"], ["'Emperor'"]),
    "two classes asked": (1, ["--task", "binary"], ["3 values"]),
    "diverging": (1, ["--preset", "textbook", "--lr", "1e30"], ["diverged in epoch 1", "1e+30", "lr-find"]),
}


@pytest.mark.parametrize("name", BAD_COMMANDS)
def test_bad_commands(mlpcli: Commands, tmp_path: Path, name: str) -> None:
    code, options, expected = BAD_COMMANDS[name]
    said = mlpcli.error(
        code, "train", sample("penguins.csv"), "-t", "species", "-o", tmp_path / "m.joblib", *options
    )
    for words in expected:
        assert words in said
    assert os.listdir(tmp_path) == []


def test_target_misspelt_or_missing(mlpcli: Commands) -> None:
    assert "Did you mean 'species'" in mlpcli.error(1, "train", sample("penguins.csv"), "-t", "specis")
    assert "which column" in mlpcli.error(2, "train", sample("penguins.csv"), "-t", "")
    said = mlpcli.error(2, "train", sample("penguins.csv"))
    assert "--target COLUMN" in said
    assert "bill_length_mm" in said


def test_files_that_are_none(mlpcli: Commands, tmp_path: Path) -> None:
    write(tmp_path, "table.csv", ["a,y"])
    assert "Did you mean 'table.csv'" in mlpcli.error(1, "train", tmp_path / "tabel.csv", "-t", "y")
    assert "is a folder" in mlpcli.error(1, "train", tmp_path, "-t", "y")
    assert "Did you mean 'train'" in mlpcli.error(2, "trian", "x.csv")
    assert "MODEL" in mlpcli.error(2, "predict")


def test_outputs_are_checked_before_training(mlpcli: Commands, tmp_path: Path) -> None:
    train = ("train", sample("penguins.csv"), "-t", "species", "--epochs", "100000", "-o")
    (tmp_path / "there.joblib").write_text("precious")
    assert "there.joblib -f" in mlpcli.error(1, *train, tmp_path / "there.joblib")
    assert (tmp_path / "there.joblib").read_text() == "precious"
    assert "no folder" in mlpcli.error(1, *train, tmp_path / "nowhere" / "m.joblib")
    assert "is a folder" in mlpcli.error(1, *train, tmp_path)


def test_unwritable_folder(mlpcli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    said = mlpcli.error(1, "train", sample("penguins.csv"), "-t", "species", "-o", tmp_path / "m")
    assert "not writable" in said


class _Command:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch pwned",)


def test_model_files_that_are_none(
    mlpcli: Commands, penguins_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = penguins_model.read_bytes()
    flipped = bytearray(whole)
    flipped[-2000] ^= 1
    table(tmp_path, "cut.joblib", whole[: len(whole) // 2])
    table(tmp_path, "flipped.joblib", bytes(flipped))
    table(tmp_path, "command.joblib", pickle.dumps(_Command()))
    joblib.dump([1, 2, 3], "other.joblib")
    joblib.dump({"format": 99, "header": "{}"}, "newer.joblib")
    for name, words in {
        "cut.joblib": "cut short",
        "flipped.joblib": "checksum",
        "command.joblib": "not an mlpcli model file",
        "other.joblib": "model",
        "newer.joblib": "newer|format 99",
        "nosuch.joblib": "no such model file",
        ".": "is a folder",
    }.items():
        for command in (("inspect", name), ("predict", name, sample("penguins.csv"))):
            if name == "flipped.joblib" and command[0] == "inspect":
                continue  # the header alone is read, and is whole
            said = mlpcli.error(1, *command)
            assert any(word in said for word in words.split("|")), said
    assert not (tmp_path / "pwned").exists()


def test_column_names_are_text(mlpcli: Commands, tmp_path: Path) -> None:
    path = table(tmp_path, "t.csv", text(*ROWS, header="[/b]\x1b[31m,b,y"))
    model = tmp_path / "m.joblib"
    for result in (
        mlpcli.ok("train", path, "-t", "y", "-o", model, "-v"),
        mlpcli.ok("inspect", model, "--all"),
    ):
        assert r"[/b]\x1b[31m" in result.out
        assert "\x1b" not in result.out + result.err


def test_unreadable_and_unseen_cells(mlpcli: Commands, penguins_model: Path) -> None:
    lines = sample("penguins.csv").read_text().splitlines()[:5]
    lines[2] = lines[2].replace("39.5", "abc").replace("Torgersen", "Mars")
    stdin = ("\n".join(lines) + "\n").encode()
    result = mlpcli.ok("predict", penguins_model, "-", stdin=stdin)
    assert "unreadable values, treated as missing: bill_length_mm 1" in result.err
    assert "island 1" in result.err
    assert len(result.out.splitlines()) == 5
    strict = mlpcli("predict", penguins_model, "-", "--strict", stdin=stdin)
    assert strict.code == 1
    assert "stdin: line 3" in strict.err


def test_missing_input_column(mlpcli: Commands, penguins_model: Path) -> None:
    for command in ("predict", "evaluate"):
        said = mlpcli.error(1, command, penguins_model, sample("auto_mpg.csv"))
        assert "the input column 'island'" in said


def test_a_score_that_cannot_be_monitored(mlpcli: Commands, tmp_path: Path) -> None:
    rows = [*(f"{number * 0.7},b" for number in range(60)), "1.5,a", "2.5,a"]
    path = table(tmp_path, "t.csv", text(*rows, header="x,y"))
    train = ("train", path, "-t", "y", "-o", tmp_path / "m.joblib", "--validation", "0.05")
    assert "--monitor: roc_auc cannot be computed" in mlpcli.error(2, *train, "--monitor", "roc_auc")
    mlpcli.ok(*train)
    assert "diverged" in mlpcli.error(1, *train, "-f", "--lr", "1e18")


@pytest.mark.parametrize("gate", [("--fail-if", ""), ("--fail-if", " "), ("--max-drop", "")])
def test_an_empty_gate_is_no_open_gate(
    gate: tuple[str, str], monkeypatch: pytest.MonkeyPatch, penguins_model: Path
) -> None:
    said = Commands(monkeypatch).error(2, "evaluate", penguins_model, sample("penguins.csv"), *gate)
    assert f"{gate[0]} is empty" in said


def test_gates_count_when_the_reader_leaves(mlpcli: Commands, penguins_model: Path) -> None:
    command = ("evaluate", penguins_model, sample("penguins.csv"), "--fail-if", "accuracy > 0", "-q")
    with unread() as pipe:
        assert mlpcli(*command, stdout=pipe).code == 3


def array_error() -> MemoryError:
    """NumPy's own, which a table too large for the machine raises."""
    try:
        np.empty(1 << 45)
    except MemoryError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "not enough memory"),
        (array_error(), "not enough memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "not enough memory"),
        (ImportError("x.so: failed to map segment from shared object"), "not enough memory"),
        (RuntimeError("can't start new thread"), "no more threads or processes"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "no more threads or processes"),
    ],
    ids=str,
)
def test_too_little_memory_or_too_few_threads(
    error: Exception, said: str, mlpcli: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*arguments: object, **settings: object) -> None:
        raise error

    monkeypatch.setattr("mlpcli.workflows.train.start", fail)
    monkeypatch.setattr("mlpcli.cli.main.reader_left", lambda: None)
    assert said in mlpcli.error(1, "train", sample("penguins.csv"), "-t", "species", "-o", tmp_path / "m")


def test_too_little_memory_to_load_libraries(tmp_path: Path) -> None:
    """As a container or a shell's `ulimit -v` has it."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -v 100000; exec "$0" -m mlpcli inspect x', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
