"""Screening of wide tables, against scikit-learn's F tests and hand-worked choices."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import f_classif, f_regression

from mlpcli.arrays import Array
from mlpcli.data.schema import DataSettings
from mlpcli.errors import SettingsError
from mlpcli.model.blueprint import Blueprint
from mlpcli.options.options import Options
from mlpcli.preparation.prepare import Prepared
from mlpcli.preparation.screening import explained_shares
from mlpcli.settings import described_fields
from tests.workflows.examples import prepared

ROWS, WIDE = 60, 40
GENERATOR = np.random.default_rng(0)
SIGNAL = GENERATOR.normal(size=ROWS)
NOISE = pd.DataFrame(GENERATOR.normal(size=(ROWS, WIDE))).add_prefix("n")
TABLE = NOISE.assign(
    useful=SIGNAL + GENERATOR.normal(size=ROWS),
    colour=["red", "blue", "grey"] * (ROWS // 3),
    y=np.where(SIGNAL > 0, "yes", "no"),
)


def screened(table: pd.DataFrame = TABLE, **settings: Any) -> Prepared:
    given: dict[str, Any] = {"target": "y", "most_columns": 10}
    return prepared(table, **given | settings)


def left_out(result: Prepared) -> dict[str, str]:
    return {each.name: each.reason for each in result.schema.left_out if each.kind == "screened"}


def said(result: Prepared) -> list[str]:
    return [each.text for each in result.findings if each.kind == "screening"]


def read_by(result: Prepared, fold: str) -> set[str]:
    return {each.name for each in result.encoder.encoders if each.variants.get("fold", {}).get(fold, (0,))}


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_are_judged_by_the_analysis_of_variance(classes: int) -> None:
    codes = np.arange(ROWS) % classes
    columns = NOISE.to_numpy() + codes[:, None] * np.linspace(0, 1, WIDE)
    share = explained_shares(columns, codes, None)
    expected = f_classif(columns, codes)[0]
    np.testing.assert_allclose(share / (1 - share) * (ROWS - classes) / (classes - 1), expected, rtol=1e-9)


def test_numbers_are_judged_by_their_correlation_with_the_best_of_several_targets() -> None:
    columns, targets = NOISE.to_numpy(), GENERATOR.normal(size=(ROWS, 3)) * [1.0, 1e6, 1e-6]
    share = explained_shares(columns, targets, None)
    expected = np.max([f_regression(columns, target)[0] for target in targets.T], axis=0)
    np.testing.assert_allclose(share / (1 - share) * (ROWS - 2), expected, rtol=1e-9)


@pytest.mark.parametrize("targets", [np.arange(ROWS) % 3, SIGNAL[:, None]], ids=["classes", "numbers"])
def test_a_row_of_weight_2_counts_as_two_rows(targets: Array) -> None:
    times, columns = GENERATOR.integers(1, 4, ROWS), NOISE.to_numpy()
    weighted = explained_shares(columns, targets, times.astype(np.float64))
    repeated = explained_shares(np.repeat(columns, times, axis=0), np.repeat(targets, times, axis=0), None)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-9)


def test_columns_and_targets_that_do_not_vary_explain_nothing() -> None:
    columns = np.column_stack([np.zeros(ROWS), NOISE["n0"]])
    assert explained_shares(columns, np.arange(ROWS) % 2, None)[0] == 0
    assert explained_shares(columns, np.ones((ROWS, 1)), None).tolist() == [0, 0]
    assert explained_shares(columns, np.zeros(ROWS, np.intp), None) == pytest.approx([0, 0], abs=1e-12)


def test_the_best_and_a_tenth_of_the_others_are_kept() -> None:
    """Ten of 41, and four of the 31 others."""
    result = screened()
    assert len(left_out(result)) == 41 - 14
    assert len(result.encoder.encoders) == 15
    assert {"useful", "colour"} <= read_by(result, "0")
    ranks = [int(reason.split()[1]) for reason in left_out(result).values()]
    assert len(set(ranks)) == 27
    assert min(ranks) > 10
    (text,) = said(result)
    assert text.startswith("networks read 14 of 41 number columns, those that predict the target best alone")
    assert left_out(screened()) == left_out(result)
    assert left_out(screened(seed=1, validation="none")) != left_out(screened(validation="none"))


def test_held_out_rows_have_no_say() -> None:
    """Their columns are made to tell the target, which changes nothing."""
    plain = screened(validation=0.2)
    held = TABLE["useful"].isin(_values(plain, "validation"))
    assert held.sum() == ROWS // 5
    told = TABLE.copy()
    for name in ("n0", "n1", "n2"):
        told.loc[held, name] = np.where(told.loc[held, "y"] == "yes", 50.0, -50.0)
    assert left_out(screened(told, validation=0.2)) == left_out(plain)


def _values(result: Prepared, part: str) -> Array:
    """The cells of the useful column in the rows of a part."""
    start = 0
    for each in result.encoder.encoders:
        if each.name == "useful":
            break
        start += each.width
    encoder = next(each for each in result.encoder.encoders if each.name == "useful")
    (fitted,) = encoder.fitted  # type: ignore[attr-defined]
    scaled = result.parts[part].features[:, start] * fitted.scale + fitted.centre
    nearest = np.abs(TABLE["useful"].to_numpy()[:, None] - scaled).argmin(axis=0)
    return np.asarray(TABLE["useful"].to_numpy()[nearest])


def test_networks_of_a_fold_read_what_its_own_rows_choose() -> None:
    """And as many columns, also of those with gaps and of booleans, so that all have as many weights."""
    table = TABLE.copy()
    for name in list(NOISE)[:15]:
        table.loc[GENERATOR.random(ROWS) < 0.2, name] = np.nan
    for name in list(NOISE)[15:25]:
        table[name] = np.where(table[name] > 0, "true", "false")
    result = screened(table, folds=4)
    folds = [str(number) for number in range(4)]
    assert len({frozenset(read_by(result, fold)) for fold in folds}) == 4
    shapes = {
        fold: Blueprint.of(result.options, result.encoder, result.task, fold) for fold in [*folds, "all"]
    }
    assert {each.n_parameters for each in shapes.values()} == {result.blueprint.n_parameters}
    assert all("colour" in read_by(result, fold) for fold in folds)
    assert "in its rows" in said(result)[0]
    assert not any(read_by(result, fold) & set(left_out(result)) for fold in folds)


def test_a_fold_is_not_told_by_the_rows_that_it_holds_out() -> None:
    plain = screened(folds=4)
    train = plain.parts["train"]
    kept, held = plain.folds[0]
    rows = _values(plain, "train")
    changed = TABLE.copy()
    names = ["n0", "n1", "n2"]
    where = changed["useful"].isin(rows[held])
    for name in names:
        changed.loc[where, name] = np.where(changed.loc[where, "y"] == "yes", 50.0, -50.0)
    again = screened(changed, folds=4)
    assert len(kept) + len(held) == len(train)
    assert read_by(again, "0") == read_by(plain, "0")
    assert set(names) <= read_by(again, "1")


def test_a_kind_that_the_user_chose_is_no_candidate() -> None:
    names = [f"n{number}" for number in range(20)]
    result = screened(kind=",".join(f"{name}=number" for name in names))
    assert set(names) <= read_by(result, "0")
    assert "of 21 number columns" in said(result)[0]


def test_all_keeps_all() -> None:
    for most in (0, 41, None):
        result = screened(most_columns=most)
        assert (left_out(result), said(result)) == ({}, [])


@pytest.mark.parametrize("target", [["y"], ["y", "u"], ["k"]], ids=["number", "labels", "classes"])
@pytest.mark.parametrize("preset", ["default", "best"])
def test_two_thousand_inputs_of_150_rows(target: list[str], preset: str) -> None:
    """Values without variance that a float can hold, columns of equal cells and a class of one row."""
    generator = np.random.default_rng(1)
    wide = pd.DataFrame(generator.normal(size=(150, 2_000))).add_prefix("x")
    wide["x1"] *= 10.0 ** generator.integers(-300, 300, 150)
    wide["x2"] = np.where(np.arange(150) == 7, 1e308, -1e308)
    wide = pd.concat([wide, wide.iloc[:, 5:8].rename(columns=lambda name: f"same {name}") * 2], axis=1)
    wide = wide.assign(
        y=generator.normal(size=150) if len(target) == 1 else generator.integers(0, 2, 150),
        u=generator.integers(0, 2, 150),
        k=["only"] + ["a", "b"] * 74 + ["a"],
    )
    dropped = [name for name in "yuk" if name not in target]
    settings: dict[str, Any] = {
        "target": tuple(target),
        "drop": tuple(dropped),
        "preset": preset,
        "most_columns": None,
    }
    result = screened(wide, **settings)
    (text,) = said(result)
    assert "read 561 of 2,003 number columns" in text.replace("reads", "read")
    assert np.isfinite(result.parts["train"].features).all()


def test_columns_that_tell_as_much_are_taken_in_their_order() -> None:
    """Multiples by powers of two have the very same F."""
    table = pd.DataFrame({f"n{number}": SIGNAL * 2.0**number for number in range(12)}).assign(y=TABLE["y"])
    result = screened(table, most_columns=5)
    assert {f"n{number}" for number in range(5)} <= read_by(result, "0")
    assert len(read_by(result, "0")) == 6


@pytest.mark.parametrize(("text", "value"), [("all", 0), ("0", 0), ("25", 25)])
def test_the_option(text: str, value: int) -> None:
    assert described_fields(DataSettings)["most_columns"].parse(text) == value  # type: ignore[misc]


def test_no_number_of_columns() -> None:
    with pytest.raises(SettingsError):
        Options.from_values({"most_columns": -1})
