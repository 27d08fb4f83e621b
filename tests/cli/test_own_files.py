"""A command does not write over what it reads, nor read what it writes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Commands, sample

QUICK = ("--preset", "textbook", "--epochs", "1")


def copied(folder: Path) -> Path:
    return Path(shutil.copy(sample("penguins.csv"), folder / "own.csv"))


def test_a_model_is_not_written_over_its_table(mlpcli: Commands, tmp_path: Path) -> None:
    table = copied(tmp_path).rename(tmp_path / "own.txt")
    before = table.read_bytes()
    (tmp_path / "link").symlink_to(table)
    for output in (table, tmp_path / "link"):
        said = mlpcli.error(1, "train", table, "-t", "species", *QUICK, "-f", "-o", output)
        assert "is an input of this command too" in said
    assert table.read_bytes() == before


def test_rows_are_not_written_over_the_model(mlpcli: Commands, penguins_model: Path, tmp_path: Path) -> None:
    model = Path(shutil.copy(penguins_model, tmp_path / "m.joblib"))
    said = mlpcli.error(1, "predict", model, sample("penguins.csv"), "-f", "-o", model, "--format", "csv")
    assert "is an input of this command too" in said
    assert model.read_bytes() == penguins_model.read_bytes()


@pytest.mark.parametrize("name", ["own.csv", "o*.csv"])
def test_rows_are_not_written_over_their_table(
    mlpcli: Commands, penguins_model: Path, tmp_path: Path, name: str
) -> None:
    table = copied(tmp_path)
    before = table.read_bytes()
    said = mlpcli.error(1, "predict", penguins_model, tmp_path / name, "-f", "-o", table)
    assert "is an input of this command too" in said
    assert table.read_bytes() == before


def test_a_plot_is_not_written_over_what_is_compared(
    mlpcli: Commands, penguins_model: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copy(penguins_model, tmp_path / "other.png"))
    named = ("--compare", other, "--plot", other, "-f")
    said = mlpcli.error(1, "evaluate", penguins_model, sample("penguins.csv"), *named)
    assert "is an input of this command too" in said


@pytest.mark.parametrize("option", ["--validation", "--test", "--config"])
def test_points_are_not_written_over_another_input(mlpcli: Commands, tmp_path: Path, option: str) -> None:
    other = copied(tmp_path)
    if option == "--config":
        other.write_text("[lr-find]\nepochs = 4\n")
    named = ("-t", "species", option, other, "--csv", other, "-f")
    assert "is an input of this command too" in mlpcli.error(1, "lr-find", sample("penguins.csv"), *named)


def test_a_file_does_not_grow_by_its_own_rows(penguins_model: Path, tmp_path: Path) -> None:
    table = copied(tmp_path)
    before = table.read_bytes()
    with table.open("ab") as file:
        done = subprocess.run(
            [sys.executable, "-m", "mlpcli", "predict", str(penguins_model), str(table), "--keep", "island"],
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert "is the output of this command too" in done.stderr
    assert table.read_bytes() == before


def test_formulas_in_scored_rows(mlpcli: Commands, penguins_model: Path, tmp_path: Path) -> None:
    table = copied(tmp_path)
    table.write_text(table.read_text().replace("Torgersen", "=cmd", 1))
    assert ",=cmd," in mlpcli.ok("predict", penguins_model, table).out
    safe = mlpcli.ok("predict", penguins_model, table, "--safe-cells").out
    assert safe == mlpcli.ok("predict", penguins_model, table).out.replace(",=cmd,", ",'=cmd,")
    said = mlpcli.error(2, "predict", penguins_model, table, "--safe-cells", "--format", "jsonl")
    assert "--safe-cells" in said
