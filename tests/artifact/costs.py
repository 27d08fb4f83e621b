"""Bounds on what refusing a file may cost."""

import signal
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 60.0
"""Computing time after which a walk is taken as endless: nothing here takes more than a few."""


@contextmanager
def bounded(memory: int) -> Iterator[None]:
    """Fail if what is done takes more bytes than `memory`; end the process if it never ends.

    The process, because an endless walk may be one call that Python cannot interrupt.
    """
    tracemalloc.start()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        tracemalloc.stop()
    assert peak < memory
