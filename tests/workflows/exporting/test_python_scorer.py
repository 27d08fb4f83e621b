"""A scorer of one file of Python predicts what the model predicts, without packages and with NumPy."""

import importlib.util
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, MlpcliError, SettingsError
from mlpcli.nn.activations import ACTIVATIONS
from tests.workflows.exporting.tables import (
    ALONE,
    HOSTILE,
    INPUTS,
    QUICK,
    WITH_NUMPY,
    exported,
    predicted,
    run,
    same,
    scored,
    table,
    trained,
    with_odd_cells,
)

CASES: dict[str, tuple[str | list[str], dict[str, Any]]] = {
    "a number": ("number", {}),
    "a logarithm, clipped": (
        "size",
        {"target_scaling": "log", "clip_predictions": True, "scaling": "robust"},
    ),
    "a positive number": ("size", {"output_activation": "softplus", "number_embedding": "ple"}),
    "a count": ("count", {"task": "regression", "loss": "poisson", "scaling": "quantile"}),
    "quantiles": ("number", {"loss": "quantile", "quantiles": (0.1, 0.6, 0.9), "scaling": "minmax"}),
    "two numbers": (["number", "size"], {"number_embedding": "plr", "wide": "all"}),
    "two classes": ("two", {"threshold": "f1", "number_embedding": "pbld", "embed_above": 2, "ensemble": 2}),
    "a step": ("two", {"hidden": (), "activation": "step", "loss": "perceptron"}),
    "three classes": ("three", {"class_weight": "balanced", "parametric": True, "input_scale": True}),
    "the strong preset": ("three", {"preset": "best", "hidden": (8,), "epochs": 2, "ensemble": 2}),
    "labels": (["one", "other"], {"task": "multilabel", "wide": ("x", "place")}),
    "listed labels": ("tags", {"label_separator": ";"}),
    "crosses": ("number", {"cross": ("x*x/took", "log(took)-exp(x)^2", "abs(x)^0.5")}),
}


@pytest.mark.parametrize("case", CASES)
def test_predictions_are_those_of_predict(case: str, tmp_path: Path) -> None:
    target, settings = CASES[case]
    targets = [target] if isinstance(target, str) else target
    frame = table()
    model = trained(frame[[*INPUTS, *targets]], target, tmp_path, **settings)
    scorer = exported(model, tmp_path)
    rows = with_odd_cells(table(seed=1)[INPUTS], INPUTS)
    wanted = predicted(model, rows, tmp_path)
    same(scored(ALONE, scorer, rows, "--proba"), wanted)
    same(scored(WITH_NUMPY, scorer, rows, "--proba"), wanted)


def test_the_cases_have_every_kind_of_column(tmp_path: Path) -> None:
    model = trained(table()[[*INPUTS, "number"]], "number", tmp_path)
    kinds = {column.name: column.kind for column in model.artifact.schema.inputs}
    assert {*kinds.values()} == {"number", "category", "boolean", "date"}
    forms = model.artifact.schema.forms
    assert (forms["took"].clock, forms["weight"].unit, forms["share"].hundredths) != ("", "", False)


def test_tables_that_are_written_otherwise(tmp_path: Path) -> None:
    """A decimal comma, missing words of the table, words that are levels, and dates without marks."""
    generator = np.random.default_rng(0)
    x, day = generator.normal(size=120), pd.Timestamp("2020-01-01") + pd.to_timedelta(range(120), "D")
    frame = pd.DataFrame({"x": [f"{1000 * value:.2f}".replace(".", ",") for value in x]}, dtype=object)
    frame["stamp"] = day.strftime("%Y%m%d")
    frame["clock"] = [f"{hour}:{minute:02} {half}" for hour, minute, half in _clocks(generator, 120)]
    frame["quarter"] = [f"Q{each.quarter} {each.year}" for each in day]
    frame["kind"] = generator.choice(["NA", "EU", "none", "-9"], 120)
    frame["code"] = generator.choice(["007", "08", "9"], 120)
    frame["y"] = (x + day.month.to_numpy() / 6).round(3).astype(str)
    frame.loc[::9, ["x", "stamp"]] = "-9"
    reading = {"missing": ("-9", "leer"), "keep_words": (("kind", "NA"),), "decimal": ","}
    frame["y"] = frame["y"].str.replace(".", ",")
    model = trained(frame, "y", tmp_path, kind={"code": "category"}, **reading)
    kinds = {column.name: column.kind for column in model.artifact.schema.inputs}
    assert kinds == dict.fromkeys(("stamp", "clock", "quarter"), "date") | {
        "x": "number",
        "kind": "category",
        "code": "category",
    }
    scorer = exported(model, tmp_path)
    names = list(kinds)
    rows = with_odd_cells(frame[names], names)
    wanted = predicted(model, rows, tmp_path, decimal=",")
    same(scored(ALONE, scorer, rows), wanted)
    same(scored(WITH_NUMPY, scorer, rows), wanted)


