"""A pseudo-terminal within the process of the test."""

import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

import pytest

from mlpcli.render.progress.drawing import DRAWN
from tests.cli.terminals import resize


@dataclass
class Terminal:
    """A pseudo-terminal that nobody else writes to."""

    stream: TextIO
    descriptor: int

    def read(self) -> str:
        """What was written since the last time."""
        self.stream.write("\x00")  # a mark, as reading waits
        self.stream.flush()
        written = b""
        while not written.endswith(b"\x00"):
            written += os.read(self.descriptor, 1 << 16)
        return written[:-1].decode()


@contextmanager
def pseudo_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """One of 80 x 24 without colours; at the end nothing may be drawn on it."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    ours, theirs = pty.openpty()
    resize(theirs, 80, 24)
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield Terminal(stream, ours)
    os.close(ours)
    assert DRAWN == []
