"""A query for SQLite or DuckDB predicts what the model predicts."""

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, MlpcliError, SettingsError
from mlpcli.model.model import Model
from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.workflows.exporting.describing import described
from mlpcli.workflows.exporting.sql.activations import FUNCTIONS
from mlpcli.workflows.exporting.sql.scorer import GOLDEN
from tests.workflows.exporting.databases import DIALECTS, database, queries, result_of, scored
from tests.workflows.exporting.tables import HOSTILE, INPUTS, predicted, same, table, trained, with_odd_cells
from tests.workflows.exporting.test_python_scorer import CASES

UNDATED = [name for name in INPUTS if name not in ("day", "moment")]
ERRORS = (sqlite3.Error, duckdb.Error)


@pytest.mark.parametrize("case", CASES)
def test_predictions_are_those_of_predict(case: str, tmp_path: Path) -> None:
    target, settings = CASES[case]
    targets = [target] if isinstance(target, str) else target
    model = trained(table()[[*UNDATED, *targets]], target, tmp_path, **settings)
    rows = with_odd_cells(table(seed=1)[UNDATED], UNDATED)
    wanted = predicted(model, rows, tmp_path)
    for dialect in DIALECTS:
        same(scored(model, rows, tmp_path, dialect), wanted)


def test_every_activation_has_a_function() -> None:
    assert {*FUNCTIONS} == {*ACTIVATIONS}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation: str, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(60, 3)).round(3).astype(str), columns=["a", "b", "y"])
    model = trained(frame, "y", tmp_path, activation=activation, parametric=activation == "mish")
    wanted = predicted(model, frame[["a", "b"]], tmp_path)
    for dialect in DIALECTS:
        same(scored(model, frame[["a", "b"]], tmp_path, dialect), wanted)


def test_levels_with_means_of_the_target(tmp_path: Path) -> None:
    """Of text, and of numbers that are rather codes."""
    generator = np.random.default_rng(0)
    level, code = generator.integers(0, 150, 900), generator.integers(0, 120, 900)
    worth, value = generator.normal(size=150), generator.normal(size=120)
    frame = pd.DataFrame({"shop": [f"shop {each}" for each in level], "code": (code * 7).astype(str)})
    frame["y"] = (worth[level] + value[code]).round(4).astype(str)
    model = trained(frame, "y", tmp_path, target_means=True, embed_above=10, folds=2, max_categories=50)
    assert all(encoder.told is not None for encoder in model.encoder.encoders)
    rows = with_odd_cells(frame[["shop", "code"]].head(200), ["shop", "code"])
    wanted = predicted(model, rows, tmp_path)
    for dialect in DIALECTS:
        same(scored(model, rows, tmp_path, dialect), wanted)


