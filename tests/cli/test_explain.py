"""`mlpcli explain` and `predict --explain` on a command line: reports, streams, and what is refused."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.commands import Commands, sample

TRAIN = ("--preset", "textbook", "--epochs", "20", "--hidden", "8", "-q")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of classes and one of numbers."""
    from mlpcli import train

    folder = tmp_path_factory.mktemp("models")
    settings: dict[str, Any] = {"preset": "textbook", "epochs": 20, "hidden": "8"}
    train(sample("penguins.csv"), "species", output=folder / "penguins.joblib", **settings)
    train(sample("auto_mpg.csv"), "Miles_per_Gallon", output=folder / "mpg.joblib", **settings)
    train(sample("heart_disease.csv"), "diameter narrowing", output=folder / "heart.joblib", **settings)
    return folder


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_reasons_of_each_row(mlpcli: Commands, models: Path) -> None:
    result = mlpcli.ok("predict", models / "penguins.joblib", sample("penguins.csv"), "--explain", "2")
    rows = rows_of(result.out)
    assert list(rows[0])[-4:] == ["reason_1", "reason_1_effect", "reason_2", "reason_2_effect"]
    assert "standard error is about" in result.err
    for row in rows:
        assert row["reason_1"] in row
        assert abs(float(row["reason_1_effect"])) >= abs(float(row["reason_2_effect"]))


def test_all_effects_add_up_to_the_prediction(mlpcli: Commands, models: Path) -> None:
    result = mlpcli.ok(
        "predict", models / "mpg.joblib", sample("auto_mpg.csv"), "--explain", "all", "--keep", "none"
    )
    for row in rows_of(result.out):
        prediction = float(row.pop("prediction"))
        assert sum(map(float, row.values())) == pytest.approx(prediction, abs=1e-4)
        assert set(row) == {"baseline"} | {name for name in row if name.startswith("effect_")}


def test_effects_are_on_the_predicted_class_or_a_named_one(mlpcli: Commands, models: Path) -> None:
    told = ("predict", models / "penguins.joblib", sample("penguins.csv"), "--explain", "all", "--proba")
    for class_name in (None, "Gentoo"):
        named = [] if class_name is None else ["--class", class_name]
        for row in rows_of(mlpcli.ok(*told, "--keep", "none", *named).out):
            probability = float(row[f"probability_{class_name or row['prediction']}"])
            effects = [float(value) for name, value in row.items() if name.startswith(("effect", "base"))]
            odds = np.clip(np.log(probability / (1 - probability)), -20, 20)
            assert sum(effects) == pytest.approx(odds, abs=1e-4)


def test_a_stream_gives_the_same_as_a_file(mlpcli: Commands, models: Path) -> None:
    told = ("predict", models / "penguins.joblib", "--explain", "3")
    of_file = mlpcli.ok(*told, sample("penguins.csv"))
    data = Path(sample("penguins.csv")).read_bytes()
    assert mlpcli.ok(*told, "-", stdin=data).out == of_file.out
    few = mlpcli.ok(*told, "-", "--chunk-rows", "7", stdin=data)
    assert few.out == of_file.out


def test_json_of_predict_says_what_effects_are(mlpcli: Commands, models: Path, tmp_path: Path) -> None:
    told = ("predict", models / "mpg.joblib", sample("auto_mpg.csv"), "--explain", "3", "--json")
    effects = mlpcli.ok(*told, "-o", tmp_path / "out.csv").json()["effects"]
    assert effects["scale"] == "units of the target"
    assert set(effects["baseline"]) == {"Miles_per_Gallon"}
    assert 0 < effects["standard_error"] < 0.5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--explain", "0"], "'0' is not a number of reasons"),
        (["--explain", "-1"], "'-1' is not a number of reasons"),
        (["--explain", "many"], "'many' is not a number of reasons"),
        (["--class", "Gentoo"], "it is only for --explain"),
    ],
)
def test_what_is_refused_of_predict(mlpcli: Commands, models: Path, arguments: list[str], said: str) -> None:
    told = ("predict", models / "penguins.joblib", sample("penguins.csv"))
    assert said in mlpcli.error(2, *told, *arguments)


def test_an_unknown_class_is_an_error_with_a_hint(mlpcli: Commands, models: Path) -> None:
    told = ("predict", models / "penguins.joblib", sample("penguins.csv"), "--explain", "1")
    said = mlpcli.error(1, *told, "--class", "Gentu")
    assert "does not predict 'Gentu'" in said
    assert "Did you mean 'Gentoo'?" in said


