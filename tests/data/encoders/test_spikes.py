"""Numbers with few values, mostly one: each value has a code beside the scaled number."""

import json

import numpy as np
import pytest

from mlpcli.data.columns.cells import Numbers
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import NumberEncoder
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import BOOLEAN, NUMBER, Column, DataSettings
from tests.data.examples import frame_of

VALUES = [0.0] * 12 + [float(value) for value in range(1, 9)]
"""Nine values; twelve of twenty rows have the first."""


def fitted(values: list[float], kind: str = NUMBER) -> NumberEncoder:
    column = Column("n", kind, "")
    return NumberEncoder.fit(
        column, Numbers(np.array(values)), DataSettings(scaling="standard", embed_spikes=True)
    )


def test_codes_stand_behind_the_number() -> None:
    encoder = fitted(VALUES)
    assert encoder.spikes == tuple(float(value) for value in range(9))
    assert (encoder.width, encoder.numbers, encoder.categories) == (2, (0,), ((1, 9),))
    out = np.full((5, 2), np.nan)
    encoder.write(Numbers(np.array([0.0, 8.0, 3.5, np.nan, 99.0])), out, CellCounts())
    assert out[:, 1].tolist() == [1, 9, 0, 0, 0]
    assert np.isfinite(out).all()


def test_with_gaps_the_flag_stands_between() -> None:
    encoder = fitted([*VALUES, np.nan])
    assert (encoder.width, encoder.categories) == (3, ((2, 9),))
    out = np.full((2, 3), np.nan)
    encoder.write(Numbers(np.array([np.nan, 2.0])), out, CellCounts())
    assert out[:, 1:].tolist() == [[1, 0], [0, 3]]


@pytest.mark.parametrize(
    "values",
    [VALUES[1:12], [*VALUES, *VALUES[12:], 9.0, 10.0, 11.0, 12.0], [0.0] * 500 + [*map(float, range(300))]],
    ids=["few values", "no spike", "many values"],
)
def test_other_numbers_have_none(values: list[float]) -> None:
    encoder = fitted(values)
    assert (encoder.spikes, encoder.categories) == ((), ())


def test_neither_has_yes_or_no() -> None:
    assert fitted([0.0] * 20 + [1.0], BOOLEAN).spikes == ()


@pytest.mark.parametrize("embed", [None, False, True])
def test_stored_and_restored(embed: bool | None) -> None:
    frame = frame_of({"n": VALUES})
    settings = DataSettings(scaling="standard", embed_spikes=embed)
    encoder = FeatureEncoder.fit([Column("n", NUMBER, "")], frame, settings, np.arange(20))
    described, arrays = encoder.to_stored()
    assert bool(described[0]["spikes"]) == bool(embed)
    again = FeatureEncoder.from_stored(json.loads(json.dumps(described)), arrays)
    np.testing.assert_array_equal(again.encode(frame), encoder.encode(frame))
    assert again.width == encoder.width == 1 + bool(embed)
