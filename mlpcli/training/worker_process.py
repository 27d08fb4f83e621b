"""The process of a `ProcessWorker`, which ends as soon as its standard input does.

Nothing but the standard library is imported before it listens: on a busy machine the rest may take seconds.
"""

import os
import pickle
import sys
import traceback
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import Any


def serve(descriptor: int | None) -> None:
    """Train networks: the data, assignments and the reason to stop come from standard input.

    The arrays of the data are in the file of the `descriptor`. Messages go to standard output; what is
    printed, to standard error.
    """
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    messages: SimpleQueue[bytes] = SimpleQueue()
    reasons: list[Any] = [None]

    def listen() -> None:
        try:
            while True:
                message = pickle.load(sys.stdin.buffer)
                if isinstance(message, bytes):
                    messages.put(message)
                else:
                    reasons.append(message)
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
    from mlpcli.options.threads import limited_threads
    from mlpcli.training.shared_data import shared_value
    from mlpcli.training.workers import train_each

    with limited_threads(1):
        data = messages.get()
        load = cache(lambda: shared_value(pickle.loads(data), descriptor))
        train_each(load, map(pickle.loads, iter(messages.get, None)), lambda: reasons[-1], post)
