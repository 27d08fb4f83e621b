"""From a table to encoded parts: rows left out, the split, what is said of a table that cannot be used."""

import gzip
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.errors import DataError, MlpcliError
from tests.data.examples import SAMPLES, stdin_of, write
from tests.workflows.examples import csv_of, prepared

N = 40
GENERATOR = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "x": GENERATOR.normal(size=N) * 1e3,
        "[/b]": GENERATOR.choice(["red", "blue", "a,b"], N),
        "a b": np.where(GENERATOR.random(N) < 0.2, np.nan, GENERATOR.normal(size=N)),
        "w": GENERATOR.integers(1, 5, N),
        "y": GENERATOR.choice(["no", "yes"], N, p=[0.75, 0.25]),
        "z": GENERATOR.normal(size=N),
    }
)


def test_rows_without_target_are_left_out_and_counted() -> None:
    path = SAMPLES / "auto_mpg.csv"
    with_target = pd.read_csv(path)["Miles_per_Gallon"].dropna()
    result = prepared(path, target="Miles_per_Gallon", validation=0.25)
    parts = result.parts
    assert result.dropped == 406 - len(with_target) == 8
    assert [len(parts[name]) for name in ("train", "validation", "test")] == [298, 100, 0]
    truth = np.concatenate([parts["train"].truth, parts["validation"].truth])[:, 0]
    assert sorted(truth.tolist()) == sorted(with_target.tolist())


def test_parts_are_disjoint_complete_and_the_same_again() -> None:
    settings: dict[str, Any] = {"target": "z", "drop": "y", "validation": 0.25, "test": 0.25}
    parts = prepared(TABLE, **settings).parts
    truth = [parts[name].truth[:, 0].tolist() for name in ("train", "validation", "test")]
    assert [len(part) for part in truth] == [22, 8, 10]
    assert sorted(row for part in truth for row in part) == sorted(TABLE["z"])
    again = prepared(TABLE, **settings).parts
    assert [again[name].truth[:, 0].tolist() for name in again] == truth
    assert prepared(TABLE, seed=1, **settings).parts["test"].truth[:, 0].tolist() != truth[2]


def test_every_part_has_its_share_of_each_class() -> None:
    classes = np.random.default_rng(1).permutation(np.repeat(["a", "b", "c"], [60, 30, 10]))
    table = pd.DataFrame({"x": np.arange(100) / 7, "y": classes})
    parts = prepared(table, target="y", validation=0.25, test=0.2).parts
    counts = {name: np.bincount(part.truth).tolist() for name, part in parts.items()}
    assert counts == {"train": [36, 18, 6], "validation": [12, 6, 2], "test": [12, 6, 2]}


def test_encoders_see_only_training_rows() -> None:
    result = prepared(TABLE, target="z", features="x", validation=0.5)
    train, held = result.parts["train"].features, result.parts["validation"].features
    np.testing.assert_allclose([train.mean(), train.std()], [0, 1], atol=1e-6)
    assert abs(held.mean()) > 1e-3


def test_the_matrix_is_that_of_the_columns() -> None:
    result = prepared(TABLE, target="y", features='x,[/b],"a b"', validation="none", scaling="none")
    features = result.parts["train"].features
    assert [column.name for column in result.schema.inputs] == ["x", "[/b]", "a b"]
    np.testing.assert_array_equal(features[:, 0], TABLE["x"].astype("float32"))
    np.testing.assert_array_equal(features[:, 1:4], pd.get_dummies(TABLE["[/b]"]).astype("float32"))
    np.testing.assert_array_equal(features[:, 5], TABLE["a b"].isna())
    assert result.counts["table"].missing == {"a b": TABLE["a b"].isna().sum()}


