"""A clean table that is written in many unclean ways."""

import random
from pathlib import Path

from mlpcli.data.columns.cells import Texts
from tests.data.examples import file_table, write

HEADER = ["speed", "load", "grade"]
_DRAWN = random.Random(17)
ROWS = [
    [f"{_DRAWN.uniform(1, 9):.2f}", f"{_DRAWN.uniform(-2, 2):.2f}", grade]
    for grade in ["low", "mid", "high", "mid", "low", "high"] * 2
]


def text(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


BODY = text(ROWS)
NAMES = text([HEADER])


def learned(
    folder: Path, content: str, name: str = "a.csv", **reading: object
) -> tuple[list[list[str]], list[str]]:
    """Names and rows from which a training would learn, and the notes without the file's name."""
    path = write(folder, name, content)
    table = file_table([path], **reading)
    frame = table.read(table.columns, ())
    columns = [frame[column] for column in table.columns]
    rows = [[_text(cells, row) for cells in columns] for row in range(len(frame))]
    return [table.columns, *rows], [note.removeprefix(f"{path}: ") for note in table.notes]


def _text(cells: object, row: int) -> str:
    assert isinstance(cells, Texts)
    return cells.text(row)
