"""An export in ONNX, run by onnxruntime, predicts what the model predicts."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest

import mlpcli
from mlpcli.data.formulas import FUNCTIONS
from mlpcli.errors import MlpcliError
from mlpcli.model.model import Model
from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.workflows.exporting.onnx_graph import graph as onnx_graph
from tests.workflows.exporting.onnx_scoring import facts_of, golden_differences, scored_by_onnx, session
from tests.workflows.exporting.tables import (
    HOSTILE,
    INPUTS,
    Scored,
    exported,
    predicted,
    run,
    same,
    table,
    trained,
    with_odd_cells,
)
from tests.workflows.exporting.test_python_scorer import CASES


def check(model: Model, rows: pd.DataFrame, folder: Path, **reading: Any) -> Path:
    """The file, which predicts what `predict` does for the rows and for its golden rows."""
    scorer = exported(model, folder, "scorer.onnx")
    same(scored_by_onnx(model, scorer, rows), predicted(model, rows, folder, **reading))
    off, others, rows_tested = golden_differences(scorer)
    assert off <= 1e-5
    assert others == 0
    assert rows_tested == 20
    return scorer


@pytest.mark.parametrize("case", CASES)
def test_predictions_are_those_of_predict(case: str, tmp_path: Path) -> None:
    target, settings = CASES[case]
    targets = [target] if isinstance(target, str) else target
    frame = table()
    model = trained(frame[[*INPUTS, *targets]], target, tmp_path, **settings)
    check(model, with_odd_cells(table(seed=1)[INPUTS], INPUTS), tmp_path)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation: str, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(60, 3)).round(3).astype(str), columns=["a", "b", "y"])
    model = trained(frame, "y", tmp_path, activation=activation, parametric=activation == "mish")
    check(model, frame[["a", "b"]], tmp_path)


def test_means_of_the_target(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    level, code = generator.integers(0, 150, 900), generator.integers(0, 120, 900)
    worth, value = generator.normal(size=150), generator.normal(size=120)
    frame = pd.DataFrame({"shop": [f"shop {each}" for each in level], "code": (code * 7).astype(str)})
    frame["half"] = (level / 2).astype(str)
    frame["mixed"] = code.astype(str)
    frame.loc[:9, "mixed"] = "word"
    frame["y"] = (worth[level] + value[code]).round(4).astype(str)
    settings = {"target_means": True, "embed_above": 10, "folds": 2, "max_categories": 50}
    model = trained(frame, "y", tmp_path, kind=dict.fromkeys(("half", "mixed"), "category"), **settings)
    assert all(encoder.told is not None for encoder in model.encoder.encoders)
    names = ["shop", "code", "half", "mixed"]
    scorer = check(model, with_odd_cells(frame[names].head(300), names), tmp_path)
    types = {each.name: each.type for each in session(scorer).get_inputs()}
    assert types["half"] == "tensor(double)"
    assert types["mixed"] == "tensor(string)"  # its kept levels are numbers, but one with a mean is a word


def test_functions_of_crosses(tmp_path: Path) -> None:
    """Also where they have no finite value, and where a source is missing."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(80, 3)).round(2).astype(str), columns=["a", "b", "y"])
    formulas = (*(f"{name}(a)" for name in FUNCTIONS), "a/b", "a^b", "-a^2+3*b-1", "b^0", "exp(exp(exp(a)))")
    model = trained(frame, "y", tmp_path, cross=formulas)
    cells = ["0", "-0", "1", "-1", "0.5", "-2", "30", "1e200", "-1e200", "inf", "", "NaN", "1e17"]
    rows = pd.DataFrame([(a, b) for a in cells for b in cells], columns=["a", "b"], dtype=object)
    check(model, rows, tmp_path)


def test_levels_however_they_are_spelled(tmp_path: Path) -> None:
    """Numbers, words for true and false, both forms of Unicode, missing words, kept words, huge numbers."""
    generator = np.random.default_rng(0)
    levels: dict[str, Sequence[str]] = {
        "by number": ["1", "2.50", "-3", "1e3", "0", ""],
        "huge": ["12345678901234567890", "12345678901234567891", "7"],
        "by truth": ["yes", "no"],
        "boolean": ["true", "false", "?"],
        "kept": ["NA", "EU", "none", "-9"],
        "accents": ["Zu\u0308rich", "Köln", "서울", ""],
        "zeros": ["007", "08", "9"],
    }
    frame = pd.DataFrame({name: generator.choice(each, 200) for name, each in levels.items()}, dtype=object)
    frame["y"] = generator.normal(size=200).round(3).astype(str)
    kinds = dict.fromkeys(["by number", "huge", "by truth", "zeros", "kept"], "category")
    reading = {"missing": ("-9", "leer"), "keep_words": (("kept", "NA"),)}
    model = trained(frame, "y", tmp_path, kind=kinds, **reading)
    rows = pd.DataFrame({name: generator.choice(each, 300) for name, each in levels.items()}, dtype=object)
    odd = [
        "1.0",
        "+1",
        "2.5",
        "-3.00",
        "1000",
        "-0",
        "TRUE",
        "tRuE",
        "On",
        "j",
        "0",
        "1",
        "-9",
        "leer",
        "NaN",
    ]
    odd += ["Zürich", "Ko\u0308ln", "NA", "none", "EU ", "", "verdadero", "SÍ", "12345678901234567890.0", "7"]
    for name in levels:
        rows.loc[:199, name] = generator.choice(odd, 200)
    scorer = check(model, rows, tmp_path)
    types = {each.name: each.type for each in session(scorer).get_inputs()}
    assert types.pop("by number") == "tensor(double)"
    assert {*types.values()} == {"tensor(string)"}


