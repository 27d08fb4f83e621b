"""What the tests of messy tables share: their files, small tables of one column, and all that is said."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mlpcli.preparation.prepare import Prepared
from mlpcli.workflows.train import TrainingRun
from tests.workflows.examples import frame_of, prepared

MESSY = Path(__file__).parent.parent / "messy"
TARGET = "y"


def path_of(file: str) -> str:
    """A file of tests/messy."""
    return str(MESSY / file)


def told(found: "Prepared | TrainingRun") -> str:
    """All that is said of a table: notes, findings, and the reasons for kinds and task."""
    plan = found.plan if isinstance(found, TrainingRun) else found
    findings = (f"{each.text} ({each.advice})" for each in found.findings)
    reasons = (f"{column.name}: {column.reason}" for column in plan.schema.columns)
    return "\n".join([*plan.notes, *findings, *reasons, plan.schema.task_reason])


def told_of(found: Prepared, name: str) -> str:
    """The notes and findings that name a column."""
    said = [*found.notes, *(f"{each.text} ({each.advice})" for each in found.findings)]
    return "\n".join(each for each in said if repr(name) in each)


def of_columns(**columns: Sequence[str]) -> pd.DataFrame:
    """Columns of text, and a target `y` of numbers that none of them tells."""
    (rows,) = {len(cells) for cells in columns.values()}
    return frame_of(**columns, y=[f"{(row * 37 % 101) / 8}" for row in range(rows)])


def written(folder: Path, table: pd.DataFrame, **options: Any) -> str:
    """The path of a table as a CSV file."""
    path = folder / "table.csv"
    table.to_csv(path, index=False, **options)
    return str(path)


def all_rows(data: Any, target: str = TARGET, **settings: Any) -> Prepared:
    """Prepared without held-out rows, so that the training part is the whole table."""
    return prepared(data, target=target, validation="none", **settings)


def described(found: Prepared, name: str) -> dict[str, Any]:
    """What is stored of the encoder of a column: levels, range, kind."""
    return next(each.described() for each in found.encoder.encoders if each.name == name)


def kind_of(found: Prepared, name: str) -> str:
    """The kind of a column."""
    return next(column.kind for column in found.schema.columns if column.name == name)


def gaps(found: Prepared, name: str) -> int:
    """The cells of a number, date or boolean column that have no value."""
    counts = found.counts["table"]
    return counts.missing.get(name, 0) + counts.unreadable.get(name, 0)
