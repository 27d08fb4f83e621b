"""Spread runs that do not depend on one another over processes: their results do not depend on how many."""

import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from queue import Queue
from typing import Any, TypeVar

from mlpcli.errors import Sentence
from mlpcli.options.threads import usable_cores
from mlpcli.training.processes import ServedProcess

Run = TypeVar("Run")
Result = TypeVar("Result")

START_SECONDS = 2.0
"""Time that processes take to start and to import."""


def spread(
    function: Callable[[Run], Result], runs: Sequence[Run], workers: int | None = None
) -> Iterator[tuple[int, Result]]:
    """The place and the result of each run, in the order in which they end.

    Without a number of `workers` the first run is made here; if the others take long, as many processes as
    there are cores make them. The function and what it returns are pickled. Whatever a run raises is raised.
    """
    done = 0
    if workers is None:
        begun = time.perf_counter()
        first = function(runs[0])
        done, seconds = 1, (time.perf_counter() - begun) * (len(runs) - 1)
        yield 0, first
        workers = min(usable_cores(), max(len(runs) - 1, 1))
        if seconds * (1.0 - 1.0 / workers) < START_SECONDS:
            workers = 1
    left = range(done, len(runs))
    if workers == 1:
        for place in left:
            yield place, function(runs[place])
        return
    yield from _side_by_side(function, {place: runs[place] for place in left}, workers)


def _side_by_side(
    function: Callable[[Run], Result], runs: Mapping[int, Run], workers: int
) -> Iterator[tuple[int, Result]]:
    answers: Queue[tuple[RunProcess, Any]] = Queue()
    with ExitStack() as stack:
        processes = [
            stack.enter_context(closing(RunProcess(answers))) for _ in range(min(workers, len(runs)))
        ]
        left = iter(runs.items())
        for process, (place, run) in zip(processes, left, strict=False):
            process.put(pickle.dumps((function, place, run)))
        for _ in runs:
            process, answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            if (following := next(left, None)) is not None:
                process.put(pickle.dumps((function, *following)))
            yield answer


class RunProcess(ServedProcess):
    """A process that calls functions, and puts itself with each answer into a queue."""

    advice = Sentence("Give {workers} 1 to train one after another.")

    def __init__(self, answers: "Queue[tuple[RunProcess, Any]]") -> None:
        super().__init__("serve_runs", lambda answer: answers.put((self, answer)))
