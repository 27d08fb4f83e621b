"""Writes behind a training's back: it goes on while the disk is waited for."""

from collections.abc import Callable
from threading import Condition, Thread

from mlpcli.errors import OutputError


class Writer:
    """Calls `write` in a thread of its own; of what comes while it is busy only the newest is written."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._waiting: bytes | None = None
        self._busy = False
        self._changed = Condition()
        self._thread: Thread | None = None
        self.complaint: OutputError | None = None
        """Why the last one could not be written; a later one may be."""

    def put(self, content: bytes) -> None:
        """Write it as soon as possible."""
        with self._changed:
            self._waiting = content
            if self._thread is None:
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self) -> None:
        """Wait until all is written."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is None and not self._busy)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None)
                content, self._waiting, self._busy = self._waiting, None, True
            assert content is not None
            try:
                self._write(content)
                self.complaint = None
            except OutputError as error:
                self.complaint = error
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
