"""Which rows are held out: as many as asked for, every class in its share, the same again."""

import hashlib
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold

from mlpcli.data.split import SplitSettings, digest_of_rows, folds, split_rows
from mlpcli.data.whole_sets import Rows
from mlpcli.errors import DataError, SettingsError
from mlpcli.settings import build
from tests.data.examples import sampled

FRACTIONS = st.floats(0, 1, exclude_max=True)
SEEDS = st.integers(0, 9)
SIZES = st.lists(st.integers(1, 30), min_size=2, max_size=15)
TIMES = st.lists(st.integers(-5, 5) | st.floats(allow_nan=False), min_size=2, max_size=30)

sampled_less = settings(sampled, max_examples=30)
"""For tests of which an example takes long."""


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
    with pytest.raises(SettingsError, match=f"{name}"):
        build(SplitSettings, {name: value})


def test_a_part_may_be_a_path_of_python(tmp_path: Path) -> None:
    assert build(SplitSettings, {"validation": tmp_path / "held.csv"}).validation == str(
        tmp_path / "held.csv"
    )


@pytest.mark.parametrize("value", ["inf", "-inf", "1e400", float("inf"), -float("inf"), np.float64(1), -1])
@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_fraction_is_finite(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=f"{name}") as raised:
        build(SplitSettings, {name: value})
    assert raised.value.hint


@pytest.mark.parametrize("value", ["", "  ", True, [0.2], np.float32(0.2)])
@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_part_is_nothing_else(name: str, value: object) -> None:
    with pytest.raises(
        SettingsError, match=f"{name}: .* is (neither a fraction nor a file|not a number or a text)"
    ) as raised:
        build(SplitSettings, {name: value})
    assert raised.value.hint


def test_rows_go_by_group_or_by_time() -> None:
    assert (SplitSettings().group, SplitSettings().time) == (None, None)
    assert build(SplitSettings, {"group": "patient"}).group == "patient"
    assert build(SplitSettings, {"time": "year"}).time == "year"
    with pytest.raises(SettingsError, match=r"^time and group cannot be combined$") as raised:
        build(SplitSettings, {"group": "patient", "time": "year"})
    assert raised.value.hint


def shuffled_groups(sizes: list[int], seed: int) -> Rows:
    """Codes with gaps, as those of a part of a table are, in any order."""
    return np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)) * 7 - 5, sizes))


def some_classes(rows: int, n_classes: int | None, seed: int) -> Any:
    if n_classes is None:
        return None
    numbers = np.random.default_rng(seed).integers(n_classes, size=rows)
    return np.array([f"class {number}" for number in numbers])


def assert_parted(rows: Rows, kept: Rows, held: Rows) -> None:
    assert sorted([*kept, *held]) == rows.tolist()
    assert len(kept) >= 1
    assert len(held) >= 1
    for side in (kept, held):
        assert (np.diff(side) > 0).all()


@sampled
@given(SIZES, FRACTIONS.filter(bool), SEEDS, st.none() | st.integers(1, 5))
def test_groups_are_held_whole(sizes: list[int], fraction: float, seed: int, n_classes: int | None) -> None:
    groups = shuffled_groups(sizes, seed)
    classes = some_classes(len(groups), n_classes, seed)
    rows = np.arange(len(groups)) * 3 + 5
    kept, held = split_rows(rows, fraction, np.random.default_rng(seed), classes, groups)
    assert_parted(rows, kept, held)
    group_of = dict(zip(rows.tolist(), groups.tolist(), strict=True))
    assert not {group_of[row] for row in kept.tolist()} & {group_of[row] for row in held.tolist()}
    again = split_rows(rows, fraction, np.random.default_rng(seed), classes, groups)
    assert [side.tolist() for side in again] == [kept.tolist(), held.tolist()]


