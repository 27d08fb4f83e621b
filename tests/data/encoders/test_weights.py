"""Encoders of weighted cells are those of the repeated cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from mlpcli.data.columns.frame import Frame
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.schema import SCALINGS, Column, DataSettings
from tests.data.examples import text_column

GENERATOR = np.random.default_rng(5)
ROWS = 150
TIMES = GENERATOR.integers(1, 4, ROWS)
MOSTLY_ZERO = np.where(GENERATOR.random(ROWS) < 0.4, 0, GENERATOR.integers(1, 12, ROWS))
TIMES_OF_ZERO = np.where(MOSTLY_ZERO == 0, 3, 1)
DAYS = np.datetime64("2019-03-01") + GENERATOR.integers(0, 900, ROWS)
GAPS = GENERATOR.random(ROWS) < 0.2


def cells_of(values: Any, gaps: bool = False) -> list[str]:
    texts = [str(value) for value in values]
    return ["" if gap and gaps else text for text, gap in zip(texts, GAPS, strict=True)]


NUMBERS = cells_of(GENERATOR.lognormal(size=ROWS)), cells_of(GENERATOR.normal(size=ROWS).round(3), gaps=True)


def encoder_of(cells: Sequence[str], kind: str, weights: Any, **settings: Any) -> FeatureEncoder:
    frame = Frame({"x": text_column(cells)}, len(cells))
    data = DataSettings(**{"scaling": "standard"} | settings)
    return FeatureEncoder.fit([Column("x", kind, "")], frame, data, np.arange(len(cells)), weights)


def check(cells: Sequence[str], kind: str, times: Any = TIMES, **settings: Any) -> FeatureEncoder:
    weighted = encoder_of(cells, kind, times.astype(np.float64), **settings)
    repeated = encoder_of(np.repeat(cells, times).tolist(), kind, None, **settings)
    ours, theirs = weighted.to_stored(), repeated.to_stored()
    for one, other in zip(ours[0], theirs[0], strict=True):
        assert one.pop("fill", 0) == pytest.approx(other.pop("fill", 0), rel=1e-12)
        assert one == other
    assert ours[1].keys() == theirs[1].keys()
    for name, array in ours[1].items():
        np.testing.assert_allclose(array, theirs[1][name], rtol=1e-9, atol=1e-9)
    return weighted


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("cells", NUMBERS, ids=["whole", "with gaps"])
def test_numbers(scaling: str, cells: list[str]) -> None:
    check(cells, "number", scaling=scaling)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_dates(scaling: str) -> None:
    check(cells_of(DAYS, gaps=True), "date", scaling=scaling)


def test_a_value_that_has_half_of_the_weight_is_a_spike() -> None:
    cells = cells_of(MOSTLY_ZERO)
    (spiked,) = check(cells, "number", TIMES_OF_ZERO, embed_spikes=True).encoders
    (plain,) = check(cells, "number", np.ones_like(TIMES), embed_spikes=True).encoders
    assert (spiked.width, plain.width) == (2, 1)


def test_the_levels_of_most_weight_are_kept() -> None:
    """'b' is rarer than 'a', and weighs more."""
    cells, times = ["a"] * 5 + ["b"] * 3 + ["c"] * 2, np.array([1] * 5 + [2] * 3 + [1] * 2)
    (encoder,) = check(cells, "category", times, max_categories=1).encoders
    assert encoder.described()["levels"] == ["b"]
