"""A pseudo-terminal around a command, and what a screen of it would show."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

COMMAND = REAL = [sys.executable, "-m", "mlpcli"]
"""The tests of this room put a script in place of the first, which need not load libraries anew."""
SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b[()][A-Z0-9]")


@dataclass
class Shown:
    """What a command wrote to its terminal, and how it ended."""

    raw: str
    code: int
    out: str = ""

    @property
    def plain(self) -> str:
        """All that was written, one drawing behind the other, without colours and movements."""
        return SEQUENCE.sub("", self.raw.replace("\x1b[?1049", "\n\x1b[?1049"))

    def screen(self, columns: int) -> list[str]:
        """The lines of a screen so wide that is never scrolled, as all that was written leaves them."""
        return screen_of(self.raw, columns)


def in_terminal(
    arguments: Sequence[object],
    *,
    columns: int = 80,
    rows: int = 24,
    term: str = "xterm-256color",
    resize_to: int | None = None,
    signals: Sequence[tuple[bytes, int]] = (),
    on_signal: Callable[[int], None] = lambda pid: None,
    stdout_too: bool = True,
    seconds: float = 60,
) -> Shown:
    """Run mlpcli with a terminal for stderr, and for stdout unless that is to be a pipe.

    `signals`: to be sent one after the other, each as soon as a text has appeared behind the one before.
    """
    ours, theirs = pty.openpty()
    resize(theirs, columns, rows)
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [*(REAL if signals else COMMAND), *map(str, arguments)],
        stdin=theirs,
        stdout=theirs if stdout_too else subprocess.PIPE,
        stderr=theirs,
        env={"PAGER": "cat"} | environment | {"TERM": term},  # less would wait for a key
    )
    os.close(theirs)
    written, end = b"", time.monotonic() + seconds
    waiting, looked_at = list(signals), 0
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.5)[0]:
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        if resize_to is not None and b"epoch" in part:
            resize(ours, resize_to, rows)
        written += part
        if waiting and waiting[0][0] in written[looked_at:]:
            looked_at = len(written)
            process.send_signal(waiting.pop(0)[1])
            on_signal(process.pid)
    out = b""
    if process.stdout is not None:
        with process.stdout as stream:
            out = stream.read()
    process.wait(seconds)
    os.close(ours)
    # What the program wrote last may end within a character.
    return Shown(written.decode(errors="replace"), process.returncode, out.decode())


def resize(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def screen_of(raw: str, columns: int) -> list[str]:
    """A small terminal: text wraps, erase line, alternate screen; colours are left out."""
    lines: list[list[str]] = [[]]
    row = column = 0
    main = lines, row, column
    place = 0
    while place < len(raw):
        if match := SEQUENCE.match(raw, place):
            place = match.end()
            if match[2] == "K":
                lines[row] = lines[row][:column]
            elif match[2] == "H":
                row = column = 0
            elif match[2] == "J":
                lines = [*lines[:row], lines[row][:column]] if not match[1] else [[] for _ in range(row + 1)]
            elif match[0] == "\x1b[?1049h":
                main, lines, row, column = (lines, row, column), [[]], 0, 0
            elif match[0] == "\x1b[?1049l":
                lines, row, column = main
            elif match[2] not in ("m", "h", "l", None):
                raise AssertionError(f"a sequence that this screen does not know: {match[0]!r}")
            continue
        character = raw[place]
        place += 1
        if character == "\r":
            column = 0
        elif character == "\n":
            row += 1
        else:
            if column >= columns:
                row, column = row + 1, 0
            while len(lines) <= row:
                lines.append([])
            lines[row] += " " * (column - len(lines[row]))
            lines[row][column : column + 1] = [character]
            column += 1
        while len(lines) <= row:
            lines.append([])
    return ["".join(line).rstrip() for line in lines]
