"""Workers that train networks side by side, in threads or in processes, and their messages.

A worker is sent tasks and the reason to stop, and posts records, states and trained networks. A process reads
from its standard input and ends with it, so that it never outlives whoever started it, however that ended.
"""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import IO, TypeAlias, cast

from mlpcli.artifact.checkpoint import Progress
from mlpcli.errors import MlpcliError, Sentence
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.options.run import limited_threads
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.members import Member, train_member

Message: TypeAlias = EpochRecord | tuple[int, FitState] | Member | BaseException
"""An epoch; a network's number and its state after the epoch posted before; a trained network; an error."""
Post: TypeAlias = Callable[[Message], None]


@dataclass(frozen=True)
class Task:
    """A network to train."""

    number: int
    progress: Progress | None
    keeps: bool
    """Whether its state is posted after each epoch."""


class Worker:
    """Trains networks one after the other, and posts what comes of them."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._stop_reason: StopReason | None = None

    def send(self, message: Task | StopReason | None) -> None:
        """Take a task, the reason to stop after the next batch, or None to end after all tasks."""
        if message is None or isinstance(message, Task):
            self._tasks.put(message)
        else:
            self._stop_reason = message

    def run(self, prepared: Callable[[], Prepared]) -> None:
        """Work off the tasks, which another thread sends."""
        for task in iter(self._tasks.get, None):
            keep = self._keep if task.keeps else lambda number, progress: None
            try:
                self._post(
                    train_member(
                        prepared(), task.number, self._post, lambda: self._stop_reason, task.progress, keep
                    )
                )
            except BaseException as error:  # raised again by whoever receives it
                error.add_note(traceback.format_exc())
                self._post(error)

    def _keep(self, number: int, progress: Progress) -> None:
        self._post((number, progress.state))


class ThreadWorker(Worker):
    """A worker in a thread of this process."""

    def __init__(self, prepared: Prepared, post: Post) -> None:
        super().__init__(post)
        self._thread = Thread(target=self.run, args=(lambda: prepared,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the next batch, and wait for that."""
        self.send("interrupted")
        self.send(None)
        self._thread.join()


class ProcessWorker:
    """A worker in another process, which loads the prepared data from `path` when its first task comes."""

    def __init__(self, path: str, post: Post) -> None:
        code = (
            f"import sys; sys.path = {sys.path}; from mlpcli.training.workers import serve; serve({path!r})"
        )
        with _signals_blocked():
            self._process = subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        self._to, self._from = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._reader = Thread(target=self._read, args=(post,), daemon=True)
        self._reader.start()

    def send(self, message: Task | StopReason) -> None:
        """Send a task, or the reason to stop after the next batch."""
        with suppress(OSError):  # it was killed, as the reader notices
            pickle.dump(message, self._to)
            self._to.flush()

    def close(self) -> None:
        """End it, whatever it is doing."""
        with suppress(OSError):
            self._to.close()
        self._process.wait()
        self._reader.join()
        self._from.close()

    def _read(self, post: Post) -> None:
        try:
            while True:
                post(pickle.load(self._from))
        except (EOFError, pickle.UnpicklingError):
            post(
                MlpcliError(
                    "a process that trained one of the networks was killed, perhaps for want of memory",
                    Sentence("Give {threads} 1 to train one after the other."),
                )
            )
        except Exception as error:  # raised again by whoever receives it
            post(error)


def serve(path: str) -> None:
    """Be the process of a `ProcessWorker`, until the standard input ends."""
    import joblib

    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may get between the messages

    def leave() -> None:
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)  # nobody else will if this was left alone
        os._exit(0)

    def post(message: Message) -> None:
        try:
            pickle.dump(message, output)
            output.flush()
        except OSError:
            leave()

    def listen() -> None:
        try:
            while True:
                worker.send(pickle.load(sys.stdin.buffer))
        finally:
            leave()

    worker = Worker(post)
    Thread(target=listen, daemon=True).start()
    with limited_threads(1):
        worker.run(cache(lambda: joblib.load(path, mmap_mode="r")))


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Processes started in the block never receive SIGINT and SIGTERM: who runs the command decides."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
