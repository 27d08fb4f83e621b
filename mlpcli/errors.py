"""What a user may be told: one line that says where and what, and a hint that says what to do.

Only `mlpcli.cli.main` turns these into a message and an exit code; Python callers catch `MlpcliError`.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class MlpcliError(Exception):
    """A mistake the user can mend: `message` says where and what, `hint` what to do about it."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class DataError(MlpcliError):
    """Something in a table: a file, a line, a column, a cell."""


class ArtifactError(MlpcliError):
    """A model file that cannot be read."""


class OutputError(MlpcliError):
    """A place that cannot be written to."""


class DivergenceError(MlpcliError):
    """Training ran away: the loss is no longer a finite number."""


class StoppedError(MlpcliError):
    """The user stopped the run before there was anything to keep."""

    def __init__(self, message: str, hint: str = "", exit_code: int = 1) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


class SettingsError(MlpcliError):
    """A setting that is wrong in itself, whatever the data: exit code 2, as for any wrong command line."""

    exit_code = 2


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the names nearest to `name`, or all of them when none is near and they are few."""
    known = list(known)
    folded = {other.casefold(): other for other in known}
    near = [folded[match] for match in get_close_matches(name[:100].casefold(), folded, n=3, cutoff=0.6)]
    if near:
        return "Did you mean " + " or ".join(repr(other) for other in near) + "?"
    if len(known) <= 30:
        return "There are: " + ", ".join(known) + "."
    return f"There are {len(known)}, from {known[0]!r} to {known[-1]!r}."


def count(number: int, noun: str) -> str:
    """1 epoch, 2 epochs."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