def test_levels_that_are_matched_in_each_way(tmp_path: Path) -> None:
    """Text with accents, numbers, codes and words for true; missing words of the table."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "town": generator.choice(["Köln", "Zürich", "İzmir", "NA", "o'Neill"], 120),
            "grade": generator.choice(["1", "2.5", "3", "-9"], 120),
            "code": generator.choice(["007", "08", "9"], 120),
            "member": generator.choice(["sí", "no"], 120),
            "x": generator.choice(["-9", "1,5", "2,5", "0"], 120),
        }
    )
    frame["y"] = np.where(generator.random(120) < 0.5, "up", "down")
    kind = dict.fromkeys(("grade", "code", "member"), "category")
    reading: dict[str, Any] = {"missing": ("-9", "leer"), "keep_words": (("town", "NA"),), "decimal": ","}
    model = trained(frame, "y", tmp_path, kind=kind, **reading)
    odd = {
        "town": ["Ko\u0308ln", "\u00a0Zürich\u200b ", "köln", "NA", "", "leer", "o'Neill"],
        "grade": ["3", "2.5", "-9", "4", "leer", "", "03"],
        "code": ["007", "7", "9", " 08 ", "9.0", "leer", ""],
        "member": ["SÍ", "Sí", "NO", "true", "-1", "maybe", ""],
        "x": ["-9", "1,5", "inf", "", "leer", "0", "-9,0"],
    }
    rows = pd.DataFrame(odd)
    wanted = predicted(model, rows, tmp_path, decimal=",")
    for dialect in DIALECTS:
        same(scored(model, rows, tmp_path, dialect), wanted)


def test_hostile_names_and_levels_stay_data(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    names = [*HOSTILE, "x'); DROP TABLE data; --", "/* select */", "mean_1_1", "o1", "select"]
    frame = pd.DataFrame({name: generator.normal(size=80).round(3).astype(str) for name in names})
    levels = [
        "'",
        "''; DROP TABLE data; --",
        "a\nb",
        "\\",
        "\u202e",
        "\U0001f600",
        "*/",
        "$1 ? :x",
        f"\n{GOLDEN}",
    ]
    frame["level"] = generator.choice(levels, 80)
    classes = np.array(["'\n; SELECT 1", "\\'", '"'])
    frame["y"] = classes[generator.integers(0, 3, 80)]
    model = trained(frame, "y", tmp_path, embed_above=4)
    rows = frame.drop(columns="y")[["level", *reversed(names)]]
    wanted = predicted(model, rows, tmp_path)
    for dialect in DIALECTS:
        same(scored(model, rows, tmp_path, dialect), wanted)
        scoring, _ = queries(model, tmp_path, dialect)
        code = "\n".join(line for line in scoring.splitlines() if not line.lstrip().startswith("--"))
        assert "\u202e" not in code.replace("\u202ename", "")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("sql")
    return trained(table()[["x", "place", "is_new", "two"]], "two", folder)


OTHER_TABLES = {
    "numbers as text": ("x TEXT, place TEXT, is_new TEXT", (" 1.50 ", "Ulm", "yes")),
    "true as a number": ("is_new INTEGER, x TEXT, place TEXT", (1, "1.5", "Ulm")),
    "an order of its own": ("more TEXT, place TEXT, x DOUBLE, is_new TEXT", ("?", " Ulm ", 1.5, "TRUE")),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("case", OTHER_TABLES)
def test_tables_of_other_types(case: str, dialect: str, model: Model, tmp_path: Path) -> None:
    columns, row = OTHER_TABLES[case]
    connection: Any = sqlite3.connect(":memory:") if dialect == "sqlite" else duckdb.connect()
    connection.execute(f"CREATE TABLE t ({columns})")
    connection.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(row))})", row)
    connection.execute("CREATE VIEW people AS SELECT * FROM t")
    header, found = result_of(connection, queries(model, tmp_path, dialect, table="people")[0])
    wanted = predicted(model, pd.DataFrame({"x": ["1.5"], "place": ["Ulm"], "is_new": ["yes"]}), tmp_path)
    own = len(row) + (dialect == "sqlite")
    same(type(wanted)(header[own:], [[str(cell) for cell in found[0][own:]]]), wanted)
    assert found[0][own - len(row) : own] == row


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_missing_column_is_an_error(dialect: str, model: Model, tmp_path: Path) -> None:
    connection: Any = sqlite3.connect(":memory:") if dialect == "sqlite" else duckdb.connect()
    connection.execute("CREATE TABLE data (place TEXT, is_new TEXT)")
    with pytest.raises(ERRORS, match="x"):
        connection.execute(queries(model, tmp_path, dialect)[0])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_golden_rows_find_a_difference(dialect: str, model: Model, tmp_path: Path) -> None:
    _, golden = queries(model, tmp_path, dialect, golden=7)
    connection = database(described(model), table(5)[["x", "place", "is_new"]], dialect)
    assert result_of(connection, golden)[1] == []
    altered = golden.replace("0.5 * (1 + tanh", "0.1 + 0.5 * (1 + tanh")
    header, rows = result_of(connection, altered)
    assert [row[0] for row in rows] == [*range(1, 8)]
    assert header[:3] == ["golden_row", "prediction", "mlpcli: prediction"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_whole_file_is_run_at_once(dialect: str, model: Model, tmp_path: Path) -> None:
    text = mlpcli.export(model, output=tmp_path / "s.sql", dialect=dialect).content.decode()
    assert (
        mlpcli.export(model, output=tmp_path / "s.sql", dialect=dialect, force=True).content.decode() == text
    )
    connection = database(described(model), table(5)[["x", "place", "is_new"]], dialect)
    if dialect == "sqlite":
        connection.executescript(text)
    else:
        scoring, golden = connection.extract_statements(text)
        assert len(connection.execute(scoring).fetchall()) == 5
        assert connection.execute(golden).fetchall() == []


def refusal(model: Model, folder: Path, **settings: Any) -> MlpcliError:
    with pytest.raises(MlpcliError) as raised:
        mlpcli.export(model, output=folder / "s.sql", **settings)
    assert not list(folder.glob("s.sql*"))
    return raised.value


def test_what_is_refused(model: Model, tmp_path: Path) -> None:
    dated = trained(table(60)[["x", "day", "two"]], "two", tmp_path)
    error = refusal(dated, tmp_path)
    assert isinstance(error, DataError)
    assert "column 'day' has dates" in str(error.message)
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(60, 3)).round(3).astype(str), columns=["a", "A", "y"])
    assert "'a' and 'A' differ in case only" in str(refusal(trained(frame, "y", tmp_path), tmp_path).message)
    frame.columns = pd.Index(["a", "b", "y"])
    for formula in ("1/(a/b)", "exp(log(a))", "(a/b)^2"):
        crossed = trained(frame, "y", tmp_path, cross=(formula,))
        assert "a quotient or a logarithm" in str(refusal(crossed, tmp_path).message)
    codes = [str(2**60 + each) for each in generator.integers(0, 3, 60)]
    coded = trained(frame.assign(a=codes), "y", tmp_path, kind={"a": "category"})
    assert "levels of more than 15 digits" in str(refusal(coded, tmp_path).message)
    wide = trained(frame, "y", tmp_path, hidden=(2_000,), epochs=1)
    error = refusal(wide, tmp_path)
    assert "a query of sqlite can have 1,990" in str(error.message)
    assert mlpcli.export(wide, output=tmp_path / "d.sql", dialect="duckdb").columns == ("a", "b")
    for settings in ({"table": "Inputs"}, {"dialect": "oracle"}, {"table": ""}, {"table": "a\0b"}):
        assert isinstance(refusal(model, tmp_path, **settings), SettingsError)
    with pytest.raises(SettingsError, match=r"it is for \.sql files"):
        mlpcli.export(model, output=tmp_path / "s.py", dialect="duckdb")
