"""Writing behind a training's back: the newest is written, errors are not lost, the thread ends."""

import threading
import time

import pytest

from mlpcli.errors import OutputError
from mlpcli.training import background_writer as module
from mlpcli.training.background_writer import Writer


def test_the_last_is_always_written() -> None:
    written: list[int] = []
    writer = Writer[int](written.append)
    for number in range(100):
        writer.put(number)
    writer.close()
    assert written[-1] == 99
    assert written == sorted(written)


def test_of_what_comes_meanwhile_only_the_newest_is_written() -> None:
    written: list[int] = []
    may_go_on = threading.Event()

    def write(number: int) -> None:
        may_go_on.wait()
        written.append(number)

    writer = Writer[int](write)
    writer.put(0)
    while writer._waiting:
        time.sleep(0.001)
    for number in range(1, 50):
        writer.put(number)
    may_go_on.set()
    writer.close()
    assert written == [0, 49]


def test_it_rests_between() -> None:
    written: list[float] = []

    def write(number: int) -> None:
        time.sleep(0.02)
        written.append(time.perf_counter())

    writer = Writer[int](write)
    end = time.perf_counter() + 0.6
    while time.perf_counter() < end:
        writer.put(0)
        time.sleep(0.001)
    resting = len(written)
    writer.close()
    assert resting <= 0.6 / (0.02 * module.REST) + 1


def test_a_complaint_is_kept_until_one_succeeds() -> None:
    def write(number: int) -> None:
        if number % 2:
            raise OutputError("full", "")

    writer = Writer[int](write)
    writer.put(1)
    writer.flush()
    assert writer.complaint is not None
    writer.put(2)
    writer.flush()
    assert writer.complaint is None
    writer.close()


@pytest.mark.parametrize("error", [MemoryError, ValueError])
def test_another_error_is_raised_where_it_is_waited_for(error: type[Exception]) -> None:
    def write(number: int) -> None:
        raise error("no")

    before = threading.active_count()
    writer = Writer[int](write)
    writer.put(1)
    with pytest.raises(error):
        writer.flush()
    writer.put(2)
    with pytest.raises(error):
        writer.close()
    assert threading.active_count() == before


def test_one_that_never_wrote_can_be_closed() -> None:
    Writer[int](lambda number: None).close()
