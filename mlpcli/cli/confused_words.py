"""Words of a command line in the wrong place: MODEL and DATA swapped, values and columns taken for files."""

import glob
import os
from collections.abc import Sequence
from itertools import takewhile

import click

from mlpcli.cli.mistakes import WORDS
from mlpcli.errors import SettingsError
from mlpcli.files import file_and_part
from mlpcli.text_width import shell_line

PICKLE = b"\x80"
"""First byte of a model file."""
SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off"})


def refuse_confused(ctx: click.Context) -> None:
    """Raise SettingsError for a word that is taken for a file, or a model, and is meant for another place."""
    data, model = ctx.params.get("data") or (), ctx.params.get("model")
    if isinstance(model, str):
        _refuse_swapped(ctx, model, data)
    for word in data:
        if word != "-" and not _is_there(word):
            _refuse_misplaced(ctx, word, next((each for each in data if os.path.isfile(each)), ""))


def _is_there(word: str) -> bool:
    return os.path.exists(file_and_part(word)[0]) or next(glob.iglob(word), None) is not None


def _refuse_swapped(ctx: click.Context, model: str, data: Sequence[str]) -> None:
    found = [each for each in data if _is_model(each)]
    if not found or not os.path.isfile(model) or _is_model(model):
        return
    others = {model: found[0], found[0]: model}
    words = [others.get(each, each) for each in ctx.meta[WORDS]]
    ending = os.path.splitext(model)[1][1:].upper()
    kind = f"is a {ending} file, not a model" if ending else "is not a model"
    hint = f"The model comes first: {shell_line([*ctx.command_path.split(), *words])}"
    raise SettingsError(f"{model} {kind}", hint)


def _is_model(path: str) -> bool:
    if not os.path.isfile(path):
        return False  # reading from a pipe would take bytes away
    try:
        with open(path, "rb") as file:
            return file.read(1) == PICKLE
    except OSError:
        return False  # said where it is read


def _refuse_misplaced(ctx: click.Context, word: str, table: str) -> None:
    words = ctx.meta[WORDS]
    last = max((place for place, each in enumerate(words) if each == word), default=0)
    before, values = words[:last], list[str]()
    while before and not before[-1].startswith("-"):
        values.insert(0, before.pop())
    flag, equals, attached = before[-1].partition("=") if before else ("", "", "")
    named = [each for each in ctx.command.params if flag in (*each.opts, *each.secondary_opts)]
    option = named[0] if named else None
    if isinstance(option, click.Option) and option.is_flag and word.lower() in SWITCHES and not values:
        raise SettingsError(f"{flag} takes no value, such as {word!r}", f"Leave out {word!r}.")
    values = [*([attached] if equals else []), *values]
    if values and getattr(option, "several", False) and not any(map(_is_there, values)):
        after = takewhile(lambda each: not (each.startswith("-") or _is_there(each)), words[last + 1 :])
        joined = ",".join([*values, word, *after])
        raise SettingsError(f"{word!r:.80}: no such file", f"Did you mean {shell_line([flag, joined])}?")
    if table and _is_column(ctx, word, table):
        hint = "Leave it out: the model knows its columns."
        if any(each.name == "target" for each in ctx.command.params):
            hint = f"Did you mean {shell_line(['-t', word])}?"
            if ctx.params.get("target"):
                hint = "Give it to an option, such as --features or --drop."
        raise SettingsError(f"{word!r:.80} is a column of {table}, not a file", hint)


def _is_column(ctx: click.Context, word: str, table: str) -> bool:
    from mlpcli.cli.completion import header_of

    return word in header_of(table, ctx.params)
