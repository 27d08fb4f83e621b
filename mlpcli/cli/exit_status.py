"""Exit status of a command line."""

from enum import IntEnum

from mlpcli.errors import MlpcliError, SettingsError, StoppedError


class ExitStatus(IntEnum):
    """Numbers that scripts rely on."""

    DONE = 0
    FAILED = 1
    """Something in a file was wrong, or went wrong during the work."""
    MISUSED = 2
    """Wrong from the command line alone."""
    GATE_FAILED = 3
    INTERRUPTED = 130
    TERMINATED = 143


AFTER_STOPPING = {"interrupted": ExitStatus.INTERRUPTED, "terminated": ExitStatus.TERMINATED}
"""By the `StopReason` of a training; all others count as done."""


def status_of(error: MlpcliError) -> ExitStatus:
    """The status of a command that ends with this error."""
    if isinstance(error, StoppedError):
        return AFTER_STOPPING.get(error.reason, ExitStatus.FAILED)
    return ExitStatus.MISUSED if isinstance(error, SettingsError) else ExitStatus.FAILED
