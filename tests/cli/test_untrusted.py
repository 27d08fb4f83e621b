"""Commands on altered headers, checkpoints, evaluations, JSON lines and options: an error, and no traceback.

A share of `tests/benchmarks/untrusted.py`, which also says how fields are altered.
"""

from collections import Counter

import pytest

from tests.benchmarks.untrusted import KINDS, Ground, attempt

TRIES = {"header": 8}  # of five commands each
OTHERS = 20
SEED = 15


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("ground"))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_a_line_and_a_hint(kind: str, ground: Ground) -> None:
    first = list(KINDS).index(kind)
    numbers = range(first, first + TRIES.get(kind, OTHERS) * len(KINDS), len(KINDS))
    outcomes = Counter(attempt(ground, number, SEED) for number in numbers)
    assert not [outcome for outcome in outcomes if outcome.bad]
    assert {outcome.kind for outcome in outcomes} == {kind}
    assert len(outcomes) > 1  # some are refused, some are not
