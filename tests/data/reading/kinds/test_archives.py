"""Zip archives: the one table in them is read, and nothing else is done with them."""

import random
import zipfile
from pathlib import Path

import pytest

from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.source import ReadingSettings, TextSource
from tests.data.examples import write
from tests.data.reading.kinds.examples import (
    CSV,
    ROWS,
    archive,
    database,
    is_read_or_refused,
    read,
    refusal,
    workbook,
)


@pytest.mark.parametrize(
    "files",
    [
        {"table.csv": CSV},
        {"data/": b"", "data/table.csv": CSV},
        {"__MACOSX/._table.csv": b"\x00", ".DS_Store": b"\x00", "table.csv": CSV},
        {"table.tsv": CSV.replace(",", "\t")},
        {"table.jsonl": '{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n'},
        {"table.json": '[{"a": 1, "b": 2}, {"a": 3, "b": 4}]'},
        {"../../etc/passwd": CSV},
        {"C:\\data\\table.csv": CSV, "Thumbs.db": b"\x00", "desktop.ini": "x"},
        {"table.csv": CSV.encode("utf-16")},
    ],
    ids=["one", "folder", "macOS", "tsv", "JSON lines", "JSON array", "outside", "Windows", "UTF-16"],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_only_table(files: dict[str, str | bytes], method: int, tmp_path: Path) -> None:
    folder = tmp_path / "in" / "it"
    folder.mkdir(parents=True)
    assert read(write(folder, "a.zip", archive(files, method))) == (["a", "b"], ROWS)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.zip"]


def test_of_several_tables_one_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a.zip", archive({"x.csv": CSV, "d/y.tsv": "c\td\n5,5\t6\n"}))
    assert refusal(path) == ("contains 2 files: 'x.csv', 'd/y.tsv'", f"Name one: '{path}#x.csv'")
    assert read(f"{path}#x.csv") == (["a", "b"], ROWS)
    assert read(f"{path}#d/y.tsv") == (["c", "d"], [["5,5", "6"]])
    assert refusal(f"{path}#y.csv")[0] == "contains no file 'y.csv'"


def test_an_existing_file_of_the_whole_name_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "a.zip", archive({"x.csv": CSV}))
    assert read(write(tmp_path, "a.zip#x.csv", "own\n1\n")) == (["own"], [["1"]])


def test_many_names_are_not_all_listed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.zip", archive({f"{number}.csv": CSV for number in range(500)}))
    assert refusal(path)[0].endswith("'8.csv', '9.csv' and 490 more")


def flagged(content: bytes) -> bytes:
    """The archive, whose only member is said to be encrypted."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[changed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive({}), "contains no file"),
        (archive({".hidden.csv": CSV}), "contains no file"),
        (flagged(archive({"x.csv": CSV})), "'x.csv' needs a password"),
        (archive({"x.csv": CSV}, zipfile.ZIP_BZIP2), "'x.csv' uses the unsupported compression method 12"),
        (archive({"x.zip": archive({"y.csv": CSV})}), "is a zip archive or workbook inside a zip archive"),
        (archive({"x.csv": CSV})[:40], "the archive is damaged or cut short"),
        (archive({"word/document.xml": "<x/>"}), "is a text document, not a table"),
        (archive({"xl/workbook.bin": "x"}), "is a binary Excel workbook (.xlsb), which is not supported"),
        (archive({"arr_0.npy": b"\x93NUMPY"}), "is a NumPy array, which is not supported"),
        (
            archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
            "is an OpenDocument spreadsheet (.ods), which is not supported",
        ),
    ],
    ids=range(10),  # the bytes hold the time of day
)
def test_other_archives(content: bytes, said: str, tmp_path: Path) -> None:
    assert refusal(write(tmp_path, "a.zip", content))[0].startswith(said)


def test_a_database_or_workbook_in_an_archive(tmp_path: Path) -> None:
    made = {
        "SQLite database": Path(database(tmp_path / "d", "create table t (a)")),
        "zip archive or workbook": Path(workbook(tmp_path / "w.xlsx", {"S": [["a"], [1]]})),
    }
    for name, path in made.items():
        content = archive({"x": path.read_bytes()})
        said, hint = refusal(write(tmp_path, "a.zip", content))
        assert said == f"is a {name} inside a zip archive, which is not supported"
        assert hint == "Unpack it and give the table inside."


def test_wrong_checksum(tmp_path: Path) -> None:
    content = bytearray(archive({"x.csv": CSV}, zipfile.ZIP_STORED))
    content[content.index(b"1,2")] = ord("9")
    said, _ = refusal(write(tmp_path, "a.zip", bytes(content)))
    assert said.startswith("the compressed data are damaged or cut short (Bad CRC-32")


def test_a_bomb_is_refused_by_its_first_row_or_by_size(tmp_path: Path) -> None:
    one_row = write(tmp_path, "a.zip", archive({"x.csv": b"a,b\n" + bytes(b"1" * (40 << 20))}))
    assert refusal(one_row)[0] == "line 2: the row has more than 16,777,216 bytes"
    many = write(tmp_path, "b.zip", archive({"x.csv": b"a,b\n" + b"1,2\n" * 500_000}))
    assert refusal(many, max_bytes=10**6) == (
        "is larger than 1 MB when unpacked",
        "If that is expected, give a larger max_bytes.",
    )
    assert len(read(many, max_bytes=2_000_004)[1]) == 500_000


def test_rows_come_before_the_end_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.zip", archive({"x.csv": b"a,b\n" + b"1,2\n" * (3 << 20)}))
    with OpenRows(TextSource(path), ReadingSettings(max_bytes=9 << 20)) as rows:
        assert next(iter(rows)).cells()[0] == ["1", "2"]


def test_mutations(tmp_path: Path) -> None:
    """Read, or refused in words."""
    whole = archive({"x.csv": CSV * 30, "__MACOSX/y": "z"})
    generator = random.Random(0)
    for _ in range(300):
        changed = bytearray(whole)
        for _ in range(generator.randint(1, 4)):
            changed[generator.randrange(4, len(whole))] = generator.randrange(256)
        is_read_or_refused(write(tmp_path, "a.zip", bytes(changed[: generator.choice([None, 300, -5])])))


@pytest.mark.parametrize(
    ("name", "member", "said"),
    [
        ("mac.zip", "rents.csv", True),
        ("rents.csv.zip", "rents.csv", False),
        ("Rents.zip", "data/rents.csv", False),
        ("rents", "other.csv", False),
    ],
)
def test_the_member_is_named_unless_the_archive_is_called_after_it(
    name: str, member: str, said: bool, tmp_path: Path
) -> None:
    path = write(tmp_path, name, archive({member: CSV, "__MACOSX/._x": b""}))
    with OpenRows(TextSource(path), ReadingSettings()) as rows:
        assert rows.notes == [f"{path}: the table is read from {member!r}"] * said
    with OpenRows(TextSource(f"{path}#{member}"), ReadingSettings()) as rows:
        assert rows.notes == []
