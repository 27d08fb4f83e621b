"""Files of a comparison, told apart by their content: models, histories and results."""

import codecs
from typing import BinaryIO

from mlpcli import artifact
from mlpcli.errors import DataError, Sentence
from mlpcli.json_values import from_json
from mlpcli.workflows.comparing.compared_file import ComparedFile
from mlpcli.workflows.comparing.histories import (
    is_history_line,
    is_history_row,
    read_csv,
    read_json_lines,
)
from mlpcli.workflows.comparing.json_results import of_result
from mlpcli.workflows.comparing.models import of_model

HOW = Sentence(
    "Give models, histories (mlpcli train {history} FILE) or JSON of train, evaluate, cv or tune ({as_json})."
)
LONGEST_TEXT = 1 << 26
"""Bytes of a history or result; a million epochs have as many."""
HEAD = 4096
"""Bytes by which a file is told to be text."""


def read_file(path: str, name: str) -> ComparedFile:
    """Read a model, a history or a result; raises MlpcliError for anything else."""
    try:
        with open(path, "rb") as file:
            # Read once, as a pipe can be.
            text = _text(path, file)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file", HOW) from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder", "Name the files in it.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that is impossible for a file
        why = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read ({why})", "Check its name and permissions.") from None
    if text is None:
        return of_model(path, name, artifact.load(path, header_only=True))
    if not text.strip():
        raise DataError(f"{path} is empty", HOW)
    lines = text.split("\n", 1)
    if is_history_line(lines[0]):
        return read_csv(path, name, text)
    if text.lstrip()[0] in "{[":
        return _read_json(path, name, text)
    raise DataError(f"{path} is text, but neither a history nor a result of mlpcli", HOW)


def _text(path: str, file: BinaryIO) -> str | None:
    """The whole text; None of a file that is none."""
    head = file.read(HEAD)
    if b"\0" in head or head[:1] == b"\x80":  # as a model begins
        return None
    content = head + file.read(LONGEST_TEXT + 1 - len(head))
    if len(content) > LONGEST_TEXT:
        raise DataError(f"{path} is longer than {LONGEST_TEXT:,} bytes", HOW)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return None


def _read_json(path: str, name: str, text: str) -> ComparedFile:
    lines = text.rstrip().split("\n")
    try:
        if is_history_row(from_json(lines[0])):
            return read_json_lines(path, name, lines)
    except ValueError:
        pass  # an object may have several lines
    try:
        content = from_json(text)
    except ValueError as error:
        raise DataError(f"{path} is not valid JSON ({error!s:.80})", HOW) from None
    return of_result(path, name, content)
