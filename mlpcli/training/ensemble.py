"""All networks of a training: one after the other, or side by side in threads or processes.

Members know nothing of one another, so their order does not matter. What runs beside the caller tells of its
epochs, and is told to stop, through files in a temporary folder: the same way for threads and processes.
A third way, to stack networks in one run, is hardly faster than one after the other: 1.05 to 1.11 times for
five of three layers of 128, with batches of 64 to 256.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from mlpcli.artifact.checkpoint import Progress
from mlpcli.errors import MlpcliError
from mlpcli.nn.fit_state import StopReason
from mlpcli.options.run import limited_threads
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.members import Member, OnBatch, ShouldStop, Watch, train_member
from mlpcli.training.message_board import BackgroundCall, MessageBoard, ProgressListener

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
class Callbacks:
    """What a training tells of itself, and what it asks."""

    on_epoch: Watch = lambda record: None
    should_stop: ShouldStop = lambda: None
    on_batch: OnBatch | None = None
    """Told of the batches of a network, where one is trained after the other."""
    keep: Callable[[Mapping[int, Progress]], None] = lambda progress: None
    """Told how far networks have come, if it `keeps` that."""
    keeps: bool = False
    progress: Mapping[int, Progress] = field(default_factory=dict)
    """How far they had come before."""


@dataclass(frozen=True)
class ExecutionMode:
    """How members are run."""

    how: Literal["in turn", "threads", "processes"]
    workers: int


def expected_seconds(
    members: int, cores: int, step_products: int, seconds: float
) -> dict[ExecutionMode, float]:
    """How long each manner should take, if one network after the other takes `seconds`.

    `step_products` are the multiply-adds of the largest product in a step.
    """
    expected = {ExecutionMode("in turn", 1): seconds}
    workers = min(members, cores)
    if workers > 1:
        sizes, gains = zip(*THREAD_GAINS, strict=True)
        gain = float(np.interp(np.log2(step_products), np.log2(sizes), gains))
        seconds *= -(-members // workers) * workers / members  # the last round may leave workers idle
        expected |= {
            ExecutionMode("threads", workers): seconds / (1 + gain * (workers - 1)),
            ExecutionMode("processes", workers): PROCESS_SECONDS
            + seconds / (1 + PROCESS_GAIN * (workers - 1)),
        }
    return expected


def choose_mode(members: int, cores: int, step_products: int, total_products: float) -> ExecutionMode:
    """The manner that should end first, by the multiply-adds of the whole training.

    A fixed rule; the weights do not depend on it.
    """
    expected = expected_seconds(members, cores, step_products, total_products * SECONDS_PER_PRODUCT)
    return min(expected, key=lambda mode: expected[mode])


def train_members(
    prepared: Prepared,
    members: int,
    mode: ExecutionMode,
    callbacks: Callbacks,
) -> list[Member]:
    """All that were trained, in order; stopped early, the finished ones and those that were running."""
    run = _in_turn if mode.workers == 1 else _side_by_side
    return sorted(run(prepared, members, mode, callbacks), key=lambda member: member.number)


def _in_turn(prepared: Prepared, members: int, mode: ExecutionMode, callbacks: Callbacks) -> Iterator[Member]:
    def keep(number: int, progress: Progress) -> None:
        callbacks.keep({number: progress})

    for number in range(members):
        if number and callbacks.should_stop() is not None:
            return
        yield train_member(
            prepared,
            number,
            callbacks.on_epoch,
            callbacks.should_stop,
            callbacks.progress.get(number),
            keep,
            callbacks.on_batch,
        )


def _side_by_side(
    prepared: Prepared, members: int, mode: ExecutionMode, callbacks: Callbacks
) -> list[Member]:
    with tempfile.TemporaryDirectory(prefix="mlpcli-") as folder:
        board = MessageBoard(folder, keeps=callbacks.keeps)
        reader = ProgressListener(board, members, callbacks.progress, callbacks.on_epoch, callbacks.keep)
        runner = BackgroundCall(lambda: _run_all(prepared, members, mode, board, folder, callbacks.progress))
        try:
            while runner.running(POLL_SECONDS):
                if (reason := callbacks.should_stop()) is not None:
                    board.stop(reason)
                reader.listen()
        except BaseException:
            board.stop("interrupted")  # the members end after their batch
            runner.running(None)
            raise
        reader.listen(at_the_end=True)
        return runner.result()


def _run_all(
    prepared: Prepared,
    members: int,
    mode: ExecutionMode,
    board: MessageBoard,
    folder: str,
    progress: Mapping[int, Progress],
) -> list[Member]:
    import joblib

    arguments = [(number, board, progress.get(number)) for number in range(members)]
    if mode.how == "threads":
        parallel = joblib.Parallel(mode.workers, backend="threading")
        return list(parallel(joblib.delayed(_train_in_thread)(prepared, *each) for each in arguments))
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        # Processes inherit this from the thread that starts them: who runs the command decides, not they. The
        # tracker is started before, as starting it (Python 3.11) would take the block away.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    path = os.path.join(folder, "prepared")
    joblib.dump(prepared, path)  # once: all of them read the same pages
    parallel = joblib.Parallel(mode.workers, backend="loky", max_nbytes=None)
    try:
        return list(parallel(joblib.delayed(_train_in_process)(path, *each) for each in arguments))
    except BrokenExecutor:
        raise MlpcliError(
            "a process that trained one of the networks was killed, perhaps for want of memory",
            "Give --threads 1 to train one after the other.",
        ) from None


def _train_in_thread(
    prepared: Prepared, number: int, board: MessageBoard, progress: Progress | None
) -> Member:
    return train_member(prepared, number, board.tell, board.reason, progress, board.keep)


def _train_in_process(path: str, number: int, board: MessageBoard, progress: Progress | None) -> Member:
    import joblib

    parent = os.getppid()

    def should_stop() -> StopReason | None:
        # Nobody is left to take the result if whoever started this was killed.
        return board.reason() if os.getppid() == parent else "terminated"

    with limited_threads(1):
        ready = joblib.load(path, mmap_mode="r")
        member = train_member(ready, number, board.tell, should_stop, progress, board.keep)
    if os.getppid() != parent:
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)  # nobody else will
    return member
