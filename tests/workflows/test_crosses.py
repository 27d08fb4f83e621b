"""Models with crosses are those of the table with these columns, and make them of new rows themselves."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.data.schema import NUMBER
from mlpcli.errors import DataError, MlpcliError, SettingsError
from mlpcli.model.model import Model
from tests.cli.commands import Commands, sample

QUICK: dict[str, Any] = {"preset": "textbook", "epochs": 3, "hidden": "4", "seed": 0, "batch_size": 32}
ROWS = 120


def table() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(ROWS, 2)).round(4), columns=["a", "long name"])
    frame.loc[3, "a"] = np.nan
    frame["word"] = generator.choice(["x", "y"], ROWS)
    frame["y"] = np.where(frame["a"].fillna(0) * frame["long name"] > 0, "yes", "no")
    return frame


def with_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the crosses as columns, where those of a model are: after its own."""
    frame = frame.copy()
    with np.errstate(all="ignore"):
        frame["a*`long name`"] = frame["a"] * frame["long name"]
        frame["log(a)"] = np.log(frame["a"])
    return frame[[*(name for name in frame if name != "y"), "y"]]


CROSS = 'a*"long name", log(a)'


def trained(data: pd.DataFrame | str | Path, **settings: Any) -> Model:
    return mlpcli.train(data, "y", **{**QUICK, "kind": {"word": "category"}, **settings}).model


