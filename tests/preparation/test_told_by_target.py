"""Columns told by the target: which they are, and that no row is told by itself, its fold or a later row."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.encoders.level_means import LevelMeans
from mlpcli.preparation import target_statistics, told_by_target
from mlpcli.preparation.prepare import Prepared
from tests.workflows.examples import prepared

ROWS = 3_000
LEVELS = 60


def table(seed: int = 0, rows: int = ROWS, levels: int = LEVELS) -> pd.DataFrame:
    """A category and codes in which the target's mean differs, a smooth number, and what tells nothing."""
    random = np.random.default_rng(seed)
    level, code = random.integers(0, levels, rows), random.integers(0, levels, rows)
    effects = random.normal(size=(2, levels))
    age = random.integers(0, levels, rows)
    y = effects[0][level] + effects[1][code] + age / levels + random.normal(size=rows)
    return pd.DataFrame(
        {
            "x": random.normal(size=rows),
            "level": [f"level {each}" for each in level],
            "code": code * 17 + 1_000,
            "age": age,
            "chance": [f"chance {each}" for each in random.integers(0, 2_000, rows)],
            "time": random.permutation(rows),
            "group": [f"group {each}" for each in random.integers(0, 50, rows)],
            "y": y,
            "yes": np.where(y > 0.5, "yes", "no"),
            "class": np.array(["a", "b", "c"])[np.digitize(y, [0.0, 1.0])],
        }
    )


TABLE = table()
INPUTS = ("x", "level", "code", "age", "chance")


def made(frame: pd.DataFrame, target: str = "y", **settings: Any) -> Prepared:
    given: dict[str, Any] = {
        "features": INPUTS,
        "kind": {"chance": "category"},
        "target_means": True,
    } | settings
    given["kind"] = tuple((name, kind) for name, kind in given["kind"].items() if name in given["features"])
    return prepared(frame, target=target, **given)


def told(result: Prepared) -> dict[str, LevelMeans]:
    return {each.name: each.told for each in result.encoder.encoders if each.told is not None}


def cells_of(result: Prepared, name: str, part: str = "train") -> Any:
    """The matrix columns of the means of a column."""
    start = 0
    for each in result.encoder.encoders:
        if each.name == name:
            assert each.told is not None
            return result.parts[part].features[:, start + each.width - each.told.width : start + each.width]
        start += each.width
    raise KeyError(name)


@pytest.mark.parametrize(("target", "columns"), [("y", 2), ("yes", 2), ("class", 4)])
def test_levels_that_tell_are_encoded_and_no_others(target: str, columns: int) -> None:
    found = told(made(TABLE, target))
    assert list(found) == ["level", "code"]
    assert {each.columns for each in found.values()} == {columns}
    assert all(0.01 < each.gain < 0.6 for each in found.values())


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("target", ["y", "yes", "class"])
def test_a_permuted_target_tells_nothing(seed: int, target: str) -> None:
    order = np.random.default_rng(seed).permutation(ROWS)
    frame = TABLE.assign(**{target: TABLE[target].to_numpy()[order]})
    assert told(made(frame, target, seed=seed)) == {}


def test_off_it_is_off() -> None:
    assert told(made(TABLE, target_means=False)) == {}
    assert told(made(TABLE, target_means=None)) == {}  # of the textbook preset


def by_hand(frame: pd.DataFrame, prior_rows: float) -> Any:
    """The deviation of each level's mean from that of all, by pandas."""
    groups = frame.groupby("level")["y"]
    return (groups.sum() - groups.count() * frame["y"].mean()) / (groups.count() + prior_rows)


def test_held_out_rows_have_the_means_of_the_training_rows() -> None:
    result = made(TABLE, validation=0.3)
    truth = result.parts["train"].truth[:, 0], result.parts["validation"].truth[:, 0]
    train, held = (TABLE.set_index("y").loc[each].reset_index() for each in truth)
    cells = cells_of(result, "level", "validation")
    expected = held["level"].map(by_hand(train, 3.0)).to_numpy()
    slope = cells[:, 0] @ expected / (expected @ expected)
    np.testing.assert_allclose(cells[:, 0], slope * expected, rtol=1e-4, atol=1e-5)
    counts = np.log1p(held["level"].map(train["level"].value_counts()).to_numpy())
    assert np.corrcoef(cells[:, 1], counts)[0, 1] == pytest.approx(1.0)
    assert cells_of(result, "level").std(axis=0) == pytest.approx(1.0, rel=1e-3)


def test_a_training_row_is_not_told_by_its_own_target() -> None:
    """Another target in one row changes the cells of rows of other folds, never its own."""
    frame = TABLE.copy()
    before = cells_of(made(frame, validation=0.0), "level")
    frame["y"] = TABLE["y"] + 0.5 * (np.arange(ROWS) == 5)
    after = cells_of(made(frame, validation=0.0), "level")
    assert np.abs(before[:, 0] / before[:, 0].std() - after[:, 0] / after[:, 0].std()).max() > 1e-3
    own = np.array([before[5, 0], after[5, 0]]) / [before[:, 0].std(), after[:, 0].std()]
    # The scale and the prior of all rows move by some thousandths.
    assert own[0] == pytest.approx(own[1], abs=5e-3)


def test_each_fold_has_the_means_of_its_own_rows() -> None:
    result = made(TABLE, folds=3, validation=0.0)
    means = told(result)["level"]
    assert means.folds == ("0", "1", "2", "all")
    cells, train = cells_of(result, "level"), result.parts["train"]
    frame = TABLE.set_index("y").loc[train.truth[:, 0]].reset_index()
    for number, (kept, held) in enumerate(result.folds):
        expected = frame["level"][held].map(by_hand(frame.iloc[kept], 3.0)).to_numpy()
        column = cells[held, 2 * number]
        slope = column @ expected / (expected @ expected)
        np.testing.assert_allclose(column, slope * expected, rtol=1e-4, atol=1e-5)
        inputs = result.of_member(number).blueprint.inputs
        assert len(inputs.unread) == 2 * 3 * len(told(result))