def _clocks(generator: np.random.Generator, rows: int) -> list[tuple[int, int, str]]:
    hours, minutes = generator.integers(1, 13, rows), generator.integers(0, 60, rows)
    halves = generator.choice(["am", "pm"], rows)
    return list(zip(hours.tolist(), minutes.tolist(), halves.tolist(), strict=True))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation: str, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(60, 3)).round(3).astype(str), columns=["a", "b", "y"])
    model = trained(frame, "y", tmp_path, activation=activation, parametric=activation == "mish")
    scorer = exported(model, tmp_path)
    wanted = predicted(model, frame[["a", "b"]], tmp_path)
    same(scored(ALONE, scorer, frame[["a", "b"]]), wanted)
    same(scored(WITH_NUMPY, scorer, frame[["a", "b"]]), wanted)


def test_levels_with_means_of_the_target(tmp_path: Path) -> None:
    """Of text, and of numbers that are rather codes."""
    generator = np.random.default_rng(0)
    level, code = generator.integers(0, 150, 900), generator.integers(0, 120, 900)
    worth, value = generator.normal(size=150), generator.normal(size=120)
    frame = pd.DataFrame({"shop": [f"shop {each}" for each in level], "code": (code * 7).astype(str)})
    frame["y"] = (worth[level] + value[code]).round(4).astype(str)
    model = trained(frame, "y", tmp_path, target_means=True, embed_above=10, folds=2, max_categories=50)
    assert all(encoder.told is not None for encoder in model.encoder.encoders)
    scorer = exported(model, tmp_path)
    rows = with_odd_cells(frame[["shop", "code"]].head(200), ["shop", "code"])
    wanted = predicted(model, rows, tmp_path)
    same(scored(ALONE, scorer, rows), wanted)
    same(scored(WITH_NUMPY, scorer, rows), wanted)


