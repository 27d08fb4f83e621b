"""The scorer as a program: CSV in, CSV out."""

import argparse
import csv
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

import numpy as np

from mlpcli.data.spelling import cleaned
from mlpcli.workflows.exporting.scorer.outputs import CHUNK, Scorer

FEW = 64
"""Rows that are read at once without NumPy."""


def run(
    scorer: Scorer,
    arguments: Sequence[str],
    *,
    about: str,
    delimiter: str,
    golden: Sequence[Sequence[str]],
    expected: Sequence[tuple[Sequence[float], Sequence[Any] | None]],
    tolerances: Sequence[float],
) -> int:
    """Do what the arguments of the command line ask for; returns the exit status."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("file", nargs="?", default="-", help="CSV file to score [default: stdin]")
    parser.add_argument("--proba", action="store_true", help="add the probability of each class")
    parser.add_argument("--prefix", default="", help="before the names of the added columns")
    parser.add_argument("--delimiter", default=delimiter, help="between the cells [default: %(default)r]")
    parser.add_argument("--test", action="store_true", help="check the golden rows, and score nothing")
    chosen = parser.parse_args(arguments)
    if len(chosen.delimiter) != 1:
        parser.error("the delimiter must be one character")
    reads_stdin = chosen.file == "-" and not chosen.test
    streams = [("stdout", sys.stdout), ("stdin", sys.stdin if reads_stdin else sys.stdout)]
    for name, stream in streams:
        if stream is None:  # it was closed before the program began
            print("error: " + name + " is closed", file=sys.stderr)
            return 1
    if chosen.test:
        return check(scorer, golden, expected, tolerances)
    try:
        if chosen.file == "-":
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="strict", newline="")  # type: ignore[union-attr]
            score(scorer, sys.stdin, chosen.delimiter, proba=chosen.proba, prefix=chosen.prefix)
        else:
            with open(chosen.file, encoding="utf-8-sig", newline="") as file:
                score(scorer, file, chosen.delimiter, proba=chosen.proba, prefix=chosen.prefix)
    except BrokenPipeError:
        drop_unwritten()
    except KeyboardInterrupt:
        return 130
    except UnicodeDecodeError:
        print("error: the table is not UTF-8 text", file=sys.stderr)
        return 1
    except (OSError, ValueError, csv.Error) as error:
        print("error: " + str(error), file=sys.stderr)
        if isinstance(error, OSError):
            drop_unwritten()
        return 1
    return 0


def drop_unwritten() -> None:
    """Give up what stdout did not take, as Python would try again at its end and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def score(scorer: Scorer, source: TextIO, delimiter: str, *, proba: bool, prefix: str) -> None:
    """Copy the rows of a CSV file to stdout, with their predictions behind them."""
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    header = next(reader, None)
    if not header:
        raise ValueError("the table has no header")
    places = places_of(scorer, header)
    added = [prefix + name for name in scorer.names(proba)]
    for name in added:
        if name in header:
            raise ValueError("the table has a column " + repr(name) + " already; give --prefix TEXT")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header + added)
    done = 0
    for rows in chunks(reader, len(header)):
        columns = list(zip(*rows, strict=True))
        cells = {name: columns[place] for name, place in places.items()}
        found = scorer.predictions(cells, done)
        done += len(rows)
        told = scorer.cells(found, proba)
        writer.writerows([row + more for row, more in zip(rows, told, strict=True)])
        sys.stdout.flush()
    sys.stdout.flush()


def places_of(scorer: Scorer, header: Sequence[str]) -> dict[str, int]:
    """The place of each column of the model in the header, in whatever order they are."""
    places = {}
    for column in scorer.table_columns:
        found = [place for place, name in enumerate(header) if name == column.name]
        found = found or [place for place, name in enumerate(header) if cleaned(name) == cleaned(column.name)]
        if not found:
            raise ValueError("the table has no column " + repr(column.name))
        if len(found) > 1:
            raise ValueError("the table has " + str(len(found)) + " columns " + repr(column.name))
        places[column.name] = found[0]
    return places


def chunks(reader: Any, width: int) -> Iterator[list[list[str]]]:
    """Some rows at a time, each with as many cells as the header."""
    most = FEW if np is None else CHUNK
    rows: list[list[str]] = []
    for row in reader:
        if not row:
            if width > 1:
                continue  # a blank line
            row = [""]
        if len(row) != width:
            said = "line " + str(reader.line_num) + " has " + str(len(row)) + " cells, the header has "
            raise ValueError(said + str(width))
        rows.append(row)
        if len(rows) == most:
            yield rows
            rows = []
    if rows:
        yield rows


def check(
    scorer: Scorer,
    golden: Sequence[Sequence[str]],
    expected: Sequence[tuple[Sequence[float], Sequence[Any] | None]],
    tolerances: Sequence[float],
) -> int:
    """Score the golden rows and compare with what mlpcli predicted for them."""
    names = [each.name for each in scorer.table_columns]
    cells: Mapping[str, Sequence[str]] = dict(zip(names, zip(*golden, strict=True), strict=True))
    wrong = 0
    for place, (found, (numbers, decided)) in enumerate(
        zip(scorer.predictions(cells), expected, strict=True)
    ):
        told = scorer.outcome.numbers(found)
        close = [
            abs(one - other) <= tolerance * scale_of(scorer, other)
            for one, other, tolerance in zip(told, numbers, tolerances, strict=True)
        ]
        same = decided is None or [str(each) for each in scorer.outcome.cells(found)] == list(decided)
        if not (all(close) and same):
            wrong += 1
            print("golden row " + str(place) + ": " + repr(told) + " instead of " + repr(list(numbers)))
    what = "with NumPy" if np is not None else "without NumPy"
    print(
        str(len(golden) - wrong)
        + " of "
        + str(len(golden))
        + " golden rows are as mlpcli predicts them, "
        + what
    )
    return 1 if wrong else 0


def scale_of(scorer: Scorer, value: float) -> float:
    """What a tolerance is multiplied by: of a logarithm it grows with the number."""
    return 1 + abs(value) if getattr(scorer.outcome, "is_log", False) else 1.0
