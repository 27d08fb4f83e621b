"""How a table is split by `group` and `time`, and the digest by which a split is recognised."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.errors import DataError
from tests.data.examples import write
from tests.workflows.examples import csv_of, prepared

ROWS = 200
RANDOM = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "x": RANDOM.normal(size=ROWS),
        "patient": RANDOM.choice([f"patient {number}" for number in range(30)], ROWS),
        "visit": RANDOM.permutation(ROWS),
        "y": np.arange(ROWS) + 0.5,
        "class": RANDOM.choice(["a", "b"], ROWS),
    }
)
DATES = pd.date_range("2020-01-01", periods=ROWS)[TABLE["visit"]]
PARTS: dict[str, Any] = {"target": "y", "validation": 0.2, "test": 0.2}


def rows_of(data: Any, **settings: Any) -> dict[str, list[int]]:
    """The numbers of the rows in each part, which the target tells."""
    parts = prepared(data, **PARTS | settings).parts
    return {name: (part.truth[:, 0] - 0.5).astype(int).tolist() for name, part in parts.items()}


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_pure_across_the_parts(seed: int) -> None:
    rows = rows_of(TABLE, group="patient", seed=seed)
    assert sorted(row for part in rows.values() for row in part) == list(range(ROWS))
    patients = [set(TABLE["patient"][part]) for part in rows.values()]
    assert all(patients)
    assert sum(map(len, patients)) == len(set.union(*patients))


def test_groups_may_be_numbers_and_rows_without_one_stand_alone() -> None:
    numbers = TABLE["patient"].str.removeprefix("patient ").astype(float)
    table = TABLE.assign(patient=numbers.where(numbers > 5))
    rows = rows_of(table, group="patient")
    sides = [table["patient"][part] for part in rows.values()]
    assert len(set.union(*(set(side.dropna()) for side in sides))) == sum(side.nunique() for side in sides)
    assert all(side.isna().any() for side in sides)


def test_a_group_is_no_input() -> None:
    names = [column.name for column in prepared(TABLE, **PARTS, group="patient").schema.columns]
    assert names == ["x", "visit", "class"]


def test_classes_are_balanced_between_parts_of_groups() -> None:
    parts = prepared(TABLE, target="class", drop="y", group="patient", validation=0.3).parts
    shares = [float(np.mean(parts[name].truth)) for name in ("train", "validation")]
    assert shares[0] == pytest.approx(shares[1], abs=0.08)


@pytest.mark.parametrize(
    "times",
    [TABLE["visit"], TABLE["visit"] / 7, DATES, DATES.strftime("%d.%m.%Y"), DATES.strftime("%b %d, %Y")],
    ids=["whole", "decimal", "typed", "days first", "words"],
)
def test_later_rows_are_held(times: Any) -> None:
    rows = rows_of(TABLE.assign(visit=np.asarray(times)), time="visit")
    visits = [TABLE["visit"][part] for part in rows.values()]
    assert [len(part) for part in visits] == [128, 32, 40]
    train, validation, test = visits
    assert train.max() < validation.min()
    assert validation.max() < test.min()


def test_a_time_stays_an_input() -> None:
    inputs = prepared(TABLE.assign(visit=DATES.astype(str)), **PARTS, time="visit").schema.inputs
    assert {column.name: column.kind for column in inputs}["visit"] == "date"


@pytest.mark.parametrize("cell", ["", "soon", "NA"])
def test_a_row_without_time_says_its_line(tmp_path: Path, cell: str) -> None:
    """Counted in the table, though rows without target are left out before."""
    times = [*DATES.astype(str)[:50], cell, *DATES.astype(str)[51:]]
    table = TABLE.assign(visit=times, y=TABLE["y"].where(TABLE.index != 3))
    path = write(tmp_path, "a.csv", csv_of(table))
    with pytest.raises(DataError, match=r"time: .*a\.csv: line 52: 'visit': .* is not a time") as raised:
        prepared(path, **PARTS, time="visit")
    assert raised.value.hint


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"group": "y"}, "group: .*: 'y' is the target"),
        ({"time": "y"}, "time: .*: 'y' is the target"),
        ({"group": "pateint"}, "group: .*: there is no column 'pateint'"),
        ({"time": "when"}, "time: .*: there is no column 'when'"),
    ],
)
def test_columns_to_split_by_that_cannot_be(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as raised:
        prepared(TABLE, **PARTS, **settings)
    assert raised.value.hint


@pytest.mark.parametrize("settings", [{}, {"group": "patient"}, {"time": "visit"}])
def test_the_digest_of_a_split_is_that_of_its_rows(tmp_path: Path, settings: dict[str, Any]) -> None:
    path = write(tmp_path, "a.csv", csv_of(TABLE))
    digests = [prepared(data, **PARTS, **settings).split_digest for data in (TABLE, TABLE, path)]
    assert len(set(digests)) == 1
    other_seed = prepared(TABLE, seed=1, **PARTS, **settings).split_digest
    assert (other_seed == digests[0]) == ("time" in settings)
    assert prepared(TABLE, **PARTS | {"test": 0.3}, **settings).split_digest != digests[0]


def test_the_digest_of_a_split_does_not_depend_on_what_is_learned_from() -> None:
    plain, fewer = (prepared(TABLE, **PARTS | extra).split_digest for extra in ({}, {"drop": "x"}))
    scaled = prepared(TABLE, **PARTS, scaling="robust")
    assert plain == fewer == scaled.split_digest
    assert scaled.digest != prepared(TABLE, **PARTS).digest


def test_the_digest_of_a_split_counts_rows_of_the_table() -> None:
    """Of rows without target too: the same rows have the same number."""
    gap = pd.DataFrame({"x": [0.5], "patient": ["p"], "visit": [0], "y": [np.nan], "class": ["a"]})
    first = prepared(pd.concat([gap, TABLE]), **PARTS, time="visit")
    last = prepared(pd.concat([TABLE, gap]), **PARTS, time="visit")
    assert first.split_digest != last.split_digest
    assert last.split_digest == prepared(TABLE, **PARTS, time="visit").split_digest
