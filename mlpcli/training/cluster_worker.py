"""The side of a worker of a Dask cluster: runs are made by processes of their own, which it starts.

Tasks of Dask are threads of a worker and cannot be broken off. A process can, and its limits of threads and
compiled code disturb no other run. It costs a second or two, while the client still reads the table.

This process only passes on what comes and goes, so that it answers the scheduler at any time. Whatever it
keeps goes with the value that the client has sent to it: Dask drops that when the client ends, however that
was.
"""

import os
import pickle
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from mlpcli.files import named_errors
from mlpcli.training.processes import KilledError, ServedProcess
from mlpcli.training.shared_data import unnamed_file
from mlpcli.training.worker_process import RECORDS

POLL_SECONDS = 0.2
"""Time after which a run notices that nobody wants it any more."""
KILLED, UNSTARTED = "killed", "unstarted"
"""Kinds of answers beside those of a process: it was killed, or all were to stop before it began."""
KEPT = "Kept"
"""The kind of an answer that is followed by others, as that of RECORDS is."""


@dataclass(frozen=True)
class SentFile:
    """A file that a worker makes a copy of."""

    name: str
    """As messages show it, with its part."""
    ending: str
    part: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """All that the processes of a worker are given before any run."""

    token: str
    """Tells the work of one client from that of others."""
    serve: str
    """The function of `worker_process`."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Of that function."""
    where: tuple[str, str] | None = None
    """Module and name of the function that is called, where it is not always the same."""
    shared: bytes = field(repr=False)
    """What all runs share, pickled."""
    mapped: bytes = field(default=b"", repr=False)
    """The arrays of what is shared, which lie in a file without a name."""
    files: tuple[SentFile, ...] = field(default=(), repr=False)
    """A table in place of what is shared."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.shared) + len(self.mapped) + sum(len(each.content) for each in self.files)


class _Copies:
    """Copies of files; unpickled it is a list of paths, which messages show by other names."""

    def __init__(self, paths: list[str], names: list[str]) -> None:
        self._arguments = paths, names

    def __reduce__(self) -> Any:
        return opened_copies, self._arguments


def opened_copies(paths: list[str], names: list[str]) -> list[str]:
    """Paths of copies."""
    from mlpcli.data.reading.source import named_copies  # which the worker itself does not need

    return named_copies(paths, names)


class _Process(ServedProcess):
    """A process that makes one run after another."""

    advice = ""

    def __init__(self, sent: Sent, descriptor: int | None, copies: Sequence[str]) -> None:
        self.answers: SimpleQueue[Any] = SimpleQueue()
        settings = {**sent.settings, "copies": copies} if copies else sent.settings
        super().__init__(sent.serve, self.answers.put, descriptor, plain=True, **settings)


@dataclass
class _Place:
    """The copies and idle processes of a workplace."""

    sent: Sent
    idle: list[_Process] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)
    copies: list[str] = field(default_factory=list)
    """Of files."""
    descriptor: int | None = None
    is_closed: bool = False
    first: list[bytes] = field(default_factory=list)
    """The first messages to each process."""

    def open(self, folder: str) -> None:
        sent = self.sent
        if sent.mapped:
            self.descriptor = self.stack.enter_context(unnamed_file())
            if self.descriptor is not None:
                with named_errors(tempfile.gettempdir()), open(self.descriptor, "wb", closefd=False) as file:
                    file.write(sent.mapped)
        shared = sent.shared
        if sent.files:
            paths = [self._copy(each, folder) for each in sent.files]
            shared = pickle.dumps(_Copies(paths, [each.name for each in sent.files]))
        self.first = [*([] if sent.where is None else [pickle.dumps(sent.where)]), shared]

    def _copy(self, sent: SentFile, folder: str) -> str:
        with named_errors(folder):
            descriptor, path = tempfile.mkstemp(prefix="mlpcli-", suffix=sent.ending, dir=folder)
            self.stack.callback(_remove, path)
            self.copies.append(path)
            with open(descriptor, "wb") as file:
                file.write(sent.content)
        return f"{path}#{sent.part}" if sent.part else path

    def start(self) -> _Process:
        process = _Process(self.sent, self.descriptor, self.copies)
        for message in self.first:
            process.put(message)
        return process

    def close(self) -> None:
        self.is_closed = True
        while self.idle:
            self.idle.pop().close()
        self.stack.close()
        RUNNING.pop(self.sent.token, None)


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


class Workplace:
    """What the runs of a client share, kept by a worker; copies and processes are made when first needed.

    Dask pickles it to send it to a worker, and may drop it and load it again.
    """

    def __init__(self, sent: Sent) -> None:
        self.sent = sent
        self._lock = Lock()
        self._place: _Place | None = None

    def __reduce__(self) -> Any:
        return Workplace, (self.sent,)

    def __sizeof__(self) -> int:  # which Dask asks for
        return self.sent.size

    @contextmanager
    def process(self, folder: str) -> Iterator[_Process]:
        """A process for one run. If the block raises it ends, else it is kept for another run."""
        with self._lock:
            place = self._opened(folder)
            process = place.idle.pop() if place.idle else place.start()
        try:
            yield process
        except BaseException:
            process.close()
            raise
        with self._lock:
            if place.is_closed:
                process.close()
            else:
                place.idle.append(process)

    def close(self) -> None:
        """End idle processes and remove copies, as nobody wants any run.

        Where one was broken off, the error keeps the workplace alive until Python looks for circles.
        """
        with self._lock:
            if self._place is not None:
                self._place.close()
                self._place = None

    def prepare(self, folder: str, processes: int) -> None:
        """Start processes that will be needed."""
        with self._lock:
            place = self._opened(folder)
            place.idle += [place.start() for _ in range(processes - len(place.idle))]

    def _opened(self, folder: str) -> _Place:
        if self._place is None:
            place = _Place(self.sent)
            place.open(folder)
            weakref.finalize(self, place.close)
            self._place = place
        return self._place


@dataclass
class _Running:
    """The runs of a client in this worker."""

    processes: dict[int, _Process] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    news: list[tuple[int, bytes]] = field(default_factory=list)
    reason: str | None = None


RUNNING: dict[str, _Running] = {}
"""By token."""
LOCK = Lock()
"""Held to change it."""


class _UnwantedError(Exception):
    """Nobody waits for the run any more."""


class _KilledError(Exception):
    """The process of the run was killed."""


def run_message(workplace: Workplace, number: int, message: bytes) -> tuple[str, bytes, bytes | None]:
    """The task of Dask: have a process make a run.

    Returns the kind of its answer, the answer and the state that it kept, if it did.
    """
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    with LOCK:
        running = RUNNING.setdefault(workplace.sent.token, _Running())
        if running.reason is not None:
            return UNSTARTED, b"", None
        running.begun.add(key)
    kept: bytes | None = None
    try:
        with workplace.process(worker.local_directory) as process:
            with LOCK:
                running.processes[number] = process
                if running.reason is not None:
                    process.put(running.reason)
            process.put(message)
            while True:
                try:
                    answer = process.answers.get(timeout=POLL_SECONDS)
                except Empty:
                    if _is_wanted(worker, key):
                        continue
                    raise _UnwantedError from None
                if isinstance(answer, KilledError):
                    raise _KilledError
                if isinstance(answer, BaseException):
                    raise answer
                kind, content = answer
                if kind == RECORDS:
                    with LOCK:
                        running.news.append((number, content))
                elif kind == KEPT:
                    kept = content
                else:
                    return kind, content, kept
    except _KilledError:
        return KILLED, b"", None
    except _UnwantedError:
        workplace.close()
        raise
    finally:
        with LOCK:
            running.processes.pop(number, None)


def _is_wanted(worker: Any, key: Any) -> bool:
    """Whether the client still waits for the task: Dask tells no thread that its task was cancelled."""
    state = worker.state.tasks.get(key)
    return (
        state is not None and state.state in ("executing", "long-running") and worker.status.name == "running"
    )


def exchange(token: str, reason: str | None, dask_worker: Any) -> dict[str, Any]:
    """Called by the client from time to time: tell all runs the reason to stop, and return what is new."""
    with LOCK:
        found = {"threads": dask_worker.state.nthreads, "versions": _versions(), "begun": [], "news": []}
        if reason is not None:
            running = RUNNING.setdefault(token, _Running())
            if running.reason is None:
                running.reason = reason
                for process in running.processes.values():
                    process.put(reason)
        if (known := RUNNING.get(token)) is not None:
            found |= {"begun": sorted(known.begun), "news": known.news}
            known.news = []
    return found


@cache
def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = look_up()()
    return found


def prepare(keys: Mapping[str, str], processes: int, dask_worker: Any) -> None:
    """Start processes, as many as the worker has threads but not more than given.

    `keys` are those of the workplaces, by the address of the worker.
    """
    workplace = dask_worker.data.get(keys.get(dask_worker.address))
    if workplace is not None:
        workplace.prepare(dask_worker.local_directory, min(processes, dask_worker.state.nthreads))


def look_up() -> Any:
    """A function that says what is installed where it runs, even if that is no mlpcli."""

    def installed() -> dict[str, str | None]:
        # Nested, it travels as code rather than as a name.
        import importlib
        import sys

        found: dict[str, str | None] = {"Python": ".".join(map(str, sys.version_info[:2]))}
        for name, module in (("mlpcli", "mlpcli.version"), ("NumPy", "numpy.version")):
            try:
                of = importlib.import_module(module)
            except ImportError:
                found[name] = None
            else:
                found[name] = getattr(of, "__version__", None) or getattr(of, "version", None)
        try:
            found["numba"] = importlib.import_module("importlib.metadata").version("numba")
        except ImportError:  # PackageNotFoundError is one
            found["numba"] = None
        return found

    return installed
