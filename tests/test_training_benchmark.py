"""Trainers and ratios of `tests/benchmarks/training.py`, without a measurement."""

import contextlib

import numpy as np
import pytest

from tests.benchmarks.training import print_ratios
from tests.benchmarks.training_cases import Case
from tests.benchmarks.training_clock import Clock, Enough
from tests.benchmarks.training_libraries import BEFORE, FLOOR, LIBRARIES, NUMPY, SKLEARN
from tests.benchmarks.training_turns import Timing, best

PLAIN = Case(300, 4, (8,), 3, 32)
DEFAULT = Case(300, 3, (8, 8), 1, 32, default=True)


class Losses(Clock):
    """Ends a training after some epochs and keeps their losses."""

    def __init__(self, epochs: int = 5) -> None:
        super().__init__()
        self.epochs, self.losses = epochs, list[float]()

    def start(self) -> None:
        pass

    def epoch(self, loss: float) -> None:
        self.losses.append(loss)
        if len(self.losses) == self.epochs:
            raise Enough


def losses(library: str, case: Case) -> list[float]:
    clock = Losses()
    with contextlib.suppress(Enough):
        LIBRARIES[library](case, clock)
    return clock.losses


@pytest.mark.parametrize("case", [PLAIN, DEFAULT])
def test_mlpcli_learns_and_an_earlier_commit_is_asked_the_same(case: Case) -> None:
    found = losses(NUMPY, case)
    assert found[-1] < found[0]
    assert losses(BEFORE, case) == found  # of this commit, as no other is at hand


def test_scikit_learn_learns_and_is_timed_by_its_lines() -> None:
    found = losses(SKLEARN, PLAIN)
    assert len(found) == 5
    assert found[-1] < found[0]


@pytest.mark.parametrize("case", [PLAIN, DEFAULT])
def test_floor_counts_epochs_but_no_losses(case: Case) -> None:
    assert losses(FLOOR, case) == [0.0] * 5


def test_ratios_are_of_the_better_number_of_threads(capsys: pytest.CaptureFixture[str]) -> None:
    def timing(seconds: float) -> Timing:
        return Timing(seconds, [1.0], 0.0, 1)

    one = {(NUMPY, 1): timing(2.0), (NUMPY, 2): timing(1.0), (FLOOR, 1): timing(0.5)}
    other = {(NUMPY, 1): timing(8.0), (FLOOR, 1): timing(1.0), (FLOOR, 2): timing(4.0)}
    assert best(one) == {NUMPY: 1.0, FLOOR: 0.5}
    print_ratios("title", [(NUMPY, FLOOR), (BEFORE, NUMPY)], {PLAIN: one, DEFAULT: other})
    head, *lines, mean = capsys.readouterr().out.split("\n")[1:-1]
    assert head.split() == ["title", "numpy/floor"]
    assert [line.split()[-1] for line in lines] == ["2.00", "8.00"]
    assert float(mean.split()[-1]) == np.sqrt(16)
