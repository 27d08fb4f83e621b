"""Completions of an option's value: its choices, columns of the DATA on the same line, files.

Which of these follows from what help calls the value: `COLUMN` and `A,B` are columns, `COLUMN=KIND` pairs,
`FILE` and `MODEL` files, a word in small letters stands for itself. The shells use click's scripts; values
that a script cannot pass on are left out.
"""

import glob
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from mlpcli.files import file_and_part
from mlpcli.settings import build, csv_word, given, parse_list


@dataclass(frozen=True)
class CommandLine:
    """The whole command line, as `Context.obj` of a completion: also the words after the cursor."""

    arguments: tuple[str, ...]


class _WholeLine(ShellComplete):
    """Base of the shells: DATA may stand after the cursor, so the words there are kept."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        # click knows only the words before the cursor.
        after = split_arg_string(os.environ["COMP_WORDS"])[len(args) + 2 :]
        self.ctx_args["obj"] = CommandLine((*args, incomplete, *after))
        return super().get_completions(args, incomplete)


@add_completion_class
class Bash(_WholeLine, BashComplete):
    """Completion for bash, which inserts a value as it is, so special characters are quoted here."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        # In an open quote a backslash does not quote: values with special characters are left out.
        self._in_quotes = _ends_in_quotes(os.environ["COMP_WORDS"])
        items = super().get_completions(args, incomplete)
        if not self._in_quotes:
            return items
        return [each for each in items if not set("\"'\\$`*?[") & set(str(each.value))]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Put a backslash before each special character; doubled, as click's script reads one away."""
        if self._in_quotes:
            return super().format_completion(item)
        return f"{item.type}," + re.sub(r"([^\w@%+=:,./\-])", r"\\\\\1", str(item.value))


@add_completion_class
class Zsh(_WholeLine, ZshComplete):
    """Completion for zsh, which quotes by itself."""


@add_completion_class
class Fish(_WholeLine, FishComplete):
    """Completion for fish, which quotes by itself; but click's script cuts a value at its first comma."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        return [each for each in super().get_completions(args, incomplete) if "," not in str(each.value)]


def _ends_in_quotes(line: str) -> bool:
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        list(lexer)
    except ValueError as error:
        return "quotation" in str(error)
    return False


def values_of(ctx: click.Context, option: click.Option, incomplete: str) -> list[CompletionItem]:
    """Values of the option that begin with `incomplete`."""
    forms = (option.metavar or "").split("|")
    words = list(getattr(option.type, "choices", ())) or [
        each for each in forms if re.fullmatch("[a-z][a-z0-9]*", each)
    ]
    values = [each for each in words if each.startswith(incomplete)]
    if "COLUMN=WORDS" in forms:
        values += [f"{each}=" for each in columns_on(ctx) if each.startswith(incomplete)]
    elif any(each.startswith("COLUMN=") for each in forms):
        values += _pairs(columns_on(ctx), incomplete)
    elif "A,B" in forms or ("COLUMN" in forms and option.multiple):
        values += _lists(columns_on(ctx), incomplete)
    elif "COLUMN" in forms:
        values += [each for each in columns_on(ctx) if each.startswith(incomplete)]
    elif any(each.startswith(("FILE", "MODEL")) for each in forms) and not (incomplete and values):
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(each) for each in values]


def columns_on(ctx: click.Context) -> list[str]:
    """The columns of the first file of DATA on the command line; none if it cannot be read."""
    if not isinstance(ctx.obj, CommandLine):
        return []
    arguments = list(ctx.obj.arguments)
    after = arguments[arguments.index(str(ctx.info_name)) + 1 :]
    whole = ctx.command.make_context(ctx.info_name, after, parent=ctx.parent, resilient_parsing=True)
    for path in whole.params.get("data") or ():
        expanded = os.path.expanduser(path)
        named = os.path.exists(file_and_part(expanded)[0])
        first = expanded if named else next(glob.iglob(expanded), "")
        if os.path.isfile(file_and_part(first)[0]):  # neither a pipe, which would be read away, nor a folder
            return header_of(first, whole.params)
    return []


def header_of(path: str, params: dict[str, object]) -> list[str]:
    """The columns of a file; none if it cannot be read."""
    from mlpcli.data.reading.open_rows import OpenRows
    from mlpcli.data.reading.source import ReadingSettings, TextSource

    try:
        reading = build(ReadingSettings, given(params))
        with OpenRows(TextSource(path), reading, spare=lambda _: True) as rows:
            # A shell reads a name a line.
            return [name for name in dict.fromkeys(rows.header) if name.isprintable()]
    except Exception:
        return []  # a prompt is no place for an error; the command will say it


def _lists(columns: Sequence[str], incomplete: str) -> list[str]:
    """Lists of columns that begin with `incomplete`; a name with a comma is quoted unless it stands alone."""
    before, last = _last_word(incomplete)
    if not before:
        return [each for each in columns if each.startswith(incomplete)] or [
            csv_word(each) for each in columns if incomplete.startswith('"') and each.startswith(last)
        ]
    taken = parse_list(before)
    return [before + csv_word(each) for each in columns if each.startswith(last) and each not in taken]


def _pairs(columns: Sequence[str], incomplete: str) -> list[str]:
    """COLUMN=KIND,... that begin with `incomplete`: columns, and if only one matches the kinds too."""
    from mlpcli.data.schema import CHOICES

    before, last = _last_word(incomplete)
    column, _, kind = last.rpartition("=")
    if column in columns:
        return [before + csv_word(f"{column}={each}") for each in CHOICES if each.startswith(kind)]
    near = [each for each in columns if each.startswith(last)]
    if len(near) == 1:
        return [before + csv_word(f"{near[0]}={each}") for each in CHOICES]
    return [before + csv_word(f"{each}=").removesuffix('"') for each in near]


def _last_word(text: str) -> tuple[str, str]:
    """The text up to the last comma outside quotes, and the unfinished word after it without its quotes."""
    end = 0
    for place, character in enumerate(text):
        if character == "," and text[:place].count('"') % 2 == 0:
            end = place + 1
    word = text[end:]
    return text[:end], word[1:].replace('""', '"') if word.startswith('"') else word
