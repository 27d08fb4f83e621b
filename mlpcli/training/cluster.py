"""The connection to a Dask cluster. `cluster_runs` makes runs there; nothing else talks to Dask.

Trust: whoever names a scheduler trusts it, and all that can connect to it, as much as their own account. Its
protocol unpickles messages on all sides, whichever `deserializers` a client asks for, so that a scheduler
can run code here, and a client on every worker. What mlpcli itself fetches from workers are answers of plain
data, which are read as a file is: whatever is not of the expected classes is refused.
"""

import logging
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from numpy import __version__ as numpy_version

from mlpcli.errors import MlpcliError, Sentence
from mlpcli.extras import require_extra
from mlpcli.nn.kernels import NUMPY
from mlpcli.options.engines import training_engine
from mlpcli.training.cluster_worker import (
    look_up,
)
from mlpcli.version import __version__

if TYPE_CHECKING:  # nothing is imported that takes long: workers are to start before
    pass

CONNECT_SECONDS = 5.0
"""Time that a scheduler has to answer."""
CHATTY = ("distributed", "tornado", "asyncio", "dask")
"""Loggers, with those below them, that would write to the user's screen."""
START_HINT = "Start one: dask scheduler, and dask worker with its address on each machine."


class Cluster:
    """The connection to a scheduler and its workers, which ends with the block.

    Raises MlpcliError if there is no scheduler or no worker, or if one has other versions than this process:
    the same command is to give the same bytes.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.threads = 0
        """Of all workers when the connection was made."""
        self.run_threads = 1
        """Threads of each network's training: as many as it would have here, which decides its last bits."""
        self._numba: dict[str, str | None] = {}
        """Its version on each worker that was there when the connection was made."""
        self._own: dict[str, str | None] = {}
        """Versions of this process."""
        self._uses_numba = False
        self._quiet: Any = None
        self.client: Any = None

    def __enter__(self) -> "Cluster":
        distributed = require_extra("distributed", "dask", "work on a cluster", setting="dask")
        self._quiet = _quiet()
        self._quiet.__enter__()
        try:
            with _connecting(self.address):
                _refuse_silent(self.address)
                self.client = _client(distributed.Client, self.address)
            self._check()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.client is not None:
                with suppress(OSError, TimeoutError):  # the scheduler is gone: there is nothing to tell it
                    self.client.close(timeout=CONNECT_SECONDS)
        finally:
            self._quiet.__exit__(None, None, None)

    @property
    def is_connected(self) -> bool:
        """Whether the scheduler still answers."""
        return self.client is not None and self.client.status == "running"

    def lost(self) -> MlpcliError:
        """The error for a scheduler that has gone away."""
        said = f"the scheduler at {self.address} has gone away"
        return MlpcliError(said, "Start it and its workers again, then this command.", setting="dask")

    def _check(self) -> None:
        """Raise MlpcliError unless there are workers, all with the versions of this process."""
        with self.watching_connection():
            python = {
                worker: each["packages"]["python"]
                for worker, each in self.client.get_versions()["workers"].items()
            }
            here = look_up()()
            if not python:
                said = f"the scheduler at {self.address} has no workers"
                raise MlpcliError(said, f"Start one: dask worker {self.address}", setting="dask")
            for worker, found in python.items():  # other ones may not understand the function below
                self._refuse_other("Python", here["Python"], ".".join(found.split(".")[:2]), worker)
            installed = self.client.run(look_up())
            self.threads = sum(self.client.nthreads().values())
        self._own = here | {"mlpcli": __version__, "NumPy": numpy_version}
        for worker, each in installed.items():
            for name in ("mlpcli", "NumPy"):
                self._refuse_other(name, self._own[name], each[name], worker)
            self._numba[worker] = each["numba"]

    def is_alike(self, versions: Mapping[str, str | None]) -> bool:
        """Whether a worker with these versions, which may have come later, can take part."""
        names = ("Python", "mlpcli", "NumPy", "numba") if self._uses_numba else ("Python", "mlpcli", "NumPy")
        return all(versions.get(name) == self._own[name] for name in names)

    @property
    def workers(self) -> list[str]:
        """Addresses of the workers that were there when the connection was made."""
        return list(self._numba)

    def _refuse_other(self, name: str, here: str | None, there: str | None, worker: str) -> None:
        if there == here:
            return
        has = f"has no {name}" if there is None else f"has {name} {there}"
        said = f"the worker {worker} {has}, but this process has {here}"
        hint = "Install the same versions on all machines, then restart the workers."
        raise MlpcliError(said, hint, setting="dask")

    def engine(self, given: str) -> str:
        """The engine to ask the workers for: what is installed here decides, and they must have the same.

        Raises MlpcliError if a worker has another numba, or none.
        """
        if given == NUMPY or training_engine(given, float("inf")).name == NUMPY:
            return NUMPY
        self._uses_numba, own = True, self._own["numba"]
        for worker, found in self._numba.items():
            if found != own:
                has = "no numba" if found is None else f"numba {found}"
                said = f"the worker {worker} has {has}, but this process has {own}"
                hint = Sentence("Install the same on all machines (mlpcli[fast]), or give {engine} numpy.")
                raise MlpcliError(said, hint, setting="dask")
        return given

    @contextmanager
    def watching_connection(self) -> Iterator[None]:
        """In the block, an error of the connection is told as that."""
        try:
            yield
        except OSError as error:  # those of Dask's connections and time-outs are such
            if not self.is_connected:
                raise self.lost() from error
            said = f"the cluster at {self.address} does not answer: {error!s:.200}"
            raise MlpcliError(said, "See whether its workers run.", setting="dask") from error


