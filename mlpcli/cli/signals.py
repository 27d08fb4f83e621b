"""Signals that end the script: at once, wherever it is, with one line and nothing left behind.

An exception may get lost, as in an import or a destructor, and a second one interrupts its clean-up.
"""

import os
import signal
from contextlib import suppress
from types import FrameType

from mlpcli.render.progress.drawing import clear_terminal
from mlpcli.unfinished import UNFINISHED

ENDING = {
    getattr(signal, name): word
    for name, word in {
        "SIGINT": "interrupted",
        "SIGTERM": "terminated",
        "SIGHUP": "hung up",  # its terminal was closed
        "SIGQUIT": "quit",
    }.items()
    if hasattr(signal, name)
}
"""Signals that end a command, and what it then says; not all systems have them all."""


def end_quietly() -> None:
    """Have each of these signals end the process, unless it is ignored, as under nohup."""
    for signum in ENDING:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, _end)

    if hasattr(signal, "SIGTSTP") and signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL:
        signal.signal(signal.SIGTSTP, _pause)


def _pause(signum: int, frame: FrameType | None) -> None:
    """Stop as Ctrl-Z asks for, with the terminal as it was; what was drawn there is drawn again later."""
    clear_terminal()
    signal.signal(signum, signal.SIG_DFL)
    os.kill(os.getpid(), signum)
    signal.signal(signum, _pause)  # here it goes on


def ignore() -> None:
    """Ignore them from now on: the work is done, and its exit status is to be that of the process."""
    for signum in ENDING:
        signal.signal(signum, signal.SIG_IGN)


def _end(signum: int, frame: FrameType | None) -> None:
    clear_terminal()
    for path in UNFINISHED:
        with suppress(OSError):
            os.unlink(path)
    behind = "\n" if os.isatty(2) else ""  # the terminal shows ^C
    with suppress(OSError):  # it may be closed
        os.write(2, f"{behind}error: {ENDING[signal.Signals(signum)]}\n".encode())
    os._exit(128 + signum)
