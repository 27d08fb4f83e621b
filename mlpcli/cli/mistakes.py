"""Mistakes of a command line: all that are found are told, each with a hint."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import Any, TextIO

import click

from mlpcli.errors import ExistsError, MlpcliError, SettingsError
from mlpcli.settings import Settings, build, described_fields, given
from mlpcli.text_width import shell_line

MISTAKES = "mlpcli.mistakes"
"""Key in `Context.meta` of the errors found so far, while a command line is parsed."""
WORDS = "mlpcli.words"
"""Key in `Context.meta` of the words behind the command's name, as they were typed."""
NEAR = 0.75
"""Least likeness of an option that is suggested."""
SHORTEST_START = 3
"""Letters from which the beginning of a name is taken for it."""


class CommandLineError(MlpcliError):
    """Several errors of one command line."""

    def __init__(self, errors: Sequence[MlpcliError]) -> None:
        super().__init__(errors[0].message, errors[0].hint, setting=errors[0].setting)
        self.errors = list(errors)


def raise_all(errors: Sequence[MlpcliError]) -> None:
    """Raise the error, or all of them as one; nothing happens if there are none."""
    if len(errors) > 1:
        raise CommandLineError(errors)
    if errors:
        raise errors[0]


def errors_of_settings(
    classes: Iterable[type[Settings]], values: Mapping[str, Any]
) -> Iterator[SettingsError]:
    """Errors of each settings class with these values: also those between settings of one class."""
    for settings_class in classes:
        own = given({name: values.get(name) for name in described_fields(settings_class)})
        while True:
            try:
                build(settings_class, own)
                break
            except SettingsError as error:
                yield error
                if own.pop(error.setting, None) is None:
                    break


def usage_error(error: click.UsageError, ctx: click.Context | None = None) -> SettingsError:
    """click's error as one of ours."""
    ctx = error.ctx or ctx
    hint = f"See {ctx.command_path if ctx is not None else 'mlpcli'} --help."
    if not isinstance(error, click.NoSuchOption):
        return SettingsError(" ".join(error.format_message().split()), hint)
    if ctx is not None and (near := near_options(ctx.command, error.option_name)):
        hint = "Did you mean " + " or ".join(near) + "?"
    return SettingsError(f"there is no option {error.option_name!r:.80}", hint)


def near_options(command: click.Command, name: str) -> list[str]:
    """Long options whose name, or the name of whose setting, is like this one; the likest first."""
    wanted = _plain(name)
    found: dict[str, float] = {}
    for option in command.params:
        if not isinstance(option, click.Option):
            continue
        flags = option.secondary_opts if wanted.startswith("no-") else option.opts
        for flag in flags:
            names = {_plain(flag), _plain(option.name or "")}
            if flag.startswith("--") and (likeness := max(_likeness(wanted, each) for each in names)) >= NEAR:
                found[flag] = likeness
    best = sorted(found, key=lambda flag: -found[flag])
    return [flag for flag in best if found[flag] > found[best[0]] - 0.1][:3]


def _likeness(wanted: str, name: str) -> float:
    shorter, longer = sorted((wanted, name), key=len)
    if len(shorter) >= SHORTEST_START and longer.startswith(shorter):
        return max(0.9, len(shorter) / len(longer))
    return SequenceMatcher(None, wanted, name).ratio()


def _plain(name: str) -> str:
    return name.lstrip("-").replace("_", "-").casefold()


def explained(error: SettingsError, cause: click.UsageError, ctx: click.Context) -> SettingsError:
    """The error about words of a command line, with a hint on what was probably meant."""
    missing = cause.param if isinstance(cause, click.MissingParameter) else None
    if missing is not None and missing.name == "data" and is_piped(sys.stdin):
        return SettingsError("no DATA is named", f"To read what is piped in: {words_of(ctx, '-')}")
    if missing is not None and missing.name == "data" and ctx.params.get("model") is not None:
        return SettingsError("which DATA?", f"Name a table, too: {words_of(ctx, 'new.csv')}")
    return error


def is_piped(stream: TextIO | None) -> bool:
    """Whether the stream is a pipe, or a file sent in with <."""
    try:
        mode = os.fstat(stream.fileno()).st_mode if stream is not None else 0
    except (OSError, ValueError):  # closed, or no file
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


@contextmanager
def force_named(ctx: click.Context) -> Iterator[None]:
    """Have an error about a file that exists already name the whole command that replaces it."""
    try:
        yield
    except ExistsError as error:
        error.hint = f"To replace it: {words_of(ctx)} -f"
        raise


def words_of(ctx: click.Context, *more: str) -> str:
    """The command line as it was typed, quoted for a shell."""
    return shell_line([*ctx.command_path.split(), *ctx.meta.get(WORDS, ()), *more])