def test_a_target_of_held_out_rows_changes_nothing_that_its_network_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(told_by_target, "PRIOR_ROWS", (10.0,))  # what is chosen, is for all folds
    result = made(TABLE, folds=3, validation=0.0)
    held = result.folds[1][1]
    truth = result.parts["train"].truth[:, 0].copy()
    places = pd.Series(np.arange(ROWS), index=TABLE["y"]).loc[truth[held]].to_numpy()
    frame = TABLE.copy()
    frame.loc[places, "y"] = frame.loc[places, "y"].to_numpy()[::-1]
    other = made(frame, folds=3, validation=0.0)
    assert np.array_equal(other.folds[1][1], held)
    for before, after in zip(
        cells_of(result, "level")[:, 2:4].T, cells_of(other, "level")[:, 2:4].T, strict=True
    ):
        # The scales, which are of the first fold, may differ.
        assert np.corrcoef(before, after)[0, 1] == pytest.approx(1.0, abs=1e-6)


def test_with_times_only_earlier_rows_tell() -> None:
    frame = TABLE.sort_values("time", ignore_index=True)
    result = made(frame, time="time", validation=0.2)
    train = result.parts["train"]
    kept = frame.set_index("y").loc[train.truth[:, 0]].reset_index()
    assert kept["time"].is_monotonic_increasing
    sums, counts = kept.groupby("level")["y"].cumsum() - kept["y"], kept.groupby("level").cumcount()
    prior: Any = (kept["y"].cumsum() - kept["y"]) / np.maximum(np.arange(len(kept)), 1)
    expected = ((sums - counts * prior) / (counts + 3.0)).to_numpy()
    column = cells_of(result, "level")[:, 0]
    slope = column @ expected / (expected @ expected)
    np.testing.assert_allclose(column, slope * expected, rtol=1e-3, atol=1e-4)


def test_rows_of_one_time_do_not_tell_one_another() -> None:
    weights, rows = np.array([1.0, 2.0, 4.0, 8.0]), np.array([2, 2, 2, 3])
    found = target_statistics._sums_before(rows, np.array([1.0, 0.0, 1.0, 5.0]), weights)
    assert found.tolist() == [2.0, 0.0, 2.0, 0.0]


def test_what_is_the_same_in_a_group_tells_nothing() -> None:
    random = np.random.default_rng(0)
    effects = random.normal(size=50)
    number = TABLE["group"].str.removeprefix("group ").astype(int)
    frame = pd.DataFrame({"x": TABLE["x"], "id": "id " + number.astype(str), "group": TABLE["group"]})
    frame["y"] = effects[number] + random.normal(size=ROWS)
    assert set(told(made(frame, features=("x", "id")))) == {"id"}
    assert told(made(frame, features=("x", "id"), group="group")) == {}


def test_weights_count_as_rows() -> None:
    """A level of weight 2 for each of two rows has the mean of both, and the count 4 of mean weight 1."""
    frame = TABLE.assign(w=np.where(TABLE["x"] > 0, 3.0, 1.0))
    result = made(frame, weight="w", validation=0.3)
    parts = [frame.set_index("y").loc[each.truth[:, 0]].reset_index() for each in result.parts.values()]
    train, held = parts[0], parts[1]
    weights = train["w"] / train["w"].mean()
    mean = float(np.average(train["y"], weights=weights))
    sums, counts = (
        (weights * train["y"]).groupby(train["level"]).sum(),
        weights.groupby(train["level"]).sum(),
    )
    expected = held["level"].map((sums - counts * mean) / (counts + 3.0)).to_numpy()
    column = cells_of(result, "level", "validation")[:, 0]
    slope = column @ expected / (expected @ expected)
    np.testing.assert_allclose(column, slope * expected, rtol=1e-4, atol=1e-5)


def test_scaled_targets_and_weights_change_no_cell() -> None:
    plain = cells_of(made(TABLE), "level")
    large = cells_of(made(TABLE.assign(y=1e12 * TABLE["y"])), "level")
    np.testing.assert_allclose(large, plain, rtol=1e-3, atol=1e-4)


def test_several_targets_have_a_mean_each_and_more_than_five_none() -> None:
    frame = TABLE.assign(**{f"y{number}": TABLE["y"] + number for number in range(6)})
    names = [f"y{number}" for number in range(6)]
    two = prepared(frame, target=tuple(names[:2]), features=INPUTS, target_means=True)
    assert {each.columns for each in told(two).values()} == {3}
    assert told(prepared(frame, target=tuple(names), features=INPUTS, target_means=True)) == {}


@pytest.mark.parametrize("rows", [12, 40])
def test_few_rows_tell_nothing_by_chance(rows: int) -> None:
    frame = table(rows=rows)
    frame["level"] = [f"level {number}" for number in range(rows)]
    result = made(frame, features=("x", "level"), kind={"level": "category"}, max_categories=5)
    assert told(result) == {}


def test_a_rare_class_is_told() -> None:
    random = np.random.default_rng(0)
    level = random.integers(0, 40, 20_000)
    rare = (random.random(20_000) < np.where(level == 7, 0.04, 0.0)).astype(int)
    assert 10 < rare.sum() < 40
    frame = pd.DataFrame(
        {"level": [f"level {each}" for each in level], "y": rare, "x": random.normal(size=20_000)}
    )
    result = made(frame, features=("level", "x"))
    assert list(told(result)) == ["level"]
    assert np.isfinite(result.parts["train"].features).all()
