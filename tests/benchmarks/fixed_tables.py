"""Tables with fixed test rows, as `accuracy.py` and others measure on them.

A folder has one of two forms. The first: NAME.csv or NAME.csv.gz, `reference_test_rows.json.gz` (name to
row numbers of the test rows) and perhaps `targets.json` (name to target columns) for tables that TARGETS does
not know. The second: `tables.json` (a list of name, task, targets, group and time column or null) with
NAME.train.csv.gz and NAME.test.csv.gz.

Test rows without a target are left out; training rows without one are left to the tool, and the peers do not
get them.
"""

import gzip
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mlpcli.arrays import Array

RIVER_SITES = ("CHSI2", "NASI2", "EADM7", "SCLM7", "CLKM7", "VALI2", "NAPM7", "DLDI4")
TARGETS = {
    "penguins": ["species"],
    "heart_disease": ["diameter narrowing"],
    "auto_mpg": ["Miles_per_Gallon"],
    "seattle_weather": ["weather"],
    "digits": ["digit"],
    "adult": ["income"],
    "diamonds": ["price"],
    "california_housing": ["MedHouseVal"],
    "river_flow": [f"{site}_48H__0" for site in RIVER_SITES],
    "yeast": [f"label{number}" for number in range(1, 15)],
    "fashion_mnist_10k": ["label"],
}

CLASSES, LABELS, NUMBERS = "classes", "labels", "numbers"
"""Tasks: one column of classes, several of 0 and 1, or one or several of numbers."""
TASKS = {
    "binary": CLASSES,
    "multiclass": CLASSES,
    "multilabel": LABELS,
    "regression": NUMBERS,
    "multi-target regression": NUMBERS,
}
"""Of the second form's names."""
MOST_CLASSES = 20
"""Whole numbers of a target that are taken as classes where no task is given, as in mlpcli."""
ALMOST_UNIQUE = 0.5
"""Text columns with a larger share of distinct cells among the training rows are no input for peers."""
DATE = r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?"


class Truth(NamedTuple):
    """Targets of the rows that have them.

    `train` and `test` are class numbers (rows,), or (rows, outputs) of 0 and 1, or of values.
    """

    task: str
    classes: list[str]
    train: Array
    test: Array

    @property
    def rarest(self) -> float:
        """Share of the class with the fewest training rows."""
        return float(np.bincount(self.train, minlength=len(self.classes)).min() / len(self.train))


class Problem(NamedTuple):
    """What a peer gets: inputs as numbers and text, and the truth of the training rows."""

    task: str
    classes: int
    train: pd.DataFrame
    test: pd.DataFrame
    truth: Array


