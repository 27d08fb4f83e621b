"""Equal rows of a table: told by their cells, kept on one side, named, and left out if that is asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.columns.cells import Numbers, Texts
from mlpcli.errors import DataError
from mlpcli.preparation.equal_rows import row_hashes
from mlpcli.preparation.prepare import Prepared
from tests.data.examples import SAMPLES, write
from tests.workflows.examples import csv_of, prepared

ROWS = 200
RANDOM = np.random.default_rng(0)
PLAIN = pd.DataFrame(
    {
        "x": RANDOM.normal(size=ROWS).round(3),
        "name": RANDOM.choice(["a", "b", ""], ROWS),
        "z": np.where(RANDOM.random(ROWS) < 0.2, np.nan, RANDOM.integers(0, 50, ROWS)),
        "y": RANDOM.choice(["yes", "no"], ROWS),
    }
)
DOUBLED = pd.concat([PLAIN, PLAIN, PLAIN[:60]], ignore_index=True)


def crossing(found: Prepared) -> int:
    """How many rows of held-out parts occur among the training rows."""
    train = found.parts["train"].hashes()
    return sum(int(np.isin(found.parts[name].hashes(), train).sum()) for name in ("validation", "test"))


def kinds(found: Prepared) -> set[str]:
    return {each.kind for each in found.findings}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("target", ["y", "x"])
def test_equal_rows_stay_on_one_side(target: str, seed: int) -> None:
    found = prepared(DOUBLED, target=target, seed=seed, validation=0.2, test=0.2)
    sizes = [len(part) for part in found.parts.values()]
    assert sum(sizes) == len(DOUBLED)
    assert sizes == pytest.approx([294, 74, 92], abs=6)
    assert crossing(found) == 0
    assert "repeated" not in kinds(found)


def test_equal_rows_stay_in_one_fold() -> None:
    found = prepared(DOUBLED, target="y", folds=4)
    hashes = found.parts["train"].hashes()
    assert all(not np.isin(hashes[held], hashes[kept]).any() for kept, held in found.folds)


def test_a_table_without_equal_rows_is_split_as_ever() -> None:
    """Pinned before equal rows were looked for."""
    found = prepared(SAMPLES / "penguins.csv", target="species", validation=0.2, test=0.1)
    assert found.split_digest == "c1f74e23f45aaa6cc88d6a621bb86476fb2950f74ed98d54092f5a77e8402ab5"
    found = prepared(SAMPLES / "heart_disease.csv", target="diameter narrowing", folds=3)
    assert found.split_digest == "4364b7462eb6992d2a95318f555db65a80f9e28a58899ebdffbabb475a13a179"


def test_a_table_of_few_possible_rows_is_split_as_ever() -> None:
    """Its equal rows are no copies: held apart, all that is known of a row would be on the other side."""
    random = np.random.default_rng(1)
    table = pd.DataFrame({"a": random.choice(["u", "v"], ROWS), "b": random.integers(0, 3, ROWS)})
    table["y"] = np.where(random.random(ROWS) < 0.8, table["a"] == "u", table["b"] == 0)
    found = prepared(table, target="y", validation=0.2)
    assert crossing(found) > 30
    assert not {"repeated", "duplicates"} & kinds(found)


def test_repeated_inputs_with_other_targets_are_observations() -> None:
    """As of places that are visited again: more rows are equal than if the columns had nothing in common."""
    random = np.random.default_rng(2)
    place = random.integers(0, 80, 400)
    table = pd.DataFrame({f"x{number}": (place * 37 % (number + 11)).astype(str) for number in range(6)})
    table["y"] = np.where(random.random(400) < 0.7, place % 2, 1 - place % 2)
    assert crossing(prepared(table, target="y", validation=0.2)) > 30


def test_groups_and_times_keep_their_rule() -> None:
    table = DOUBLED.assign(group=RANDOM.integers(0, 30, len(DOUBLED)), time=RANDOM.permutation(len(DOUBLED)))
    several: list[dict[str, Any]] = [
        {"group": "group", "drop": "time"},
        {"time": "time", "drop": "group,time"},
    ]
    for settings in several:
        found = prepared(table, target="y", validation=0.3, **settings)
        assert crossing(found) > 0
        assert "repeated" in kinds(found)


def test_a_file_of_rows_that_occur_in_training_is_still_named(tmp_path: Path) -> None:
    held = write(tmp_path, "held.csv", csv_of(PLAIN[:40]))
    assert "repeated" in kinds(prepared(DOUBLED, target="y", validation=held))


def test_many_copies_are_named() -> None:
    (finding,) = [each for each in prepared(DOUBLED, target="y").findings if each.kind == "duplicates"]
    assert finding.text == "260 of 460 rows have the same inputs and target as an earlier row"
    assert finding.advice == "drop_duplicates keeps only the first"
    few = pd.concat([PLAIN, PLAIN[:8]], ignore_index=True)
    assert "duplicates" not in kinds(prepared(few, target="y"))
    assert "duplicates" not in kinds(prepared(DOUBLED, target="y", drop_duplicates=True))


@pytest.mark.parametrize("settings", [{}, {"folds": 3}, {"validation": 0.2, "test": 0.2}])
def test_without_duplicates_it_is_the_table_of_the_first_ones(settings: dict[str, Any]) -> None:
    dropped = prepared(DOUBLED, target="y", drop_duplicates=True, **settings)
    alone = prepared(PLAIN, target="y", **settings)
    assert (dropped.duplicates, alone.duplicates) == (260, 0)
    assert dropped.digest == alone.digest
    assert dropped.split_digest == alone.split_digest


def test_the_first_of_equal_rows_keeps_its_weight() -> None:
    table = PLAIN[:100].assign(weight=2.0)
    again = PLAIN[:50].assign(weight=5.0)
    found = prepared(
        pd.concat([table, again]), target="y", weight="weight", drop_duplicates=True, validation="none"
    )
    weights = found.parts["train"].weights
    assert weights is not None
    assert (len(weights), set(weights.tolist())) == (100, {2.0})


def test_rows_of_other_groups_are_no_duplicates() -> None:
    table = pd.concat([PLAIN.assign(who="first"), PLAIN.assign(who="second")], ignore_index=True)
    assert prepared(table, target="y", group="who", drop_duplicates=True).duplicates == 0
    assert prepared(table, target="y", drop="who", drop_duplicates=True).duplicates == ROWS


def test_a_single_row_that_is_left_is_too_few() -> None:
    table = pd.DataFrame({"x": [1.5] * 5 + [2.5], "y": ["a"] * 5 + ["b"]})
    assert prepared(table, target="y", drop_duplicates=True, validation="none").duplicates == 4
    one = pd.DataFrame({"x": [1.5, 1.5], "y": ["a", "a"]})
    with pytest.raises(DataError):
        prepared(one, target="y", drop_duplicates=True)


def test_hashes_are_those_of_the_cells() -> None:
    numbers = Numbers(np.array([0.0, -0.0, 1.0, np.nan, -np.nan, 2.0]))
    texts = Texts.of(["a", "a", "NA", None, "", "b"])
    one = row_hashes([numbers, texts])
    assert (one[0], one[3]) == (one[1], one[4])
    assert len(set(one.tolist())) == 4
    assert row_hashes([Texts.of(["NA"] * 2)])[0] == row_hashes([Texts.of([None, ""])])[1]
    swapped = row_hashes([Numbers(numbers.values[[2, 5]]), Numbers(numbers.values[[5, 2]])])
    assert swapped[0] != swapped[1]


def test_hashes_of_whole_numbers_do_not_collide() -> None:
    cells = np.stack(np.meshgrid(*[np.arange(40.0)] * 3), axis=-1).reshape(-1, 3)
    hashes = row_hashes([Numbers(column) for column in cells.T])
    assert len(np.unique(hashes)) == 40**3
