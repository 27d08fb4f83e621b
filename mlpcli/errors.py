"""Errors a user can mend, and the sentences they are told in: where, what, and what to do.

Only `mlpcli.cli` turns these into a message and an exit status; Python callers catch `MlpcliError`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from string import Formatter
from typing import Any, TypeAlias

Naming: TypeAlias = Callable[[str], str]
"""How a setting is called: by its field's name in Python, by its flag on a command line."""


class Sentence(str):
    """Text that names settings: `Sentence("Give {learning_rate} {:g}.", 0.1)`.

    What stands in braces is the name of a setting, or a value by its position. As a `str` it names settings
    as Python does; `told` names them otherwise, as by the flags of a command line.
    """

    _template: str
    _values: tuple[object, ...]

    def __new__(cls, template: str, *values: object) -> "Sentence":
        sentence = super().__new__(cls, _filled(template, values, str))
        sentence._template, sentence._values = template, values
        return sentence

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self._template, *self._values)

    def told(self, naming: Naming) -> str:
        """The sentence with settings by another name."""
        return _filled(self._template, self._values, naming)


def told(text: str, naming: Naming) -> str:
    """A text with its settings by another name, if it names any."""
    return text.told(naming) if isinstance(text, Sentence) else text


def _filled(template: str, values: Sequence[object], naming: Naming) -> str:
    return Formatter().vformat(template, values, _Names(naming))


class _Names(Mapping[str, str]):
    """Every key stands for the setting of that name."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming

    def __getitem__(self, key: str) -> str:
        return self._naming(key)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


class MlpcliError(Exception):
    """A mistake the user can mend.

    `message` says where and what, `hint` what to do about it; `setting` is the name of the field that the
    error is about, if it is about one. Message and hint may be a `Sentence`.
    """

    def __init__(self, message: str, hint: str = "", *, setting: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.setting = setting

    def __str__(self) -> str:
        return self.told(str)

    def told(self, naming: Naming) -> str:
        """The message, behind the setting that it is about."""
        message = told(self.message, naming)
        return f"{naming(self.setting)}: {message}" if self.setting else message


class DataError(MlpcliError):
    """Something in a table: a file, a line, a column, a cell."""


class ArtifactError(MlpcliError):
    """A model file that cannot be read."""


class OutputError(MlpcliError):
    """A place that cannot be written to."""


class DivergenceError(MlpcliError):
    """Training ran away: the loss is no longer a finite number."""


class StoppedError(MlpcliError):
    """The run was stopped before there was anything to keep; `reason` is that of `StopReason`."""

    def __init__(self, message: str, hint: str = "", *, reason: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


class SettingsError(MlpcliError):
    """A setting that is wrong in itself, whatever the data."""


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
