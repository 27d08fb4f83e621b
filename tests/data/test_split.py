"""Which rows are held out: as many as asked for, every class in its share, the same again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.split import Rows, SplitSettings, split_rows
from mlpcli.errors import SettingsError
from mlpcli.settings import build
from tests.data.examples import sampled

FRACTIONS = st.floats(0, 1, exclude_max=True)


def split(rows: int, fraction: float, classes: Any = None, seed: int = 0) -> tuple[Rows, Rows]:
    return split_rows(np.arange(rows), fraction, np.random.default_rng(seed), classes)


@sampled
@given(st.integers(0, 200), FRACTIONS, st.integers(0, 9), st.none() | st.integers(1, 6))
def test_every_row_is_on_one_side_in_order(
    rows: int, fraction: float, seed: int, n_classes: int | None
) -> None:
    classes = None
    if n_classes is not None:
        classes = np.random.default_rng(seed).integers(n_classes, size=rows)
    chosen = np.arange(rows) * 3 + 5
    kept, held = split_rows(chosen, fraction, np.random.default_rng(seed), classes)
    assert sorted([*kept, *held]) == chosen.tolist()
    for side in (kept, held):
        assert (np.diff(side) > 0).all()
    again = split_rows(chosen, fraction, np.random.default_rng(seed), classes)
    assert [side.tolist() for side in again] == [kept.tolist(), held.tolist()]


@sampled
@given(st.integers(2, 500), FRACTIONS.filter(bool))
def test_the_fraction_is_kept(rows: int, fraction: float) -> None:
    kept, held = split(rows, fraction)
    assert len(held) == min(max(round(rows * fraction), 1), rows - 1)
    assert len(kept) >= 1


@sampled
@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), FRACTIONS)
def test_every_class_gives_its_share_and_keeps_a_row(counts: list[int], fraction: float) -> None:
    classes = np.repeat([f"class {number}" for number in range(len(counts))], counts)
    kept, held = split(len(classes), fraction, classes)
    for name, count in zip(dict.fromkeys(classes), counts, strict=True):
        held_of_class = int((classes[held] == name).sum())
        assert abs(held_of_class - count * fraction) < 1 + 1e-9
        assert (classes[kept] == name).sum() >= 1
    without_minimum = round(fraction * len(classes))
    assert len(held) <= without_minimum
    assert len(held) >= without_minimum - len(counts)


def test_large_classes_give_exactly_the_fraction() -> None:
    classes = np.repeat(["a", "b", "c"], [50, 30, 20])
    _, held = split(100, 0.2, classes)
    assert np.unique(classes[held], return_counts=True)[1].tolist() == [10, 6, 4]


def test_the_seed_decides_which_rows() -> None:
    classes = np.repeat(["a", "b"], 50)
    for given_classes in (None, classes):
        sides = [split(100, 0.3, given_classes, seed)[1].tolist() for seed in (0, 0, 1)]
        assert sides[0] == sides[1] != sides[2]


def test_rows_are_not_simply_the_first_or_last() -> None:
    for classes in (None, np.zeros(1000)):
        held = split(1000, 0.5, classes)[1]
        assert 400 < held.mean() < 600


def test_nothing_is_held_out_of_one_row() -> None:
    for fraction, rows in ((0.5, 1), (0.5, 0), (0.0, 10)):
        kept, held = split(rows, fraction)
        assert (len(kept), len(held)) == (rows, 0)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.2", 0.2), ("0", 0.0), ("none", 0.0), ("None", 0.0), ("held.csv", "held.csv"), ("-", "-")],
)
@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_part_is_a_fraction_or_a_file(name: str, text: str, value: object) -> None:
    assert getattr(build(SplitSettings, {name: text}), name) == value


@pytest.mark.parametrize("value", ["1", "-0.1", "1.5", "nan", 1.0, -0.1, 1.5, float("nan"), 1, 2])
@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_fraction_lies_below_one(name: str, value: object) -> None:
    """Also where Python gives it as a number."""
    with pytest.raises(SettingsError, match=f"--{name}"):
        build(SplitSettings, {name: value})


def test_a_part_may_be_a_path_of_python(tmp_path: Path) -> None:
    assert build(SplitSettings, {"validation": tmp_path / "held.csv"}).validation == str(
        tmp_path / "held.csv"
    )
