"""All settings from flat values: names, ranges, lists, and what a preset fills in."""

import dataclasses
import json
from typing import Any

import pytest

from mlpcli.errors import SettingsError
from mlpcli.model.tasks import TASKS
from mlpcli.options.options import SETTINGS_CLASSES, Options
from mlpcli.options.presets import DEFAULT_PRESET, PRESETS, TableShape, usual_values
from mlpcli.settings import Setting, Settings, described_fields, flag_of

FIELDS = [
    (settings_class, name, described)
    for settings_class in SETTINGS_CLASSES
    for name, described in described_fields(settings_class).items()
]
NAMES = [name for _, name, _ in FIELDS]


def shape(rows: int, task: str = "regression", **changes: Any) -> TableShape:
    return dataclasses.replace(TableShape(rows, task, 5, rows), **changes)


def option(name: str, value: Any) -> Any:
    return Options.from_values({name: value}).values()[name]


def test_names_are_distinct() -> None:
    assert len(set(NAMES)) == len(NAMES)
    flags = [flag_of(name, described) for _, name, described in FIELDS]
    assert len(set(flags)) == len(flags)


def test_defaults() -> None:
    assert list(Options.from_values({}).values()) == NAMES


@pytest.mark.parametrize(("name", "near"), [("learning_rat", "learning_rate"), ("Hidden", "hidden")])
def test_an_unknown_name_has_near_names(name: str, near: str) -> None:
    with pytest.raises(SettingsError, match=f"there is no setting '{name}'") as raised:
        Options.from_values({name: 1})
    assert repr(near) in raised.value.hint


@pytest.mark.parametrize(("settings_class", "name", "described"), FIELDS, ids=NAMES)
def test_ranges_and_choices_hold(settings_class: type[Settings], name: str, described: Setting) -> None:
    outside: list[Any] = ["no such choice"] if described.choices else []
    outside += [described.at_least - 1, float("nan")] if described.at_least is not None else []
    outside += [described.above, float("nan")] if described.above is not None else []
    outside += [described.at_most + 1] if described.at_most is not None else []
    outside += [described.below] if described.below is not None else []
    for value in outside:
        with pytest.raises(SettingsError, match=f"{name}: ") as raised:
            option(name, value)
        assert raised.value.hint
    for choice in described.choices:
        assert option(name, choice) == choice


def test_a_misspelt_choice_has_near_names() -> None:
    with pytest.raises(SettingsError, match="activation: 'rleu' is not known") as raised:
        option("activation", "rleu")
    assert "'relu'" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("hidden", "128,64", (128, 64)),
        ("hidden", [128, 64], (128, 64)),
        ("hidden", "3x256", (256, 256, 256)),
        ("hidden", "2x8, 4", (8, 8, 4)),
        ("hidden", "none", ()),
        ("hidden", [], ()),
        ("target", "a,b", ("a,b",)),
        ("target", ["a", "b"], ("a", "b")),
        ("missing", '-,"a,b",x y', ("-", "a,b", "x y")),
        ("missing", [], ()),
        ("kind", 'a=number,"b,c=category"', (("a", "number"), ("b,c", "category"))),
        ("kind", {"a": "number"}, (("a", "number"),)),
        ("kind", [["a", "number"]], (("a", "number"),)),
        ("class_weight", "balanced", "balanced"),
        ("class_weight", "a=2,b=0.5", (("a", 2.0), ("b", 0.5))),
        ("class_weight", {"a": 2.0}, (("a", 2.0),)),
        ("threads", "auto", None),
        ("time_limit", "2m", 120.0),
        ("delimiter", "tab", "\t"),
    ],
)
def test_values_as_text_and_as_python_objects(name: str, given: Any, value: Any) -> None:
    assert option(name, given) == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(("hidden", wrong) for wrong in ("0", "8,-1", "x8", "8x", "8;4", "2.5", [0])),
        *(("kind", wrong) for wrong in ("a", "a=b", {"a": "nubmer"})),
        *(("threads", wrong) for wrong in ("0", "-1", "two")),
        *(("time_limit", wrong) for wrong in ("0", "1 week", "-5s")),
    ],
)
def test_texts_that_say_nothing(name: str, given: Any) -> None:
    with pytest.raises(SettingsError, match=name):
        option(name, given)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("rows", [2, 19, 20, 10_000, 10**7])
def test_a_preset_fills_only_what_is_not_given(preset: str, rows: int, task: str) -> None:
    options = Options.from_values({"preset": preset})
    table = shape(rows, task)
    filled = PRESETS[preset](table, options.values())
    assert set(filled) <= set(NAMES)
    resolved = options.resolved(table)
    for name, value in options.values().items():
        expected = filled.get(name) if value is None else value
        assert resolved.values()[name] == expected
    assert resolved.resolved(table) == resolved


def test_what_is_given_stays() -> None:
    given = {
        "preset": "textbook",
        "hidden": (),
        "epochs": 3,
        "validation": 0.0,
        "learning_rate": 0.5,
    }
    resolved = Options.from_values(given).resolved(shape(1000)).values()
    assert {name: resolved[name] for name in given} == given


def test_the_textbook_follows_the_rows_and_the_optimizer() -> None:
    small = Options.from_values({"preset": "textbook"}).resolved(shape(19))
    assert small.split.validation == 0.0
    assert Options.from_values({"preset": "textbook"}).resolved(shape(20)).split.validation == 0.15
    plain = Options.from_values({"preset": "textbook", "optimizer": "sgd"}).resolved(shape(100))
    assert isinstance(plain.training.learning_rate, float)
    assert isinstance(small.training.learning_rate, float)
    assert plain.training.learning_rate > small.training.learning_rate


def test_settings_come_back_from_json() -> None:
    given = {"target": ["a", "b"], "kind": "a=number", "hidden": "8,4", "class_weight": "x=2", "missing": "-"}
    options = Options.from_values(given).resolved(shape(100))
    assert Options.from_values(json.loads(json.dumps(options.values()))) == options


def test_help_holds_for_tables_of_all_shapes() -> None:
    usual = usual_values()
    for rows in (4, 19, 20, 150, 499, 900, 2_999, 3_000, 4_999, 5_001, 8_100, 31_000, 130_000, 2_000_000):
        for task in ("regression", "binary", "multiclass", "multilabel"):
            for changes in ({}, {"one_range": True}, {"units": 3}, {"numbers": 0}, {"numbers": 60}):
                filled = PRESETS[DEFAULT_PRESET](shape(rows, task, **changes), {"loss": "auto"})
                for name, value in filled.items():
                    within = usual[name]
                    if type(value) in (int, float):
                        assert min(within) <= value <= max(within), (name, value)
                    else:
                        assert value in within, (name, value)