def test_tables_that_are_written_otherwise(tmp_path: Path) -> None:
    """A decimal comma, a missing number, dates without marks, times and quarters."""
    generator = np.random.default_rng(0)
    x, day = generator.normal(size=120), pd.Timestamp("2020-01-01") + pd.to_timedelta(range(120), "D")
    frame = pd.DataFrame({"x": [f"{1000 * value:.2f}".replace(".", ",") for value in x]}, dtype=object)
    frame["stamp"] = day.strftime("%Y%m%d")
    frame["clock"] = [f"{hour % 24}:{hour % 60:02}" for hour in generator.integers(0, 999, 120)]
    frame["quarter"] = [f"Q{each.quarter} {each.year}" for each in day]
    frame["step"] = generator.choice(["0,5", "1,5", "2"], 120)
    frame["y"] = (x + day.month.to_numpy() / 6).round(3).astype(str)
    frame["y"] = frame["y"].str.replace(".", ",")
    frame.loc[::9, ["x", "stamp", "step"]] = "-9"
    settings: dict[str, Any] = {"kind": {"step": "category"}, "missing": ("-9",), "decimal": ","}
    model = trained(frame, "y", tmp_path, **settings)
    names = ["x", "stamp", "clock", "quarter", "step"]
    check(model, with_odd_cells(frame[names], names), tmp_path, decimal=",")


def test_every_day_of_some_centuries(tmp_path: Path) -> None:
    day = pd.Timestamp("1890-01-01") + pd.to_timedelta(np.arange(0, 80_000, 7), "D")
    texts = (day + pd.to_timedelta(np.arange(len(day)) * 61, "s")).strftime("%Y-%m-%d %H:%M:%S")
    frame = pd.DataFrame({"day": texts, "y": day.month.astype(str)}, dtype=object)
    model = trained(frame.iloc[::60], "y", tmp_path, task="regression")
    assert model.encoder.encoders[0].parts == ("days", "year", "month", "weekday", "hour")  # type: ignore[attr-defined]
    check(model, frame[["day"]], tmp_path)


