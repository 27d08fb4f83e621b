"""`mlpcli export`: files, streams, exit status."""

import sqlite3
from pathlib import Path

import pytest

import mlpcli as api
from mlpcli.cli.exit_status import ExitStatus
from tests.cli.commands import SAMPLES, Commands


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "m.joblib"
    api.train(SAMPLES / "circle.csv", "class", output=path, preset="textbook", hidden=(4,), epochs=2)
    return path


def test_a_file_and_its_json(mlpcli: Commands, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "scorer.py"
    result = mlpcli.ok("export", model, "-o", path, "--golden", "7", "--json")
    fields = result.json()
    assert fields["file"] == str(path)
    assert fields["target_format"] == "py"
    assert fields["bytes"] == len(path.read_bytes())
    assert fields["columns"] == ["x1", "x2"]
    assert fields["golden"] == 7
    assert fields["opset"] is None
    assert f"Export of 1 network written to {path}" in result.err
    assert "7 golden rows to test it with" in result.err


def test_a_graph_and_its_json(mlpcli: Commands, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "scorer.onnx"
    result = mlpcli.ok("export", model, "-o", path, "--golden", "7", "--json")
    fields = result.json()
    assert (fields["target_format"], fields["opset"], fields["golden"]) == ("onnx", 18, 7)
    assert fields["bytes"] == len(path.read_bytes())
    assert f"Export of 1 network written to {path}" in result.err
    assert "opset 18, 7 golden rows to test it with" in result.err
    assert [each.name for each in tmp_path.iterdir()] == ["scorer.onnx"]


def test_a_file_is_replaced_only_if_asked(mlpcli: Commands, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "scorer.py"
    path.write_text("mine")
    result = mlpcli("export", model, "-o", path)
    assert result.code == ExitStatus.FAILED
    assert "exists already" in result.err
    assert path.read_text() == "mine"
    assert mlpcli.ok("export", model, "-o", path, "-f", "-q").err == ""
    assert path.read_text("utf-8").startswith('"""Score rows of a table')
    assert [each.name for each in tmp_path.iterdir()] == ["scorer.py"]


MISUSES = {
    (): "--output: no file is named for the export",
    ("-o", "scorer.txt"): "files ending in .txt cannot be written",
    ("-o", "-"): "the name has no ending",
    ("-o", "scorer.py", "--golden", "0"): "--golden: 0 is out of range",
    ("-o", "scorer.py", "--dialect", "duckdb"): "--dialect: it is for .sql files alone",
    ("-o", "scorer.sql", "--dialect", "mysql"): "mysql",
    ("-o", "scorer.sql", "--table", "inputs"): "--table: inputs is a name inside the query",
}


@pytest.mark.parametrize("arguments", MISUSES)
def test_what_is_wrong_from_the_command_line_alone(
    mlpcli: Commands, model: Path, arguments: tuple[str, ...]
) -> None:
    result = mlpcli("export", model, *arguments)
    assert result.code == ExitStatus.MISUSED
    assert MISUSES[arguments] in result.err
    assert not Path("scorer.py").exists()
    assert not Path("scorer.sql").exists()


def test_a_query(mlpcli: Commands, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "scorer.sql"
    fields = mlpcli.ok("export", model, "-o", path, "--table", "my points", "--json").json()
    assert fields["target_format"] == "sql"
    text = path.read_text("utf-8")
    assert text.startswith("-- Score the rows of the table my points with")
    database = sqlite3.connect(":memory:")
    database.execute('CREATE TABLE "my points" (x2 REAL, x1 REAL)')
    database.execute('INSERT INTO "my points" VALUES (0.5, 0.25)')
    scoring, _, golden = text.partition("\n-- Golden rows")
    assert len(database.execute(scoring).fetchall()) == 1
    assert database.execute("-- " + golden).fetchall() == []


def test_the_model_is_not_written_over(mlpcli: Commands, model: Path, tmp_path: Path) -> None:
    own = tmp_path / "model.py"
    own.write_bytes(model.read_bytes())
    result = mlpcli("export", own, "-o", own, "-f")
    assert result.code == ExitStatus.FAILED
    assert own.read_bytes() == model.read_bytes()
