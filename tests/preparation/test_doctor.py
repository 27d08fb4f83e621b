"""The data doctor: what is planted in a table is found and named, honest columns are left alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from mlpcli.errors import DataError
from mlpcli.preparation.finding import Finding
from tests.data.examples import SAMPLES, write
from tests.workflows.examples import csv_of, prepared

ROWS = 400
RANDOM = np.random.default_rng(0)
SIGNAL = RANDOM.normal(size=ROWS)
HONEST = pd.DataFrame(
    {
        "related": SIGNAL + RANDOM.normal(size=ROWS),
        "noise": RANDOM.normal(size=ROWS),
        "colour": RANDOM.choice(["red", "blue"], ROWS),
        "many": RANDOM.choice([f"level {number}" for number in range(80)], ROWS),
        "when": pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d"),
        "gaps": np.where(RANDOM.random(ROWS) < 0.3, np.nan, RANDOM.normal(size=ROWS)),
    }
)
NUMBER = HONEST.assign(y=np.exp(SIGNAL))
CLASSES = HONEST.assign(y=np.where(SIGNAL > 1, "c", np.where(SIGNAL > 0, "b", "a")))
LABELS = HONEST.assign(u=(SIGNAL > 0) * 1, v=RANDOM.integers(2, size=ROWS))


def found(data: Any, kind: str, **settings: Any) -> list[Finding]:
    return [each for each in prepared(data, **{"target": "y"} | settings).findings if each.kind == kind]


def place_of(values: "pd.Series[Any]") -> npt.NDArray[Any]:
    """A cell's number in the order of all."""
    return np.asarray(values.rank(method="dense"))


NUMBER_LEAKS: dict[str, Any] = {
    "copy": NUMBER["y"],
    "scaled": NUMBER["y"] * -3 + 7,
    "rounded": NUMBER["y"].round(3),
    "logarithm": SIGNAL,
    "cube": NUMBER["y"] ** 3,
    "place": place_of(NUMBER["y"]) * 2,
    "with currency": [f"${value:,.4f}" for value in NUMBER["y"]],
}


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
@pytest.mark.parametrize("name", NUMBER_LEAKS)
def test_a_copy_of_a_number_target_or_what_rises_with_it_is_a_leak(name: str, scaling: str) -> None:
    (leak,) = found(NUMBER.assign(leak=NUMBER_LEAKS[name]), "leak", scaling=scaling)
    assert "column 'leak'" in leak.text
    assert "the target 'y'" in leak.text
    assert leak.advice == "drop leak"


CLASS_LEAKS: dict[str, Any] = {
    "code": place_of(CLASSES["y"]),
    "label": [f"group {each}" for each in CLASSES["y"]],
    "origin": SIGNAL,
    "finer": [f"{each}{number % 5}" for number, each in enumerate(CLASSES["y"])],
}


@pytest.mark.parametrize("embed_above", [None, 0])
@pytest.mark.parametrize("name", CLASS_LEAKS)
def test_a_column_that_tells_the_class_alone_is_a_leak(name: str, embed_above: int | None) -> None:
    table = CLASSES.assign(leak=CLASS_LEAKS[name])
    leaks = found(table, "leak", embed_above=embed_above)
    assert [leak.advice for leak in leaks] == ["drop leak"]
    assert leaks[0].text.startswith("column 'leak' alone predicts 'y' in ")


def test_a_column_that_tells_one_of_several_labels_is_a_leak() -> None:
    table = LABELS.assign(leak=np.where(LABELS["v"] == 1, "on", "off"))
    (leak,) = found(table, "leak", target="u,v")
    assert "column 'leak' alone predicts 'v'" in leak.text


@pytest.mark.parametrize("settings", [{}, {"validation": "none"}, {"validation": 0.5}, {"embed_above": 0}])
def test_honest_columns_are_no_leaks(settings: dict[str, Any]) -> None:
    for table, target in ((NUMBER, "y"), (CLASSES, "y"), (LABELS, "u,v")):
        assert found(table, "leak", **{"target": target} | settings) == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("and.csv", "y"),
        ("auto_mpg.csv", "Miles_per_Gallon"),
        ("auto_mpg.csv", "Origin"),
        ("blobs.csv", "class"),
        ("circle.csv", "class"),
        ("digits.csv.gz", "digit"),
        ("heart_disease.csv", "diameter narrowing"),
        ("or.csv", "y"),
        ("penguins.csv", "species"),
        ("penguins.csv", "body_mass_g"),
        ("plane.csv", "y"),
        ("seattle_weather.csv", "weather"),
        ("spiral.csv", "class"),
        ("xor.csv", "y"),
        ("xor_product.csv", "y"),
    ],
)
def test_sample_tables_have_no_leak(name: str, target: str) -> None:
    assert found(SAMPLES / name, "leak", target=target) == []


