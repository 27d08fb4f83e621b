"""Numbers that are scaled in several ways, one for each kind of network."""

import json

import numpy as np
import pandas as pd
import pytest

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders import NumberEncoder
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import Column, DataSettings
from mlpcli.json_values import fits
from tests.data.examples import frame_of

GENERATOR = np.random.default_rng(3)
ROWS = 60
TABLE = pd.DataFrame(
    {
        "size": GENERATOR.lognormal(size=ROWS),
        "gaps": np.where(GENERATOR.random(ROWS) < 0.2, np.nan, GENERATOR.normal(size=ROWS)),
        "spiked": np.where(GENERATOR.random(ROWS) < 0.6, 0.0, GENERATOR.integers(1, 11, ROWS)),
        "empty": np.full(ROWS, np.nan),
        "day": [f"20{20 + row % 4}-0{1 + row % 9}-1{row % 7}" for row in range(ROWS)],
        "colour": ["red", "blue", "grey"] * (ROWS // 3),
    }
)
KINDS = ["number", "number", "number", "number", "date", "category"]
COLUMNS = [Column(name, kind, "") for name, kind in zip(map(str, TABLE), KINDS, strict=True)]


def fitted(frame: Frame, scaling: str, scalings: tuple[str, ...] = ()) -> FeatureEncoder:
    settings = DataSettings(scaling=scaling, embed_spikes=True)
    return FeatureEncoder.fit(COLUMNS, frame, settings, np.arange(len(frame)), scalings=scalings)


def read_by(encoder: FeatureEncoder, matrix: Array, scaling: str) -> Array:
    """The matrix columns that a network of this scaling reads."""
    read = np.ones(encoder.width, dtype=bool)
    start = 0
    for each in encoder.encoders:
        for by_value in each.variants.values():
            for value, places in by_value.items():
                if value != scaling:
                    read[[start + place for place in places]] = False
        start += each.width
    return matrix[:, read]


@pytest.mark.parametrize("scalings", [("robust", "quantile"), ("quantile", "minmax", "robust")])
def test_each_network_reads_what_it_would_alone(scalings: tuple[str, ...]) -> None:
    frame = frame_of(TABLE)
    together = fitted(frame, "standard", scalings)
    matrix = together.encode(frame)
    for scaling in scalings:
        name = "ranks" if scaling == "quantile" else scaling
        alone = fitted(frame, scaling).encode(frame)
        assert read_by(together, matrix, name).tobytes() == alone.tobytes()


def test_what_is_the_same_for_all_stands_once() -> None:
    size, gaps, spiked, empty, day, colour = fitted(
        frame_of(TABLE), "robust", ("robust", "quantile")
    ).encoders
    both = {"scaling": {"robust": (0,), "ranks": (1,)}}
    assert (size.width, size.numbers, size.variants) == (2, (0, 1), both)
    assert (gaps.width, gaps.numbers, gaps.variants) == (3, (0, 1), both)
    assert (spiked.width, spiked.categories, spiked.variants) == (3, ((2, 10),), both)
    assert (empty.width, empty.numbers, empty.variants) == (2, (0,), {})
    assert (day.numbers, day.variants) == ((0, 1, 2, 3), {"scaling": {"robust": (0, 2), "ranks": (1, 3)}})
    assert (colour.width, colour.variants) == (3, {})


def test_one_scaling_named_twice_is_one() -> None:
    encoder = fitted(frame_of(TABLE), "minmax", ("quantile", "ranks"))
    assert all(each.variants == {} for each in encoder.encoders)
    assert encoder.width == fitted(frame_of(TABLE), "quantile").width


def test_gaps_and_the_range_are_counted_once() -> None:
    encoder = NumberEncoder.of_values("n", "number", np.array([1.0, 2.0, 4.0]), ["robust", "minmax"])
    out, counts = np.empty((3, 2)), CellCounts()
    encoder.write(Numbers(np.array([np.nan, 9.0, 1.0])), out, counts)
    assert (counts.missing, counts.out_of_range) == ({"n": 1}, {"n": 1})
    np.testing.assert_allclose(out[:, 1], [1 / 3, 8 / 3, 0])


def test_stored_and_restored() -> None:
    frame = frame_of(TABLE)
    encoder = fitted(frame, "robust", ("robust", "quantile", "standard"))
    described, arrays = encoder.to_stored()
    again = FeatureEncoder.from_stored(json.loads(json.dumps(described)), arrays)
    assert again.encode(frame).tobytes() == encoder.encode(frame).tobytes()
    for stored, each in zip(described, again.encoders, strict=True):
        assert fits(stored, each.STORED)
        assert {name: array.shape for name, array in each.arrays().items()} == each.shapes(stored)


@pytest.mark.parametrize(
    ("row", "place", "why"), [(1, 2, "scale is not positive"), (1, 3, "differ in its range")]
)
def test_statistics_that_are_those_of_no_number(row: int, place: int, why: str) -> None:
    encoder = NumberEncoder.of_values("n", "number", np.array([1.0, 2.0, 4.0]), ["robust", "minmax"])
    arrays = encoder.arrays()
    arrays["numbers"][row, place] = -7.0
    with pytest.raises(ValueError, match=why):
        NumberEncoder.from_description(encoder.described(), arrays)