@pytest.mark.parametrize("scaling", ["standard", "minmax", "robust", "quantile", "none"])
def test_numbers_far_out(scaling: str, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    cells = [
        "0",
        "-0",
        "1e308",
        "-1e308",
        "1e-308",
        "inf",
        "-inf",
        "nan",
        "1600000000",
        "1600000001",
        "3.4e30",
    ]
    ordinary = generator.exponential(size=300).round(2).astype(str)
    big = (1_600_000_000 + generator.integers(0, 50, 300)).astype(str)
    frame = pd.DataFrame({"a": ordinary, "big": big, "y": ordinary}, dtype=object)
    frame.loc[::2, "a"] = "0"
    model = trained(frame, "y", tmp_path, scaling=scaling, activation="tanh", clip_predictions=True)
    rows = pd.DataFrame({"a": cells, "big": cells[::-1]}, dtype=object)
    check(model, pd.concat([rows, frame[["a", "big"]]]), tmp_path)


def test_hostile_names_and_levels_stay_data(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    names = [*HOSTILE, "prediction", "probabilities", "numbers", "gap", "all columns", "rows", "classes"]
    frame = pd.DataFrame({name: generator.normal(size=80).round(3).astype(str) for name in names})
    levels = ['"""', "'''\\", "a\nb", "\\", "__import__('os').abort()", "\u202e", "\U0001f600", "#"]
    frame["level"] = generator.choice(levels, 80)
    classes = np.array(['"""\nraise SystemExit(9)', "\\'", "{0}"])
    frame["y"] = classes[generator.integers(0, 3, 80)]
    model = trained(frame, "y", tmp_path)
    rows = frame.drop(columns="y")[[*reversed(names), "level"]]
    scorer = exported(model, tmp_path, "odd \"name'; {x} $(id).onnx")
    running = session(scorer)
    assert {each.name for each in running.get_inputs()} == {*rows.columns}
    assert [each.name for each in running.get_outputs()] == ["prediction (2)", "probabilities (2)"]
    same(scored_by_onnx(model, scorer, rows), predicted(model, rows, tmp_path))
    assert golden_differences(scorer)[1] == 0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return trained(
        table()[["x", "weight", "place", "is_new", "day", "two"]], "two", tmp_path_factory.mktemp("m")
    )


def test_what_a_program_sees(small: Model, tmp_path: Path) -> None:
    scorer = exported(small, tmp_path, "scorer.onnx", golden=7)
    running = session(scorer)
    assert {each.name: (each.type, each.shape) for each in running.get_inputs()} == {
        "x": ("tensor(double)", ["rows", 1]),
        "weight": ("tensor(double)", ["rows", 1]),
        "place": ("tensor(string)", ["rows", 1]),
        "is_new": ("tensor(string)", ["rows", 1]),
        "day": ("tensor(double)", ["rows", 1]),
    }
    assert {each.name: (each.type, each.shape) for each in running.get_outputs()} == {
        "prediction": ("tensor(string)", ["rows"]),
        "probabilities": ("tensor(double)", ["rows", 2]),
    }
    facts = facts_of(running)
    assert json.loads(facts["classes"]) == ["high", "low"]
    columns = json.loads(facts["columns"])
    assert columns["weight"] == "A number in kg; NaN where it is missing."
    assert columns["day"].startswith("A date as seconds since 1970-01-01 00:00 UTC")
    assert facts["weights"] == f"SHA-256 {small.artifact.receipt['weights']}"
    assert facts["predicts"] == "'two' (binary)"
    assert len(json.loads(facts["golden_rows"])["inputs"]["x"]) == 7
    assert running.get_modelmeta().producer_name == "mlpcli"
    for rows in (0, 1, 3):
        cells = {
            each.name: np.full((rows, 1), np.nan) if "double" in each.type else np.full((rows, 1), "", object)
            for each in running.get_inputs()
        }
        prediction, probabilities = running.run(None, cells)
        assert prediction.shape == (rows,)
        assert probabilities.shape == (rows, 2)


def test_the_graph_is_checked_and_stated(small: Model, tmp_path: Path) -> None:
    found = mlpcli.export(small, output=tmp_path / "scorer.onnx")
    model = onnx.load_model_from_string(found.content)
    onnx.checker.check_model(model, full_check=True)
    versions = {each.domain: each.version for each in model.opset_import}
    assert versions == {"": found.opset, "ai.onnx.ml": 4}
    assert model.ir_version <= 9
    values = {name for node in model.graph.node for name in node.output}
    assert {"place: level", "network 1, layer 1: dense", "prediction", "dates: days"} <= values
    assert mlpcli.export(small, output=tmp_path / "scorer.py").opset is None


def test_the_same_model_has_the_same_bytes(small: Model, tmp_path: Path) -> None:
    first = mlpcli.export(small, output=tmp_path / "one.onnx").content
    second = mlpcli.export(small, output=tmp_path / "two.onnx").content
    assert first == second == (tmp_path / "two.onnx").read_bytes()


ALONE = """
import csv, sys
sys.modules["mlpcli"] = sys.modules["onnx"] = None  # not there
import numpy as np
import onnxruntime

scorer = onnxruntime.InferenceSession(sys.argv[1])
rows = list(csv.DictReader(open(sys.argv[2], newline="", encoding="utf-8")))
cells = {}
for column in scorer.get_inputs():
    kind = float if column.type == "tensor(double)" else object
    cells[column.name] = np.array([row[column.name] or "nan" for row in rows], kind).reshape(-1, 1)
predictions, probabilities = scorer.run(None, cells)
for prediction, row in zip(predictions, probabilities):
    print(prediction, *row)
"""


def test_a_file_is_scored_without_mlpcli(tmp_path: Path) -> None:
    frame = table()[["x", "place", "grade", "two"]]
    model = trained(frame, "two", tmp_path)
    scorer, rows = exported(model, tmp_path, "scorer.onnx"), frame[["place", "grade", "x"]]
    wanted = predicted(model, rows, tmp_path)
    (tmp_path / "alone.py").write_text(ALONE)
    result = run([sys.executable, "-I"], tmp_path / "alone.py", str(scorer), str(tmp_path / "rows.csv"))
    assert result.returncode == 0, result.stderr.decode()
    same(Scored(wanted.header, [line.split() for line in result.stdout.decode().splitlines()]), wanted)


def refusal(model: Model, output: Path) -> str:
    with pytest.raises(MlpcliError) as raised:
        mlpcli.export(model, output=output)
    assert not output.exists()
    return f"{raised.value.message} {raised.value.hint}"


def test_what_is_refused(small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "scorer.onnx"
    with monkeypatch.context() as changed:
        changed.setattr(onnx_graph, "MOST_BYTES", 1_000)
        assert "an .onnx file holds at most" in refusal(small, output)
    with monkeypatch.context() as changed:
        changed.setitem(sys.modules, "onnx", None)
        assert "pip install 'mlpcli[onnx]'" in refusal(small, output)
