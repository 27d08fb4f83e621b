"""Processes that do work for this one, and end with it.

A process ends with its standard input, so that it never outlives the process that started it, however that
one ended. This is also faster than a pool of joblib: penguins with the default preset in two processes take
0.8 of its time.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any, ClassVar, cast

from mlpcli.errors import MlpcliError

BLOCKED = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
]
SERVE = "import sys; sys.path = {}; from mlpcli.training.worker_process import {}; {}(**{!r})"


class KilledError(MlpcliError):
    """A process was killed while others waited for it."""


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


class ServedProcess:
    """A process that runs a function of `worker_process`, gets messages, and answers with others.

    It inherits the `descriptor`, if one is given, and the function gets it with the other `settings`. `post`
    is called in a thread of this process with each answer, and with an error if the process is killed.
    """

    advice: ClassVar[str]
    """What to do if it is killed."""

    def __init__(
        self, serve: str, post: Callable[[Any], None], descriptor: int | None = None, **settings: Any
    ) -> None:
        # A process inherits blocked signals: the process that runs the command decides what they do.
        masks = hasattr(signal, "pthread_sigmask")
        before = signal.pthread_sigmask(signal.SIG_BLOCK, BLOCKED) if masks else ()
        try:
            code = SERVE.format(import_path(), serve, serve, {"descriptor": descriptor, **settings})
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", code],
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

    def put(self, message: Any) -> None:
        """Send a message."""
        with suppress(OSError):  # it was killed, as the reader notices
            pickle.dump(message, self._to)
            self._to.flush()

    def close(self) -> None:
        """End it, whatever it is doing."""
        self.put(None)
        with suppress(OSError):
            self._to.close()
        self._process.wait()
        self._reader.join()
        self._from.close()

    def _read(self, post: Callable[[Any], None]) -> None:
        try:
            while True:
                post(pickle.load(self._from))
        except (EOFError, pickle.UnpicklingError):
            post(KilledError("a training process was killed, perhaps for lack of memory", self.advice))
        except Exception as error:  # raised again where it is received
            post(error)