def test_a_few_rows_prove_nothing() -> None:
    few = NUMBER.assign(leak=NUMBER["y"])[:50]
    assert found(few, "leak", drop="when") == []


def test_strict_makes_a_leak_an_error() -> None:
    table = NUMBER.assign(leak=NUMBER["y"])
    with pytest.raises(DataError, match="column 'leak' is the target 'y'") as raised:
        prepared(table, target="y", strict=True)
    assert raised.value.hint == "drop leak"
    assert found(table, "leak", strict=True, drop="leak") == []


def classes(counts: Sequence[int]) -> pd.DataFrame:
    rows = sum(counts)
    cells = np.repeat([f"class {number}" for number in range(len(counts))], counts)
    return pd.DataFrame({"x": np.random.default_rng(1).normal(size=rows), "y": cells})


def test_a_rare_class_is_an_imbalance() -> None:
    (finding,) = found(classes([970, 30]), "imbalance", validation="none")
    assert "class 'class 1' has 3.0% of the training rows" in finding.text
    assert finding.advice == "class_weight balanced"
    assert found(classes([930, 70]), "imbalance", validation="none") == []


def test_a_class_of_few_rows_is_named() -> None:
    (finding,) = found(classes([50, 9, 3]), "few rows", validation="none")
    assert "class 'class 2' has only 3 training rows (2 classes have fewer than 10)" in finding.text
    assert found(classes([50, 10]), "few rows", validation="none") == []


def test_numbers_have_no_rare_classes() -> None:
    assert {each.kind for each in prepared(NUMBER, target="y").findings} == set()


def test_a_mostly_missing_column_is_named() -> None:
    empty = np.where(np.arange(ROWS) < 0.6 * ROWS, np.nan, SIGNAL)
    (finding,) = found(NUMBER.assign(sparse=empty), "missing")
    said = "column 'sparse' is missing in 60% of the rows"
    assert finding == Finding("missing", said, "drop sparse", columns=("sparse",))


def test_a_validation_file_does_not_dilute_what_is_missing(tmp_path: Path) -> None:
    empty = np.where(np.arange(ROWS) < 0.6 * ROWS, np.nan, RANDOM.normal(size=ROWS))
    held = write(tmp_path, "held.csv", csv_of(NUMBER.assign(sparse=1.5)))
    (finding,) = found(NUMBER.assign(sparse=empty), "missing", validation=held)
    assert "60%" in finding.text


def test_rows_on_both_sides_of_the_split_are_counted(tmp_path: Path) -> None:
    held = write(tmp_path, "held.csv", csv_of(NUMBER[:40]))
    validation, test = found(NUMBER, "repeated", validation=held, test=held)
    assert validation.text.startswith("40 of 40 validation rows also occur in the training rows")
    assert test.advice == "use group COLUMN, or test FILE with other rows"
    doubled = pd.concat([NUMBER, NUMBER])
    assert len(found(doubled.assign(time=range(2 * ROWS)), "repeated", time="time", drop="time")) == 1
    assert found(doubled, "repeated", validation=0.2, test=0.2) == []
    assert found(NUMBER, "repeated", validation=0.2, test=0.2) == []


def test_a_row_with_another_target_is_no_repetition(tmp_path: Path) -> None:
    held = write(tmp_path, "held.csv", csv_of(NUMBER.assign(y=NUMBER["y"] + 1)))
    assert found(NUMBER, "repeated", validation=held) == []


def test_what_was_left_out_is_found_by_reason() -> None:
    table = CLASSES.assign(id=range(100, 100 + ROWS), one=1, twin=CLASSES["noise"], two=2)
    left_out = [each for each in prepared(table, target="y").findings if " left out: " in each.text]
    reason = "unique, consecutive whole numbers: an identifier"
    assert left_out == [
        Finding("identifier", f"column 'id' is left out: {reason}", "kind id=KIND keeps it", columns=("id",)),
        Finding(
            "constant",
            "2 columns 'one', 'two' are left out: the same value in every row",
            "kind one=KIND keeps it",
            columns=("one", "two"),
        ),
        Finding(
            "duplicate",
            "column 'twin' is left out: duplicate of 'noise'",
            "kind twin=KIND keeps it",
            columns=("twin",),
        ),
    ]


def test_what_the_user_left_out_is_no_finding() -> None:
    table = CLASSES.assign(id=range(100, 100 + ROWS), one=1, twin=CLASSES["noise"])
    result = prepared(table, target="y", kind="id=number,one=ignore", drop="twin")
    assert "id" in [column.name for column in result.schema.inputs]
    assert not [each for each in result.findings if " left out: " in each.text]