@contextmanager
def connected(address: str | None) -> Iterator[Cluster | None]:
    """The cluster with a scheduler of this address, if one is given."""
    if address is None:
        yield None
        return
    with Cluster(address) as cluster:
        yield cluster


@contextmanager
def unwarned() -> Iterator[None]:
    """In the block, one of the main thread, nothing warns: Dask does of values that are large."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _refuse_silent(address: str) -> None:
    """Raise OSError at once if nothing listens there, and ValueError for what is no address."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or parts.port is None:
        raise ValueError(address)
    socket.create_connection((parts.hostname, parts.port), CONNECT_SECONDS).close()


def _client(client_class: Any, address: str) -> Any:
    """A client, or TimeoutError. Made in a thread: it waits for ever for a peer that says nothing."""
    client = client_class.__new__(client_class)
    raised: list[BaseException] = []

    def connect() -> None:
        try:
            client.__init__(address, timeout=CONNECT_SECONDS, set_as_default=False, name="mlpcli")
        except Exception as error:  # raised below
            raised.append(error)

    thread = Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS + 1.0)
    if thread.is_alive() or raised:
        client.status = "closed"  # else Python waits for the scheduler once more, to close it
        raise raised[0] if raised else TimeoutError(address)
    return client


@contextmanager
def _connecting(address: str) -> Iterator[None]:
    """In the block, an error of connecting is told as that."""
    try:
        with unwarned():
            yield
    except ValueError as error:
        said = f"{address!r:.80} is not the address of a scheduler"
        raise MlpcliError(said, "Give one such as tcp://10.0.0.5:8786.", setting="dask") from error
    except OSError as error:
        raise MlpcliError(f"no scheduler answers at {address}", START_HINT, setting="dask") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """In the block, loggers of Dask write nothing: what matters is told by errors."""
    known = logging.root.manager.loggerDict
    loggers = [
        each
        for name, each in list(known.items())
        if name.partition(".")[0] in CHATTY and isinstance(each, logging.Logger) and not each.disabled
    ]
    for each in loggers:
        each.disabled = True
    try:
        yield
    finally:
        for each in loggers:
            each.disabled = False
