"""Processes that train in turns, one for each library and number of threads."""

import contextlib
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple, TextIO, cast

from tests.benchmarks.training_cases import Case
from tests.benchmarks.training_clock import WARM_UP
from tests.benchmarks.training_libraries import BEFORE

THREADS = (1, 2)
PATIENCE = 8.0
"""A turn of two threads that takes more seconds is broken off: where another process has the second core,
PyTorch took 50 times as long with two threads as with one."""
HOPELESS = 2.0
"""A number of threads has no further turn once it takes so many times as long as the library's best."""
ROOT = Path(__file__).parents[2]

Turn = list[tuple[float, float]]
"""Seconds and training loss of each epoch."""


class Timing(NamedTuple):
    """What one library showed with one number of threads."""

    epoch: float
    """Seconds: the median over turns of a turn's median."""
    losses: list[float]
    """Of all epochs since the start."""
    compiling: float
    """How many seconds the first epoch took longer."""
    rounds: int


class Setup(NamedTuple):
    """What all processes share."""

    rounds: int
    against: Path | None
    """A checkout of another commit, which is `before`."""
    code: Path
    """Where compiled code is kept, empty at first: what compiling takes depends on no earlier run."""


class Training:
    """A process of a library, which trains when it is its turn."""

    def __init__(self, library: str, threads: int, case: Case, setup: Setup) -> None:
        names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]
        environment = os.environ | dict.fromkeys(names, str(threads))  # set before anything is imported
        environment |= {"JAX_PLATFORMS": "cpu", "XDG_CACHE_HOME": str(setup.code)}
        if threads == 1:
            environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
        folder = setup.against if library == BEFORE and setup.against else ROOT
        module = ["-m", "tests.benchmarks.training_libraries"]
        self._process = subprocess.Popen(
            [sys.executable, *module, library, str(threads), json.dumps(case), str(folder)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._threads, self._broken_off = threads, False
        self._turns: list[Turn] = []

    def wait(self) -> Turn:
        """Until it is ready or its turn is over."""
        answer = cast(TextIO, self._process.stdout).readline()
        if not answer:
            raise SystemExit(f"{' '.join(cast(list[str], self._process.args))} ended too early")
        return [(seconds, loss) for seconds, loss in json.loads(answer)]

    def take_turn(self) -> bool:
        """Train for a while; nothing else is done meanwhile. Whether it was not broken off."""
        timer = threading.Timer(PATIENCE, self._break_off)
        if self._threads > 1:
            timer.start()
        print(file=cast(TextIO, self._process.stdin), flush=True)
        try:
            self._turns.append(self.wait())
        except SystemExit:
            if not self._broken_off:
                raise
        timer.cancel()
        return not self._broken_off

    def _break_off(self) -> None:
        self._broken_off = True
        self._process.kill()

    def timing(self) -> Timing:
        """Of all turns."""
        medians = [statistics.median(seconds for seconds, _ in turn[WARM_UP:]) for turn in self._turns]
        epoch = statistics.median(medians)
        losses = [loss for turn in self._turns for _, loss in turn]
        return Timing(epoch, losses, self._turns[0][0][0] - epoch, len(self._turns))

    def close(self) -> None:
        """It ends as its input does."""
        self._process.communicate()


Timings = dict[tuple[str, int], Timing]
"""By library and threads."""


def timings(case: Case, libraries: list[str], setup: Setup, end: float = math.inf) -> Timings:
    """Of all libraries: they start side by side, then take turns. What was broken off is missing.

    No round but the first begins that would last beyond `end`, a time of `time.perf_counter`.
    """
    with contextlib.ExitStack() as stack:
        trainings: dict[tuple[str, int], Training] = {}
        for library, threads in itertools.product(libraries, THREADS):
            trainings[library, threads] = training = Training(library, threads, case, setup)
            stack.callback(training.close)
        for training in trainings.values():
            training.wait()
        found: Timings = {}
        running = list(trainings)
        for _ in range(setup.rounds):
            began = time.perf_counter()
            for key in running:
                if trainings[key].take_turn():
                    found[key] = trainings[key].timing()
            seconds = best(found)
            running = [key for key in found if found[key].epoch < HOPELESS * seconds[key[0]]]
            if 2 * time.perf_counter() - began > end:
                break
        return found


def best(found: Timings, threads: tuple[int, ...] = THREADS) -> dict[str, float]:
    """Seconds per epoch of each library with the best of these numbers of threads."""
    timed = [(name, timing.epoch) for (name, count), timing in found.items() if count in threads]
    return {name: min(epoch for other, epoch in timed if other == name) for name, _ in timed}
