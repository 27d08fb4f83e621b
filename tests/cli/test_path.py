"""The whole path, as the README shows it: train, evaluate, predict, lr-find, inspect."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

from mlpcli.cli.commands import COMMANDS
from tests.cli.commands import Commands, sample

TEXTBOOK = ("--preset", "textbook")


def test_train_reports_and_writes(mlpcli: Commands, tmp_path: Path) -> None:
    path = tmp_path / "p.joblib"
    result = mlpcli.ok("train", sample("penguins.csv"), "-t", "species", *TEXTBOOK, "-o", path, "-v")
    for text in (
        "18,947",
        "species (multiclass",
        "best epoch",
        "accuracy",
        "baseline",
        f"mlpcli predict {path}",
    ):
        assert text in result.out
    assert "note:" not in result.err
    assert path.stat().st_size < 100_000
    assert not any(line.endswith(" ") for line in result.out.splitlines())


def test_train_json(mlpcli: Commands, tmp_path: Path) -> None:
    path = tmp_path / "p.joblib"
    found = mlpcli.ok(
        "train", sample("penguins.csv"), "-t", "species", *TEXTBOOK, "-o", path, "--json"
    ).json()
    assert {
        "command": "train",
        "format": 1,
        "model": str(path),
        "task": "multiclass",
    }.items() <= found.items()
    fields = "rows columns parameters epochs best_epoch stop_reason seconds validation test baseline members"
    assert {*fields.split(), "settings", "seed", "threads", "mlpcli"} <= set(found)
    assert found["rows"] == {"train": 292, "validation": 52, "test": 0, "dropped": 0}
    assert found["validation"]["accuracy"] > 0.9 > found["baseline"]["accuracy"]
    assert found["settings"]["hidden"] == [128, 128]


def test_same_seed_same_bytes(mlpcli: Commands, tmp_path: Path) -> None:
    from mlpcli.artifact import load

    weights = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        options = ("--dropout", "0.1", "--seed", seed, "-o", tmp_path / name)
        mlpcli.ok("train", sample("penguins.csv"), "-t", "species", *TEXTBOOK, *options)
        weights.append(load(str(tmp_path / name)).arrays["parameters"].tobytes())
    assert weights[0] == weights[1] != weights[2]


def test_evaluate_json(mlpcli: Commands, penguins_model: Path) -> None:
    result = mlpcli.ok("evaluate", penguins_model, sample("penguins.csv"), "--json")
    found = result.json()
    assert found["rows"] == 344
    assert found["seen_in_training"] is True
    assert "the model was trained on these rows" in result.err
    assert sum(map(sum, found["confusion"]["counts"])) == 344
    assert found["confusion"]["labels"] == ["Adelie", "Chinstrap", "Gentoo"]


def test_predict_keeps_text_and_order(mlpcli: Commands, penguins_model: Path) -> None:
    lines = sample("penguins.csv").read_text().splitlines()[:6]
    lines[1] = lines[1].replace("39.1", " 39.10")
    stdin = ("\n".join(lines) + "\n").encode()
    result = mlpcli.ok("predict", penguins_model, "-", "--proba", stdin=stdin)
    rows = list(csv.reader(io.StringIO(result.out)))
    assert [row[:8] for row in rows] == [line.split(",") for line in lines]
    added = ["prediction", "probability_Adelie", "probability_Chinstrap", "probability_Gentoo"]
    assert rows[0][8:] == added
    assert all(abs(sum(map(float, row[9:])) - 1) < 1e-6 for row in rows[1:])


def test_predict_formats_and_columns(mlpcli: Commands, penguins_model: Path, tmp_path: Path) -> None:
    run = ("predict", penguins_model, sample("penguins.csv"), "--keep", "year,sex", "--prefix", "p_")
    first = json.loads(mlpcli.ok(*run, "--format", "jsonl").out.splitlines()[0])
    assert first == {"year": 2007, "sex": "male", "p_prediction": "Adelie"}
    output = tmp_path / "scored.tsv"
    summary = mlpcli.ok(*run, "-o", output, "--json").json()
    assert summary["rows"] == 344
    assert summary["output"] == str(output)
    assert summary["missing"]["sex"] == 11
    assert output.read_text().splitlines()[0] == "year\tsex\tp_prediction"


def test_predict_a_header_alone(mlpcli: Commands, penguins_model: Path) -> None:
    header = sample("penguins.csv").read_text().splitlines()[0]
    result = mlpcli.ok("predict", penguins_model, "-", stdin=(header + "\n").encode())
    assert result.out == header + ",prediction\n"


def test_lr_find(mlpcli: Commands, tmp_path: Path) -> None:
    target = ("lr-find", sample("auto_mpg.csv"), "-t", "Miles_per_Gallon")
    shown = mlpcli.ok(*target)
    assert "Suggested learning rate" in shown.out
    assert "⠀" in shown.out or "⠤" in shown.out
    found = mlpcli.ok(*target, "--json", "--csv", tmp_path / "curve.csv").json()
    assert set(found["rules"]) == {"valley", "slide", "steep", "minimum", "half_max"}
    assert found["interval"][0] <= found["interval"][1]
    assert 1e-4 < found["suggestion"] < 1
    assert len((tmp_path / "curve.csv").read_text().splitlines()) == len(found["points"]) + 1


def test_inspect(mlpcli: Commands, penguins_model: Path) -> None:
    shown = mlpcli.ok("inspect", penguins_model, "--all").out
    for text in ("flipper_length_mm", "Adelie", "18,947", "cosine", "digest", "accuracy", "mlpcli train"):
        assert text in shown
    found = mlpcli.ok("inspect", penguins_model, "--json").json()
    assert {"columns", "target", "task", "network", "settings", "history", "scores", "receipt"} <= set(found)


def test_model_through_a_pipe(tmp_path: Path) -> None:
    model = tmp_path / "piped.joblib"
    with open(model, "wb") as out:
        command = [
            sys.executable,
            "-m",
            "mlpcli",
            "train",
            str(sample("penguins.csv")),
            "-t",
            "species",
            *(*TEXTBOOK, "--epochs", "3", "-o", "-"),
        ]
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0
    assert b"accuracy" in done.stderr
    from mlpcli.artifact import load

    assert load(str(model)).schema.target == ("species",)


def test_a_closed_pipe_is_quiet(penguins_model: Path) -> None:
    command = f"{sys.executable} -m mlpcli predict {penguins_model} {sample('penguins.csv')} --chunk-rows 1"
    shell = f"set -o pipefail; {command} | head -1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


def test_help_loads_neither_numpy_nor_pandas() -> None:
    code = (
        "import sys\nfrom mlpcli.cli.main import run\n"
        "for arguments in ['--help'], ['--version'], ['-h'], []:\n"
        "    assert run(arguments) == 0\n"
        "    assert not {'numpy', 'pandas', 'rich', 'joblib'} & set(sys.modules), arguments"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "mlpcli" in done.stdout


def test_help_of_a_command_loads_no_pandas() -> None:
    code = (
        "import sys\nfrom mlpcli.cli.main import run\n"
        f"for command in {[*COMMANDS]!r}:\n"
        "    assert run([command, '--help']) == 0\n"
        "    assert not {'pandas', 'rich', 'joblib', 'matplotlib'} & set(sys.modules), command"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_training_table_from_stdin_and_gzip(mlpcli: Commands, tmp_path: Path) -> None:
    content = sample("digits.csv.gz").read_bytes()
    options = ("-t", "digit", "--hidden", "32", "--epochs", "2", "-o", tmp_path / "m", "--json")
    found = mlpcli.ok("train", "-", *options, stdin=content).json()
    assert found["rows"]["train"] + found["rows"]["validation"] == 1797
    assert not [name for name in os.listdir(tmp_path) if name != "m"]
