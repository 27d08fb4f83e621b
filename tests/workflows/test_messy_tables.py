"""Tables as people have them: no cell is misread in silence. Their files stand in tests/messy."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import mlpcli
from mlpcli.errors import DataError
from mlpcli.workflows.train import TrainingRun
from tests.data.examples import stdin_of
from tests.workflows.examples import prepared
from tests.workflows.messy import all_rows, described, gaps, path_of, told, told_of


@dataclass(frozen=True)
class Case:
    """A file, the kinds of its columns, and the score that its clean twin reaches, less a little."""

    file: str
    target: str
    kinds: dict[str, str]
    metric: str
    least: float
    words: tuple[str, ...] = ()
    """Those of notes, findings and reasons."""
    missing: dict[str, int] = field(default_factory=dict)
    task: str = "regression"
    settings: dict[str, Any] = field(default_factory=dict)


CASES = {
    "one dash": Case(
        "one-dash.csv", "power", {"speed": "number"}, "r2", 0.99, ("'-'", "speed"), {"speed": 1}
    ),
    "twelve dashes": Case(
        "stray-dash.csv", "power", {"speed": "number"}, "r2", 0.93, ("'-'", "12", "speed"), {"speed": 12}
    ),
    "null of MySQL": Case(
        "sql-null.csv", "power", {"speed": "number"}, "r2", 0.93, ("\\N", "speed"), {"speed": 12}
    ),
    "labels with blanks": Case("label-blank.csv", "grade", {}, "accuracy", 0.95, task="multiclass"),
    "None as a class": Case(
        "label-none.csv",
        "risk",
        {},
        "accuracy",
        0.95,
        task="multiclass",
        settings={"keep_words": "risk=None"},
    ),
    "leading zeros": Case("leading-zeros.csv", "rent", {"postcode": "category"}, "r2", 0.98, ("zero",)),
    "dates with hyphens": Case("us-dashes.csv", "price", {"day": "date"}, "r2", 0.98),
    "names of months": Case("day-names.csv", "price", {"day": "date"}, "r2", 0.98),
    "stamps of a log": Case("log-times.csv", "price", {"at": "date"}, "r2", 0.97),
    "points of thousands": Case("thousands-point.csv", "rent", {"price": "number"}, "r2", 0.995, ("price",)),
    "a unit": Case("unit-suffix.csv", "price", {"weight": "number"}, "r2", 0.99, ("kg",)),
    "Indian groups": Case("indian-numbers.csv", "area", {"price": "number"}, "r2", 0.93),
    "a duration as target": Case("duration-target.csv", "took", {}, "r2", 0.99, ("seconds",)),
    "names with blanks": Case(
        "blank-train.csv", "power", {"town": "category", "hue": "category"}, "r2", 0.97
    ),
}


def trained(case: Case) -> TrainingRun:
    # A long table takes fewer epochs.
    epochs: dict[str, Any] = {"epochs": 20} if case.file == "one-dash.csv" else {}
    settings: dict[str, Any] = {"preset": "textbook", "seed": 0} | epochs | case.settings
    return mlpcli.train(path_of(case.file), case.target, **settings)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_right_value(case: Case) -> None:
    run = trained(case)
    schema = run.plan.schema
    kinds = {column.name: column.kind for column in schema.columns}
    assert {name: kinds.get(name) for name in case.kinds} == case.kinds
    assert (schema.task, schema.target) == (case.task, (case.target,))
    score = run.scores["validation"].metrics[case.metric]
    assert score is not None
    assert score >= case.least
    assert run.plan.rows["dropped"] == 0
    assert run.plan.counts["table"].missing == case.missing
    assert run.plan.counts["table"].unreadable == {}
    said = told(run)
    for word in case.words:
        assert word in said


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_from_stdin(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from_file = prepared(path_of(case.file), target=case.target, **case.settings)
    monkeypatch.setattr(sys, "stdin", stdin_of(Path(path_of(case.file)).read_bytes()))
    piped = prepared("-", target=case.target, **case.settings)
    assert piped.schema == from_file.schema
    assert {column.name: column.kind for column in piped.schema.columns}.items() >= case.kinds.items()
    assert piped.digest == from_file.digest
    assert piped.counts == from_file.counts
    assert len(piped.findings) == len(from_file.findings)


def test_the_sum_at_the_end_leaves_numbers_numbers() -> None:
    left_out = prepared(path_of("footer-total.csv"), target="power")
    assert gaps(left_out, "speed") == 0
    assert "line 242 is a total, skipped" in " ".join(map(str, left_out.notes))
    found = prepared(path_of("footer-total.csv"), target="power", skip_rows="none")
    assert [column.kind for column in found.schema.columns] == ["number"]
    assert gaps(found, "speed") == 1
    assert "'Total'" in told(found)


def test_classes_that_differ_in_blanks_are_one() -> None:
    found = prepared(path_of("label-blank.csv"), target="grade")
    assert sorted(found.task.labels) == ["high", "low", "mid"]


def test_a_target_that_loses_rows_to_a_word_says_which() -> None:
    found = prepared(path_of("label-none.csv"), target="risk")
    said = told_of(found, "risk")
    assert "'None'" in said
    assert "86" in said
    assert "keep_words" in said


def test_a_word_that_is_kept_is_a_class() -> None:
    kept = prepared(path_of("label-none.csv"), target="risk", keep_words=("risk=None,NA",))
    assert sorted(kept.task.labels) == ["High", "Low", "None"]
    assert kept.dropped == 0


def test_postcodes_keep_their_zeros() -> None:
    levels = described(all_rows(path_of("leading-zeros.csv"), "rent"), "postcode")["levels"]
    assert "04844" in levels
    assert len(levels) == 24


def test_the_user_decides_what_postcodes_are() -> None:
    found = prepared(path_of("leading-zeros.csv"), target="rent", kind="postcode=number")
    assert found.schema.columns[0].kind == "number"
    assert found.counts["table"].unreadable == {}


def test_thousands_are_thousands() -> None:
    found = all_rows(path_of("thousands-point.csv"), "rent")
    assert described(found, "price")["range"] == [145, 9996]


def test_durations_as_target_are_seconds() -> None:
    found = prepared(path_of("duration-target.csv"), target="took")
    truth = found.parts["train"].truth
    assert 1800 < truth.min() < truth.max() < 24 * 3600


@pytest.mark.parametrize(
    ("file", "target", "where", "cell"),
    [
        ("one-dash.csv", "power", "line 17", "'-'"),
        ("footer-total.csv", "power", "line 242", "'Total'"),
    ],
)
def test_strict_makes_a_word_an_error_with_its_line(file: str, target: str, where: str, cell: str) -> None:
    with pytest.raises(DataError) as caught:
        prepared(path_of(file), target=target, strict=True, skip_rows="none")
    assert where in str(caught.value)
    assert cell in str(caught.value)
    assert "'speed'" in str(caught.value)


def test_the_word_may_be_kept_as_text() -> None:
    found = prepared(path_of("stray-dash.csv"), target="power", kind="speed=category")
    assert found.schema.columns[0].kind == "category"
