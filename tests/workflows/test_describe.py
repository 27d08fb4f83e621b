"""Description of tables: what training would do, what is said of each column, and unusual tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, SettingsError
from mlpcli.options.options import Options
from mlpcli.preparation.encoding import Part
from mlpcli.preparation.finding import IMBALANCE, LEAK, MISSING, REFUSED, SENTINEL, WORDS
from mlpcli.preparation.prepare import prepare
from mlpcli.workflows.describe import describe
from mlpcli.workflows.description import examination, relations
from mlpcli.workflows.description.result import ColumnDescription, Description

ROWS = 300
RANDOM = np.random.default_rng(2)
TABLE = pd.DataFrame(
    {
        "id": np.arange(ROWS),
        "number": RANDOM.normal(size=ROWS),
        "gaps": np.where(RANDOM.random(ROWS) < 0.8, np.nan, RANDOM.integers(0, 50, ROWS)),
        "level": RANDOM.choice(["north", "south", "west"], ROWS),
        "day": pd.date_range("2020-01-30", periods=ROWS).astype(str),
        "same": "x",
        "words": ["n. a."] + [str(each) for each in RANDOM.integers(0, 90, ROWS - 1)],
        "reason": np.where(np.arange(ROWS) % 3 == 0, "moved", ""),
        "gone": np.where(np.arange(ROWS) % 3 == 0, "yes", "no"),
        "amount": RANDOM.gamma(2.0, 30.0, ROWS),
    }
)


def marked() -> pd.DataFrame:
    """-999 and 1900-01-01 for cells without a value, and two infinite ones."""
    marked = TABLE.copy()
    marked.loc[::9, "amount"] = -999
    marked.loc[1::9, "day"] = "1900-01-01"
    marked["wind"] = np.arange(ROWS) % 40
    return marked.astype({"wind": float})


@pytest.mark.parametrize("target", [None, "gone", "nothing"])
def test_marks_of_missing_and_infinite_cells_are_named_with_and_without_a_target(
    target: str | None, tmp_path: Path
) -> None:
    table = marked()
    table.loc[[7, 70], "wind"] = [np.inf, -np.inf]
    table["nothing"] = ""
    table.to_csv(tmp_path / "t.csv", index=False)
    description = describe(tmp_path / "t.csv", target)
    found = {(each.kind, each.columns): each.text for each in description.findings}
    assert "-999 in 34 of 300 rows" in found[SENTINEL, ("amount",)]
    assert "1900-01-01 in 34 of 300 rows" in found[SENTINEL, ("day",)]
    assert found[REFUSED, ("wind",)].endswith("line 9: column 'wind' holds an infinite value, the first of 2")
    assert sum(each.columns == ("wind",) for each in description.findings) == 1
    wind = named(description, "wind").statistics
    there = table["wind"][np.isfinite(table["wind"])]
    assert (wind.mean, wind.deviation) == pytest.approx((there.mean(), there.std(ddof=0)))
    assert (wind.minimum, wind.maximum) == (-np.inf, np.inf)
    assert {each.kind for each in mlpcli.describe(table).findings} >= {SENTINEL, REFUSED}


def test_marks_in_a_number_target_beside_infinite_inputs() -> None:
    table = marked()
    table.loc[7, "wind"] = np.inf
    kinds = [(each.kind, each.columns) for each in describe(table, "amount").findings]
    assert kinds[:3] == [(REFUSED, ("wind",)), (SENTINEL, ("day",)), (SENTINEL, ("amount",))]


def test_a_good_table_has_no_marks() -> None:
    without = describe(TABLE).findings
    assert not [each for each in without if each.kind in (SENTINEL, REFUSED)]
    assert describe(marked()).findings != without


def named(description: Description, name: str) -> ColumnDescription:
    (column,) = (each for each in description.columns if each.name == name)
    return column


def kinds(description: Description) -> dict[str, tuple[str, str]]:
    return {each.name: (each.kind, each.reason) for each in description.columns if each.use != "target"}


SAMPLES: list[tuple[Any, str, dict[str, Any]]] = [
    ("sample_data/penguins.csv", "species", {}),
    ("sample_data/auto_mpg.csv", "Miles_per_Gallon", {"kind": {"Cylinders": "category"}}),
    ("sample_data/seattle_weather.csv", "weather", {"time": "date"}),
    ("sample_data/heart_disease.csv", "diameter narrowing", {"validation": "none"}),
    ("tests/messy/one-dash.csv", "power", {}),
    ("tests/messy/us-dashes.csv", "y", {}),
    ("tests/messy/stray-dash.csv", "y", {}),
    (TABLE, "gone", {"folds": 3}),
    (TABLE, "amount", {"missing": ["moved"], "weight": "id", "kind": {"day": "category"}}),
    (TABLE, "amount", {"drop": "level", "group": "level"}),
]


@pytest.mark.parametrize("case", range(len(SAMPLES)))
def test_kinds_and_findings_are_those_of_a_training(case: int) -> None:
    data, target, settings = SAMPLES[case]
    columns = mlpcli.describe(data).columns
    if target not in [each.name for each in columns]:
        target = columns[-1].name
    description = describe(data, target, **settings)
    prepared = prepare(data, Options.from_values({"target": (target,), **settings}))
    found = kinds(description)
    for column in prepared.schema.columns:
        assert found[column.name] == (column.kind, column.reason)
    assert description.task == prepared.schema.task
    assert {each.text for each in description.findings} == {each.text for each in prepared.findings}
    inputs = {each.name for each in description.columns if each.use == "input"}
    assert inputs == {each.name for each in prepared.schema.inputs}


def test_every_column_is_described_over_all_rows() -> None:
    description = describe(TABLE, "gone")
    assert [each.name for each in description.columns] == list(TABLE.columns)
    assert (description.rows, description.dropped) == (ROWS, 0)
    number = named(description, "number").statistics
    assert (number.minimum, number.maximum) == (TABLE["number"].min(), TABLE["number"].max())
    assert named(description, "gaps").statistics.missing == TABLE["gaps"].isna().sum()
    day = named(description, "day").statistics
    assert day.minimum == pd.Timestamp("2020-01-30").timestamp()
    assert day.distinct == ROWS
    assert named(description, "words").statistics.missing == 1
    assert named(description, "level").statistics.top[0][1] == TABLE["level"].value_counts().iloc[0]
    assert named(description, "gone").statistics.top == (("no", 200), ("yes", 100))
    uses = {each.name: each.use for each in description.columns}
    assert [name for name, use in uses.items() if use != "input"] == ["id", "same", "gone"]


def test_rows_without_target_count_for_the_columns() -> None:
    table = TABLE.assign(gone=["" if row < 30 else TABLE["gone"][row] for row in range(ROWS)])
    description = describe(table, "gone")
    assert (description.rows, description.dropped, description.related_rows) == (ROWS, 30, ROWS - 30)
    assert named(description, "gone").statistics.missing == 30
    whole = describe(TABLE, "gone")
    for name in ("number", "gaps", "level", "day", "words"):
        assert named(description, name).statistics.top == named(whole, name).statistics.top
        assert named(description, name).statistics.missing == named(whole, name).statistics.missing


def test_the_grave_findings_come_first_and_name_their_columns() -> None:
    found = [(each.kind, each.columns) for each in describe(TABLE, "gone").findings]
    assert (LEAK, ("reason",)) in found
    assert found.index((LEAK, ("reason",))) < found.index((WORDS, ("words",)))
    assert found.index((WORDS, ("words",))) < found.index((MISSING, ("gaps",)))
    assert [kind for kind, _ in found[-2:]] == ["identifier", "constant"]


def test_what_each_column_tells() -> None:
    description = describe(TABLE.assign(late=TABLE["amount"] * 2 + 1), "amount")
    assert description.measure == "r2"
    told = {each.name: each.relation for each in description.columns}
    assert told["amount"] is None
    assert told["late"] == pytest.approx(1.0, abs=0.01)
    assert all((told[name] or 0.0) < 0.05 for name in ("id", "number", "same", "level"))
    classes = describe(TABLE, "gone")
    assert classes.measure == "uncertainty_coefficient"
    reason = named(classes, "reason").relation
    assert reason is not None
    assert reason > 0.95


def test_of_several_targets_the_one_that_is_told_most_is_named() -> None:
    table = pd.DataFrame({"a": TABLE["number"], "b": TABLE["amount"]})
    table["y"], table["z"] = table["a"] * 2, table["b"] + RANDOM.normal(size=ROWS)
    description = describe(table, ["y", "z"])
    assert [named(description, name).related_to for name in "ab"] == ["y", "z"]
    assert all((named(description, name).relation or 0.0) > 0.9 for name in "ab")


def test_large_tables_are_related_and_examined_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "RELATED_ROWS", 200)
    monkeypatch.setattr(relations, "FEWEST", 200)
    monkeypatch.setattr(examination, "EXAMINED", Part(rows=100, cells=10_000))
    table = pd.concat([TABLE.assign(id=0)] * 20)
    rare = np.where(np.arange(len(table)) < 240, "rare", table["gone"])
    description = describe(table.assign(gone=rare), "gone")
    assert description.related_rows == 200
    assert 0 < description.examined_rows < len(table)
    assert named(description, "number").statistics.distinct == ROWS
    (imbalance,) = (each for each in description.findings if each.kind == IMBALANCE)
    assert imbalance.text == "class 'rare' has 4.0% of the training rows"


UNUSUAL: dict[str, tuple[str, str, str]] = {
    "one row": ("a,y\n1,2\n", "y", "1 row with a target"),
    "only a header": ("a,y\n", "y", "0 rows with a target"),
    "one column": ("y\n1\n2\n3\n", "y", "no input column is left"),
    "all missing": ("a,y\n,\n,\n,\n", "y", "target 'y' is missing in every row"),
    "constant target": ("a,y\n1,5\n2,5\n3,5\n", "y", "has the same value"),
    "infinite": ("a,y\n1,5\ninf,6\n3,5\n4,8\n", "y", "an infinite value"),
    "dates": ("a,y\n1,2020-01-01\n2,2020-01-02\n3,2020-05-03\n", "y", "cannot be predicted directly"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_tables_that_cannot_be_learned_from_are_described(name: str, tmp_path: Path) -> None:
    text, target, said = UNUSUAL[name]
    path = tmp_path / "t.csv"
    path.write_text(text)
    refused = [each for each in describe(path).findings if each.kind == REFUSED]
    assert bool(refused) == (name == "infinite")
    description = describe(path, target)
    assert description.findings[0].kind == REFUSED
    assert said in description.findings[0].text
    assert description.rows == text.count("\n") - 1
    assert named(description, target).use == "target"


def test_a_refusal_is_in_the_words_of_the_training() -> None:
    settings: dict[str, Any] = {"weight": "level"}
    with pytest.raises(DataError) as refused:
        prepare(TABLE, Options.from_values({"target": ("amount",), **settings}))
    finding = describe(TABLE, "amount", **settings).findings[0]
    assert finding.text == f"training would fail on this table: {refused.value}"
    assert finding.advice == refused.value.hint


def test_strict_and_wrong_choices_are_what_training_would_refuse() -> None:
    (strict, *_) = describe(TABLE, "gone", strict=True).findings
    assert (strict.kind, "n. a." in strict.text) == (REFUSED, True)
    (binary, *_) = describe(TABLE, "level", task="binary").findings
    assert binary.text.startswith("training would fail on this table: target 'level' has 3 values")


def test_what_is_wrong_with_the_question_is_an_error() -> None:
    with pytest.raises(DataError, match="there is no column 'gon'"):
        describe(TABLE, "gon")
    with pytest.raises(DataError, match="there is no column 'x'"):
        describe(TABLE, drop="x")
    with pytest.raises(SettingsError, match="from_model"):
        describe(TABLE, from_model="m.joblib")


@pytest.mark.parametrize(("target", "labels"), [("gone", {"no", "yes"}), ("amount", set())])
def test_the_target_beside_the_values(target: str, labels: set[str]) -> None:
    description = describe(TABLE, target, by_target=True)
    level, number = named(description, "level"), named(description, "number")
    assert level.by_target is not None
    assert number.by_target is not None
    assert number.statistics.histogram is not None
    assert set(level.by_target.labels) == labels
    if labels:
        table = pd.crosstab(TABLE["level"], TABLE["gone"])
        for place, (name, _) in enumerate(level.statistics.top):
            row = dict(zip(level.by_target.labels, level.by_target.values[place].tolist(), strict=True))
            assert row == table.loc[name].to_dict()
        assert number.by_target.values.sum(axis=1).tolist() == number.statistics.histogram.counts.tolist()
    else:
        means = TABLE.groupby("level")["amount"].mean()
        told = [means[name] for name, _ in level.statistics.top]
        assert level.by_target.values.tolist() == pytest.approx(told)


@pytest.mark.parametrize(
    "data", [{"a": [1]}, np.zeros((3, 2)), 3, None, [], [TABLE], TABLE["level"], [["a"]], {3}]
)
def test_what_is_no_table(data: Any) -> None:
    with pytest.raises(DataError, match=r"a table cannot be of type|there is no table") as refusal:
        describe(data)
    assert refusal.value.hint == "Give paths, or a DataFrame."


def test_a_description_is_shown_on_one_screen() -> None:
    description = describe(TABLE, "gone")
    lines = repr(description).splitlines()
    assert lines[:3] == [
        "Description of the DataFrame for 'gone' (binary)",
        "  rows     300",
        "  columns  10",
    ]
    assert all(any(line.startswith(f"  {name} ") for line in lines) for name in TABLE)
    assert len(lines) <= 24
    assert repr(describe(TABLE[["number"]][:1])).startswith("Description of the DataFrame\n  rows     1\n")
    assert repr(description.columns[0]).startswith(f"ColumnDescription({description.columns[0].name!r}, ")


def test_a_wide_table_is_shown_on_one_screen() -> None:
    wide = pd.concat([TABLE[["number"]].set_axis([f"n{number}"], axis=1) for number in range(40)], axis=1)
    lines = repr(describe(wide)).splitlines()
    assert len(lines) == 24
    assert lines[-2].startswith("  ... and 2")


def test_a_column_that_is_a_leak_by_its_gaps_is_not_also_mostly_missing() -> None:
    found = [each.kind for each in describe(TABLE, "gone").findings if "reason" in each.columns]
    assert found == [LEAK]
    assert [each.kind for each in describe(TABLE).findings if "reason" in each.columns] == [MISSING]
    late = TABLE.assign(closed=np.where(TABLE["amount"] > 90, TABLE["number"].round(), np.nan))
    late["amount"] = np.where(TABLE["amount"] > 90, TABLE["amount"], 0)
    assert [each.kind for each in describe(late, "amount").findings if each.columns == ("closed",)] == [LEAK]


def test_the_reasons_of_columns_left_out_are_said_once() -> None:
    table = TABLE[["same", "gone"]].assign(key=[f"k{number}" for number in range(ROWS)])
    (refused, *others) = describe(table, "gone").findings
    assert (refused.kind, refused.advice) == (REFUSED, "")
    assert {name for each in others for name in each.columns} >= {"same", "key"}


def test_each_column_is_compared_with_the_labels_of_a_list() -> None:
    random = np.random.default_rng(4)
    fast, cheap = random.random((2, 400)) < 0.5
    frame = pd.DataFrame({"speed": fast + random.normal(0, 0.2, 400), "price": random.normal(size=400)})
    frame["price"] -= 2 * cheap
    frame["noise"] = random.normal(size=400)
    frame["tags"] = [
        ";".join(name for name, has in (("fast", one), ("cheap", other), ("new", True)) if has)
        for one, other in zip(fast, cheap, strict=True)
    ]
    description = describe(frame, "tags", label_separator=";")
    assert description.task == "multilabel"
    told = {each.name: (each.related_to, each.relation) for each in description.columns}
    assert told["speed"][0] == "fast"
    assert told["price"][0] == "cheap"
    assert (told["speed"][1] or 0) > 0.6
    assert (told["noise"][1] or 0) < 0.1
