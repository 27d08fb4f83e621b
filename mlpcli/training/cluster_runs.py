"""Runs on the workers of a Dask cluster: sent, asked about, fetched, made again where a worker is lost."""

import itertools
import pickle
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from mlpcli.data.reading.source import TextSource
from mlpcli.errors import MlpcliError
from mlpcli.files import named_errors
from mlpcli.training.cluster import CONNECT_SECONDS, Cluster, unwarned
from mlpcli.training.cluster_worker import (
    KILLED,
    UNSTARTED,
    Sent,
    SentFile,
    Workplace,
    exchange,
    prepare,
    run_message,
)
from mlpcli.training.shared_data import Shared, share, unnamed_file
from mlpcli.training.worker_process import ERROR, FAILURE

if TYPE_CHECKING:  # nothing is imported that takes long: workers are to start before
    import pandas as pd

    from mlpcli.data.reading.some_rows import SomeRows
    from mlpcli.nn.fit_state import StopReason

Run = TypeVar("Run")
Result = TypeVar("Result")
Classes: TypeAlias = Callable[[], Sequence[type]]

POLL_SECONDS = 0.05
NEWS_SECONDS, RUN_NEWS_SECONDS = 1.0, 5.0
"""Between two questions to all workers, for which they write a line to their log: whether they are there, and
what networks have done meanwhile."""
PATIENCE_SECONDS = 30.0
"""Time without any worker after which none is expected: where one was killed, another may be started."""
MOST_KILLED, MOST_LOST = 2, 3
"""Times that a run's process is killed, or that its worker is lost, until that is an error."""
WORKER = b"worker"
"""Instead of an answer, where a run was lost with its worker."""


