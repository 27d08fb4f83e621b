"""A perfect score is named with the column that alone carries it, and only then."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.preparation.finding import Finding
from mlpcli.workflows.train import train
from tests.data.examples import SAMPLES

ROWS = 500
RANDOM = np.random.default_rng(0)
PLAIN = pd.DataFrame(RANDOM.normal(size=(ROWS, 5)), columns=list("abcde"))
LEFT = PLAIN["a"] + RANDOM.normal(size=ROWS) > 0.5
CLOSED = pd.Series(RANDOM.normal(size=ROWS)).where(LEFT)


def suspected(data: Any, target: str, **settings: Any) -> list[Finding]:
    quick: dict[str, Any] = {
        "preset": "textbook",
        "epochs": 40,
        "hidden": "16",
        "learning_rate": 0.02,
        "seed": 0,
    }
    run = train(data, target, **quick | settings)
    return [each for each in run.findings if each.kind == "perfect"]


@pytest.mark.parametrize("settings", [{}, {"folds": 3}, {"validation": "none", "test": 0.3}])
def test_a_class_is_carried_by_the_gaps_of_a_column(settings: dict[str, Any]) -> None:
    table = PLAIN.assign(closed=CLOSED, y=np.where(LEFT, "left", "stayed"))
    (finding,) = suspected(table, "y", **settings)
    part = "test" if "test" in settings else "validation"
    said = f"accuracy is 1.0000 on the {part} rows because of column 'closed'"
    assert finding.text.startswith(f"{said} (")
    assert finding.text.endswith(" without it). Target leak?")
    assert (finding.advice, finding.part) == ("drop closed", part)


def test_a_number_is_carried_by_its_copy() -> None:
    copied = PLAIN.assign(y=3 * PLAIN["c"] + 2)
    (finding,) = suspected(copied, "y", optimizer="l-bfgs", hidden="none")
    assert finding.text.startswith("r2 is 1.0000 on the validation rows because of column 'c'")


def test_where_the_score_is_not_perfect_nothing_is_said() -> None:
    wrong = RANDOM.random(ROWS) < 0.05
    table = PLAIN.assign(closed=CLOSED, y=np.where(LEFT ^ wrong, "left", "stayed"))
    assert suspected(table, "y") == []


def test_several_columns_that_carry_it_together_are_no_leak() -> None:
    apart = PLAIN[(PLAIN["a"] * PLAIN["b"]).abs() > 0.2]
    table = apart.assign(y=np.where(apart["a"] * apart["b"] > 0, "same", "other"))
    run = train(table, "y", preset="textbook", hidden="64", learning_rate=0.02, epochs=200, seed=0)
    assert [each for each in run.findings if each.kind == "perfect"] == []


def test_a_lesson_of_two_inputs_is_no_leak() -> None:
    assert suspected(SAMPLES / "blobs.csv", "class") == []


def test_the_only_input_is_no_leak() -> None:
    assert suspected(pd.DataFrame({"x": CLOSED, "y": LEFT.map({True: "a", False: "b"})}), "y") == []


def test_rows_held_that_are_few_prove_nothing() -> None:
    table = PLAIN.assign(closed=CLOSED, y=np.where(LEFT, "left", "stayed"))[:200]
    assert suspected(table, "y", validation=0.2) == []
