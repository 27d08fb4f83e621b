"""Encoders by hand-worked numbers: scaling, gaps, one-hot levels, and what is counted."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from mlpcli.data.columns.cells import Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import LEARNED, SCALINGS, Column, DataSettings
from tests.data.examples import frame_of, text_column


def frame(cells: Any) -> Frame:
    """One column 'x', of text unless `cells` is a Series."""
    typed = isinstance(cells, pd.Series)
    return frame_of(pd.DataFrame({"x": cells})) if typed else Frame({"x": text_column(cells)}, len(cells))


def fitted(cells: Any, kind: str = "number", scaling: str = "standard", **settings: Any) -> FeatureEncoder:
    """The encoder of one column 'x'."""
    data = DataSettings(scaling=scaling, **settings)
    return FeatureEncoder.fit([Column("x", kind, "")], frame(cells), data, np.arange(len(cells)))


def encoded(encoder: FeatureEncoder, cells: Any, counts: CellCounts | None = None) -> npt.NDArray[Any]:
    matrix = encoder.encode(frame(cells), counts)
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    return matrix


def test_standard_scaling_by_hand() -> None:
    """Mean 5, standard deviation (ddof 0) 2."""
    cells = ["2", "4", "4", "4", "5", "5", "7", "9"]
    assert encoded(fitted(cells), cells)[:, 0].tolist() == [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]
    assert encoded(fitted(cells), ["5", "6"]).tolist() == [[0], [0.5]]


def test_minmax_scaling_by_hand() -> None:
    assert encoded(fitted(["-2", "8", "3"], scaling="minmax"), ["-2", "3", "8", "13"])[:, 0].tolist() == [
        *(0, 0.5, 1, 1.5)
    ]


def test_no_scaling() -> None:
    assert encoded(fitted(["3", "50"], scaling="none"), ["3", "-1.5"])[:, 0].tolist() == [3, -1.5]


@pytest.mark.parametrize("offset", [0.0, 1e9, -1e11])
def test_statistics_are_float64(offset: float) -> None:
    """A small spread about a large value is kept: float32 has a step of 64 at 1e9."""
    values = offset + np.random.default_rng(0).normal(size=1000)
    matrix = encoded(fitted(pd.Series(values)), pd.Series(values))
    expected = (values - values.mean()) / values.std()
    np.testing.assert_array_equal(matrix[:, 0], expected.astype(np.float32))


def test_a_gap_becomes_the_median_and_a_flag() -> None:
    cells = ["1", "2", "9", "", None, "?"]
    encoder = fitted(cells, scaling="none")
    assert encoder.width == 2
    assert encoded(encoder, cells).tolist() == [[1, 0], [2, 0], [9, 0], [2, 1], [2, 1], [2, 1]]


def test_the_mean_is_that_of_the_filled_column() -> None:
    """1, 9 and the median 5 twice: mean 5, variance 8."""
    matrix = encoded(fitted(["1", "9", "", ""]), ["1", "9", "5", ""])
    np.testing.assert_allclose(matrix[:, 0], np.array([-4, 4, 0, 0]) / np.sqrt(8), rtol=1e-7)


def test_without_gaps_in_training_there_is_no_flag() -> None:
    encoder = fitted(["1", "2", "9"], scaling="none")
    counts = CellCounts()
    assert encoder.width == 1
    assert encoded(encoder, ["", "1"], counts).tolist() == [[2], [1]]
    assert counts.missing == {"x": 1}


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("value", ["0", "0.1", "-1e9", "1e-300"])
def test_a_constant_column_is_only_moved(value: str, scaling: str) -> None:
    """The spread of equal values is rounding noise, which must not be blown up."""
    encoder = fitted([value] * 10, scaling=scaling)
    constant = 0.0 if scaling != "none" else float(value)
    np.testing.assert_allclose(encoded(encoder, [value] * 3)[:, 0], constant, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("kind", LEARNED)
def test_a_column_without_values(kind: str, scaling: str) -> None:
    encoder = fitted(["", ""], kind, scaling)
    encoded(encoder, ["", "1", "x", "yes"])
    encoded(fitted([], kind, scaling), ["", "1", "x", "yes"])


def test_values_cannot_be_scaled_by_a_column_without_any() -> None:
    """They have no centre and no spread: as large as they are they would flood the network."""
    assert np.abs(encoded(fitted(["", ""]), ["1e9", "2"])[:, 0]).max() <= 1


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("sentinel", ["1.7976931348623157e308", "-1e308", "1e200"])
def test_the_largest_floats_do_not_overflow(sentinel: str, scaling: str) -> None:
    """Some programs write the largest float for a missing value."""
    other = "-" + sentinel.lstrip("-")
    for cells in (["1", "2", sentinel, sentinel, other], ["1", sentinel, sentinel, sentinel]):
        encoded(fitted(cells, scaling=scaling), ["1", sentinel, "-1e308", "1e308"])


def test_infinite_and_text_are_unreadable_and_counted() -> None:
    encoder, counts = fitted(["1", "2", "9"], scaling="none"), CellCounts()
    assert encoded(encoder, ["inf", "-inf", "x", "", "1"], counts)[:, 0].tolist() == [2, 2, 2, 2, 1]
    assert (counts.unreadable, counts.missing) == ({"x": 3}, {"x": 1})


def test_infinite_values_in_training_are_gaps() -> None:
    encoder = fitted(["1", "inf", "3"], scaling="none")
    assert encoded(encoder, ["1", "inf"]).tolist() == [[1, 0], [2, 1]]


def test_values_outside_of_training_are_counted_and_kept() -> None:
    encoder, counts = fitted(["1", "3"], scaling="none"), CellCounts()
    assert encoded(encoder, ["0.9", "1", "3", "3.5", ""], counts)[:, 0].tolist() == pytest.approx(
        [0.9, 1, 3, 3.5, 2]
    )
    assert counts.out_of_range == {"x": 2}
    assert counts.last["out_of_range"] == ("x", 0)


def test_one_hot_in_the_order_of_the_text() -> None:
    encoder = fitted(["b", "a", "B", " a"], "category")
    assert encoded(encoder, ["a", "b", "B", " a"]).tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_missing_is_a_level_only_if_training_had_any() -> None:
    with_gaps, without, counts = fitted(["a", ""], "category"), fitted(["a", "a"], "category"), CellCounts()
    assert encoded(with_gaps, ["a", "", "?"]).tolist() == [[1, 0], [0, 1], [0, 1]]
    assert encoded(without, ["a", "", None], counts).tolist() == [[1], [0], [0]]
    assert (counts.missing, counts.unseen) == ({"x": 2}, {})


def test_an_unseen_level_is_all_zeros_and_counted() -> None:
    encoder, counts = fitted(["a", "b", ""], "category"), CellCounts()
    assert encoded(encoder, ["b", "c", "A", "-"], counts).tolist() == [[0, 1, 0]] + 3 * [[0, 0, 0]]
    assert (counts.unseen, counts.last["unseen"]) == ({"x": 3}, ("x", 1))


def test_too_many_levels_keep_the_most_frequent() -> None:
    """Of equally frequent ones the first by text."""
    cells = ["z", "z", "y", "y", "y", "b", "a", "c"]
    counts = CellCounts()
    matrix = encoded(fitted(cells, "category", max_categories=3), ["a", "y", "z", "b", "c"], counts)
    assert matrix.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert counts.unseen == {"x": 2}


def test_booleans_are_numbers() -> None:
    encoder, counts = fitted(["yes", "no", "", "yes"], "boolean", "none"), CellCounts()
    assert encoded(encoder, ["Yes", "FALSE", "", "maybe"], counts).tolist() == [
        [1, 0],
        [0, 0],
        [1, 1],
        [1, 1],
    ]
    assert (counts.missing, counts.unreadable) == ({"x": 1}, {"x": 1})


def test_counts_add_up_over_chunks() -> None:
    encoder, counts = fitted(["1", "2"]), CellCounts()
    for _ in range(3):
        encoded(encoder, ["", "x", "1"], counts)
    assert (counts.missing, counts.unreadable, counts.unseen) == ({"x": 3}, {"x": 3}, {})


def test_columns_are_found_by_name_and_those_left_out_are_not_encoded() -> None:
    columns = [Column("b", "category", ""), Column("skip", "ignore", ""), Column("[/b] ,", "number", "")]
    table = frame_of({"[/b] ,": ["1", "3"], "skip": ["u", "v"], "b": ["u", "v"]})
    encoder = FeatureEncoder.fit(columns, table, DataSettings(scaling="none"), np.arange(2))
    later = frame_of({"b": ["u", "v"], "[/b] ,": ["1", "3"]})
    assert encoder.encode(later).tolist() == [[1, 0, 1], [0, 1, 3]]


def test_a_column_is_left_as_it_was() -> None:
    cells = np.array([1.0, np.nan, 3.0])
    table = Frame({"x": Numbers(cells)}, 3)
    encoder = FeatureEncoder.fit(
        [Column("x", "number", "")], table, DataSettings(scaling="standard"), np.arange(3)
    )
    encoder.encode(table)
    encoder.encode(table, rows=np.arange(3))
    np.testing.assert_array_equal(cells, [1.0, np.nan, 3.0])


def test_only_the_rows_given_are_fitted() -> None:
    table = frame_of({"x": [100.0, 2.0, 4.0, np.nan], "c": ["rare", "u", "v", "u"]})
    columns = [Column("x", "number", ""), Column("c", "category", "")]
    encoder = FeatureEncoder.fit(columns, table, DataSettings(scaling="minmax"), np.array([1, 2]))
    assert encoder.encode(table).tolist() == [[49, 0, 0], [0, 1, 0], [1, 0, 1], [0.5, 1, 0]]


def test_rows_come_in_the_order_given_and_the_frame_is_taken_apart() -> None:
    table = frame_of({"x": [1.0, 2.0, 4.0], "c": ["u", "v", "u"], "other": ["a", "b", "c"]})
    columns = [Column("x", "number", ""), Column("c", "category", "")]
    encoder = FeatureEncoder.fit(columns, table, DataSettings(scaling="none"), np.arange(3))
    assert encoder.encode(table, rows=np.array([2, 0])).tolist() == [[4, 1, 0], [1, 1, 0]]
    assert table.names == ["other"]


def test_a_number_column_of_later_rows_may_hold_text() -> None:
    encoder, counts = fitted(pd.Series([1.0, 2.0, 9.0]), scaling="none"), CellCounts()
    assert encoded(encoder, ["1", "red", ""], counts)[:, 0].tolist() == [1, 2, 2]
    assert (counts.unreadable, counts.missing) == ({"x": 1}, {"x": 1})


def test_codes_where_the_network_learns_a_vector_for_each_level() -> None:
    """a, b, c are 1, 2, 3; missing has a code as training had one; what was not seen is 0."""
    cells = ["b", "a", "c", None, "b"]
    counts = CellCounts()
    encoder = fitted(cells, "category", embed_above=2)
    assert encoded(encoder, ["a", "c", None, "new", "b"], counts).tolist() == [[1], [3], [4], [0], [2]]
    assert (counts.missing, counts.unseen) == ({"x": 1}, {"x": 1})
    assert fitted(cells, "category", embed_above=3).width == 4