class Remote:
    """Workers of a cluster that were given what the runs share; they forget it when the block ends.

    `classes` returns the dataclasses that answers are made of.
    """

    def __init__(
        self, cluster: Cluster, sent: Sent, classes: Classes, seconds: float, most: int | None = None
    ) -> None:
        self._cluster, self._sent, self._classes, self._most = cluster, sent, classes, most
        self._seconds = seconds
        self._events: Queue[tuple[str, Any]] = Queue()
        self._reason: StopReason | None = None
        self._ended = Event()
        self._hurry = Event()
        self._tries: Counter[int] = Counter()
        self._pending: deque[int] = deque()
        self._running: dict[int, Any] = {}
        self._worker_of: dict[int, str] = {}
        self._alike = set(cluster.workers)
        """Workers with the versions of this process."""
        self._threads: dict[str, int] = {}
        """Of each worker, by its address."""
        self._workplaces: dict[str, Any] = {}
        """A value of its own on each worker, as Dask soon drops copies of one that no task has yet asked for:
        in one of three runs a worker then began when the others had ended."""
        self._keys = itertools.count()
        self._watch = Thread(target=self._ask, daemon=True)

    def __enter__(self) -> "Remote":
        self._look_for_workers()
        keys = {
            each: found.key for each in list(self._threads) if (found := self._workplace(each)) is not None
        }
        most = sum(self._threads.values()) if self._most is None else self._most
        with self._cluster.watching_connection():
            self._cluster.client.run(prepare, keys, -(-most // max(len(keys), 1)), on_error="ignore")
        self._watch.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._hurry.set()
        # Released, a run is cancelled, and the workers drop what they were sent.
        running, self._running, self._workplaces = list(self._running.values()), {}, {}
        if running and self._cluster.is_connected:
            with suppress(OSError):
                self._cluster.client.cancel(running, force=True)
        self._watch.join(CONNECT_SECONDS)

    def answers(
        self,
        messages: Iterable[tuple[int, bytes]],
        should_stop: "Callable[[], StopReason | None]" = lambda: None,
    ) -> Iterator[tuple[int, Any, Any]]:
        """The number of a run, an answer and the state that was kept with it, as they come.

        Each message makes a run; as many are on their way as the workers have threads. Records come before
        the answer that ends a run, and again if it is made again, as its worker was lost. Raises what a run
        raises. Once `should_stop` gives a reason, no run begins any more.
        """
        left = iter(messages)
        sent: dict[int, bytes] = {}
        while True:
            while self._reason is None and (worker := self._free_worker()) is not None:
                if not self._pending and (following := next(left, None)) is not None:
                    number, sent[number] = following
                    self._pending.append(number)
                if not self._pending:
                    break
                if (workplace := self._workplace(worker)) is not None:
                    number = self._pending.popleft()
                    self._submit(number, sent[number], worker, workplace)
            if not self._running and not self._pending:
                return
            if self._reason is None and (reason := should_stop()) is not None:
                self._reason = reason
                self._pending.clear()
                self._hurry.set()
            try:
                kind, event = self._events.get(timeout=POLL_SECONDS)
            except Empty:
                if not self._cluster.is_connected:
                    raise self._cluster.lost() from None
                continue
            if kind == "done":
                number, future = event
                yield from self._ended_run(number, future)
            elif kind == "news":
                yield from self._news(event)
            else:
                raise event

    def _free_worker(self) -> str | None:
        """The worker with most threads that have no run, if there is one."""
        busy = Counter(self._worker_of[number] for number in self._running)
        free = {worker: threads - busy[worker] for worker, threads in self._threads.items()}
        most = max(free, key=lambda worker: free[worker], default=None)
        return most if most is not None and free[most] > 0 else None

    def _submit(self, number: int, message: bytes, worker: str, workplace: Any) -> None:
        with self._cluster.watching_connection(), unwarned():
            future = self._cluster.client.submit(
                run_message,
                workplace,
                number,
                message,
                key=f"mlpcli-{self._sent.token}-{number}-{next(self._keys)}",
                pure=False,
                workers=[worker],
                allow_other_workers=True,
            )
        self._running[number], self._worker_of[number] = future, worker
        future.add_done_callback(lambda done: self._events.put(("done", (number, done))))

    def _workplace(self, worker: str) -> Any:
        """What the runs share, as the worker has it; it is sent there first. None if the worker is gone."""
        known = self._workplaces.get(worker)
        if known is None or known.status != "finished":
            key = f"mlpcli-{self._sent.token}-{next(self._keys)}"
            try:
                with unwarned():
                    sent = self._cluster.client.scatter({key: Workplace(self._sent)}, workers=[worker])
            except (OSError, ValueError, KeyError) as error:  # the last two of an unknown worker
                if not self._cluster.is_connected:
                    raise self._cluster.lost() from error
                del self._threads[worker]
                return None
            self._workplaces[worker] = sent[key]
        return self._workplaces[worker]

    def _look_for_workers(self) -> None:
        with self._cluster.watching_connection():
            found = self._cluster.client.nthreads()
        self._threads = {worker: threads for worker, threads in found.items() if worker in self._alike}

    def _ended_run(self, number: int, future: Any) -> Iterator[tuple[int, Any, Any]]:
        if self._running.get(number) is not future:
            return  # it was given up
        del self._running[number]
        kind, content, kept = self._result(future)
        if kind == KILLED:
            self._tries[number] += 1
            if self._tries[number] >= (MOST_LOST if content == WORKER else MOST_KILLED):
                what = "worker was lost" if content == WORKER else "process on a worker was killed"
                said = f"the {what} {self._tries[number]} times in one run, perhaps for lack of memory"
                raise MlpcliError(said, "Start workers with fewer threads.", setting="dask")
            if content == WORKER:
                self._look_for_workers()
            if self._reason is None:
                self._pending.appendleft(number)
        elif kind == ERROR:
            raise self._decoded(content)
        elif kind == FAILURE:
            raise RuntimeError(f"a run failed on a worker:\n{self._decoded(content)}")
        elif kind != UNSTARTED:
            yield number, self._decoded(content), None if kept is None else self._decoded(kept)

    def _result(self, future: Any) -> tuple[str, bytes, bytes | None]:
        """The result of the task; KILLED if it was lost with its workers, or took too many of them along."""
        from distributed import KilledWorker

        if not self._cluster.is_connected:
            raise self._cluster.lost()
        try:
            with self._cluster.watching_connection():
                kind, content, kept = future.result()
        except (CancelledError, KilledWorker):
            if not self._cluster.is_connected:
                raise self._cluster.lost() from None
            return KILLED, WORKER, None
        except MlpcliError:
            raise
        except Exception as error:  # of Dask, such as one of unpickling: runs send theirs as answers
            said = f"a run failed on a worker ({type(error).__name__}: {error!s:.200})"
            raise MlpcliError(said, "See the log of the workers.", setting="dask") from error
        return kind, content, kept

    def _decoded(self, content: bytes) -> Any:
        from mlpcli.training.plain_data import PlainDataError, decoded

        try:
            return decoded(content, self._classes())
        except PlainDataError as error:
            said = f"a worker sent an answer that cannot be read: {error}"
            raise MlpcliError(said, "Check who can connect to the scheduler.", setting="dask") from None

    def _news(self, found: "_News") -> Iterator[tuple[int, Any, Any]]:
        self._alike = {worker for worker, each in found.versions.items() if self._cluster.is_alike(each)}
        self._threads = {worker: found.threads[worker] for worker in self._alike}
        for number, content in found.records:
            for record in self._decoded(content):
                yield number, record, None
        if found.after is not None:
            for number, future in list(self._running.items()):
                if future.key not in found.begun and not future.done():
                    del self._running[number]
                    future.cancel()

    def _ask(self) -> None:
        """Ask all workers for news until the end, in a thread of its own: an answer may take long."""
        idle = 0.0
        while not self._ended.is_set():
            self._hurry.wait(self._seconds)
            self._hurry.clear()
            if self._ended.is_set():
                return
            reason = self._reason
            try:
                with self._cluster.watching_connection():
                    found = self._cluster.client.run(exchange, self._sent.token, reason, on_error="return")
            except Exception as error:  # raised again where answers are waited for
                if self._ended.is_set():
                    return
                self._events.put(("error", error if self._cluster.is_connected else self._cluster.lost()))
                return
            news = _News.of(found, reason)
            some = any(map(self._cluster.is_alike, news.versions.values()))
            idle = 0.0 if some else idle + self._seconds
            if idle > PATIENCE_SECONDS:
                said = f"the scheduler at {self._cluster.address} has lost all its workers"
                hint = f"Start some, then this command again: dask worker {self._cluster.address}"
                self._events.put(("error", MlpcliError(said, hint, setting="dask")))
                return
            self._events.put(("news", news))


@dataclass(frozen=True)
class _News:
    """Answers of all workers to one question."""

    threads: dict[str, int]
    """Of each worker."""
    versions: dict[str, dict[str, str | None]]
    """Those of each worker."""
    begun: set[str]
    """Keys of tasks."""
    records: list[tuple[int, bytes]]
    after: "StopReason | None"
    """The reason to stop, if they were told it."""

    @classmethod
    def of(cls, answers: Mapping[str, Any], after: "StopReason | None") -> "_News":
        # A worker that was just lost has an error in place of an answer.
        found = {worker: each for worker, each in answers.items() if isinstance(each, Mapping)}
        return cls(
            {worker: each["threads"] for worker, each in found.items()},
            {worker: each["versions"] for worker, each in found.items()},
            {key for each in found.values() for key in each["begun"]},
            [record for each in found.values() for record in each["news"]],
            after if len(found) == len(answers) else None,
        )


class ClusterRunners(Generic[Run, Result]):
    """Workers of a cluster that call a function of a table and of a run, as `Runners` do on one machine."""

    def __init__(
        self,
        cluster: Cluster,
        where: tuple[str, str],
        table: "list[str] | SomeRows | pd.DataFrame",
        classes: Classes,
        most: int | None = None,
    ) -> None:
        files, shared = (sent_files(table), b"") if isinstance(table, list) else ((), pickle.dumps(table))
        sent = Sent(token=_token(), serve="serve_runs", where=where, shared=shared, files=files)
        self._remote = Remote(cluster, sent, classes, RUN_NEWS_SECONDS, most)
        self._cluster = cluster

    def __enter__(self) -> "ClusterRunners[Run, Result]":
        self._remote.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._remote.__exit__(*error)

    def engine(self, given: str) -> str:
        """The engine to ask for: what is installed here decides, whatever the workers have."""
        return self._cluster.engine(given)

    def run(self, runs: Sequence[Run]) -> Iterator[tuple[int, Result]]:
        """The place and the result of each run, in the order in which they end; raises what a run raises."""
        messages = ((place, pickle.dumps((place, run))) for place, run in enumerate(runs))
        for _, (place, result), _ in self._remote.answers(messages):
            yield place, result


def sent_files(paths: Sequence[str]) -> tuple[SentFile, ...]:
    """The content of files of a table; raises DataError as reading does."""
    files = []
    for path in paths:
        source = TextSource(path)
        with named_errors(source.path), open(source.path, "rb") as file:
            content = file.read()
        name = source.path.replace("\\", "/").rpartition("/")[2]
        dot = name.find(".", 1)
        files.append(SentFile(source.name, name[dot:] if dot > 0 else "", source.part, content))
    return tuple(files)


def networks_of(prepared: object, threads: int) -> Sent:
    """What workers need to train networks of prepared rows, on so many threads each."""
    with unnamed_file() as descriptor:
        shared: Shared = share(prepared, descriptor)
        mapped = b""
        if descriptor is not None:
            with open(descriptor, "rb", closefd=False) as file:
                file.seek(0)
                mapped = file.read()
    settings = {"threads": threads}
    return Sent(token=_token(), serve="serve", settings=settings, shared=pickle.dumps(shared), mapped=mapped)


def _token() -> str:
    return uuid.uuid4().hex
