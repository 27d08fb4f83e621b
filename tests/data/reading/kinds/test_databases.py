"""SQLite databases: tables and views are read as sqlite3 gives them, and nothing is ever written."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.errors import DataError
from tests.data.examples import file_table, stdin_of, write
from tests.data.reading.kinds.examples import (
    database,
    is_read_or_refused,
    read,
    refusal,
    with_notes,
)

TABLE = ("create table t (a, b)", "insert into t values (1, 'x'), (2.5, null), (0.1, 'y,\"z\n')")
COUNTING = "with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) "


@pytest.mark.parametrize("name", ["a.sqlite", "a.sqlite3", "a.db", "a.csv", "a"])
def test_the_only_table(name: str, tmp_path: Path) -> None:
    path = database(tmp_path / name, *TABLE)
    rows = [["1", "x"], ["2.5", ""], ["0.1", 'y,"z\n']]
    assert read(path) == read(f"{path}#t") == read(f"{path}#T") == (["a", "b"], rows)
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ['"; drop', "two words", "a#b", "select", "é", "x'y"])
def test_odd_names(name: str, tmp_path: Path) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    statements = f"create table {quoted} ({quoted}, y)", f"insert into {quoted} values (1, 2)"
    path = database(tmp_path / "a ?&%#.db", *statements, "create table other (z)")
    assert read(f"{path}#{name}") == ([name, "y"], [["1", "2"]])


def test_of_several_one_is_named(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", *TABLE, "create view v as select a + 1 as c, a as c from t")
    assert refusal(path) == ("contains 2 tables: 't', 'v'", f"Name one: '{path}#t'")
    assert read(f"{path}#v") == (["c", "c:1"], [["2", "1"], ["3.5", "2.5"], ["1.1", "0.1"]])
    assert refusal(f"{path}#xyz") == ("contains no table 'xyz'", "Choose from: t, v.")


def test_an_existing_file_of_the_whole_name_comes_first(tmp_path: Path) -> None:
    database(tmp_path / "a.db", *TABLE)
    assert read(database(tmp_path / "a.db#t", "create table u (own)")) == (["own"], [])


def test_rows_come_in_blocks_with_their_numbers(tmp_path: Path) -> None:
    path = database(
        tmp_path / "a.db", "create table t (a)", COUNTING.format(10) + "insert into t select i from n"
    )
    with OpenRows(TextSource(path), ReadingSettings(), 4) as rows:
        blocks = list(rows)
    assert [block.lines.tolist() for block in blocks] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    assert blocks[1].place(2) == f"{path}: row 7"
    assert blocks[1].first(3).cells() == [["5"], ["6"], ["7"]]
    assert file_table([path]).place(9) == f"{path}: row 10"


def test_long_rows_make_short_blocks(tmp_path: Path) -> None:
    text = "hex(zeroblob(60000))"
    path = database(
        tmp_path / "a.db",
        "create table t (a)",
        COUNTING.format(60) + f"insert into t select {text} from n",
    )
    with OpenRows(TextSource(path), ReadingSettings()) as rows:
        sizes = [len(block.text) for block in rows]
    assert sum(sizes) > 60 * 120_000
    assert max(sizes) < 5_000_000


def test_binary_data(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "create table t (a, b)", "insert into t values (1, x'00'), (2, 'z')")
    assert with_notes(path) == (
        ["a", "b"],
        [["1", ""], ["2", ""]],
        ["column 'b' holds binary data, which is read as missing"],
    )
    late = "insert into t select i, case when i > 2500 then x'00' else 'z' end from n"
    path = database(tmp_path / "b.db", "create table t (a, b)", COUNTING.format(3000) + late)
    assert refusal(path)[0] == "row 2,501: column 'b' holds binary data"


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("create table t (a)", "drop table t"), "contains no table"),
        (("create table t (a)", "insert into t values (hex(zeroblob(70000)))"), "row 1 has a cell of more"),
        (("create table t (a)", "insert into t values (zeroblob(17000000))"), "cannot be read as a SQLite"),
        (("create table t (a)", "insert into t values (cast(x'ff' as text))"), "cannot be read as a SQLite"),
    ],
    ids=["no table", "long cell", "huge cell", "no text"],
)
def test_refusals(statements: tuple[str, ...], said: str, tmp_path: Path) -> None:
    assert refusal(database(tmp_path / "a.db", *statements))[0].startswith(said)


def test_a_view_that_fails(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "create table t (a)", "create view v as select b from t")
    assert refusal(f"{path}#v") == (
        "cannot be read as a SQLite database (no such column: b)",
        "Check the table: sqlite3 -readonly FILE .schema",
    )


def test_a_view_without_an_end_is_refused_by_size(tmp_path: Path) -> None:
    view = "create view v as with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    assert (
        refusal(database(tmp_path / "a.db", view), max_bytes=10**5)[0]
        == "is larger than 100 KB when unpacked"
    )


def test_rows_that_are_not_in_the_file_yet(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table t (a)")
        connection.commit()
        said, hint = refusal(str(path))
        assert said == "its newest rows are in a.db-wal"
        assert hint.endswith("sqlite3 FILE '.backup copy.sqlite'")
    assert read(str(path)) == (["a"], [])


def test_a_database_that_another_program_writes(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", *TABLE)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("begin exclusive")
        assert len(read(path)[1]) == 3  # nothing has changed, whatever is locked
        connection.execute("pragma cache_size = 1")
        connection.execute(COUNTING.format(2000) + "insert into t select i, hex(zeroblob(500)) from n")
        assert refusal(path)[0] == "its newest rows are in a.db-journal"
        connection.rollback()
    assert len(read(path)[1]) == 3


def test_a_database_cut_short(tmp_path: Path) -> None:
    """SQLite takes zeros for what is not there, so that all cells would be missing."""
    whole = Path(database(tmp_path / "a.db", *TABLE)).read_bytes()
    for size in (20, 100, 4096, 5000, len(whole) - 1):
        assert refusal(write(tmp_path, "b.db", whole[:size]))[0] == "the database is damaged or cut short"


def test_a_pipe_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Path(database(tmp_path / "a.db", *TABLE)).read_bytes()
    monkeypatch.setattr("sys.stdin", stdin_of(content))
    with pytest.raises(DataError, match="stdin is a SQLite database, which cannot be read from a pipe"):
        read("-")


def test_mutations(tmp_path: Path) -> None:
    whole = Path(database(tmp_path / "a.db", *TABLE, "create view v as select b from t")).read_bytes()
    generator = random.Random(0)
    for _ in range(200):
        changed = bytearray(whole)
        for _ in range(generator.randint(1, 8)):
            changed[generator.randrange(16, generator.choice([200, len(whole)]))] = generator.randrange(256)
        path = write(tmp_path, "b.db", bytes(changed))
        is_read_or_refused(path + generator.choice(["#t", "#v"]), max_bytes=10**7)
