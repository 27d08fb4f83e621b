"""Write a description as a query that scores a table, and one that compares golden rows."""

import math
import re
from collections.abc import Iterator, Sequence

from mlpcli.data.spelling import key
from mlpcli.errors import SettingsError
from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.golden import GoldenRows
from mlpcli.workflows.exporting.scorer.cells import seconds_of_duration, truth_of, written_number
from mlpcli.workflows.exporting.settings import ExportWishes
from mlpcli.workflows.exporting.sql.columns import ColumnWriter, exact
from mlpcli.workflows.exporting.sql.dialects import (
    DIALECTS,
    DUCKDB,
    SQLITE,
    Dialect,
    identifier,
    is_known,
    one_line,
)
from mlpcli.workflows.exporting.sql.duckdb_network import duckdb_network
from mlpcli.workflows.exporting.sql.outcomes import Prediction, averaged, linked, predictions
from mlpcli.workflows.exporting.sql.query import ROW, WIDTH, Query, wrapped
from mlpcli.workflows.exporting.sql.sqlite_network import sqlite_network
from mlpcli.workflows.exporting.tolerances import tolerances

USUAL_TABLE = "data"
GOLDEN = "-- Golden rows"
"""The beginning of the line between both queries."""
NETWORKS = {"sqlite": sqlite_network, "duckdb": duckdb_network}
NEEDS = {
    "sqlite": "SQLite 3.35 or newer with its mathematical functions, as Python's has them",
    "duckdb": "DuckDB 1.3 or newer",
}
HEAD = """\
-- Score the rows of the table {table} with a trained model, as `mlpcli predict` does.
--
--     {run}
--
-- It needs {needs}.
-- The result has {row}the columns of the table, then the prediction{probabilities}.
-- Columns are found by their names. Numbers are expected as numbers; what is none is missing. A level that
-- training did not have counts as none.
--
-- The file has two queries. The second compares golden rows: it has a row for each whose prediction is
-- another than mlpcli's, so usually none. A line that begins with `{golden}` stands between them.
--
-- {facts}
-- Written by mlpcli; to change it, change the model and export it again.

"""
RUN = {
    "sqlite": "sqlite3 -header -csv DATABASE < {file} > scored.csv",
    "duckdb": "duckdb -csv DATABASE < {file} > scored.csv",
}


def sql_scorer(steps: told.ModelSteps, golden: GoldenRows, wishes: ExportWishes) -> bytes:
    """The text of a file with both queries."""
    settings = wishes.settings
    dialect = DIALECTS[settings.dialect or SQLITE.name]
    name = USUAL_TABLE if settings.table is None else settings.table
    if not is_known(name) or not name:
        raise SettingsError(f"{name!r} cannot be the name of a table", "Give another one.", setting="table")
    table = identifier(name)
    query = Query(dialect)
    source = _chain(query, steps, table)
    if name.lower() in {*query.names, "expected", "predictions"}:
        raise SettingsError(f"{name} is a name inside the query", "Give another one.", setting="table")
    columns = predictions(steps, dialect)
    listed = [f"{each.text} AS {identifier(each.name)}" for each in columns]
    own = f"numbered.* EXCLUDE ({ROW})" if dialect is DUCKDB else "numbered.*"
    body = ",\n".join(f"    {text}" for text in [own, *listed])
    ending = (
        f"SELECT\n{body}\nFROM numbered\nJOIN {source} USING ({ROW})\nORDER BY {ROW}"
        if dialect is DUCKDB
        else f"SELECT\n{body}\nFROM numbered\nJOIN {source} ON {source}.{ROW} = numbered.{ROW}\n"
        f"ORDER BY numbered.{ROW}"
    )
    first = query.text(ending)
    _compare(query, steps, golden, columns, source)
    whole = "SELECT *\nFROM differences\nORDER BY golden_row"
    second = query.text(whole, _golden_table(steps, golden, dialect, table))
    ruler = "-" * (WIDTH - len(GOLDEN) - 1)
    text = f"{_head(steps, dialect, name, wishes)}{first}\n\n{GOLDEN} {ruler}\n{ABOUT}\n{second}"
    return text.encode()


ABOUT = """\
-- The same query over random rows; none is a row of the training table.
-- It lists those whose prediction is another than mlpcli's.
"""


