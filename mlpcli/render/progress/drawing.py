"""Drawing in place on a terminal: on a line, or on the whole screen; gone at the end, however that comes.

The whole screen is the terminal's alternate one. What stood there before comes back, and nothing is left over
after the window was resized; the lines of its main screen a terminal wraps again, and pushes out of reach.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

DRAWN: "list[Drawing]" = []
"""Drawings that are on a terminal now."""


class Drawing:
    """Lines that are drawn again and again at the same place of a terminal."""

    enter = ""
    """Sequences before the first drawing."""
    leave = "\r\x1b[K"
    """Sequences that take the drawing away."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._descriptor = stream.fileno()
        self._broken = False

    @property
    def size(self) -> os.terminal_size:
        """Columns and rows of the terminal."""
        return os.get_terminal_size(self._descriptor)

    def draw(self, lines: Sequence[str]) -> None:
        """Show lines that fit, unless another program has the terminal."""
        if self._broken or not _is_ours(self._descriptor):
            return
        begins = self not in DRAWN
        if begins:
            DRAWN.append(self)  # first: a signal may come
        self._write((self.enter if begins else "") + self._text(lines))

    def clear(self) -> None:
        """Take the drawing away."""
        if self in DRAWN:
            DRAWN.remove(self)
            self._write(self.leave)

    def clear_at_once(self) -> None:
        """Take the drawing away past the stream, which may be in the middle of writing."""
        with suppress(OSError):  # a terminal that is gone
            os.write(self._descriptor, self.leave.encode())

    def _text(self, lines: Sequence[str]) -> str:
        return f"\r{lines[0]}\x1b[K"

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # a terminal that is gone: the work goes on
            self._broken = True


class FullScreen(Drawing):
    """Lines on a screen of their own, with neither cursor nor wrapping."""

    enter = "\x1b[?1049h\x1b[?25l\x1b[?7l"
    leave = "\x1b[?7h\x1b[?25h\x1b[?1049l"

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._drawn_size: os.terminal_size | None = None

    def _text(self, lines: Sequence[str]) -> str:
        size = self.size
        wiped = "\x1b[2J" if size != self._drawn_size else ""
        self._drawn_size = size
        return f"{wiped}\x1b[H" + "\x1b[K\r\n".join(lines[: size.lines]) + "\x1b[K\x1b[J"


def clear_terminal() -> None:
    """Take all drawings away: the process ends or is stopped by a signal, wherever it is."""
    while DRAWN:
        DRAWN.pop().clear_at_once()


def _is_ours(descriptor: int) -> bool:
    """Whether the process is in the foreground, and no pager or editor reads the terminal's keys."""
    try:
        import termios
    except ImportError:
        return True
    foreground = True
    with suppress(OSError):  # of a terminal that is not the one of the session
        foreground = os.tcgetpgrp(descriptor) == os.getpgrp()
    try:
        return foreground and bool(termios.tcgetattr(descriptor)[3] & termios.ICANON)
    except termios.error:  # a terminal that is gone
        return False
