"""The same table as an archive, a workbook, a database and JSON: the same scores, the same rows."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.commands import Commands, sample
from tests.data.reading.kinds.examples import archive, database, workbook

QUICK = ("--preset", "textbook", "--epochs", "20")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Half of the penguins without their gaps, in each kind of file."""
    folder = tmp_path_factory.mktemp("kinds")
    with sample("penguins.csv").open(newline="") as file:
        header, *rows = (row for row in csv.reader(file) if all(row))
    rows = rows[::2]
    text = "\n".join(map(",".join, [header, *rows])) + "\n"
    typed = [[float(cell) if cell[0].isdigit() else cell for cell in row] for row in rows]
    quoted = ", ".join(f'"{name}"' for name in header)
    values = [", ".join(repr(cell) for cell in row) for row in typed]
    objects = [dict(zip(header, row, strict=True)) for row in typed]
    (folder / "t.csv").write_text(text)
    (folder / "t.zip").write_bytes(archive({"d/t.csv": text, "__MACOSX/x": b"\x00"}))
    (folder / "t.json").write_text(json.dumps(objects, indent=1))
    inserts = [f"insert into t values ({each})" for each in values]
    database(folder / "t.sqlite", f"create table t ({quoted})", *inserts, "create table other (x)")
    workbook(folder / "t.xlsx", {"Birds": [header, *typed], "Other": [["x"]]})
    return {
        "csv": str(folder / "t.csv"),
        "zip": str(folder / "t.zip"),
        "JSON": str(folder / "t.json"),
        "SQLite": str(folder / "t.sqlite#t"),
        "xlsx": str(folder / "t.xlsx#Birds"),
    }


@pytest.mark.parametrize("kind", ["zip", "JSON", "SQLite", "xlsx"])
def test_the_same_scores_and_rows(
    kind: str, tables: dict[str, str], mlpcli: Commands, tmp_path: Path
) -> None:
    found = []
    for each in ("csv", kind):
        model = tmp_path / f"{each}.joblib"
        scores = mlpcli.ok("train", tables[each], "-t", "species", "-o", model, *QUICK, "--json").json()
        rows = mlpcli.ok("predict", model, tables[each], "--keep", "none", "--proba").out
        found.append((scores["validation"], rows))
    assert found[0] == found[1]
    assert mlpcli.ok("predict", model, tables["csv"], tables[kind]).out.count("\n") == 1 + 2 * len(
        rows.splitlines()[1:]
    )


def test_archives_and_workbooks_by_a_pipe(tables: dict[str, str], mlpcli: Commands, tmp_path: Path) -> None:
    """train keeps a copy; predict, which streams, says that it cannot."""
    model, content = tmp_path / "m.joblib", Path(tables["zip"]).read_bytes()
    mlpcli.ok("train", "-", "-t", "species", "-o", model, *QUICK, stdin=content)
    said = mlpcli.error(1, "predict", model, "-", stdin=content)
    assert "stdin is a zip archive or workbook, which cannot be read from a pipe" in said
    rows = Path(tables["JSON"]).read_bytes()
    assert mlpcli.ok("predict", model, "-", stdin=rows).out.count("\n") > 100


def test_model_and_data_swapped(
    tables: dict[str, str], penguins_model: Path, mlpcli: Commands, tmp_path: Path
) -> None:
    for kind, what in (("csv", "is a CSV file"), ("zip", "is a ZIP file"), ("JSON", "is a JSON file")):
        said = mlpcli.error(2, "predict", tables[kind], penguins_model)
        assert f"{what}, not a model\nhint: The model comes first: mlpcli predict {penguins_model} " in said
    for command in (["inspect"], ["describe", tables["csv"], "--against"]):
        assert f"{tables['csv']} is a CSV file, not a model" in mlpcli.error(1, *command, tables["csv"])
    said = mlpcli.error(1, "describe", penguins_model)
    assert "is an mlpcli model or checkpoint, not a table\nhint: Give a table. " in said
    said = mlpcli.error(1, "evaluate", penguins_model, penguins_model)
    assert "is an mlpcli model or checkpoint, not a table" in said