def _head(steps: told.ModelSteps, dialect: Dialect, table: str, wishes: ExportWishes) -> str:
    facts = "\n-- ".join(f"{what}: {one_line(said, 200)}" for what, said in steps.facts.items())
    with_probabilities = not isinstance(steps.outcome, told.NumberOutcome)
    return HEAD.format(
        table=one_line(table),
        needs=NEEDS[dialect.name],
        row="" if dialect is DUCKDB else f"{ROW} (the number of the row), ",
        probabilities=" and the probabilities" if with_probabilities else "",
        run=RUN[dialect.name].format(file=re.sub(r"[^\w.-]", "_", wishes.file)),
        golden=GOLDEN,
        facts=facts,
    )


def _chain(query: Query, steps: told.ModelSteps, table: str) -> str:
    """Add all tables up to the predictions p1, p2, ...; returns the last one."""
    inputs = ColumnWriter(query, steps).write(table)
    sources = []
    for number, network in enumerate(steps.networks, 1):
        outputs = NETWORKS[query.dialect.name](query, network, number, inputs)
        sources.append(linked(query, steps, f"network_{number}_out", outputs, number))
    return averaged(query, steps, sources)


# Golden rows


def _golden_table(steps: told.ModelSteps, golden: GoldenRows, dialect: Dialect, table: str) -> str:
    names = [identifier(each.name) for each in steps.table_inputs]
    rows = [
        [_cell(each, text, dialect) for each, text in zip(steps.table_inputs, row, strict=True)]
        for row in golden.cells
    ]
    body = ",\n".join(f"        ({wrapped(row, 12)})" for row in rows)
    return f"{table}({wrapped(names, 4)}) AS MATERIALIZED (\n    VALUES\n{body}\n)"


def typed_cell(each: told.AnyInput, text: str) -> float | str | None:
    """A cell as a column of a database has it: the number that it is, if it is one, or the text.

    None for nothing. Numbers that are levels have a point there.
    """
    if isinstance(each, told.CategoryInput) and each.decimal != ".":
        text = key(text, each.matching, each.decimal)
    if not isinstance(each, told.NumberInput) or each.is_boolean or not text:
        return text or None
    clock, form = each.form.clock, each.form
    value = seconds_of_duration(text, clock) if clock else written_number(text, each.decimal, form)
    if each.may_be_boolean and math.isnan(value):
        value = truth_of(text)
    return text if math.isnan(value) else value


def _cell(each: told.AnyInput, text: str, dialect: Dialect) -> str:
    value = typed_cell(each, text)
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return exact(value)
    is_number = isinstance(each, told.NumberInput) and not each.is_boolean
    # SQLite takes any text as a number, DuckDB has NaN.
    return "'nan'::DOUBLE" if is_number and dialect is DUCKDB else dialect.literal(value)


def _compare(
    query: Query, steps: told.ModelSteps, golden: GoldenRows, columns: Sequence[Prediction], source: str
) -> None:
    dialect = query.dialect
    found = [f"{each.text} AS found_{place}" for place, each in enumerate(columns, 1)]
    query.select("predictions", [ROW, *found], source, "What this query predicts.")
    rows = [[str(row), *cells] for row, cells in enumerate(_expected(steps, golden, columns, dialect), 1)]
    heads = ["golden_row", *(f"mlpcli_{place}" for place in range(1, len(columns) + 1))]
    query.values("expected", heads, rows, "What mlpcli predicts; NULL where rounding may decide the class.")
    allowed = iter(tolerances(steps))
    tests = []
    for place, each in enumerate(columns, 1):
        one, other = f"found_{place}", f"mlpcli_{place}"
        if each.is_number:
            tests.append(f"(abs({one} - {other}) <= {next(allowed)!r}) IS NOT TRUE")
        else:
            tests.append(f"{one} <> {other}")
    listed = ["golden_row"]
    for place, each in enumerate(columns, 1):
        listed.append(f"found_{place} AS {identifier(each.name)}")
        listed.append(f"mlpcli_{place} AS {identifier('mlpcli: ' + each.name)}")
    joined = f"expected LEFT JOIN predictions ON {ROW} = golden_row"
    query.select("differences", listed, joined, "", "WHERE " + "\n        OR ".join(tests))


def _expected(
    steps: told.ModelSteps, golden: GoldenRows, columns: Sequence[Prediction], dialect: Dialect
) -> Iterator[list[str]]:
    for numbers, decided in zip(golden.numbers, golden.decided, strict=True):
        told_numbers = iter(map(exact, numbers))
        cells = iter(decided or ())
        row = []
        for each in columns:
            if each.is_number:
                row.append(next(told_numbers))
            elif decided is None:
                row.append("NULL")
            elif isinstance(steps.outcome, told.LabelOutcome) and not steps.outcome.separator:
                row.append(str(int(float(next(cells)))))
            else:
                row.append(dialect.literal(next(cells)))
        yield row