def test_the_rows_are_the_same_for_files_streams_and_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their digest recognises, at evaluation, the rows that trained a model."""
    text = csv_of(TABLE)
    half = text.index("\n", len(text) // 2) + 1
    header = text[: text.index("\n") + 1]
    paths: list[str | list[str]] = [
        write(tmp_path, "a.csv", text),
        write(tmp_path, "b.csv.gz", gzip.compress(text.encode())),
        write(tmp_path, "c.tsv", TABLE.to_csv(index=False, sep="\t", quoting=1)),
        [write(tmp_path, "d.csv", text[:half]), write(tmp_path, "e.csv", header + text[half:])],
        write(tmp_path, "f.csv", TABLE.to_csv(index=False, lineterminator="\r\n")),
    ]
    for target in ("y", "z"):
        settings: dict[str, Any] = {"target": target, "features": 'x,"[/b]","a b"'}
        expected = prepared(TABLE, **settings).digest
        for data in (*paths, TABLE.set_index("w", drop=False)):
            assert prepared(data, **settings).digest == expected
        monkeypatch.setattr(sys, "stdin", stdin_of(text.encode()))
        assert prepared("-", **settings).digest == expected
        relabelled = TABLE.assign(y=TABLE["y"].map({"no": "yes", "yes": "no"}), z=-TABLE["z"])
        for other in (TABLE[::-1], TABLE[1:], TABLE.assign(x=TABLE["x"] ** 2), relabelled):
            assert prepared(other, **settings).digest != expected


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("penguins.csv", "species"),
        ("heart_disease.csv", "diameter narrowing"),
        ("auto_mpg.csv", "Miles_per_Gallon"),
        ("seattle_weather.csv", "weather"),
        ("digits.csv.gz", "digit"),
        ("plane.csv", "y"),
    ],
)
def test_sample_tables_are_the_same_from_pandas(name: str, target: str) -> None:
    path = SAMPLES / name
    from_file, from_memory = prepared(path, target=target), prepared(pd.read_csv(path), target=target)
    assert from_file.digest == from_memory.digest
    assert from_file.schema.task == from_memory.schema.task
    for part, rows in from_file.parts.items():
        np.testing.assert_array_equal(rows.features, from_memory.parts[part].features)


def test_stdin_is_read_once_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe cannot be read again; its copy is removed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reader, writer = os.pipe()
    os.write(writer, csv_of(TABLE).encode())
    os.close(writer)
    with os.fdopen(reader, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert len(prepared(["-"], target="y").parts["train"]) == 34
    assert list(tmp_path.iterdir()) == []


def test_a_validation_file(tmp_path: Path) -> None:
    held = TABLE.iloc[:10].assign(y=[*["yes"] * 9, "NA"])[TABLE.columns[::-1]]
    path = write(tmp_path, "held.csv", csv_of(held))
    result = prepared(TABLE, target="y", features="x", validation=path, test=path)
    assert [len(result.parts[name]) for name in ("train", "validation", "test")] == [N, 9, 9]
    np.testing.assert_array_equal(result.parts["validation"].features, result.parts["train"].features[:9])
    assert result.parts["validation"].truth.tolist() == [1] * 9


def test_a_validation_file_without_a_column(tmp_path: Path) -> None:
    path = write(tmp_path, "held.csv", csv_of(TABLE.drop(columns="x")))
    with pytest.raises(DataError, match=r"held\.csv: the input column 'x' of the model is missing"):
        prepared(TABLE, target="y", validation=path)


def test_stdin_cannot_be_two_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(csv_of(TABLE).encode()))
    with pytest.raises(MlpcliError, match="stdin"):
        prepared("-", target="y", validation="-")


def test_the_frame_of_the_caller_is_left_as_it_was() -> None:
    before = TABLE.copy()
    prepared(TABLE, target="z", weight="w", kind="w=number")
    pd.testing.assert_frame_equal(TABLE, before)


def test_columns_without_names(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", TABLE.to_csv(index=False, header=False))
    result = prepared(path, target="5", drop="4,6", no_header=True)
    assert [column.name for column in result.schema.inputs] == ["1", "2", "3"]
    assert result.schema.target == ("5",)


LONG = 12_000
"""Rows of a table that is longer than the sample of it."""


def long_table(folder: Path, word: str) -> str:
    """`word` stands once, in line 10,502, where no sample looks."""
    x = [str(row * 7 % 1000 / 8) for row in range(LONG)]
    x[10_500] = word
    random = np.random.default_rng(0)
    table = pd.DataFrame({"x": x, "z": random.normal(size=LONG), "y": random.normal(size=LONG)})
    return write(folder, "long.csv", csv_of(table))


def test_a_word_far_down_among_numbers_is_missing_and_named(tmp_path: Path) -> None:
    result = prepared(long_table(tmp_path, "red"), target="y", validation="none")
    assert {column.name: column.kind for column in result.schema.inputs} == {"x": "number", "z": "number"}
    (found,) = [finding for finding in result.findings if finding.kind == "words"]
    assert found.text.startswith("'red' in 1 row of 'x' was read as missing")
    assert result.counts["table"].missing == {"x": 1}


def test_numbers_that_are_mostly_text_far_down_are_text(tmp_path: Path) -> None:
    x = [str(row * 7 % 1000 / 8) if row < 10_500 else f"t{row % 99}" for row in range(LONG)]
    path = write(tmp_path, "t.csv", csv_of(pd.DataFrame({"x": x, "z": x[::-1], "y": range(LONG)})))
    result = prepared(path, target="y", validation="none")
    assert {column.name: column.kind for column in result.schema.inputs} == {"x": "category", "z": "category"}
    (fallback, _) = [finding for finding in result.findings if finding.kind == "fallback"]
    assert f"{path}: line 10,502: column 'x' is read as text because of " in fallback.text


def test_strict_makes_text_among_numbers_an_error(tmp_path: Path) -> None:
    path = long_table(tmp_path, "red")
    with pytest.raises(
        DataError, match=r"long\.csv: line 10,502: column 'x': 'red' is not a number"
    ) as raised:
        prepared(path, target="y", strict=True)
    assert raised.value.hint
    with pytest.raises(DataError, match=r"line 10,502: column 'x': 'red' is not a number"):
        prepared(path, target="y", strict=True, kind="x=number")


def test_a_chosen_number_counts_what_is_none(tmp_path: Path) -> None:
    result = prepared(long_table(tmp_path, "red"), target="y", validation="none", kind="x=number")
    assert {column.kind for column in result.schema.inputs} == {"number"}
    assert result.counts["table"].missing == {"x": 1}
    assert not [finding for finding in result.findings if finding.kind == "fallback"]


def test_a_missing_word_far_down_is_a_gap(tmp_path: Path) -> None:
    path = long_table(tmp_path, "red")
    result = prepared(path, target="y", validation="none", missing="red", strict=True)
    assert result.counts["table"].missing == {"x": 1}
    assert {column.kind for column in result.schema.inputs} == {"number"}


def test_a_decimal_comma_is_seen_and_said(tmp_path: Path) -> None:
    rows = "".join(f"{row},25;{row % 3},5\n" for row in range(1, 40))
    result = prepared(
        write(tmp_path, "a.csv", "x;y\n" + rows), delimiter=";", target="y", validation="none", scaling="none"
    )
    assert result.parts["train"].features[:2].tolist() == [[1.25], [2.25]]
    assert any("(decimal overrides it)" in note for note in result.notes)
    assert result.options.reading.decimal == ","
