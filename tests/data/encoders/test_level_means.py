"""Means of the target by level: cells of known, unknown and missing levels; stored and read again."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import CategoryEncoder, Encoder, NumberEncoder
from mlpcli.data.encoders.level_means import R_SQUARED, LevelMeans
from mlpcli.data.encoders.numbers import alike
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import CATEGORY, NUMBER, Column, DataSettings

CELLS = np.arange(4 * 2 * 2, dtype=np.float64).reshape(4, 2, 2)
"""Of an unknown level, of a gap, and of two levels: two blocks of two columns."""


def means(**facts: Any) -> LevelMeans:
    return LevelMeans(folds=("0", "all"), cells=CELLS, gain=0.25, measure=R_SQUARED, **facts)


def category() -> CategoryEncoder:
    cells = Texts.of(["a", "a", "b", None])
    fitted = CategoryEncoder.fit(Column("c", CATEGORY, ""), cells, DataSettings(max_categories=1))
    return replace(fitted, told=means(levels=("a", "b"), values=np.empty(0)))


def number() -> NumberEncoder:
    cells = Numbers(np.array([3.0, 7.0, np.nan]))
    fitted = NumberEncoder.fit(Column("n", NUMBER, ""), cells, DataSettings(scaling="standard"))
    return replace(fitted, told=means(values=np.array([3.0, 7.0])))


CASES: dict[str, tuple[Encoder, Cells]] = {
    "category": (category(), Texts.of(["b", "new", None, "a"])),
    "number": (number(), Numbers(np.array([7.0, 5.0, np.nan, 3.0]))),
}


def written(encoder: Encoder, cells: Cells, counts: CellCounts) -> Any:
    out = np.full((len(cells), encoder.width), np.nan)
    encoder.write(cells, out, counts)
    return out


def untold(encoder: Encoder) -> Encoder:
    assert isinstance(encoder, CategoryEncoder | NumberEncoder)
    return replace(encoder, told=None)


@pytest.mark.parametrize("name", CASES)
def test_each_cell_has_the_blocks_of_its_level_behind_its_own_columns(name: str) -> None:
    encoder, cells = CASES[name]
    out = written(encoder, cells, CellCounts())
    assert encoder.width == 2 + 4
    np.testing.assert_array_equal(out[:, 2:], CELLS.reshape(4, 4)[[3, 0, 1, 2]])
    np.testing.assert_array_equal(out[:, :2], written(untold(encoder), cells, CellCounts()))


@pytest.mark.parametrize("name", CASES)
def test_networks_of_a_fold_read_its_block(name: str) -> None:
    encoder, _ = CASES[name]
    assert encoder.variants == {"fold": {"0": (2, 3), "all": (4, 5)}}
    assert not any(place >= 2 for place in encoder.numbers)


@pytest.mark.parametrize("name", CASES)
def test_stored_and_read_again_it_writes_the_same(name: str) -> None:
    encoder, cells = CASES[name]
    described, arrays = FeatureEncoder([encoder, encoder]).to_stored()
    again = FeatureEncoder.from_stored(described, arrays).encoders[1]
    assert again.width == described[1]["width"] == encoder.width
    np.testing.assert_array_equal(written(again, cells, CellCounts()), written(encoder, cells, CellCounts()))


def test_a_level_that_is_not_kept_is_not_unseen_if_its_mean_is_known() -> None:
    counts = CellCounts()
    written(category(), Texts.of(["b", "a", "new", None]), counts)
    assert (counts.unseen, counts.missing) == ({"c": 1}, {"c": 1})


def test_levels_are_found_in_other_spellings() -> None:
    cells = Texts.of(["1", "2", "3", "3"])
    fitted = CategoryEncoder.fit(Column("c", CATEGORY, ""), cells, DataSettings(max_categories=1))
    encoder = replace(fitted, told=means(levels=("1", "2"), values=np.empty(0)))
    out = written(encoder, Texts.of(["2.0", "01", "1"]), CellCounts())
    np.testing.assert_array_equal(out[:, 1:], CELLS.reshape(4, 4)[[3, 0, 2]])


def test_numbers_with_means_are_written_alone() -> None:
    assert alike(replace(number(), told=None), replace(number(), told=None))
    assert not alike(number(), replace(number(), told=None))
    assert not alike(replace(number(), told=None), number())


@pytest.mark.parametrize(
    "change",
    [
        {"levels": ["a", "a"]},
        {"levels": []},
        {"levels": ["a"]},
        {"values": -1},
        {"values": 2},
        {"values": 1 << 60},
        {"folds": []},
        {"folds": ["0", "0"]},
        {"columns": 0},
        {"columns": 1 << 60},
        {"levels": [str(number) for number in range(50)], "columns": 400_000},
    ],
)
def test_an_altered_description_is_refused(change: dict[str, Any]) -> None:
    told = means(levels=("a", "b"), values=np.empty(0))
    stored = told.described() | change
    with pytest.raises(ValueError, match="means by level"):
        _read(stored, told.arrays())


def _read(stored: dict[str, Any], arrays: dict[str, Any]) -> None:
    LevelMeans.shapes(stored)
    LevelMeans.from_description(stored, arrays)


def test_values_that_are_not_sorted_are_refused() -> None:
    told = means(values=np.array([3.0, 7.0]))
    arrays = told.arrays() | {"told.values": np.array([7.0, 3.0])}
    with pytest.raises(ValueError, match="not sorted"):
        LevelMeans.from_description(told.described(), arrays)
