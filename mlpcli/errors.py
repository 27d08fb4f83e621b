"""Errors that a user can mend, each with a message and a hint, and sentences that name settings.

Only `mlpcli.cli` turns these into a message and an exit status; Python callers catch `MlpcliError`.
"""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from itertools import takewhile
from string import Formatter
from typing import Any, TypeAlias

Naming: TypeAlias = Callable[[str], str]
"""A function from a setting's field name to the name shown: itself in Python, the flag on a command line."""


class Sentence(str):
    """Text that names settings: `Sentence("Give {learning_rate} {:g}.", 0.1)`.

    Braces hold the field name of a setting, or take the next of the values. As a `str` it shows field names;
    `told` shows other names, such as the flags of a command line.
    """

    _template: str
    _values: tuple[object, ...]

    def __new__(cls, template: str, *values: object) -> "Sentence":
        sentence = super().__new__(cls, _filled(template, values, str))
        sentence._template, sentence._values = template, values
        return sentence

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self._template, *self._values)

    @classmethod
    def joined(cls, texts: Iterable[str], by: str = "") -> "Sentence":
        """One sentence from several texts, some of which may name settings."""
        parts = [each if isinstance(each, cls) else cls("{}", each) for each in texts]
        values = [value for part in parts for value in part._values]
        return cls(by.join(part._template for part in parts), *values)

    @property
    def settings(self) -> set[str]:
        """Names of the settings in the sentence."""
        return {name for _, name, _, _ in Formatter().parse(self._template) if name}

    def told(self, naming: Naming) -> str:
        """The sentence with other names of the settings."""
        return _filled(self._template, self._values, naming)


def told(text: str, naming: Naming) -> str:
    """The text with other names of the settings, if it is a `Sentence`."""
    return text.told(naming) if isinstance(text, Sentence) else text


def _filled(template: str, values: Sequence[object], naming: Naming) -> str:
    return Formatter().vformat(template, values, _Names(naming))


class _Names(dict[str, str]):
    """A mapping that has every key: the setting of that name."""

    def __init__(self, naming: Naming) -> None:
        super().__init__()
        self._naming = naming

    def __missing__(self, key: str) -> str:
        return self._naming(key)


class MlpcliError(Exception):
    """A mistake the user can mend.

    `message` says where and what, `hint` what to do about it; `setting` is the field name of the setting that
    the error is about, if any. Message and hint may be a `Sentence`.
    """

    def __init__(self, message: str, hint: str = "", *, setting: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.setting = setting

    def __str__(self) -> str:
        return self.told(str)

    def told(self, naming: Naming) -> str:
        """The message, led by the setting that it is about, unless it names that itself."""
        message = told(self.message, naming)
        return f"{naming(self.setting)}: {message}" if self.setting and not self.names_setting else message

    @property
    def names_setting(self) -> bool:
        """Whether the message itself names the setting that it is about."""
        return isinstance(self.message, Sentence) and self.setting in self.message.settings


class DataError(MlpcliError):
    """An error in a table: a file, a line, a column, a cell."""


class ArtifactError(MlpcliError):
    """A model file that cannot be read."""


class OutputError(MlpcliError):
    """A place that cannot be written to."""


class ExistsError(OutputError):
    """A file that exists already, and is not replaced unasked."""


class DivergenceError(MlpcliError):
    """Training diverged: the loss is no longer a finite number."""


class StoppedError(MlpcliError):
    """The run was stopped before there was anything to keep; `reason` is that of `StopReason`."""

    def __init__(self, message: str, hint: str = "", *, reason: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


class SettingsError(MlpcliError):
    """A setting that is wrong in itself, whatever the data."""


MOST_COMPARED = 200
"""Names: to compare two takes up to a millisecond, and a table may have 100,000 columns."""


def _ends_in_common(one: str, other: str) -> int:
    """Characters that are the same from the start on, and from the end back."""
    pairs = zip(one, other, strict=False), zip(one[::-1], other[::-1], strict=False)
    return sum(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], each)) for each in pairs)


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """The known names nearest to `name`, three at most, the nearest first."""
    folded = {other.casefold(): other for other in known}
    wanted = name[:100].casefold()
    likely = sorted(folded, key=lambda other: _ends_in_common(wanted, other), reverse=True)[:MOST_COMPARED]
    return [folded[match] for match in get_close_matches(wanted, likely, n=3, cutoff=0.6)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the names nearest to `name`, or all of them when none is near and they are few.

    Empty if there are no names.
    """
    known = list(known)
    if not known:
        return ""
    near = near_names(name, known)
    if near:
        return "Did you mean " + " or ".join(repr(other) for other in near) + "?"
    if len(known) <= 30:
        return "Choose from: " + ", ".join(known) + "."
    return f"Choose one of the {len(known):,} from {known[0]!r} to {known[-1]!r}."


def count(number: int, noun: str) -> str:
    """1 epoch, 2 epochs."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
