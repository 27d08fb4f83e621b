"""What may stand as the value of an option: its choices, columns of the DATA on the same line, files.

Which of these it is follows from what help calls the value: `COLUMN` and `A,B` are columns, `COLUMN=KIND`
pairs, `FILE` and `MODEL` files, a word in small letters stands for itself.
"""

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from mlpcli.cli.config import csv_word
from mlpcli.settings import build, parse_list

if TYPE_CHECKING:
    from mlpcli.cli.grouped import GroupedOption


@dataclass(frozen=True)
class Line:
    """The whole command line, as `Context.obj` of a completion: also what stands after the cursor."""

    arguments: tuple[str, ...]


def values_of(ctx: click.Context, option: "GroupedOption", incomplete: str) -> list[CompletionItem]:
    """The values that begin so."""
    forms = (option.metavar or "").split("|")
    words = list(getattr(option.type, "choices", ())) or [
        each for each in forms if re.fullmatch("[a-z][a-z0-9]*", each)
    ]
    values = [each for each in words if each.startswith(incomplete)]
    if any(each.startswith("COLUMN=") for each in forms):
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
    if not isinstance(ctx.obj, Line):
        return []
    arguments = list(ctx.obj.arguments)
    after = arguments[arguments.index(str(ctx.info_name)) + 1 :]
    whole = ctx.command.make_context(ctx.info_name, after, parent=ctx.parent, resilient_parsing=True)
    for path in whole.params.get("data") or ():
        expanded = os.path.expanduser(path)
        first = expanded if os.path.exists(expanded) else next(glob.iglob(expanded), "")
        if os.path.isfile(first):  # neither a pipe, which would be read away, nor a folder
            return _header(first, whole.params)
    return []


def _header(path: str, params: dict[str, object]) -> list[str]:
    from mlpcli.cli.options import given
    from mlpcli.data.reading.open_rows import OpenRows
    from mlpcli.data.reading.source import ReadingSettings, TextSource

    try:
        reading = build(ReadingSettings, given(params))
        with OpenRows(TextSource(path), reading) as rows:
            # A shell reads a name a line.
            return [name for name in rows.header if name.isprintable()]
    except Exception:
        return []  # a prompt is no place for an error; the command will say it


def _lists(columns: Sequence[str], incomplete: str) -> list[str]:
    """Lists of columns that begin so; a name with a comma is in quotes unless it stands alone."""
    before, last = _last_word(incomplete)
    if not before:
        return [each for each in columns if each.startswith(incomplete)] or [
            csv_word(each) for each in columns if incomplete.startswith('"') and each.startswith(last)
        ]
    taken = parse_list(before)
    return [before + csv_word(each) for each in columns if each.startswith(last) and each not in taken]


def _pairs(columns: Sequence[str], incomplete: str) -> list[str]:
    """COLUMN=KIND,... that begin so: columns, and with only one left the kinds too."""
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
    """What stands up to the last comma outside of quotes, and what the unfinished word behind it means."""
    end = 0
    for place, character in enumerate(text):
        if character == "," and text[:place].count('"') % 2 == 0:
            end = place + 1
    word = text[end:]
    return text[:end], word[1:].replace('""', '"') if word.startswith('"') else word
