"""The process of a `ProcessWorker`, which ends as soon as its standard input does.

Nothing but the standard library is imported before it listens: on a busy machine the rest may take seconds.
"""

import os
import pickle
import shutil
import sys
import traceback
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import Any


def serve(path: str) -> None:
    """Train networks on the data in `path`: assignments and the reason to stop come from standard input.

    Messages go to standard output; what is printed, to standard error.
    """
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    assignments: SimpleQueue[bytes] = SimpleQueue()
    reasons: list[Any] = [None]

    def leave() -> None:
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)  # whoever started this may have been killed
        os._exit(0)

    def listen() -> None:
        try:
            while True:
                message = pickle.load(sys.stdin.buffer)
                if isinstance(message, bytes):
                    assignments.put(message)
                else:
                    reasons.append(message)
        finally:
            leave()

    def post(message: object) -> None:
        if isinstance(message, BaseException):
            message.add_note(traceback.format_exc())
        try:
            pickle.dump(message, output)
            output.flush()
        except OSError:
            leave()

    Thread(target=listen, daemon=True).start()
    import joblib

    from mlpcli.options.threads import limited_threads
    from mlpcli.training.workers import train_each

    with limited_threads(1):
        load = cache(lambda: joblib.load(path, mmap_mode="r"))
        train_each(load, map(pickle.loads, iter(assignments.get, None)), lambda: reasons[-1], post)