class Source(NamedTuple):
    """Where a table is: one file and the numbers of its test rows, or a file of training and of test rows."""

    name: str
    targets: list[str]
    files: tuple[Path, ...]
    test_rows: Sequence[int] = ()
    task: str = ""
    group: str | None = None
    time: str | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(path.stat().st_size for path in self.files)

    def truth(self) -> Truth:
        """Without reading the inputs."""
        cells, values, is_test = self._read(self.targets)
        known = has_all(values)
        task = self.task or task_of(values[known])
        classes = sorted(cells.loc[known, self.targets[0]].unique()) if task == CLASSES else []
        if task == CLASSES:
            truth = pd.Index(classes).get_indexer(cells[self.targets[0]])
        else:
            truth = values[self.targets].to_numpy(np.float64)
        return Truth(task, classes, truth[known & ~is_test], truth[known & is_test])

    def cells(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Training rows, those without target too, and test rows as mlpcli gets them: text, with targets."""
        cells, values, is_test = self._read(None)
        return cells[~is_test], cells[is_test & has_all(values[self.targets])]

    def problem(self) -> Problem:
        _, values, is_test = self._read(None)
        known, truth = has_all(values[self.targets]), self.truth()
        inputs = plain(values.drop(columns=self.targets + ([self.group] if self.group else [])))
        train, test = inputs[known & ~is_test], inputs[known & is_test]
        kept = [name for name in inputs.columns if not almost_unique(train[name])]
        return Problem(truth.task, len(truth.classes), train[kept], test[kept], truth.train)

    def _read(self, columns: list[str] | None) -> tuple[pd.DataFrame, pd.DataFrame, Array]:
        """All rows as text and as pandas reads them, where `?` is missing too, and which are test rows."""
        texts = [decompressed(file) for file in self.files]
        joined = texts[0] + "".join(text.partition("\n")[2] for text in texts[1:])
        cells = pd.read_csv(io.StringIO(joined), dtype=str, keep_default_na=False, usecols=columns)
        values = pd.read_csv(io.StringIO(joined), na_values="?", low_memory=False, usecols=columns)
        rows = np.arange(len(cells))
        if len(texts) == 1:
            return cells, values, np.isin(rows, self.test_rows)
        return cells, values, rows >= len(pd.read_csv(io.StringIO(texts[0]), usecols=self.targets[:1]))


def decompressed(path: Path) -> str:
    """With a line break at the end."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode().rstrip("\n") + "\n"


def sources(folder: Path, wanted: Sequence[str] = ()) -> list[Source]:
    """The tables of a folder, of those names if there are any, small files first; what is missing is said."""
    of_form = described if (folder / "tables.json").exists() else listed
    found = [each for each in of_form(folder, wanted) if not wanted or each.name in wanted]
    return sorted(found, key=lambda each: each.size)


def described(folder: Path, wanted: Sequence[str]) -> list[Source]:
    """Of the second form."""
    found = []
    for each in json.loads((folder / "tables.json").read_text()):
        files = tuple(folder / f"{each['name']}.{part}.csv.gz" for part in ("train", "test"))
        task = TASKS[each["task"]]
        found.append(Source(each["name"], each["targets"], files, (), task, each["group"], each["time"]))
    return found


def listed(folder: Path, wanted: Sequence[str]) -> list[Source]:
    """Of the first form."""
    paths = {path.name.split(".csv")[0]: path for path in [*folder.glob("*.csv"), *folder.glob("*.csv.gz")]}
    named = folder / "targets.json"
    targets = TARGETS | (json.loads(named.read_text()) if named.exists() else {})
    rows = json.loads(gzip.decompress((folder / "reference_test_rows.json.gz").read_bytes()))
    found = []
    for name in [name for name in paths if not wanted or name in wanted]:
        parts = {"targets": targets, "test rows": rows}
        if missing := [part for part, known in parts.items() if name not in known]:
            print(f"{name}: no {' or '.join(missing)}, left out", file=sys.stderr)
        else:
            found.append(Source(name, targets[name], (paths[name],), rows[name]))
    return found


def has_all(values: pd.DataFrame) -> Array:
    return np.asarray(values.notna().all(axis=1))


def task_of(targets: pd.DataFrame) -> str:
    values = targets.to_numpy()
    if targets.shape[1] > 1:
        return LABELS if np.isin(values, (0, 1)).all() else NUMBERS
    if not pd.api.types.is_numeric_dtype(targets.iloc[:, 0]) or values.dtype == bool:
        return CLASSES
    whole = bool((values == np.floor(values)).all())
    return CLASSES if whole and len(np.unique(values)) <= MOST_CLASSES else NUMBERS


def calendar(column: pd.Series) -> dict[str, pd.Series] | None:
    """Days since 1970, year, month, day of week and of year where every cell that is there is a date."""
    texts = column.dropna().astype(str)
    if texts.empty or not texts.str.fullmatch(DATE).all():
        return None
    dates = pd.to_datetime(column, format="mixed", errors="coerce", utc=True)
    if dates.isna().sum() > column.isna().sum():
        return None
    parts: dict[str, pd.Series] = {
        "days": (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1),
        "year": dates.dt.year,
        "month": dates.dt.month,
        "day of week": dates.dt.day_of_week,
        "day of year": dates.dt.day_of_year,
    }
    return {name: part.astype(np.float64) for name, part in parts.items()}


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers, booleans and parts of dates as float64, all else as text or NaN."""
    columns: dict[str, pd.Series] = {}
    for name, column in frame.items():
        if pd.api.types.is_numeric_dtype(column):  # booleans too
            columns[str(name)] = column.astype(np.float64)
        elif parts := calendar(column):
            columns |= {f"{name}, {part}": numbers for part, numbers in parts.items()}
        else:
            columns[str(name)] = column.astype(str).astype(object).where(column.notna(), np.nan)
    return pd.DataFrame(columns)


def almost_unique(column: pd.Series) -> bool:
    return column.dtype == object and column.nunique() > ALMOST_UNIQUE * column.notna().sum()