def test_endings_of_outputs(penguins_model: Path, mlpcli: Commands, tmp_path: Path) -> None:
    table = sample("penguins.csv")
    for name in ("x.json", "x.xlsx", "x.feather", "x.txt", "x.csv.gz", "a.b/x.y"):
        said = mlpcli.error(2, "predict", penguins_model, table, "-o", tmp_path / name)
        assert f"ending in .{name.rpartition('.')[2]} cannot be written" in said
    assert not list(tmp_path.iterdir())
    (tmp_path / "a.b").mkdir()
    for name in ("none", "a.b/none", ".json"):
        mlpcli.ok("predict", penguins_model, table, "-o", tmp_path / name)
        assert (tmp_path / name).read_text().startswith("species,")
    mlpcli.ok("predict", penguins_model, table, "-o", tmp_path / "x.json", "--format", "jsonl")
    first = json.loads((tmp_path / "x.json").read_text().splitlines()[0])
    assert first["bill_length_mm"] == 39.1
    assert first["island"] == "Torgersen"


def test_doubled_columns_are_left_out_by_name(mlpcli: Commands, tmp_path: Path) -> None:
    table, model = tmp_path / "t.csv", tmp_path / "m.joblib"
    table.write_text(
        "a,a,x,y\n" + "".join(f"{row % 3},q,{row % 9},{row % 2}\n" for row in range(40)) + "Total,,160,20\n"
    )
    said = mlpcli.error(1, "train", table, "-t", "y", "-o", model)
    assert "or exclude them with --drop a." in said
    mlpcli.ok("train", table, "-t", "y", "--drop", "a", "-o", model, *QUICK)
    assert mlpcli.ok("predict", model, table).out.startswith("a,a,x,y,prediction\n0,q,0,0,")
    mlpcli.ok("evaluate", model, table)
    assert "2 columns are named 'a'" in mlpcli.error(1, "predict", model, table, "--format", "jsonl")
    assert "'a' occurs 2 times" in mlpcli.error(1, "predict", model, table, "--keep", "a")
    table.write_text("a,x,x\n1,2,3\n")
    assert "'x' occurs 2 times" in mlpcli.error(1, "predict", model, table)


def test_a_model_is_not_written_over_an_archive(mlpcli: Commands, tmp_path: Path) -> None:
    table = tmp_path / "t.zip"
    table.write_bytes(archive({"t.csv": sample("penguins.csv").read_bytes(), "u.csv": "x"}))
    said = mlpcli.error(1, "train", f"{table}#t.csv", "-t", "species", "-f", "-o", table)
    assert "is an input of this command too" in said


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("https://example.org/t.csv", "curl -sL https://example.org/t.csv > t.csv"),
        ("20%", "If a fraction is meant, write 0.2."),
    ],
)
def test_files_that_are_none(path: str, hint: str, mlpcli: Commands) -> None:
    assert hint in mlpcli.error(1, "train", path, "-t", "y")


def test_sizes(tables: dict[str, str], mlpcli: Commands, tmp_path: Path) -> None:
    command = ("train", tables["xlsx"], "-t", "species", "-o", tmp_path / "m.joblib", *QUICK)
    assert "is larger than 5 KB" in mlpcli.error(1, *command, "--max-bytes", "5kB")
    assert "'much' is not a size\nhint: Write 500MB or 2GB." in mlpcli.error(
        2, *command, "--max-bytes", "much"
    )
    mlpcli.ok(*command, "--max-bytes", "1 MiB")


def test_the_limit_is_that_of_plain_files_too(mlpcli: Commands, tmp_path: Path) -> None:
    for name, text in (
        ("t.csv", "x,y\n" + "1,2\n" * 99),
        ("t.json", "[" + '{"x": 1, "y": 2},' * 99 + '{"x": 1}]'),
    ):
        path = tmp_path / name
        path.write_text(text)
        assert "is larger than 100 bytes" in mlpcli.error(1, "describe", path, "--max-bytes", "100B")
        mlpcli.ok("describe", path, "--max-bytes", "1MB")


@pytest.mark.parametrize("options", [["--quote", ",", "-d", ","], ["--quote", "#", "--comment", "#"]])
def test_a_quote_is_no_delimiter(mlpcli: Commands, tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "t.csv").write_text("x,y\n1,2\n")
    said = mlpcli.error(2, "describe", tmp_path / "t.csv", *options)
    assert "is already the delimiter or the comment character" in said