@sampled
@given(SIZES, FRACTIONS.filter(bool), SEEDS)
def test_groups_come_near_to_the_fraction(sizes: list[int], fraction: float, seed: int) -> None:
    groups = shuffled_groups(sizes, seed)
    rows = np.arange(len(groups))
    kept, held = split_rows(rows, fraction, np.random.default_rng(seed), groups=groups)
    wanted = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
    only_the_smallest = min(len(kept), len(held)) == min(sizes)
    assert abs(len(held) - wanted) <= max(sizes) / 2 or only_the_smallest


@pytest.mark.parametrize("fraction", [0.05, 0.25, 0.95])
def test_any_group_may_stand_alone(fraction: float) -> None:
    """Also where every group is too large for the fraction."""
    rows = np.arange(40)
    alone = set()
    for seed in range(60):
        sides = split_rows(rows, fraction, np.random.default_rng(seed), groups=rows // 10)
        smaller = sides[fraction < 0.5]
        assert len(smaller) == 10
        alone.add(int(smaller[0]) // 10)
    assert alone == {0, 1, 2, 3}


@sampled_less
@given(st.integers(2, 6), st.sampled_from([0.1, 0.2, 0.3, 0.5]), SEEDS)
def test_many_groups_are_held_in_the_shares_of_classes(n_classes: int, fraction: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = random.integers(100, size=1000)
    # Most rows of a group are of one class, as those of one patient are.
    classes = np.where(random.random(1000) < 0.8, groups % n_classes, random.integers(n_classes, size=1000))
    _, held = split_rows(np.arange(1000), fraction, np.random.default_rng(seed), classes, groups)
    assert len(held) / 1000 == pytest.approx(fraction, abs=0.02)
    for number in range(n_classes):
        of_class = classes == number
        assert of_class[held].sum() / of_class.sum() == pytest.approx(fraction, abs=0.06)


@sampled_less
@given(st.lists(st.integers(1, 40), min_size=2, max_size=6), st.sampled_from([0.1, 0.2, 0.5]), SEEDS)
def test_groups_of_one_row_are_stratified_as_rows_are(counts: list[int], fraction: float, seed: int) -> None:
    classes = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(len(classes))
    _, held = split_rows(rows, fraction, np.random.default_rng(seed), classes, rows)
    for number, count in enumerate(counts):
        assert abs((classes[held] == number).sum() - count * fraction) <= 2


@pytest.mark.parametrize("classes", [None, np.array([0, 1, 0, 1])])
def test_one_group_cannot_be_split(classes: Any) -> None:
    with pytest.raises(DataError, match=r"^group: all rows to split belong to one group$") as raised:
        split_rows(np.arange(4), 0.5, np.random.default_rng(0), classes, np.full(4, 3))
    assert "validation none" in raised.value.hint


@sampled
@given(TIMES, FRACTIONS.filter(bool), st.none() | st.integers(1, 5))
def test_the_latest_rows_are_held(values: list[float], fraction: float, n_classes: int | None) -> None:
    times = np.array(values, dtype=float)
    rows = np.arange(len(times)) * 3 + 5
    generator = np.random.default_rng(0)
    if len(np.unique(times)) == 1:
        with pytest.raises(DataError, match=r"time: .* the same value") as raised:
            split_rows(rows, fraction, generator, times=times)
        assert "validation none" in raised.value.hint
        return
    classes = some_classes(len(rows), n_classes, 0)
    kept, held = split_rows(rows, fraction, generator, classes, times=times)
    assert_parted(rows, kept, held)
    is_held = np.isin(rows, held)
    assert times[~is_held].max() < times[is_held].min()
    wanted = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
    possible = [int((times >= time).sum()) for time in np.unique(times)[1:]]
    assert abs(len(held) - wanted) == min(abs(count - wanted) for count in possible)
    assert generator.random() == np.random.default_rng(0).random(), "no randomness is used"


def test_times_that_differ_give_exactly_the_fraction() -> None:
    times = np.random.default_rng(0).permutation(100).astype(float)
    _, held = split_rows(np.arange(100), 0.2, np.random.default_rng(0), times=times)
    assert sorted(times[held]) == list(range(80, 100))


def test_of_two_borders_as_near_the_earlier_is_taken() -> None:
    times = np.array([0.0, 1, 1, 2])
    assert split_rows(np.arange(4), 0.5, np.random.default_rng(0), times=times)[1].tolist() == [1, 2, 3]


def test_nothing_is_held_of_one_row_by_group_or_time() -> None:
    for extra in ({"groups": np.zeros(1)}, {"times": np.zeros(1)}):
        kept, held = split_rows(np.arange(1), 0.5, np.random.default_rng(0), **extra)
        assert (len(kept), len(held)) == (1, 0)


def folds_of(number: int, classes: Any, groups: Any, rows: int, seed: int) -> list[tuple[Rows, Rows]]:
    return list(folds(np.arange(rows), number, np.random.default_rng(seed), classes, groups))


@sampled
@given(SIZES, st.integers(2, 8), SEEDS, st.none() | st.integers(1, 5), st.booleans())
def test_each_row_is_held_in_one_fold(
    sizes: list[int], number: int, seed: int, n_classes: int | None, grouped: bool
) -> None:
    groups = shuffled_groups(sizes, seed)
    number = min(number, len(sizes))
    classes = some_classes(len(groups), n_classes, seed)
    rows = np.arange(len(groups)) * 3 + 5
    parts = list(folds(rows, number, np.random.default_rng(seed), classes, groups if grouped else None))
    assert len(parts) == number
    for kept, held in parts:
        assert_parted(rows, kept, held)
        if grouped:
            is_held = np.isin(rows, held)
            assert not set(groups[is_held]) & set(groups[~is_held])
    assert sorted(row for _, held in parts for row in held) == rows.tolist()
    if not grouped:
        held_counts = [len(held) for _, held in parts]
        assert max(held_counts) - min(held_counts) <= 1


@sampled_less
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(2, 8), SEEDS)
def test_classes_are_spread_as_by_stratified_k_fold(counts: list[int], number: int, seed: int) -> None:
    classes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    if number > len(classes):
        return
    parts = folds_of(number, classes, None, len(classes), seed)
    table = np.array([np.bincount(classes[held], minlength=len(counts)) for _, held in parts])
    assert (np.ptp(table, axis=0) <= 1).all()
    if number <= min(counts):  # else scikit-learn warns
        theirs = StratifiedKFold(number).split(classes, classes)
        their_table = [np.bincount(classes[held], minlength=len(counts)) for _, held in theirs]
        assert np.sort(table, axis=0).tolist() == np.sort(their_table, axis=0).tolist()


@sampled_less
@given(SIZES, st.integers(2, 8), SEEDS)
def test_sizes_of_folds_of_groups_are_those_of_group_k_fold(sizes: list[int], number: int, seed: int) -> None:
    groups = shuffled_groups(sizes, seed)
    number = min(number, len(sizes))
    ours = [len(held) for _, held in folds_of(number, None, groups, len(groups), seed)]
    theirs = [len(held) for _, held in GroupKFold(number).split(groups, groups=groups)]
    assert sorted(ours) == sorted(theirs)


def unevenness(parts: list[tuple[Any, Any]], classes: Rows) -> float:
    """How far the folds' counts of a class are from equal, relative to an equal share; mean of classes."""
    table = np.array([np.bincount(classes[held], minlength=classes.max() + 1) for _, held in parts])
    return float((table.std(axis=0) / table.mean(axis=0)).mean())


def test_groups_with_classes_are_as_even_as_by_stratified_group_k_fold() -> None:
    ours, theirs = [], []
    for seed in range(10):
        random = np.random.default_rng(seed)
        groups = random.integers(50, size=500)
        classes = np.where(random.random(500) < 0.6, groups % 4, random.integers(4, size=500))
        ours.append(unevenness(folds_of(5, classes, groups, 500, seed), classes))
        other = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        theirs.append(unevenness(list(other.split(classes, classes, groups)), classes))
    assert np.mean(ours) < 1.1 * np.mean(theirs)


@pytest.mark.parametrize("number", [-1, 0, 1])
def test_there_are_two_folds_at_least(number: int) -> None:
    with pytest.raises(SettingsError, match=f"folds: {number} is out of range") as raised:
        folds(np.arange(10), number, np.random.default_rng(0))
    assert raised.value.hint == "It must be at least 2."


@pytest.mark.parametrize(
    ("groups", "said"), [(None, "rows, but there are 4"), (np.array([0, 0, 5, 5]), "groups, but there are 2")]
)
def test_no_fold_may_be_empty(groups: Any, said: str) -> None:
    """Said by the call, not with the first fold."""
    with pytest.raises(DataError, match=f"folds: 5 folds need at least 5 {said}") as raised:
        folds(np.arange(4), 5, np.random.default_rng(0), groups=groups)
    assert raised.value.hint


def test_the_seed_decides_groups_and_folds() -> None:
    groups, classes = np.repeat(np.arange(50), 4), np.tile([0, 1], 100)

    def held_by(seed: int) -> list[str]:
        def random() -> np.random.Generator:
            return np.random.default_rng(seed)

        rows = np.arange(200)
        digests = []
        for chosen in (None, classes):
            kept, held = split_rows(rows, 0.2, random(), chosen, groups)
            digests.append(digest_of_rows({"train": kept, "test": held}))
            for grouping in (None, groups):
                parts = folds(rows, 5, random(), chosen, grouping)
                digests.append(digest_of_rows({str(fold): held for fold, (_, held) in enumerate(parts)}))
        return digests

    assert held_by(0) == held_by(0)
    assert not set(held_by(0)) & set(held_by(1))


def test_a_digest_is_of_names_and_rows() -> None:
    packed = b"a 2\n" + struct.pack("<qq", 1, 2) + b"b 0\n"
    parts = {"b": np.arange(0), "a": np.array([1, 2])}
    assert digest_of_rows(parts) == hashlib.sha256(packed).hexdigest()


def test_a_digest_does_not_depend_on_how_numbers_are_held() -> None:
    for kind in ("<i4", ">i4", "<i8", ">i8"):
        rows = np.arange(10).astype(kind)
        assert digest_of_rows({"train": rows[::2]}) == digest_of_rows({"train": np.arange(0, 10, 2)})


def test_a_digest_tells_parts_apart() -> None:
    one, two = np.arange(3), np.arange(3, 5)
    alike: list[dict[str, Rows]] = [
        {"a": one, "b": two},
        {"a": two, "b": one},
        {"a": np.arange(2), "b": np.arange(2, 5)},
        {"a": one, "c": two},
        {"a": np.arange(5)},
        {"a": one[::-1], "b": two},
    ]
    assert len({digest_of_rows(parts) for parts in alike}) == len(alike)


def test_recorded_rows() -> None:
    """Other rows for a seed would mean other results for all who gave that seed before."""
    random = np.random.default_rng(7)
    groups, classes = random.integers(20, size=100), random.integers(3, size=100)
    digests = []
    for by_class, by_group in ((None, None), (classes, None), (None, groups), (classes, groups)):
        kept, held = split_rows(np.arange(100), 0.2, random, by_class, by_group)
        parts = {"train": kept, "test": held}
        for fold, (_, held_in_fold) in enumerate(folds(np.arange(100), 5, random, by_class, by_group)):
            parts[f"fold {fold}"] = held_in_fold
        digests.append(digest_of_rows(parts)[:16])
    assert digests == ["320e0297b2a4fe6b", "5ff7e0aba8b47d32", "d6aba05544296d7f", "7cf337f36428c5f3"]
