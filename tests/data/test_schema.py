"""Columns named by options, and what was decided about a table, stored and required."""

import json

import pytest

from mlpcli.data.schema import CHOICES, KINDS, Column, DataSettings, Schema, resolve_names
from mlpcli.errors import DataError, SettingsError
from mlpcli.settings import build, parse_pairs

NAMES = ["a", "b", "a,b", "c d", "[/b]", "weight (kg)", 'say "x"']

SCHEMA = Schema(
    (
        Column("a", "number", "whole numbers"),
        Column("id", "identifier", "unique numbers"),
        Column("[/b]", "category", ""),
    ),
    ("y", "z, z"),
    "regression",
    "2 targets of numbers",
    "w",
)


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        (["a,b"], ("a,b",)),
        (["b,a"], ("b", "a")),
        (["a", "b"], ("a", "b")),
        (["b, a,a"], ("b", "a")),
        (["b", "a,b", "b"], ("b", "a,b")),
        (['b,"a,b"'], ("b", "a,b")),
        (["c d,[/b]"], ("c d", "[/b]")),
        (['say "x"'], ('say "x"',)),
        ([], ()),
        ([""], ()),
    ],
)
def test_a_whole_name_wins_over_splitting(given: list[str], resolved: tuple[str, ...]) -> None:
    assert resolve_names("drop", given, NAMES, "t.csv") == resolved


def test_a_misspelt_column_has_near_names() -> None:
    with pytest.raises(DataError, match=r"drop: t\.csv: there is no column 'wieght \(kg\)'") as raised:
        resolve_names("drop", ["a,wieght (kg)"], NAMES, "t.csv")
    assert raised.value.hint == "Did you mean 'weight (kg)'?"


def test_case_is_looked_over_for_near_names() -> None:
    with pytest.raises(DataError) as raised:
        resolve_names("target", ["Species"], ["island", "species"], "t.csv")
    assert raised.value.hint == "Did you mean 'species'?"


def test_few_columns_are_listed_where_none_is_near() -> None:
    with pytest.raises(DataError) as raised:
        resolve_names("target", ["qqqq"], ["island", "species"], "t.csv")
    assert raised.value.hint == "Choose from: island, species."


def test_a_schema_comes_back_from_json() -> None:
    assert Schema.from_json(json.loads(json.dumps(SCHEMA.to_json()))) == SCHEMA


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_is_learned_from_or_left_out(kind: str) -> None:
    schema = Schema((Column("a", kind, ""),), ("y",), "binary", "")
    learned = kind in ("number", "category", "boolean", "date", "text")
    assert (len(schema.inputs), len(schema.left_out)) == (learned, not learned)


def test_inputs_and_left_out() -> None:
    assert [column.name for column in SCHEMA.inputs] == ["a", "[/b]"]
    assert [column.name for column in SCHEMA.left_out] == ["id"]


def test_a_table_needs_the_inputs_and_at_evaluation_the_target() -> None:
    SCHEMA.require(["[/b]", "more", "a"], "t.csv", target=False)
    SCHEMA.require(["z, z", "[/b]", "a", "y"], "t.csv", target=True)
    with pytest.raises(
        DataError, match=r"t\.csv: the input column '\[/b\]' of the model is missing"
    ) as raised:
        SCHEMA.require(["a", "[/B]"], "t.csv", target=False)
    assert raised.value.hint == "The table has the column '[/B]': rename it if it is the same."
    with pytest.raises(DataError, match="the target column 'z, z' of the model is missing"):
        SCHEMA.require(["a", "[/b]", "y"], "t.csv", target=True)


def test_pairs() -> None:
    assert parse_pairs("kind", "a=number,b=text") == {"a": "number", "b": "text"}
    assert parse_pairs("kind", 'x=y=1, "b,c=2"') == {"x=y": "1", "b,c": "2"}
    for wrong in ("a", "=number", "a=1,b"):
        with pytest.raises(SettingsError, match=r"kind: .* is not NAME=VALUE"):
            parse_pairs("kind", wrong)


def test_kinds_have_near_names() -> None:
    assert build(DataSettings, {"kind": "a=number,b=ignore"}).kind == (("a", "number"), ("b", "ignore"))
    with pytest.raises(SettingsError, match="kind: a: 'nubmer' is not a column kind") as raised:
        build(DataSettings, {"kind": "a=nubmer"})
    assert raised.value.hint == "Did you mean 'number'?"


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_that_are_found_only_cannot_be_chosen(kind: str) -> None:
    if kind in CHOICES:
        assert DataSettings(kind=(("a", kind),)).kind == (("a", kind),)
        return
    assert kind in ("identifier", "constant", "duplicate", "screened")
    with pytest.raises(SettingsError, match="is not a column kind"):
        DataSettings(kind=(("a", kind),))


def test_names_are_kept_whole_until_the_table_is_known() -> None:
    assert build(DataSettings, {"target": "a,b"}).target == ("a,b",)
    assert build(DataSettings, {"target": ["a", "b"]}).target == ("a", "b")
