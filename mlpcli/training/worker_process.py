"""The work of a `ServedProcess`, which ends as soon as its standard input does.

Nothing but the standard library is imported before it listens: on a busy machine the rest may take seconds.
"""

import os
import pickle
import sys
import traceback
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import Any


def serve(descriptor: int | None) -> None:
    """Train networks: the data, assignments and the reason to stop come from standard input.

    The arrays of the data are in the file of the `descriptor`.
    """
    messages, reasons, post = _connected()
    from mlpcli.options.threads import limited_threads
    from mlpcli.training.shared_data import shared_value
    from mlpcli.training.workers import train_each

    with limited_threads(1):
        data = messages.get()
        load = cache(lambda: shared_value(pickle.loads(data), descriptor))
        train_each(load, map(pickle.loads, iter(messages.get, None)), lambda: reasons[-1], post)


def serve_runs(descriptor: None) -> None:
    """Call a function: it comes first, with what all calls share, and is loaded at once.

    Then come places and arguments, each of which is answered by the place and a result.
    """
    messages, _, post = _connected()
    try:
        function, shared = map(pickle.loads, pickle.loads(messages.get()))
    except BaseException as error:  # raised again where it is received
        post(error)
        return
    for message in iter(messages.get, None):
        try:
            place, argument = pickle.loads(message)
            post((place, function(shared, argument)))
        except BaseException as error:
            post(error)


def _connected() -> tuple["SimpleQueue[bytes]", list[Any], Callable[[object], None]]:
    """Messages that are bytes, in a queue; all others; and the function that answers.

    What is printed goes to standard error.
    """
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    messages: SimpleQueue[bytes] = SimpleQueue()
    others: list[Any] = [None]

    def listen() -> None:
        try:
            while True:
                message = pickle.load(sys.stdin.buffer)
                if isinstance(message, bytes):
                    messages.put(message)
                else:
                    others.append(message)
        finally:
            os._exit(0)

    def post(message: object) -> None:
        if isinstance(message, BaseException):
            message.add_note(traceback.format_exc())
        try:
            pickle.dump(message, output)
            output.flush()
        except OSError:
            os._exit(0)

    Thread(target=listen, daemon=True).start()
    return messages, others, post