def weights(model: Model) -> bytes:
    return model.network.parameters.values.tobytes()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"scaling": "quantile"},
        {"number_embedding": "pbld"},
        {"ensemble": 2},
        {"folds": 3},
        {"target_means": True},
        {"preset": "default", "epochs": 2},
    ],
    ids=str,
)
def test_the_weights_are_those_of_a_table_with_the_columns(settings: dict[str, Any]) -> None:
    model, other = trained(table(), cross=CROSS, **settings), trained(with_columns(table()), **settings)
    assert weights(model) == weights(other)
    assert model.artifact.receipt["digest"] == other.artifact.receipt["digest"]
    found = mlpcli.predict(model, table(), proba=True, keep="none").frame
    pd.testing.assert_frame_equal(
        found, mlpcli.predict(other, with_columns(table()), proba=True, keep="none").frame
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crosses") / "m.joblib"
    trained(table(), cross=CROSS, output=str(path))
    return path


def test_xor_needs_no_hidden_layer() -> None:
    run = mlpcli.train(
        sample("xor.csv"),
        "y",
        task="binary",
        preset="textbook",
        hidden="none",
        learning_rate=0.1,
        cross="x1*x2",
    )
    assert list(run.model.predict(sample("xor.csv"))) == [0, 1, 1, 0]


def test_what_a_model_knows_of_them(model: Path) -> None:
    schema = mlpcli.load(model).artifact.schema
    assert [(each.name, each.sources) for each in schema.crosses] == [
        ("a*`long name`", ("a", "long name")),
        ("log(a)", ("a",)),
    ]
    assert [column.name for column in schema.table_inputs] == ["a", "long name", "word"]
    assert [column.name for column in schema.inputs][3:] == ["a*`long name`", "log(a)"]
    assert schema.columns[-1].kind == NUMBER
    assert schema.columns[-1].reason == "made of a"


def test_chunks_are_as_the_whole(model: Path, tmp_path: Path) -> None:
    whole = mlpcli.predict(model, table(), proba=True).frame
    assert whole.equals(mlpcli.predict(model, table(), proba=True, chunk_rows=7).frame)
    table().to_csv(tmp_path / "t.csv", index=False)
    pd.testing.assert_frame_equal(
        mlpcli.predict(model, tmp_path / "t.csv", proba=True, chunk_rows=7).frame, whole
    )


def test_columns_of_new_rows_stand_anywhere_and_none_is_called_as_a_cross(model: Path) -> None:
    rows = with_columns(table())
    rows["a*`long name`"], rows["log(a)"] = 1e6, "words"
    found = mlpcli.predict(model, rows[rows.columns[::-1]], proba=True, keep="none").frame
    assert found.equals(mlpcli.predict(model, table(), proba=True, keep="none").frame)
    with pytest.raises(DataError, match="the input column 'a' of the model is missing"):
        mlpcli.predict(model, rows.drop(columns="a"))


def test_cells_are_read_as_those_of_the_columns(tmp_path: Path) -> None:
    """Units, thousands, decimal commas and words for missing; 999 is missing in a column, not in a cross."""
    generator = np.random.default_rng(0)
    price = generator.integers(1, 60, ROWS) * 0.5
    price[0], price[1] = 999.0, 333.0
    lines = [f"{value:.1f} €;{place + 2},5;{'ab'[int(value > 15)]}" for place, value in enumerate(price)]
    lines[1] = "333.0 €;3,0;b"
    text = "\n".join(["price;size;y", *lines, ""]).replace(".", ",")
    (tmp_path / "t.csv").write_text(text)
    size = np.arange(ROWS) + 2.5
    size[1] = 3.0
    plain = pd.DataFrame({"price": np.where(price == 999, np.nan, price), "size": size})
    plain["price*size"] = plain["price"] * plain["size"]
    plain["y"] = [line[-1] for line in lines]
    settings: dict[str, Any] = {"missing": ("999",), "kind": {"price": "number", "size": "number"}}
    model = trained(tmp_path / "t.csv", cross="price*size", delimiter=";", **settings)
    other = trained(plain, kind={"price": "number", "size": "number"})
    assert (plain["price*size"] == 999).sum() == 1
    assert weights(model) == weights(other)
    found = mlpcli.predict(model, tmp_path / "t.csv", delimiter=";", proba=True, keep="none").frame
    assert found.equals(mlpcli.predict(other, plain, proba=True, keep="none").frame)


def test_words_for_true_and_false_are_read_as_those_of_the_column() -> None:
    frame = pd.DataFrame({"a": [0, 1] * 30, "b": np.arange(60) % 7, "y": ["n", "y"] * 30})
    model = trained(frame, kind={"a": "number", "b": "number"}, cross="a*b")
    words = frame.assign(a=frame["a"].map({0: "false", 1: "true"}))
    assert list(model.predict_proba(words)["y"]) == list(model.predict_proba(frame)["y"])


def test_other_commands_take_the_model(model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = Commands(monkeypatch)
    rows = tmp_path / "rows.csv"
    table().to_csv(rows, index=False)
    shown = run.ok("inspect", model)
    assert "3 of 3 columns, and 2 crosses" in shown.out
    assert run.ok("inspect", model, "--json").json()["crosses"] == [
        {"name": "a*`long name`", "sources": ["a", "long name"]},
        {"name": "log(a)", "sources": ["a"]},
    ]
    importance = run.ok("evaluate", model, rows, "--importance", "--json").json()["importance"]
    assert "log(a)" in str(importance)
    drift = run.ok("describe", rows, "--against", model, "--json").json()
    names = [column["name"] for column in drift["columns"]]
    assert names == ["a", "long name", "word", "a*`long name`", "log(a)"]
    assert all(column["psi"] in (0.0, None) for column in drift["columns"])


def test_drift_of_a_cross_is_found(model: Path) -> None:
    """The columns keep their distributions, their product does not."""
    rows = pd.concat([table()] * 3, ignore_index=True)
    rows["a"], rows["long name"] = np.sort(rows["a"].fillna(0)), np.sort(rows["long name"])
    found = {column.name: column for column in mlpcli.drift(model, rows).columns}
    assert (found["a*`long name`"].psi or 0) > 0.5
    assert (found["long name"].psi or 0) < 0.1


def test_a_model_of_the_columns_is_compared_on_the_same_rows(model: Path, tmp_path: Path) -> None:
    """The cross of one model has the name of a column that the other reads."""
    rows = with_columns(table())
    rows["log(a)"] = 7.0
    rows.loc[::2, "log(a)"] = 9.0
    other = tmp_path / "other.joblib"
    trained(rows, output=str(other))
    apart = mlpcli.evaluate(other, rows).metrics
    compared = mlpcli.evaluate(model, rows, compare=str(other)).comparison
    assert compared is not None
    assert compared.metrics == pytest.approx(apart)
    apart = mlpcli.evaluate(model, rows).metrics
    compared = mlpcli.evaluate(other, rows, compare=str(model)).comparison
    assert compared is not None
    assert compared.metrics == pytest.approx(apart)


def test_strict_says_which_cross_is_out_of_range(model: Path) -> None:
    rows = table().iloc[[10, 11]].assign(a=[0.5, table()["a"].max()])
    rows["long name"] = [0.5, table()["long name"].max()]
    with pytest.raises(DataError, match=r"row \d+: column 'a\*`long name`': '.*' is outside the range"):
        mlpcli.predict(model, rows, strict=True)


def test_resumed_it_is_the_unbroken_run(tmp_path: Path) -> None:
    whole, seen = trained(table(), cross=CROSS, epochs=6), list[Any]()
    stopped = mlpcli.train(
        table(),
        "y",
        **{**QUICK, "kind": {"word": "category"}, "epochs": 6},
        cross=CROSS,
        checkpoint=str(tmp_path / "c"),
        on_epoch=lambda record: seen.append(record),
        should_stop=lambda: "interrupted" if seen else None,
    )
    assert stopped.stop_reason == "interrupted"
    resumed = trained(table(), cross="a * `long name`,  log( a )", epochs=6, checkpoint=str(tmp_path / "c"))
    assert weights(resumed) == weights(whole)
    with pytest.raises(MlpcliError, match="cross was"):
        trained(table(), cross="a^2", epochs=6, checkpoint=str(tmp_path / "c"))


def test_a_training_from_the_model_keeps_its_crosses(model: Path) -> None:
    further = mlpcli.train(table(), "y", from_model=str(model), epochs=1).model
    assert further.artifact.schema.crosses == mlpcli.load(model).artifact.schema.crosses
    with pytest.raises(SettingsError, match="columns are fixed by the model"):
        mlpcli.train(table(), "y", from_model=str(model), epochs=1, cross="a^2")


def test_folds_and_searches_take_them() -> None:
    settings = {**QUICK, "cross": CROSS}
    assert mlpcli.cv(table(), "y", folds=2, repeats=1, **settings).settings["cross"] == tuple(CROSSES)
    found = mlpcli.tune(table(), "y", trials=2, folds=2, **settings)
    assert all(trial.loss is not None for trial in found.trials[:1])


CROSSES = ["a*`long name`", "log(a)"]


@pytest.mark.parametrize(
    "given", [CROSSES, tuple(CROSSES), ["a*`long name`,log(a)"], " a*`long name` ,log(a)"]
)
def test_a_list_or_a_text_gives_them(given: Any) -> None:
    assert trained(table(), cross=given).options.data.cross == tuple(CROSSES)


def test_a_description_has_them() -> None:
    for target in ("y", None):
        found = mlpcli.describe(table(), target, cross=CROSS)
        columns = {column.name: column for column in found.columns}
        assert columns["log(a)"].use == "input"
        assert (found.crosses, len(found.columns)) == (2, 6)
        assert columns["log(a)"].statistics.missing == (~(table()["a"] > 0)).sum()
    described = mlpcli.describe(table(), "y", cross=CROSS)
    relation = {column.name: column.relation or 0.0 for column in described.columns}
    assert relation["a*`long name`"] > 0.8 > 0.2 > relation["a"]


COLUMN_ERRORS = {
    "y*2": "column 'y' is the target",
    "w*2": "column 'w' is the weight",
    "g*2": "column 'g' is the group",
    "word^2": "column 'word' is of the kind category",
    "day^2": "column 'day' is of the kind date",
    "id^2": "column 'id' is left out \\(.*\\)",
    "out^2": "column 'out' is left out by features or drop",
    "none^2": "column 'none' is left out by kind",
    "b^2": "there is no column 'b'",
    "a*`Long name`": "there is no column 'Long name'",
}


@pytest.mark.parametrize(("cross", "said"), COLUMN_ERRORS.items())
def test_a_column_that_is_no_number_input(cross: str, said: str) -> None:
    frame = table().assign(
        w=1.5, g=np.arange(ROWS) // 2, id=np.arange(ROWS), out=0.5, none=np.arange(ROWS) % 9
    )
    frame["day"] = pd.date_range("2020-01-01", periods=ROWS).astype(str)
    kinds = {"word": "category", "none": "ignore"}
    with pytest.raises(DataError, match=said) as refusal:
        trained(frame, kind=kinds, weight="w", group="g", drop="out", cross=cross)
    assert refusal.value.setting == "cross"
    assert refusal.value.hint


def test_the_error_names_options_on_a_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = Commands(monkeypatch)
    table().to_csv(tmp_path / "t.csv", index=False)
    train = ("train", tmp_path / "t.csv", "-t", "y", "-o", tmp_path / "m.joblib")
    refused = run(*train, "--drop", "a", "--cross", "a^2")
    assert refused.code == 1
    assert "--cross: " in refused.err
    assert "left out by --features or --drop" in refused.err
    wrong = run(*train, "--cross", "a**")
    assert wrong.code == 2
    assert wrong.err.startswith("error: --cross: 'a**', character 4: ")
    assert "Traceback" not in wrong.err
    assert not (tmp_path / "m.joblib").exists()


def test_a_cross_that_is_called_as_a_column_is_refused() -> None:
    with pytest.raises(DataError, match="there is a column 'log\\(a\\)' already"):
        trained(with_columns(table()), cross="log( a )")


def test_names_that_are_one_make_one_cross() -> None:
    """Two spellings of a name that mean the same column."""
    frame = table().rename(columns={"a": "é"})
    with pytest.raises(SettingsError, match="is given twice"):
        trained(frame, cross="é^2,e\u0301^2")
    assert trained(frame, cross="e\u0301^2").artifact.schema.cross == ("é^2",)


def test_notes_on_crosses_of_one_value_and_without_one() -> None:
    findings = {
        each.columns: each for each in mlpcli.train(table(), "y", **QUICK, cross="0*a,1/a").plan.findings
    }
    assert "same value in all rows" in findings[("0*a",)].text
    assert ("1/a",) not in findings
    frame = table().assign(a=table()["a"].where(np.arange(ROWS) > 5, 0))
    findings = {each.columns: each for each in mlpcli.train(frame, "y", **QUICK, cross="1/a").plan.findings}
    assert "has no finite value in 6 rows" in findings[("1/a",)].text
    assert findings[("1/a",)].kind == "cross"
    with pytest.raises(DataError, match="row 0: '1/a' is not finite"):
        mlpcli.train(frame, "y", **QUICK, cross="1/a", strict=True)
    with pytest.raises(DataError, match="has a finite value in no row"):
        mlpcli.train(table(), "y", **QUICK, cross="sqrt(-1-a^2)")


def test_a_narrowed_table_keeps_them() -> None:
    """Screening would leave out most columns, but not those that a cross is made of."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(ROWS, 30)).round(4)).add_prefix("c")
    frame["y"] = np.where(frame["c3"] * frame["c4"] > 0, "yes", "no")
    schema = trained(frame, cross="c3*c4", most_columns=2, kind={}).artifact.schema
    assert {"c3", "c4", "c3*c4"} <= {column.name for column in schema.inputs}
    assert len(schema.inputs) < 20


def test_rows_are_split_as_without_crosses() -> None:
    """So that scores with and without them are of the same rows, also where some rows are equal."""
    frame = table().fillna(1.0).round(0)
    frame["y"] = table()["y"]
    receipts = [trained(frame, cross=cross).artifact.receipt for cross in ((), "a*`long name`,a^2")]
    assert receipts[0]["split_digest"] == receipts[1]["split_digest"]


def test_without_crosses_nothing_changes() -> None:
    assert trained(table()).artifact.schema.crosses == ()
    assert weights(trained(table(), cross=())) == weights(trained(table()))
