"""All networks of a training: one after the other, or side by side in threads or processes.

Members know nothing of one another, so their order does not matter. What runs beside the caller tells of its
epochs, and is told to stop, through files in a temporary folder: the same way for threads and processes.
A third way, to stack networks in one run, is hardly faster than one after the other: 1.05 to 1.11 times for
five of three layers of 128, with batches of 64 to 256.
"""

import os
import pickle
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Literal, cast

import numpy as np

from mlpcli.errors import MlpcliError
from mlpcli.nn.fit_state import StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.workflows.members import Member, ShouldStop, Watch, train_member
from mlpcli.workflows.preparation import Prepared
from mlpcli.workflows.run import limited_threads

POLL_SECONDS = 0.05
PROCESS_SECONDS = 1.2
"""What it takes a process to start and to import."""
PROCESS_GAIN = 0.95
"""Of each further process: two cores made whole steps 1.6 to 2.1 times as fast."""
THREAD_GAINS = ((1 << 20, 0.0), (1 << 22, 0.25), (1 << 23, 0.45), (1 << 24, 0.7), (1 << 25, 0.95))
"""Of each further thread, by the multiply-adds of a step's largest product; in between linear in their
logarithm. Measured with two: networks of three layers, 128 or 256 wide, batches of 64 to 512."""
SECONDS_PER_PRODUCT = 1.5e-10
"""Of a row and a parameter in training: what decides between manners, no promise."""


@dataclass(frozen=True)
class Manner:
    """How members are run."""

    how: Literal["in turn", "threads", "processes"]
    workers: int


def expected_seconds(members: int, cores: int, step_products: int, seconds: float) -> dict[Manner, float]:
    """How long each manner should take, if one network after the other takes `seconds`.

    `step_products` are the multiply-adds of the largest product in a step.
    """
    expected = {Manner("in turn", 1): seconds}
    workers = min(members, cores)
    if workers > 1:
        sizes, gains = zip(*THREAD_GAINS, strict=True)
        gain = float(np.interp(np.log2(step_products), np.log2(sizes), gains))
        seconds *= -(-members // workers) * workers / members  # the last round may leave workers idle
        expected |= {
            Manner("threads", workers): seconds / (1 + gain * (workers - 1)),
            Manner("processes", workers): PROCESS_SECONDS + seconds / (1 + PROCESS_GAIN * (workers - 1)),
        }
    return expected


def choose_manner(members: int, cores: int, step_products: int, total_products: float) -> Manner:
    """The manner that should end first, by the multiply-adds of the whole training.

    A fixed rule; the weights do not depend on it.
    """
    expected = expected_seconds(members, cores, step_products, total_products * SECONDS_PER_PRODUCT)
    return min(expected, key=lambda manner: expected[manner])


def train_members(
    prepared: Prepared, members: int, manner: Manner, on_epoch: Watch, should_stop: ShouldStop
) -> list[Member]:
    """All that were trained, in order; stopped early, the finished ones and those that were running."""
    run = _in_turn if manner.workers == 1 else _side_by_side
    return sorted(run(prepared, members, manner, on_epoch, should_stop), key=lambda member: member.number)


def _in_turn(
    prepared: Prepared, members: int, manner: Manner, on_epoch: Watch, should_stop: ShouldStop
) -> Iterator[Member]:
    for number in range(members):
        if number and should_stop() is not None:
            return
        yield train_member(prepared, number, on_epoch, should_stop)


def _side_by_side(
    prepared: Prepared, members: int, manner: Manner, on_epoch: Watch, should_stop: ShouldStop
) -> list[Member]:
    with tempfile.TemporaryDirectory(prefix="mlpcli-") as folder:
        board = _Board(folder)
        runner = _Runner(lambda: _run_all(prepared, members, manner, board, folder))
        try:
            while runner.running(POLL_SECONDS):
                if (reason := should_stop()) is not None:
                    board.stop(reason)
                for record in board.news(members):
                    on_epoch(record)
        except BaseException:
            board.stop("interrupted")  # the members end after their batch
            runner.running(None)
            raise
        for record in board.news(members):
            on_epoch(record)
        return runner.result()


def _run_all(prepared: Prepared, members: int, manner: Manner, board: "_Board", folder: str) -> list[Member]:
    import joblib

    if manner.how == "threads":
        parallel = joblib.Parallel(manner.workers, backend="threading")
        tasks = [joblib.delayed(_train_in_thread)(prepared, number, board) for number in range(members)]
        return list(parallel(tasks))
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        # Processes inherit this from the thread that starts them: who runs the command decides, not they. The
        # tracker is started before, as starting it (Python 3.11) would take the block away.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    path = os.path.join(folder, "prepared")
    joblib.dump(prepared, path)  # once: all of them read the same pages
    parallel = joblib.Parallel(manner.workers, backend="loky", max_nbytes=None)
    try:
        return list(
            parallel(joblib.delayed(_train_in_process)(path, number, board) for number in range(members))
        )
    except BrokenExecutor:
        raise MlpcliError(
            "a process that trained one of the networks was killed, perhaps for want of memory",
            "Give --threads 1 to train one after the other.",
        ) from None


def _train_in_thread(prepared: Prepared, number: int, board: "_Board") -> Member:
    return train_member(prepared, number, board.tell, board.reason)


def _train_in_process(path: str, number: int, board: "_Board") -> Member:
    import joblib

    with limited_threads(1):
        return train_member(joblib.load(path, mmap_mode="r"), number, board.tell, board.reason)


class _Board:
    """A folder in which members tell of their epochs, and read whether to stop."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._read: dict[int, int] = {}

    def tell(self, record: EpochRecord) -> None:
        """Called in a worker, each member by one."""
        with open(self._file(record.member), "ab") as file:
            pickle.dump(record, file)

    def reason(self) -> StopReason | None:
        """Called in a worker: whether, and why, to stop."""
        if not os.path.exists(self._stop_file):
            return None
        return cast(StopReason, Path(self._stop_file).read_text())

    def stop(self, reason: StopReason) -> None:
        """Tell all members to stop."""
        if not os.path.exists(self._stop_file):
            Path(self._stop_file + ".new").write_text(reason)
            os.replace(self._stop_file + ".new", self._stop_file)

    def news(self, members: int) -> Iterator[EpochRecord]:
        """What was told since the last call."""
        for number in range(members):
            if not os.path.exists(self._file(number)):
                continue
            with open(self._file(number), "rb") as file:
                file.seek(self._read.get(number, 0))
                while True:
                    try:
                        record: EpochRecord = pickle.load(file)
                    except (EOFError, pickle.UnpicklingError):  # the rest is still being written
                        break
                    self._read[number] = file.tell()
                    yield record

    @property
    def _stop_file(self) -> str:
        return os.path.join(self._folder, "stop")

    def _file(self, member: int) -> str:
        return os.path.join(self._folder, f"member-{member}")


class _Runner:
    """A function in a thread of its own, so that the caller's can listen."""

    def __init__(self, function: Callable[[], list[Member]]) -> None:
        self._function = function
        self._result: list[Member] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def running(self, seconds: float | None) -> bool:
        """Wait so long at most, or to the end; whether it still runs."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def result(self) -> list[Member]:
        """What the function returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._function()
        except BaseException as error:  # raised again where the result is asked for
            self._error = error
