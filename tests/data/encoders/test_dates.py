"""Dates as inputs: their parts by `datetime`, gaps, formats that change, and what is counted."""

import datetime
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import DateEncoder
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import DATE_PARTS, SCALINGS, Column, DataSettings
from tests.data.examples import sampled, text_column

EPOCH = datetime.datetime(1970, 1, 1)
MOMENTS = st.datetimes(datetime.datetime(1800, 1, 1), datetime.datetime(2200, 1, 1))


def frame(cells: Sequence[str | None]) -> Frame:
    return Frame({"when": text_column(cells)}, len(cells))


def fitted(cells: Sequence[str | None], scaling: str = "none") -> FeatureEncoder:
    columns = [Column("when", "date", "")]
    return FeatureEncoder.fit(columns, frame(cells), DataSettings(scaling=scaling), np.arange(len(cells)))


def encoded(
    encoder: FeatureEncoder, cells: Sequence[str | None], counts: CellCounts | None = None
) -> npt.NDArray[Any]:
    matrix = encoder.encode(frame(cells), counts)
    assert np.isfinite(matrix).all()
    return matrix


def parts_of(encoder: FeatureEncoder) -> tuple[str, ...]:
    (only,) = encoder.encoders
    assert isinstance(only, DateEncoder)
    return only.parts


def expected(moment: datetime.datetime) -> list[float]:
    """Days, year, and the places in the circles of month, weekday and hour, by `datetime`."""
    day = moment.date()
    following = (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    length = (following - day.replace(day=1)).days
    hours = (moment - datetime.datetime.combine(day, datetime.time())).total_seconds() / 3600
    turns = ((day.month - 1 + (day.day - 1) / length) / 12, day.weekday() / 7, hours / 24)
    circles = [part(2 * math.pi * turn) for turn in turns for part in (math.sin, math.cos)]
    return [(moment - EPOCH).total_seconds() / 86400, float(day.year), *circles]


EVERY_PART = ["2019-01-01T00:00:00", "2020-03-11T05:30:00", "2021-08-20T13:00:00"]


@sampled
@given(MOMENTS)
def test_parts_are_those_of_datetime(moment: datetime.datetime) -> None:
    encoder = fitted(EVERY_PART)
    assert parts_of(encoder) == DATE_PARTS
    matrix = encoded(encoder, [moment.isoformat()])
    np.testing.assert_allclose(matrix[0], expected(moment), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("cells", "parts"),
    [
        (["2020-01-01", "2020-01-08"], ("days", "month")),
        (["2020-01-01", "2020-01-02"], ("days", "month", "weekday")),
        (["2018-01-01", "2024-01-01"], ("days", "year")),
        (["10:00", "11:30"], ("days", "hour")),
        (["2020-01-01", "2020-01-01"], ("days",)),
    ],
)
def test_parts_that_do_not_differ_in_training_are_left_out(cells: list[str], parts: tuple[str, ...]) -> None:
    encoder = fitted(cells)
    assert parts_of(encoder) == parts
    assert encoder.width == sum(1 if part in ("days", "year") else 2 for part in parts)


def test_days_and_year_are_scaled() -> None:
    matrix = encoded(fitted(["2018-01-01", "2024-01-01"], "standard"), ["2018-01-01", "2024-01-01"])
    np.testing.assert_allclose(matrix, [[-1, -1], [1, 1]], rtol=1e-6)


def test_a_gap_has_the_median_no_place_in_a_circle_and_a_flag() -> None:
    cells = ["1970-01-02", "1970-01-03", "1970-01-11", "", None]
    encoder = fitted(cells)
    assert parts_of(encoder) == ("days", "month", "weekday")
    matrix = encoded(encoder, cells)
    assert matrix[:, 0].tolist() == [1, 2, 10, 2, 2]
    assert matrix[3:, 1:].tolist() == [[0, 0, 0, 0, 1]] * 2
    assert matrix[:3, -1].tolist() == [0, 0, 0]


def test_without_gaps_in_training_there_is_no_flag() -> None:
    encoder, counts = fitted(["1970-01-02", "1970-01-09"]), CellCounts()
    assert encoder.width == 3
    encoded(encoder, ["", "1970-01-05"], counts)
    assert counts.missing == {"when": 1}


def test_a_format_that_changes_half_way() -> None:
    old = ["31.01.2020", "01.02.2020", "02.02.2020"]
    new = ["2020-02-03", "2020-02-04", "2020-02-05"]
    matrix = encoded(fitted([*old, *new]), [*old, *new])
    assert np.diff(matrix[:, 0]).tolist() == [1] * 5


def test_the_order_of_day_and_month_is_that_of_training() -> None:
    encoder = fitted(["31/01/2020", "01/02/2020"])
    first, second = encoded(encoder, ["03/02/2020", "04/02/2020"])[:, 0]
    assert second - first == 1


def test_what_is_no_date_is_unreadable_and_what_lies_outside_is_counted() -> None:
    encoder, counts = fitted(["2020-01-01", "2020-06-30"]), CellCounts()
    cells = ["2020-02-30", "soon", "", "2019-12-31", "2020-07-01", "2020-03-01"]
    encoded(encoder, cells, counts)
    assert (counts.unreadable, counts.missing) == ({"when": 2}, {"when": 1})
    assert counts.out_of_range == {"when": 2}
    assert counts.last["unreadable"] == ("when", 0)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("cells", [EVERY_PART, [*EVERY_PART, ""], ["", "x"], [], ["2020-01-01"]])
def test_a_stored_date_encoder_is_the_same(scaling: str, cells: list[str]) -> None:
    encoder = fitted(cells, scaling)
    described, arrays = encoder.to_stored()
    restored = FeatureEncoder.from_stored(json.loads(json.dumps(described)), arrays)
    later = ["2020-01-01", "2022-05-05T10:00", "x", "", None]
    np.testing.assert_array_equal(encoded(restored, later), encoded(encoder, later))
    assert restored.to_stored()[0] == described
