"""Workers that train networks side by side, in threads or in processes, and their messages.

A worker is sent assignments and the reason to stop, and posts records, states and trained networks. A process
ends with its standard input, so that it never outlives the process that started it, however that one ended.
This is also faster than a pool of joblib: penguins with the default preset in two processes take 0.8 of its
time.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, TypeAlias, cast

from mlpcli.artifact.checkpoint import Progress
from mlpcli.errors import MlpcliError, Sentence
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.members import train_member
from mlpcli.training.shared_data import Shared


@dataclass(frozen=True)
class Kept:
    """The state of a network after the epoch posted before."""

    number: int
    state: FitState


@dataclass(frozen=True)
class Trained:
    """A network that has come to its end, or as far as it was to be trained."""

    number: int
    progress: Progress


Message: TypeAlias = EpochRecord | Kept | Trained | BaseException
Post: TypeAlias = Callable[[Message], None]

BLOCKED = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
]
SERVE = "import sys; sys.path = {}; from mlpcli.training.worker_process import serve; serve({!r})"


@dataclass(frozen=True)
class Assignment:
    """A network to train."""

    number: int
    progress: Progress | None
    keeps: bool
    """Whether its state is posted after each epoch."""
    until: int | None = None
    """The epoch after which it pauses."""


def train_each(
    prepared: Callable[[], Prepared],
    assignments: Iterable[Assignment],
    should_stop: Callable[[], StopReason | None],
    post: Post,
) -> None:
    """Train networks one after the other, and post what comes of them."""

    def keep(number: int, progress: Progress) -> None:
        if each.keeps:
            post(Kept(number, progress.state))

    for each in assignments:
        try:
            trained = train_member(
                prepared(), each.number, post, should_stop, each.progress, keep, until=each.until
            )
            post(Trained(each.number, trained))
        except BaseException as error:  # raised again where it is received
            post(error)


class ThreadWorker:
    """A worker in a thread of this process."""

    def __init__(self, prepared: Prepared, post: Post) -> None:
        self._assignments: SimpleQueue[Assignment | None] = SimpleQueue()
        self._reason: StopReason | None = None
        arguments = (lambda: prepared, iter(self._assignments.get, None), lambda: self._reason, post)
        self._thread = Thread(target=train_each, args=arguments, daemon=True)
        self._thread.start()

    def send(self, message: Assignment | StopReason) -> None:
        """Send an assignment, or the reason to stop after the next batch."""
        if isinstance(message, Assignment):
            self._assignments.put(message)
        else:
            self._reason = message

    def close(self) -> None:
        self._reason = "interrupted"
        self._assignments.put(None)
        self._thread.join()


def import_path() -> list[str]:
    """Folders that a process imports from: those of this one, but the working folder only if it is meant.

    Python itself puts it first for `python -m`, and a file there that came with the data may be called as a
    module is. It is meant if PYTHONPATH names it in full, or if this package lies there.
    """
    named = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(each)]
    meant = {*map(os.path.realpath, named), str(Path(__file__).resolve().parents[2])}
    here = os.stat(os.curdir)
    return [
        each for each in sys.path if each and (os.path.realpath(each) in meant or not _is_folder(each, here))
    ]


def _is_folder(path: str, folder: os.stat_result) -> bool:
    return os.path.exists(path) and os.path.samestat(os.stat(path), folder)


class ProcessWorker:
    """A worker in another process, which inherits the `descriptor` of the file of the shared data."""

    def __init__(self, descriptor: int | None, post: Post) -> None:
        # A process inherits blocked signals: the process that runs the command decides what they do.
        masks = hasattr(signal, "pthread_sigmask")
        before = signal.pthread_sigmask(signal.SIG_BLOCK, BLOCKED) if masks else ()
        try:
            command = [sys.executable, "-P", "-c", SERVE.format(import_path(), descriptor)]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=() if descriptor is None else (descriptor,),
            )
        finally:
            if masks:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._to, self._from = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._reader = Thread(target=self._read, args=(post,), daemon=True)
        self._reader.start()

    def send(self, message: Shared | Assignment | StopReason) -> None:
        """Send the shared data, and then assignments, or the reason to stop after the next batch."""
        with suppress(OSError):  # it was killed, as the reader notices
            # As bytes, so that the process can listen before it has imported what they need.
            pickle.dump(message if isinstance(message, str) else pickle.dumps(message), self._to)
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
            why = "a training process was killed, perhaps for lack of memory"
            post(MlpcliError(why, Sentence("Give {threads} 1 to train the networks one after another.")))
        except Exception as error:  # raised again where it is received
            post(error)
