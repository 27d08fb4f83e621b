"""A table that is kept on the disk becomes what it becomes in memory: nothing differs but where it is."""

import errno
import functools
import gzip
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.reading import blocks
from mlpcli.data.reading.file_table import FileTable
from mlpcli.data.reading.some_rows import SomeRows
from mlpcli.data.stored import growing, row_file, scratch_file
from mlpcli.data.stored.scratch_file import ScratchFile
from mlpcli.errors import DataError, MlpcliError, OutputError, SettingsError
from mlpcli.nn.fit_state import StopReason
from mlpcli.preparation import deciding, prepare, stored_parts
from mlpcli.preparation.prepare import Prepared
from mlpcli.workflows.cv import FOLDS
from mlpcli.workflows.train import TrainingRun
from tests.workflows.examples import prepared
from tests.workflows.messy import MESSY, told

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
MEMORY = 10**9
ON_DISK = "of encoded rows until the end"
TARGETS = {
    **{f"{name}-train.csv": "y" for name in ("blank", "comma", "decimal", "flags")},
    **dict.fromkeys(("one-dash.csv", "stray-dash.csv", "sql-null.csv"), "power"),
    **dict.fromkeys(("us-dashes.csv", "day-names.csv", "log-times.csv", "unit-suffix.csv"), "price"),
    **dict.fromkeys(("leading-zeros.csv", "thousands-point.csv"), "rent"),
    "label-blank.csv": "grade",
    "label-none.csv": "risk",
    "indian-numbers.csv": "area",
}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if the tables were large, in a folder in which nothing must be left."""
    monkeypatch.setattr(growing, "STRIPE_BYTES", 4_000)
    monkeypatch.setattr(stored_parts, "BLOCK_BYTES", 10_000)
    monkeypatch.setattr(row_file, "BLOCK_VALUES", 500)
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 100)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def refuse_difference(data: Any, **settings: Any) -> Prepared:
    """Prepare in memory and on the disk; the table on the disk."""
    memory, stored = prepared(data, **settings), prepared(data, memory=MEMORY, **settings)
    assert (ON_DISK in told(stored)) is not isinstance(data, pd.DataFrame)
    assert [line for line in told(stored).split("\n") if ON_DISK not in line] == told(memory).split("\n")
    assert stored.digest == memory.digest
    assert stored.split_digest == memory.split_digest
    assert stored.encoder.to_stored()[0] == memory.encoder.to_stored()[0]
    for name, array in memory.encoder.to_stored()[1].items():
        np.testing.assert_array_equal(stored.encoder.to_stored()[1][name], array)
    assert stored.counts["table"].missing == memory.counts["table"].missing
    assert stored.counts["table"].unreadable == memory.counts["table"].unreadable
    for part, rows in memory.parts.items():
        np.testing.assert_array_equal(stored.parts[part].features, rows.features)
        np.testing.assert_array_equal(stored.parts[part].truth, rows.truth)
    for one, other in zip(memory.folds, stored.folds, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
    return stored


@pytest.mark.parametrize(("file", "target"), TARGETS.items())
def test_messy_tables(file: str, target: str) -> None:
    columns = pd.read_csv(MESSY / file, sep=None, engine="python", nrows=1).columns
    refuse_difference(str(MESSY / file), target=(target if target in columns else str(columns[-1]),))


@pytest.mark.parametrize(
    ("file", "settings"),
    [
        ("penguins.csv", {"target": ("species",), "test": 0.2, "folds": 3}),
        ("penguins.csv", {"target": ("species",), "drop_duplicates": True, "validation": 0.3}),
        ("penguins.csv", {"target": ("body_mass_g",), "group": "island", "folds": 2}),
        (
            "auto_mpg.csv",
            {"target": ("Miles_per_Gallon",), "cross": ("Weight_in_lbs*Horsepower",), "time": "Year"},
        ),
        ("heart_disease.csv", {"target": ("diameter narrowing",), "target_means": True, "most_columns": 5}),
        ("seattle_weather.csv", {"target": ("weather",), "weight": "wind", "embed_spikes": True}),
        ("digits.csv.gz", {"target": ("digit",)}),
    ],
)
def test_sample_tables(file: str, settings: dict[str, Any]) -> None:
    refuse_difference(str(SAMPLES / file), **settings)


def many_levels(rows: int) -> pd.DataFrame:
    """Rows whose last holds a class, a word among numbers and a level that no other has."""
    generator = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "shop": [f"shop {number % (rows // 4)}" for number in range(rows)],
            "name": [f"name {number}" for number in generator.permutation(rows)],
            "amount": generator.normal(size=rows).round(4).astype(str),
            "size": generator.choice([*"SML"], rows),
            "kind": generator.choice(["good", "bad"], rows),
        }
    )
    table.loc[rows - 1] = ["shop of the last", "last", "unknown", "XXL", "odd"]
    return table


def test_what_only_the_last_row_tells(tmp_path: Path) -> None:
    path = tmp_path / "levels.csv"
    many_levels(12_000).to_csv(path, index=False)
    stored = refuse_difference(str(path), target=("kind",))
    assert stored.task.name == "multiclass"
    assert "'unknown'" in told(stored)


def test_other_files(tmp_path: Path) -> None:
    table = many_levels(2_000)
    first, second, packed, parquet = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv.gz", "d.parquet"))
    table[:900].to_csv(first, index=False)
    table[900:].to_csv(second, index=False)
    packed.write_bytes(gzip.compress(table.to_csv(index=False).encode()))
    table.to_parquet(parquet)
    digests = {
        refuse_difference(data, target=("kind",)).digest
        for data in ([str(first), str(second)], str(packed), str(parquet), table)
    }
    assert len(digests) == 1


def test_rows_of_validation_and_test_files(tmp_path: Path) -> None:
    path = tmp_path / "held.csv"
    many_levels(1_500).to_csv(path, index=False)
    settings = {"target": ("kind",), "validation": str(path), "test": str(path)}
    stored = refuse_difference(str(path), **settings)
    assert stored.parts["validation"].in_file


@pytest.mark.parametrize(
    "settings",
    [{"folds": 3}, {"ensemble": 2, "validation": 0.2}, {"preset": "default", "race": 2, "folds": 2}],
)
def test_models_are_the_same_to_the_byte(settings: dict[str, Any]) -> None:
    path = str(SAMPLES / "penguins.csv")
    shared: dict[str, Any] = {"preset": "textbook", "epochs": 4} | settings
    in_memory, stored = (mlpcli.train(path, "species", **shared, memory=memory) for memory in (None, MEMORY))
    assert stored.artifact.receipt["weights"] == in_memory.artifact.receipt["weights"]
    assert stored.artifact.scores == in_memory.artifact.scores


def test_errors_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "infinite.csv"
    path.write_text("x,y\n" + "".join(f"{row},{row % 7}\n" for row in range(500)) + "inf,3\n")
    said = []
    for memory in (None, MEMORY):
        with pytest.raises(MlpcliError) as refusal:
            prepared(str(path), target=("y",), memory=memory)
        said.append((str(refusal.value), str(refusal.value.hint)))
    assert said[0] == said[1]
    assert "line 502" in said[0][0]


def test_too_little_memory_is_said_before_reading() -> None:
    with pytest.raises(
        SettingsError, match=r"345 rows need about 230 MB, with their cells on the disk"
    ) as refusal:
        prepared(str(SAMPLES / "penguins.csv"), target=("species",), memory=1_000_000)
    assert refusal.value.setting == "memory"


def test_an_optimizer_of_all_rows_is_refused() -> None:
    with pytest.raises(SettingsError, match="memory cannot be combined with optimizer l-bfgs"):
        prepared(str(SAMPLES / "penguins.csv"), target=("species",), optimizer="l-bfgs", memory=MEMORY)


@pytest.mark.parametrize("packed", [True, False])
def test_too_little_memory_for_rows_that_are_not_counted_yet(packed: bool, tmp_path: Path) -> None:
    """It names no number of rows, advises against none, and a DataFrame has no cells on the disk."""
    path = tmp_path / "packed.csv.gz"
    path.write_bytes(gzip.compress((SAMPLES / "penguins.csv").read_bytes()))
    data = str(path) if packed else pd.read_csv(SAMPLES / "penguins.csv")
    with pytest.raises(SettingsError) as refusal:
        prepared(data, target=("species",), memory=1_000_000)
    said = "packed.csv.gz: any rows need about 230 MB, with their cells on the disk"
    assert str(refusal.value).endswith(said if packed else "the DataFrame: any rows need about 230 MB")
    assert str(refusal.value.hint) == "Give memory 260MB."


def test_inputs_that_are_too_large_name_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "free_memory", lambda: 20_000)
    said = r"rows of 7 inputs take 23.\d kB of memory, but only 20 kB is free"
    with pytest.raises(DataError, match=said) as refusal:
        prepared(str(SAMPLES / "penguins.csv"), target=("species",))
    assert str(refusal.value.hint) == "memory 10MB keeps them on the disk."
    prepared(str(SAMPLES / "penguins.csv"), target=("species",), features=("bill_length_mm",))


@pytest.mark.parametrize("memory", [None, MEMORY])
def test_a_file_that_changes_while_it_is_read(
    memory: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grows.csv"
    text = (SAMPLES / "penguins.csv").read_text()
    path.write_text(text)
    read = FileTable.read

    def grown(self: FileTable, *columns: Any) -> Frame:
        with path.open("a") as file:
            file.write(text.splitlines()[1] + "\n")
        return read(self, *columns)

    monkeypatch.setattr(FileTable, "read", grown)
    with pytest.raises(DataError, match=r"grows.csv: the file changed while it was read$"):
        prepared(str(path), target=("species",), memory=memory)


@pytest.mark.parametrize("memory", [None, MEMORY])
def test_a_file_that_lost_rows_since_they_were_numbered(memory: int | None, tmp_path: Path) -> None:
    """As between two folds of a cross-validation."""
    path = tmp_path / "cut.csv"
    path.write_text("".join((SAMPLES / "penguins.csv").read_text().splitlines(keepends=True)[:201]))
    with pytest.raises(DataError, match=r"cut.csv: it has fewer rows than before: the file changed$"):
        prepared(SomeRows([str(path)], np.arange(0, 344, 2)), target=("species",), memory=memory)


def test_a_disk_that_gets_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: ScratchFile, array: Array, place: int) -> None:
        if place > 8_000:
            raise self._refused(OSError(errno.ENOSPC, "No space left on device"))
        write(self, array, place)

    write = ScratchFile.write
    monkeypatch.setattr(ScratchFile, "write", full)
    with pytest.raises(OutputError, match=r"a temporary file there failed \(No space left on device\)"):
        prepared(str(SAMPLES / "penguins.csv"), target=("species",), memory=MEMORY)


def test_a_disk_that_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1_000))
    with pytest.raises(OutputError, match=r"the cells of .*penguins.csv take 22.1 kB there with"):
        prepared(str(SAMPLES / "penguins.csv"), target=("species",), memory=MEMORY)


def no_such_folder(*arguments: object) -> None:
    raise FileNotFoundError(errno.ENOENT, "No such file or directory")


def test_a_machine_without_a_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(scratch_file, "gettempdir", no_such_folder)
    with pytest.raises(OutputError, match="there is no folder for temporary files that can be written"):
        prepared(str(SAMPLES / "penguins.csv"), target=("species",), memory=MEMORY)


def test_a_disk_whose_room_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", no_such_folder)
    with pytest.raises(OutputError, match=r"a temporary file there failed \(No such file or directory\)"):
        prepared(str(SAMPLES / "penguins.csv"), target=("species",), memory=MEMORY)


@pytest.mark.parametrize("share", [1.0, 1e-4])
def test_a_resumed_training_is_the_same(
    share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where each epoch draws its batches from a part of the rows at a time: here 100 kB."""
    monkeypatch.setattr(prepare, "SHARE_OF_WINDOW", share)
    path, ended = str(SAMPLES / "digits.csv.gz"), list[int]()

    def run(**more: Any) -> TrainingRun:
        settings: dict[str, Any] = {"preset": "textbook", "epochs": 4, "patience": None, "memory": MEMORY}
        return mlpcli.train(path, "digit", **settings, **more)

    def stop() -> StopReason | None:
        return "interrupted" if len(ended) == 2 else None

    whole, checkpoint = run(), tmp_path / "run.ckpt"
    run(checkpoint=checkpoint, on_epoch=lambda record: ended.append(record.epoch), should_stop=stop)
    assert ended == [1, 2]
    resumed = run(checkpoint=checkpoint)
    assert resumed.artifact.receipt["weights"] == whole.artifact.receipt["weights"]
    assert (whole.artifact.receipt["weights"] == in_memory_weights(path)) is (share == 1.0)


@functools.cache
def in_memory_weights(path: str) -> str:
    run = mlpcli.train(path, "digit", preset="textbook", epochs=4, patience=None)
    weights: str = run.artifact.receipt["weights"]
    return weights


def test_a_file_that_changes_between_the_folds_of_a_cross_validation(tmp_path: Path) -> None:
    path = tmp_path / "grows.csv"
    text = (SAMPLES / "penguins.csv").read_text()
    path.write_text(text)

    def grow(done: int, total: int | None, what: str) -> None:
        if what == FOLDS and done == 1:
            path.write_text(text + text.splitlines()[1] + "\n")

    shared: dict[str, Any] = {"preset": "textbook", "epochs": 1, "folds": 2, "repeats": 1, "workers": 1}
    assert mlpcli.cv(str(path), "species", **shared).metrics
    with pytest.raises(DataError, match=r"grows.csv: the file changed while it was read$"):
        mlpcli.cv(str(path), "species", on_progress=grow, **shared)
