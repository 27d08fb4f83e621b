"""Writes behind a training's back: it goes on while the disk is waited for."""

import time
from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

from mlpcli.errors import OutputError

Item = TypeVar("Item")

REST = 30.0
"""Times that a writing took, before the next one: of epochs of a few hundredths of a second not every one is
written. Some 0.6 ms of computing and 0.5 ms of waiting for a disk for a net of 6,000 parameters."""


class Writer(Generic[Item]):
    """Calls `write` in a thread of its own; of what comes while it is busy only the newest is written."""

    def __init__(self, write: Callable[[Item], None]) -> None:
        self._write = write
        self._waiting: list[Item] = []
        self._busy = self._hurry = self._closing = False
        self._rest_until = 0.0
        self._changed = Condition()
        self._thread: Thread | None = None
        self._error: BaseException | None = None
        self.complaint: OutputError | None = None
        """Why the last one could not be written; a later one may be."""

    def put(self, item: Item) -> None:
        """Write it soon."""
        with self._changed:
            self._waiting = [item]
            if self._thread is None:
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self) -> None:
        """Write what waits now, and wait for it; raises what went wrong, but for a complaint."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._error is not None or not (self._waiting or self._busy))
            self._hurry = False
            if self._error is not None:
                raise self._error

    def close(self) -> None:
        """Write what waits, and end."""
        try:
            self.flush()
        finally:
            with self._changed:
                self._closing = True
                self._changed.notify_all()
            if self._thread is not None:
                self._thread.join()

    def _run(self) -> None:
        try:
            while (item := self._next()) is not None:
                begun = time.perf_counter()
                try:
                    self._write(item[0])
                    self.complaint = None
                except OutputError as error:
                    self.complaint = error
                now = time.perf_counter()
                self._rest_until = now + REST * (now - begun)
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
        except BaseException as error:  # raised again where it is waited for
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _next(self) -> list[Item] | None:
        """What is to be written, once it is time to; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._closing)
            rest = self._rest_until - time.perf_counter()
            self._changed.wait_for(lambda: self._hurry or self._closing, timeout=max(rest, 0.0))
            item, self._waiting = self._waiting, []
            self._busy = bool(item)
            return item or None
