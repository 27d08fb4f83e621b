"""Long cells that almost match a number or a date are read in linear time, whatever they are taken for.

The caps are a hundred times what is measured; a pattern that goes back and forth takes minutes.
"""

import time

import pytest

from tests.benchmarks.long_cells import HOSTILE, seconds

CHARACTERS = 200_000
LONGEST = 5.0


@pytest.mark.parametrize("name", HOSTILE)
def test_no_meaning_takes_long(name: str) -> None:
    begun = time.process_time()
    for meaning, took in seconds(HOSTILE[name](CHARACTERS)):
        assert took < LONGEST, meaning
    assert time.process_time() - begun < 2 * LONGEST
