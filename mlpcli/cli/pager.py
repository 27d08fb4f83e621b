"""A pager for results that are longer than the terminal."""

import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from mlpcli.cli.console import Console
from mlpcli.render.console import Screen, is_terminal

PAGER = "less"
LESS_OPTIONS = "FRX"
"""As git gives less: end at once if all fits, pass colours on, leave the text on the screen."""


class _Page(io.StringIO):
    """Text that is laid out as for a terminal before it is known whether it fits."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__()
        self._encoding = terminal.encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only there, and always None
        return self._encoding

    def isatty(self) -> bool:
        return True


@contextmanager
def paged(console: Console, *, wanted: bool = True) -> Iterator[Screen]:
    """The screen of stdout; on a terminal that is shorter than what is written, shown by a pager.

    The pager is that of the environment variable PAGER, or less; an empty one, and `cat`, are none, and
    --no-pager switches it off.
    """
    program = _program() if wanted and console.pager and is_terminal(sys.stdout) else []
    if not program:
        yield console.results()
        return
    page, height = _Page(sys.stdout), shutil.get_terminal_size().lines
    yield Screen(page, verbose=console.verbose, naming=console.naming, height=height)
    text = page.getvalue()
    if text.count("\n") < height:
        sys.stdout.write(text)
    else:
        _show(program, text)


def _program() -> list[str]:
    """The pager's command line; empty if there is none."""
    try:
        program = shlex.split(os.environ.get("PAGER", PAGER))
    except ValueError:  # a quote that is not closed
        return []
    return program if program and program != ["cat"] and shutil.which(program[0]) else []


def _show(program: list[str], text: str) -> None:
    """Run the pager; Ctrl-C is its own until it ends, and it may be left before the end of the text.

    The text of one that fails is written as it is.
    """
    sys.stdout.flush()
    # A handler, as the pager would inherit that signals are ignored.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        done = subprocess.run(
            program,
            input=text.encode(sys.stdout.encoding, errors="backslashreplace"),
            env={"LESS": LESS_OPTIONS} | os.environ,
            check=False,
        )
        failed = done.returncode > 0
    except OSError:  # no program, after all
        failed = True
    finally:
        signal.signal(signal.SIGINT, before)
    if failed:
        sys.stdout.write(text)
