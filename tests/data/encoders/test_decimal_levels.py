"""Levels that are numbers with a decimal comma: known again with either mark, in all their spellings."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mlpcli.data.columns.readings import Reading
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import CategoryEncoder
from mlpcli.data.encoders.level_means import R_SQUARED, LevelMeans
from mlpcli.data.schema import CATEGORY, Column, DataSettings
from mlpcli.json_values import fits
from tests.data.examples import text_column

COMMA, POINT = Reading(decimal=","), Reading()
SAME = np.eye(3)


def fitted(*levels: str) -> CategoryEncoder:
    return CategoryEncoder.fit(Column("x", CATEGORY, ""), text_column(levels, COMMA), DataSettings())


def written(encoder: CategoryEncoder, cells: list[str], reading: Reading) -> Any:
    out = np.zeros((len(cells), encoder.width))
    encoder.write(text_column(cells, reading), out, CellCounts())
    return out


@pytest.mark.parametrize("read_again", [False, True])
def test_levels_are_known_with_either_mark(read_again: bool) -> None:
    encoder = fitted("1,5", "2,50", "3")
    if read_again:
        stored = encoder.described()
        assert fits(stored, encoder.STORED)
        encoder = CategoryEncoder.from_description(stored, {})
    np.testing.assert_array_equal(written(encoder, ["1,50", "2,5", "3,0"], COMMA), SAME)
    np.testing.assert_array_equal(written(encoder, ["1.50", "2.5", "3"], POINT), SAME)


def test_means_of_the_target_are_found_by_number_of_level() -> None:
    cells = np.arange(5.0).reshape(5, 1, 1)
    told = LevelMeans(
        levels=("1.5", "2.5", "3"),
        values=np.empty(0),
        folds=("0",),
        cells=cells,
        gain=0.25,
        measure=R_SQUARED,
    )
    encoder = replace(fitted("1,5", "2,50", "3"), told=told)
    out = np.zeros((3, encoder.width))
    encoder.write_values(np.array([0.0, 1.0, 2.0]), out)
    np.testing.assert_array_equal(out, written(encoder, ["1,5", "2,5", "3"], COMMA))
    np.testing.assert_array_equal(out[:, -1], [2.0, 3.0, 4.0])


def test_a_file_that_names_no_mark_encodes_as_it_did() -> None:
    """Its networks never learned from such a level."""
    stored = fitted("1,5", "2,50", "3").described()
    del stored["decimal"]
    assert fits(stored, CategoryEncoder.STORED)
    encoder = CategoryEncoder.from_description(stored, {})
    np.testing.assert_array_equal(written(encoder, ["1,5", "2,5", "3"], COMMA)[:, :2], np.zeros((3, 2)))


def test_a_mark_that_is_none_is_no_description() -> None:
    assert not fits(fitted("1,5", "2").described() | {"decimal": "x"}, CategoryEncoder.STORED)


def test_other_levels_store_no_mark() -> None:
    assert "decimal" not in fitted("red", "blue").described()
