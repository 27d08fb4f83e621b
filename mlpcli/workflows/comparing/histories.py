"""Histories, as `train` writes them: CSV or JSON lines, a row for each epoch of each network."""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlpcli.errors import DataError, Sentence
from mlpcli.json_values import from_json
from mlpcli.metrics import METRICS
from mlpcli.workflows.comparing.compared_file import TRAIN_LOSS, VALIDATION_LOSS, ComparedFile, Number
from mlpcli.workflows.comparing.courses import NetworkHistory, course_of, values_at_best

HISTORY = "history"
COLUMNS = ("network", "epoch", TRAIN_LOSS, VALIDATION_LOSS, "best", "seconds")
"""Those that are read; metrics are further ones."""
TELLING = ("network", "epoch", TRAIN_LOSS)
"""Columns of which a table that is no history has at most two."""
AGAIN = Sentence("Write it again: mlpcli train DATA {history} FILE")
LARGEST_NUMBER = 1_000_000
"""Of networks and epochs."""

Row = tuple[str, Mapping[str, Any]]
"""Where it is, for errors, and its cells by column."""


def is_history_line(header: str) -> bool:
    """Whether it is the header of a CSV history, or of one that lacks columns."""
    return sum(name in header.strip().split(",") for name in TELLING) >= 2


def is_history_row(value: Any) -> bool:
    """Whether it is a row of a history in JSON lines, or one that lacks columns."""
    return isinstance(value, dict) and sum(name in value for name in TELLING) >= 2


def read_csv(path: str, name: str, text: str) -> ComparedFile:
    """A history as CSV; raises DataError if it holds no epoch or something else."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)

    def rows() -> Iterator[Row]:
        header = next(reader)
        _check_columns(path, header)
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if len(cells) != len(header):
                raise DataError(f"{where}: it has {len(cells)} cells instead of {len(header)}", AGAIN)
            yield where, dict(zip(header, cells, strict=True))

    try:
        return _history(path, name, rows())
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}", AGAIN) from None


def read_json_lines(path: str, name: str, lines: Sequence[str]) -> ComparedFile:
    """A history as JSON lines; raises as `read_csv`."""

    def rows() -> Iterator[Row]:
        for number, line in enumerate(lines, start=1):
            where = f"{path}, line {number}"
            try:
                row = from_json(line)
            except ValueError as error:
                raise DataError(f"{where}: it is not valid JSON ({error!s:.80})", AGAIN) from None
            if not isinstance(row, dict):
                raise DataError(f"{where}: it is not an object", AGAIN)
            _check_columns(where, row)
            yield where, row

    return _history(path, name, rows())


def _check_columns(where: str, names: Any) -> None:
    missing = [each for each in COLUMNS if each not in names]
    if missing:
        raise DataError(f"{where}: a history has a column {missing[0]!r}, and this file does not", AGAIN)


def _history(path: str, name: str, rows: Iterator[Row]) -> ComparedFile:
    epochs: dict[int, list[dict[str, Number]]] = {}
    best: dict[int, int] = {}
    seconds = 0.0
    for where, row in rows:
        network, epoch = (_whole(where, row, each) for each in ("network", "epoch"))
        before = epochs.setdefault(network, [])
        if epoch != len(before) + 1:
            raise DataError(f"{where}: epoch {epoch:,} follows epoch {len(before):,}", AGAIN)
        measured = [each for each in row if each in METRICS]
        before.append({each: _number(where, row, each) for each in (TRAIN_LOSS, VALIDATION_LOSS, *measured)})
        if _truth(where, row, "best"):
            best[network] = epoch
        seconds = max(seconds, _number(where, row, "seconds") or 0.0)
    if not epochs:
        raise DataError(f"{path}: it is a history without an epoch", "Train for an epoch at least.")
    validated = any(each[VALIDATION_LOSS] is not None for network in epochs.values() for each in network)
    networks = [
        NetworkHistory(each, best.get(number) if validated else None) for number, each in epochs.items()
    ]
    return ComparedFile(
        path=path,
        name=name,
        kind=HISTORY,
        epochs=tuple(map(len, epochs.values())),
        best_epochs=tuple(each.best for each in networks if each.best is not None),
        at_best=values_at_best(networks),
        course=course_of(networks),
        # Those of several networks are counted apart, though they may be trained together.
        seconds=seconds if len(networks) == 1 else None,
    )


def _whole(where: str, row: Mapping[str, Any], name: str) -> int:
    value = _number(where, row, name)
    if value is None or value != int(value) or not 1 <= value <= LARGEST_NUMBER:
        raise _wrong(where, row, name, "a number of a network or epoch")
    return int(value)


def _number(where: str, row: Mapping[str, Any], name: str) -> Number:
    value = row[name]
    if value is None or value == "":
        return None
    try:
        number = float(value) if isinstance(value, (str, int, float)) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or isinstance(value, bool):
        raise _wrong(where, row, name, "a number")
    return number


def _truth(where: str, row: Mapping[str, Any], name: str) -> bool:
    value = row[name]
    if str(value) not in ("True", "False"):
        raise _wrong(where, row, name, "True or False")
    return str(value) == "True"


def _wrong(where: str, row: Mapping[str, Any], name: str, wanted: str) -> DataError:
    return DataError(f"{where}: {name} is {row[name]!r:.40}, not {wanted}", AGAIN)
