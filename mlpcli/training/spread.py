"""Spread runs that do not depend on one another over processes: their results do not depend on how many."""

import importlib
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import Queue
from threading import Lock
from typing import Any, Generic, TypeAlias, TypeVar

from mlpcli.errors import Sentence
from mlpcli.options.threads import usable_cores
from mlpcli.training.processes import KilledError, ServedProcess

Run = TypeVar("Run")
Result = TypeVar("Result")

Where: TypeAlias = tuple[str, str]
"""A function by its module and name: other processes import it before this one does."""

START_SECONDS = 2.0
"""Time that processes take to start and to import."""


class Runners(Generic[Run, Result]):
    """This process and others, which call a function of what is shared and of a run; they end with the block.

    With a number of `workers` the others start at once, `most` in all, and import while this one still does
    so itself and finds out what the runs are: that hides their start. Without a number the first run is made
    here; if the others take long, there are as many processes as cores. What is shared and the results are
    pickled.
    """

    def __init__(
        self, where: Where, shared: Any, workers: int | None = None, most: int | None = None
    ) -> None:
        self._where, self._shared, self._workers, self._most = where, shared, workers, most
        self._answers: Queue[Any] = Queue()
        self._lock = Lock()
        """Held to change what follows: processes take their next run as soon as they have answered, in the
        thread that reads their answers, so that none waits for a run of this process."""
        self._processes: list[RunProcess] = []
        self._left: deque[tuple[int, Run]] = deque()
        self._killed: set[int] = set()
        """Places of runs whose process was killed."""
        self._closed = False

    def __enter__(self) -> "Runners[Run, Result]":
        if self._workers is not None:
            self._start(self._workers)
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for each in processes:
            each.close()

    def engine(self, given: str) -> str:
        """The engine to ask for: that which is given."""
        return given

    def run(self, runs: Sequence[Run]) -> Iterator[tuple[int, Result]]:
        """The place and the result of each run, in the order in which they end; raises what a run raises.

        The run of a process that was killed is made once more by another one.
        """
        module, name = self._where
        function: Callable[[Any, Run], Result] = getattr(importlib.import_module(module), name)
        done = 0
        if self._workers is None:
            begun = time.perf_counter()
            first = function(self._shared, runs[0])
            done, seconds = 1, (time.perf_counter() - begun) * (len(runs) - 1)
            yield 0, first
            workers = min(usable_cores(), max(len(runs) - 1, 1))
            if seconds * (1.0 - 1.0 / workers) >= START_SECONDS:
                self._start(workers)
        with self._lock:
            self._left.extend(list(enumerate(runs))[done:])
            for process in self._processes:
                if process.is_alive:
                    self._give_next(process)
        while done < len(runs):
            done += 1
            with self._lock:
                own = self._left.popleft() if self._left and self._answers.empty() else None
            yield self._answer() if own is None else (own[0], function(self._shared, own[1]))

    def _answer(self) -> tuple[int, Result]:
        answer = self._answers.get()
        if isinstance(answer, BaseException):
            raise answer
        place, result = answer
        return place, result

    def _start(self, workers: int) -> None:
        """Start processes, so that together with this one there are so many workers."""
        others = workers - 1 if self._most is None else min(workers, self._most) - 1
        for _ in range(others):
            with self._lock:
                self._start_one()

    def _start_one(self) -> "RunProcess":
        process = RunProcess(self._on_answer)
        process.put(pickle.dumps(self._where))
        process.put(pickle.dumps(self._shared))
        self._processes.append(process)
        return process

    def _give_next(self, process: "RunProcess") -> None:
        process.run = self._left.popleft() if self._left else None
        if process.run is not None:
            process.put(pickle.dumps(process.run))

    def _on_answer(self, process: "RunProcess", answer: Any) -> None:
        """Take an answer, in the thread that reads those of a process."""
        with self._lock:
            if self._closed:
                return
            if isinstance(answer, KilledError):
                process.is_alive = False
                if process.run is None:  # others make what is left
                    return
                if process.run[0] not in self._killed:
                    self._killed.add(process.run[0])
                    self._left.appendleft(process.run)
                    self._give_next(self._start_one())
                    return
            else:
                self._give_next(process)
        self._answers.put(answer)


class RunProcess(ServedProcess):
    """A process that calls a function, and knows its run."""

    advice = Sentence("Give {workers} 1 to train one after another.")

    def __init__(self, on_answer: "Callable[[RunProcess, Any], None]") -> None:
        self.run: Any = None
        self.is_alive = True
        super().__init__("serve_runs", lambda answer: on_answer(self, answer))
