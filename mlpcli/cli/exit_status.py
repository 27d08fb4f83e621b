"""Exit status of a command line."""

from enum import IntEnum

from mlpcli.cli.mistakes import CommandLineError
from mlpcli.errors import MlpcliError, SettingsError, StoppedError


class ExitStatus(IntEnum):
    """Exit status of the program; scripts rely on these numbers."""

    DONE = 0
    FAILED = 1
    """A fault in a file, or during the work."""
    MISUSED = 2
    """A fault in the command line itself."""
    GATE_FAILED = 3
    HUNG_UP = 129
    INTERRUPTED = 130
    QUIT = 131
    TERMINATED = 143


AFTER_STOPPING = {
    "interrupted": ExitStatus.INTERRUPTED,
    "terminated": ExitStatus.TERMINATED,
    "hung up": ExitStatus.HUNG_UP,
    "quit": ExitStatus.QUIT,
}
"""Status by what stopped the command; all other reasons count as done."""


def status_of(error: MlpcliError) -> ExitStatus:
    """The status of a command that ends with this error."""
    if isinstance(error, StoppedError):
        return AFTER_STOPPING.get(error.reason, ExitStatus.FAILED)
    each = error.errors if isinstance(error, CommandLineError) else [error]
    misused = any(isinstance(one, SettingsError) for one in each)
    return ExitStatus.MISUSED if misused else ExitStatus.FAILED
