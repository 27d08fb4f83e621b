"""Tables in SQLite and DuckDB, and how the queries of an export score them."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

import mlpcli
from mlpcli.data.spelling import cleaned
from mlpcli.model.model import Model
from mlpcli.workflows.exporting.describing import described
from mlpcli.workflows.exporting.description import ModelSteps, NumberInput
from mlpcli.workflows.exporting.sql.query import ROW
from mlpcli.workflows.exporting.sql.scorer import GOLDEN, typed_cell
from tests.workflows.exporting.tables import Scored

DIALECTS = ("sqlite", "duckdb")


def queries(model: Model, folder: Path, dialect: str, **settings: Any) -> tuple[str, str]:
    """The query that scores, and that of the golden rows."""
    path = folder / f"scorer.{dialect}.sql"
    mlpcli.export(model, output=path, force=True, dialect=dialect, **settings)
    scoring, ruler, golden = path.read_text("utf-8").rpartition(f"\n{GOLDEN}")
    assert ruler
    return scoring, "--" + golden


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def typed_rows(steps: ModelSteps, frame: pd.DataFrame, dialect: str) -> list[tuple[Any, ...]]:
    """Cells of text as a table has them whose columns have types."""
    inputs = {each.name: each for each in steps.table_inputs}
    columns = []
    for name in frame.columns:
        each = inputs[name]
        is_number = isinstance(each, NumberInput) and not each.is_boolean
        cells = [typed_cell(each, cleaned(text) if is_number else text) for text in frame[name]]
        if is_number:
            # A number to the database that is none to the model, such as 3 among durations, cannot be typed.
            kept = [dialect == "sqlite" and isinstance(cell, str) and not _is_number(cell) for cell in cells]
            cells = [
                cell if keep or not isinstance(cell, str) else None
                for keep, cell in zip(kept, cells, strict=True)
            ]
        columns.append(cells)
    return list(zip(*columns, strict=True))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def database(steps: ModelSteps, frame: pd.DataFrame, dialect: str, table: str = "data") -> Any:
    """A connection to a table of such rows, in memory."""
    rows = typed_rows(steps, frame, dialect)
    numbers = {
        each.name for each in steps.table_inputs if isinstance(each, NumberInput) and not each.is_boolean
    }
    words = {"sqlite": ("REAL", "TEXT"), "duckdb": ("DOUBLE", "VARCHAR")}[dialect]
    heads = [f"{quoted(name)} {words[name not in numbers]}" for name in frame.columns]
    connection: Any = sqlite3.connect(":memory:") if dialect == "sqlite" else duckdb.connect()
    connection.execute(f"CREATE TABLE {quoted(table)} ({', '.join(heads)})")
    marks = ", ".join("?" * len(frame.columns))
    if dialect == "sqlite":
        connection.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", rows)
    else:
        typed = pd.DataFrame(rows, columns=list(frame.columns))
        for name in frame.columns:
            typed[name] = typed[name].astype("float64" if name in numbers else "object")
        names = [f"c{place}" for place in range(len(typed.columns))]
        connection.register("given", typed.set_axis(names, axis=1))
        # NULL, not NaN
        cells = [f"CASE WHEN {each}::VARCHAR = 'nan' THEN NULL ELSE {each} END" for each in names]
        connection.execute(f"INSERT INTO {quoted(table)} SELECT {', '.join(cells)} FROM given")
    return connection


def result_of(connection: Any, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = connection.execute(query)
    return [each[0] for each in cursor.description], cursor.fetchall()


def scored(model: Model, frame: pd.DataFrame, folder: Path, dialect: str) -> Scored:
    """The columns that the query adds; the golden rows must be as expected."""
    return scored_in_database(model, frame, folder, dialect)[0]


def scored_in_database(model: Model, frame: pd.DataFrame, folder: Path, dialect: str) -> tuple[Scored, float]:
    """The same, and the seconds of processor time of the query that scores."""
    scoring, golden = queries(model, folder, dialect)
    connection = database(described(model), frame, dialect)
    assert result_of(connection, golden)[1] == []
    started = time.process_time()
    header, rows = result_of(connection, scoring)
    seconds = time.process_time() - started
    own = len(frame.columns)
    if dialect == "sqlite":
        assert [row[0] for row in rows] == [*range(1, len(frame) + 1)]
        assert header[0] == ROW
        own += 1
    assert header[own - len(frame.columns) : own] == list(frame.columns)
    assert len(rows) == len(frame)
    return Scored(header[own:], [[_text(cell) for cell in row[own:]] for row in rows]), seconds


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)
