"""The work of a `ServedProcess`, which ends as soon as its standard input does.

Nothing but the standard library is imported before it listens: on a busy machine the rest may take seconds.
"""

import importlib
import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import Any

ANSWER, ERROR, FAILURE, RECORDS = "answer", "error", "failure", "records"
"""Kinds of plain answers: a place and a result, an error that a user can mend, the traceback of any other,
records of epochs. Others are named after their class."""
RECORDS_SECONDS = 0.5
"""Records of this time travel together: small networks have thousands of epochs a second."""


def serve(descriptor: int | None, threads: int = 1, plain: bool = False) -> None:
    """Train networks: the data, assignments and the reason to stop come from standard input.

    The arrays of the data are in the file of the `descriptor`. Answers are pickled, or `plain` data if they
    go to another machine.
    """
    messages, reasons, post = _connected(plain)
    from mlpcli.options.threads import limited_threads
    from mlpcli.training.shared_data import shared_value
    from mlpcli.training.workers import train_each

    with limited_threads(threads):
        data = messages.get()
        load = cache(lambda: shared_value(pickle.loads(data), descriptor))
        train_each(load, map(pickle.loads, iter(messages.get, None)), lambda: reasons[-1], post)


def serve_runs(descriptor: None, plain: bool = False, copies: Sequence[str] = ()) -> None:
    """Call a function: first come its module and name, and it is imported at once, then what all calls share.

    Then come places and arguments, each of which is answered by the place and a result. `copies` are files
    that are removed if the process that made them is killed.
    """
    messages, _, post = _connected(plain, copies)
    try:
        module, name = pickle.loads(messages.get())
        function = getattr(importlib.import_module(module), name)
        shared = pickle.loads(messages.get())
    except BaseException as error:  # raised again where it is received
        post(error)
        return
    for message in iter(messages.get, None):
        try:
            place, argument = pickle.loads(message)
            post((place, function(shared, argument)))
        except BaseException as error:
            post(error)


def _connected(
    plain: bool, copies: Sequence[str] = ()
) -> tuple["SimpleQueue[bytes]", list[Any], Callable[[object], None]]:
    """Messages that are bytes, in a queue; all others; and the function that answers.

    What is printed goes to standard error.
    """
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    messages: SimpleQueue[bytes] = SimpleQueue()
    others: list[Any] = [None]
    answers = _PlainAnswers()

    def listen() -> None:
        try:
            while (message := pickle.load(sys.stdin.buffer)) is not None:
                if isinstance(message, bytes):
                    messages.put(message)
                else:
                    others.append(message)
        except EOFError:  # the process that started this one was killed, and removes nothing any more
            for path in copies:
                with suppress(FileNotFoundError):  # another process was faster
                    os.unlink(path)
        finally:
            os._exit(0)

    def post(message: object) -> None:
        if isinstance(message, BaseException):
            message.add_note(traceback.format_exc())
        try:
            for each in answers.of(message) if plain else [message]:
                pickle.dump(each, output)
            output.flush()
        except OSError:
            os._exit(0)

    Thread(target=listen, daemon=True).start()
    return messages, others, post


class _PlainAnswers:
    """Answers as their kinds and plain data."""

    def __init__(self) -> None:
        self._records: list[object] = []
        self._since = 0.0

    def of(self, message: object) -> Iterator[tuple[str, bytes]]:
        """What is to be sent of a message: nothing while records are collected, and these before others."""
        from mlpcli.errors import MlpcliError
        from mlpcli.nn.fitting import EpochRecord
        from mlpcli.training.plain_data import encoded

        now = time.monotonic()
        if is_record := isinstance(message, EpochRecord):
            self._records.append(message)
        if self._records and (not is_record or now - self._since > RECORDS_SECONDS):
            yield RECORDS, encoded(self._records)
            self._records, self._since = [], now
        if isinstance(message, MlpcliError):
            yield ERROR, encoded(message)
        elif isinstance(message, BaseException):
            yield FAILURE, encoded("".join(traceback.format_exception(message)))
        elif not is_record:
            yield ANSWER if isinstance(message, tuple) else type(message).__name__, encoded(message)