def test_the_report(mlpcli: Commands, models: Path) -> None:
    result = mlpcli.ok("explain", models / "penguins.joblib", sample("penguins.csv"))
    for words in ("What drives species", "worse by", "Strongest pair: ", "Typical rows", "Surprising rows"):
        assert words in result.out
    assert max(map(len, result.out.splitlines()[:12])) < 200


def test_markdown(mlpcli: Commands, models: Path) -> None:
    told = ("explain", models / "penguins.joblib", sample("penguins.csv"), "--format", "markdown")
    out = mlpcli.ok(*told).out
    assert out.startswith("## What drives species (Adelie): ")
    assert "### Columns, the most important first\n" in out
    assert "| --- | ---: |" in out
    assert "Strongest pair" in out


def test_json(mlpcli: Commands, models: Path) -> None:
    told = ("explain", models / "mpg.joblib", sample("auto_mpg.csv"), "--json", "--top", "2")
    found = mlpcli.ok(*told).json()
    assert found["command"] == "explain"
    assert found["target"] == found["of"] == "Miles_per_Gallon"
    assert len(found["curves"]) == 2
    assert len(found["curves"][0]["grid"]["values"]) == len(found["curves"][0]["predictions"])
    assert found["metric"] == "r2"
    assert json.loads(json.dumps(found)) == found


def test_plot(mlpcli: Commands, models: Path, tmp_path: Path) -> None:
    told = ("explain", models / "heart.joblib", sample("heart_disease.csv"))
    result = mlpcli.ok(*told, "--plot", tmp_path / "explained.svg")
    assert "Plot saved to" in result.err
    assert (tmp_path / "explained.svg").read_text().startswith("<?xml")
    first = (tmp_path / "explained.svg").read_bytes()
    mlpcli.ok(*told, "--plot", tmp_path / "explained.svg", "--force")
    assert (tmp_path / "explained.svg").read_bytes() == first
    assert "exists" in mlpcli.error(1, *told, "--plot", tmp_path / "explained.svg")


def test_hostile_names_are_escaped(mlpcli: Commands, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    names = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\x1b[31mred", "y"]
    lines = [",".join(f'"{name}"' for name in names)]
    for one, two, three in generator.standard_normal((60, 3)).round(3).tolist():
        lines.append(f"{one},{two},{three},{one - two:.3f}")
    data = tmp_path / "hostile.csv"
    data.write_text("\n".join(lines))
    model = tmp_path / "hostile.joblib"
    mlpcli.ok("train", data, "-t", "y", "-o", model, *TRAIN)
    shown = mlpcli.ok("explain", model, data).out
    assert "\x1b[31mred" not in shown
    markdown = mlpcli.ok("explain", model, data, "--format", "markdown").out
    assert "<script>" not in markdown
    mlpcli.ok("explain", model, data, "--plot", tmp_path / "plot.svg")
    assert "<script>" not in (tmp_path / "plot.svg").read_text()
    safe = mlpcli.ok("predict", model, data, "--explain", "3", "--safe-cells").out
    assert not any(cell.startswith("=") for row in csv.reader(io.StringIO(safe)) for cell in row)


def test_equal_columns_share_their_effect(mlpcli: Commands, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows = [(value, value, 2 * value) for value in generator.standard_normal(80).round(3).tolist()]
    data = tmp_path / "twice.csv"
    data.write_text("a,b,y\n" + "\n".join(",".join(map(str, row)) for row in rows))
    model = tmp_path / "twice.joblib"
    mlpcli.ok("train", data, "-t", "y", "-o", model, *TRAIN)
    columns = mlpcli.ok("explain", model, data, "--json").json()["columns"]
    assert len(columns) == 1  # the second is left out as a duplicate
    told = ("train", data, "-t", "y", "-o", model, *TRAIN, "--force", "--kind", "b=number")
    mlpcli.ok(*told)
    columns = mlpcli.ok("explain", model, data, "--json").json()["columns"]
    assert all(each["mean_effect"] > 0 for each in columns)


def test_a_table_without_an_input_or_rows(mlpcli: Commands, models: Path, tmp_path: Path) -> None:
    data = tmp_path / "few.csv"
    data.write_text("species,island\nAdelie,Dream\n")
    said = mlpcli.error(1, "explain", models / "penguins.joblib", data)
    assert "the input column" in said
    header = Path(sample("penguins.csv")).read_text().splitlines()[0]
    data.write_text(header + "\n")
    assert "few.csv" in mlpcli.error(1, "explain", models / "penguins.joblib", data)