def test_hostile_names_and_levels_stay_data(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({name: generator.normal(size=80).round(3).astype(str) for name in HOSTILE})
    levels = ['"""', "'''\\", "a\nb", "\\", "__import__('os').abort()", "\u202e", "\U0001f600", "#"]
    frame["level"] = generator.choice(levels, 80)
    classes = np.array(['"""\nraise SystemExit(9)', "\\'", "{0}"])
    frame["y"] = classes[generator.integers(0, 3, 80)]
    model = trained(frame, "y", tmp_path)
    scorer = exported(model, tmp_path, "odd \"name'; {x} $(id).py")
    rows = frame.drop(columns="y")[[*reversed(HOSTILE), "level"]]
    wanted = predicted(model, rows, tmp_path)
    same(scored(ALONE, scorer, rows, "--proba"), wanted)
    text = scorer.read_text("utf-8")
    assert "\u202e" not in text
    assert compile(text, "scorer", "exec")


@pytest.fixture(scope="module")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("penguins")
    return exported(trained(table()[["x", "place", "two"]], "two", folder), folder)


def test_it_tests_itself(penguins: Path, tmp_path: Path) -> None:
    for python, how in ((ALONE, "without NumPy"), (WITH_NUMPY, "with NumPy")):
        result = run(python, penguins, "--test")
        assert result.stdout.decode() == f"20 of 20 golden rows are as mlpcli predicts them, {how}\n"
    altered = tmp_path / "altered.py"
    text = penguins.read_text("utf-8")
    altered.write_text(text.replace("        biases=[", "        biases=[0.5 + "), "utf-8")
    result = run(ALONE, altered, "--test")
    assert result.returncode == 1
    assert b"0 of 20 golden rows" in result.stdout


def test_it_is_a_module(penguins: Path) -> None:
    spec = importlib.util.spec_from_file_location("scorer_of_a_test", penguins)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    row = {"place": "Ulm", "x": 1.5, "other": None}
    found = module.predict(row)
    assert list(found) == ["prediction", "probability_high", "probability_low"]
    assert found == module.predict({"x": "1.5", " place ": "Ulm"})
    assert module.predict({"x": None, "place": float("nan")}) == module.predict({"x": "", "place": "NA"})
    with pytest.raises(KeyError, match="the row has no column 'x'"):
        module.predict({"place": "Ulm"})


BAD_TABLES = {
    b"": "the table has no header",
    b"x\n1\n": "the table has no column 'place'",
    b"x,place,x\n1,Ulm,2\n": "the table has 2 columns 'x'",
    b"x,place\n1\n": "line 2 has 1 cells, the header has 2",
    b"x,place,prediction\n1,Ulm,2\n": "the table has a column 'prediction' already; give --prefix TEXT",
    b'x,place\n1,"Ulm\n2,Bonn\n': "unexpected end of data",
    b"x,place\n1,\xff\n": "the table is not UTF-8 text",
}


@pytest.mark.parametrize("rows", BAD_TABLES)
def test_bad_tables(penguins: Path, rows: bytes) -> None:
    result = run(ALONE, penguins, stdin=rows)
    assert result.returncode == 1
    assert result.stderr.decode() == f"error: {BAD_TABLES[rows]}\n"


def test_files_delimiters_and_blank_lines(penguins: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\xef\xbb\xbf x ;place\r\n1;Ulm\r\n\r\n'2';\"a;b\"\r\n")
    result = run(ALONE, penguins, str(path), "--delimiter", ";")
    lines = result.stdout.decode().splitlines()
    assert lines[0] == " x ;place;prediction"
    assert [line.rpartition(";")[0] for line in lines[1:]] == ["1;Ulm", "'2';\"a;b\""]
    assert run(ALONE, penguins, stdin=b"x,place\n").stdout == b"x,place,prediction\n"
    assert run(ALONE, penguins, str(tmp_path / "none.csv")).returncode == 1
    assert run(ALONE, penguins, "--delimiter", "ab").returncode == 2


def test_a_prefix_makes_room_for_a_column_of_the_same_name(penguins: Path) -> None:
    result = run(ALONE, penguins, "--prefix", "new_", "--proba", stdin=b"x,place,prediction\n1,Ulm,2\n")
    header, row = result.stdout.decode().splitlines()
    assert header == "x,place,prediction,new_prediction,new_probability_high,new_probability_low"
    assert row.startswith("1,Ulm,2,")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("redirection", "said"),
    [
        (">&-", "stdout is closed"),
        ("<&-", "stdin is closed"),
        ("--test >&-", "stdout is closed"),
        ("rows.csv > out.csv", "[Errno 27] File too large"),
    ],
)
def test_streams_that_are_closed_or_full(penguins: Path, tmp_path: Path, redirection: str, said: str) -> None:
    (tmp_path / "rows.csv").write_text("x,place\n" + "1,Ulm\n" * 200)
    command = shlex.join([*ALONE, str(penguins)])
    result = subprocess.run(
        ["sh", "-c", f"trap '' XFSZ; ulimit -f 1; {command} {redirection}"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (result.returncode, result.stderr.decode()) == (1, f"error: {said}\n")


def test_the_file_is_plain_python_of_older_versions(penguins: Path) -> None:
    import ast

    tree = ast.parse(penguins.read_text("utf-8"), feature_version=(3, 9))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"eval", "exec", "compile", "__import__"}
    keywords = [each.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for each in node.keywords]
    assert keywords.count("strict") == 1  # of the reader of CSV, as that of zip came with Python 3.10
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert {str(name).partition(".")[0] for name in imported} <= {*sys.stdlib_module_names, "numpy"}


def test_the_same_model_has_the_same_bytes(tmp_path: Path) -> None:
    model = trained(table(60)[["x", "place", "two"]], "two", tmp_path)
    assert mlpcli.export(model).content == mlpcli.export(model).content
    assert b"GOLDEN" in mlpcli.export(model, golden=3).content


def test_golden_rows_are_no_training_rows(tmp_path: Path) -> None:
    frame = table()[["x", "price", "weight", "number"]]
    model = trained(frame, "number", tmp_path)
    text = mlpcli.export(model, golden=200).content.decode()
    golden = text[text.index("GOLDEN = [") : text.index("EXPECTED = [")]
    rows = [f'"{x}", "{price.strip("$")}"' for x, price in zip(frame["x"], frame["price"], strict=True)]
    assert not [row for row in rows if row in golden]


def refusal(model: Any, **settings: Any) -> MlpcliError:
    with pytest.raises(MlpcliError) as raised:
        mlpcli.export(model, **settings)
    return raised.value


def test_what_is_refused(tmp_path: Path) -> None:
    words = np.array(
        [
            "so",
            "this",
            "is",
            "good",
            "bad",
            "or",
            "just",
            "what",
            "they",
            "said",
            "of",
            "it",
            "then",
            "and",
            "now",
        ]
    )
    generator = np.random.default_rng(0)
    texts = [" ".join(generator.choice(words, 14)) for _ in range(120)]
    frame = pd.DataFrame({"said": texts, "y": np.where(["good" in each for each in texts], "up", "down")})
    run = mlpcli.train(frame, "y", kind={"said": "text"}, **QUICK)
    error = refusal(run.model)
    assert isinstance(error, DataError)
    assert (
        str(error.message)
        == "the model cannot be exported: column 'said' is text, whose words only mlpcli reads"
    )
    model = trained(table(60)[["x", "two"]], "two", tmp_path)
    error = refusal(model, output=tmp_path / "scorer.c")
    assert isinstance(error, SettingsError)
    assert "files ending in .c cannot be written" in str(error.message)
    assert "the name has no ending" in str(refusal(model, output=tmp_path / "scorer").message)
    assert not list(tmp_path.glob("scorer*"))
