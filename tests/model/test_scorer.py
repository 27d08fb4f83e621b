"""Scoring chunk after chunk with several networks at the same time: order, waiting, errors and its end."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mlpcli.model import scorer
from mlpcli.model.scorer import FEWEST_ROWS, NETWORK_ROWS, Scorer, raw_outputs
from mlpcli.nn.layers import Dense
from mlpcli.nn.network import Network
from mlpcli.nn.products import BLOCK_ROWS

Array = npt.NDArray[Any]
Chunk = tuple[int, Array, bool]


@pytest.fixture(params=[1, 4])
def cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(scorer, "usable_cores", lambda: request.param)
    return int(request.param)


def times(factor: float) -> Callable[[Array, int, Callable[[], bool]], Array]:
    """A network that tells its factor, the row and its number; it fails if two threads use it."""
    free = Lock()

    def part(features: Array, first: int, is_stopped: Callable[[], bool]) -> Array:
        assert free.acquire(blocking=False)
        outputs = factor * (features + np.arange(first, first + len(features))[:, None])
        free.release()
        return outputs

    return part


def chunks(sizes: list[int], *, at_hand: bool = True) -> Iterator[Chunk]:
    for number, size in enumerate(sizes):
        yield number, np.full((size, 1), 0.5), at_hand


def test_each_chunk_has_the_sum_over_the_networks_at_its_rows(cores: int) -> None:
    sizes = [3, FEWEST_ROWS, 0, 40, 2 * FEWEST_ROWS, FEWEST_ROWS, 2]
    with Scorer([times(0.1), times(0.7), times(0.2)], None, 1) as scoring:
        found = list(scoring.outputs(chunks(sizes)))
    assert [number for number, _ in found] == list(range(len(sizes)))
    rows = np.arange(sum(sizes))[:, None] + 0.5
    together = np.concatenate([outputs for _, outputs in found])
    np.testing.assert_array_equal(together, 0.1 * rows + 0.7 * rows + 0.2 * rows)


def test_an_error_comes_behind_the_chunks_before_it(cores: int) -> None:
    def failing() -> Iterator[Chunk]:
        yield from chunks([FEWEST_ROWS] * 2)
        raise ValueError("line 11")

    given = []
    with Scorer([times(1.0)], None, 1) as scoring:
        found = scoring.outputs(failing())
        given += [next(found)[0], next(found)[0]]
        with pytest.raises(ValueError, match="line 11"):
            next(found)
    assert given == [0, 1]


def test_no_chunk_is_waited_for_while_outputs_are_at_hand(cores: int) -> None:
    asked = []

    def of_a_pipe() -> Iterator[Chunk]:
        for chunk in chunks([FEWEST_ROWS] * 3, at_hand=False):
            asked.append(chunk[0])
            yield chunk

    with Scorer([times(1.0)], None, 1) as scoring:
        for number, _ in scoring.outputs(of_a_pipe()):
            assert asked[-1] == number


def test_chunks_at_hand_are_taken_ahead_but_not_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "usable_cores", lambda: 2)
    source = chunks([FEWEST_ROWS] * 10)
    with Scorer([times(1.0)], None, 1) as scoring:
        assert next(scoring.outputs(source))[0] == 0
        assert next(source)[0] == 1 + scorer.AHEAD


def test_an_interruption_ends_what_is_being_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "usable_cores", lambda: 2)
    ended = []

    def endless(features: Array, first: int, is_stopped: Callable[[], bool]) -> Array:
        while not is_stopped():
            pass
        ended.append(first)
        return features

    def interrupted() -> Iterator[Chunk]:
        yield from chunks([FEWEST_ROWS])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Scorer([endless], None, 1) as scoring:
        next(scoring.outputs(interrupted()))
    assert ended == [0]


@pytest.mark.parametrize("first", [0, 1, BLOCK_ROWS - 1, 3 * BLOCK_ROWS + 100])
def test_outputs_do_not_depend_on_how_many_rows_come_at_once(first: int) -> None:
    generator = np.random.default_rng(0)
    network = Network([Dense(40, 128), Dense(128, 3)])
    network.initialize(generator)
    features = generator.normal(size=(first + 3 * BLOCK_ROWS + 17, 40)).astype(np.float32)
    whole = raw_outputs(network, features, 0)
    np.testing.assert_array_equal(raw_outputs(network, features[first:], first), whole[first:])


def test_nothing_more_is_scored_once_it_is_stopped() -> None:
    network = Network([Dense(2, 1)])
    asked = []

    def is_stopped() -> bool:
        asked.append(True)
        return len(asked) > 2

    raw_outputs(network, np.zeros((5 * NETWORK_ROWS, 2), np.float32), 0, is_stopped)
    assert len(asked) == 3
