"""Errors of rows that are no rows of their table, with what to do about each."""

import csv

from mlpcli.data.reading.lines.dialect import Dialect
from mlpcli.errors import DataError, Sentence


def ragged(
    name: str, line: int, found: int, width: int, likely_skip: int = 0, *, second: bool = False
) -> DataError:
    """The error of a row that has not as many cells as the header.

    `likely_skip`: lines that may stand before the header; `second`: another table seems to begin there.
    """
    hint: str = Sentence("Fix the line, or give {delimiter}; if it is not a row, give {skip_rows} {}.", line)
    if second:
        way = "Another table seems to begin there: split the file, or skip its lines with {skip_rows} {}-."
        hint = Sentence(way, line)
    elif likely_skip:
        hint = Sentence("If line {:,} is the header, give {skip} {}.", likely_skip + 1, likely_skip)
    elif width == 1:
        hint = Sentence("Check the delimiter ({delimiter}); if the header is not line 1, give {skip} N.")
    elif found > width:
        way = "Quote cells that contain the delimiter ({quote}), and name every column."
        hint = Sentence(way)
    fields = f"{found:,} field{'s' * (found != 1)}"
    return DataError(f"{name}: line {line:,} has {fields}, the header has {width:,}", hint)


def refuse_text_behind_quote(text: str, dialect: Dialect, name: str, line: int) -> None:
    """Raise DataError if a row, which begins on a line, has text between a closing quote and a delimiter."""
    if not dialect.is_closed_well(text):
        quote = dialect.quote
        way = (
            "Check the delimiter ({delimiter}). If it is right, write a quote inside a quoted cell as {}, "
            "or quote the whole cell."
        )
        hint = Sentence(way, 2 * quote)
        raise DataError(f"{name}: line {line:,} has text after a closing quote", hint)


def unclosed(name: str, line: int) -> DataError:
    """The error of a row that begins on a line and takes the rest of the file."""
    hint = 'Close it, or write a quote inside a quoted cell as "".'
    return DataError(f"{name}: line {line:,}: a quote is not closed", hint)


def refused(name: str, line: int, error: csv.Error) -> DataError:
    """The error of text that `csv` does not read."""
    said = f"{name}: line {line:,}: {error}"
    if str(error).startswith("field larger"):
        said = f"{name}: line {line:,} has a cell of more than {csv.field_size_limit():,} characters"
    return DataError(said, "Check for an unclosed quote, and that this is a CSV file.")
