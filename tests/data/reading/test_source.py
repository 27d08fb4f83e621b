"""Where text comes from: compression told by content, encodings, and what is said of unreadable files."""

import bz2
import gzip
import lzma
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mlpcli.data.reading.decoding import Pieces
from mlpcli.data.reading.source import ReadingSettings, TextSource, is_stream, spooled
from mlpcli.errors import DataError, MlpcliError, OutputError, SettingsError
from mlpcli.settings import build
from tests.data.examples import stdin_of, write

TEXT = "name,größe\nä,1\nß,2\n"
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def text_of(path: str, encoding: str | None = None) -> str:
    return text_from(TextSource(path), encoding)


def text_from(source: TextSource, encoding: str | None = None) -> str:
    pieces = Pieces(source.binary(), encoding, source.name)
    try:
        return b"".join(pieces).decode()
    finally:
        pieces.close()


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "dat"])
@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_compression_is_told_by_content(
    tmp_path: Path, compress: Callable[[bytes], bytes], ending: str
) -> None:
    path = write(tmp_path, f"table.{ending}", compress(TEXT.encode()))
    assert text_of(path) == TEXT


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_stdin_may_be_compressed(monkeypatch: pytest.MonkeyPatch, compress: Callable[[bytes], bytes]) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(compress(TEXT.encode())))
    assert text_of("-") == TEXT
    assert not sys.stdin.buffer.closed


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_spooled_stdin_can_be_read_again_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, compress: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(compress(TEXT.encode())))
    with spooled("-") as source:
        assert source.name == "stdin"
        for _ in range(2):
            assert text_from(source) == TEXT
        assert os.path.exists(source.path)
    assert not os.path.exists(source.path)


def test_no_room_for_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*files: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdin", stdin_of(TEXT.encode()))
    monkeypatch.setattr("shutil.copyfileobj", fail)
    with pytest.raises(OutputError) as raised, spooled("-"):
        pass
    assert raised.value.message == f"{tempfile.gettempdir()}: cannot be written (No space left on device)"


def test_two_gzip_files_in_a_row_are_one(tmp_path: Path) -> None:
    path = write(tmp_path, "a.gz", gzip.compress(b"a\n1\n") + gzip.compress(b"2\n"))
    assert text_of(path) == "a\n1\n2\n"


def test_a_pipe_with_a_path_loses_nothing() -> None:
    """As a shell gives it for `<(command)`."""
    reader, writer = os.pipe()
    os.write(writer, TEXT.encode())
    os.close(writer)
    try:
        assert text_of(f"/dev/fd/{reader}") == TEXT
    finally:
        os.close(reader)


def test_a_pipe_with_a_path_can_be_read_again() -> None:
    reader, writer = os.pipe()
    os.write(writer, TEXT.encode())
    os.close(writer)
    try:
        with spooled(f"/dev/fd/{reader}") as source:
            for _ in range(2):
                assert text_from(source) == TEXT
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    ("encoding", "given"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-8-sig", "utf8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_encodings(tmp_path: Path, encoding: str, given: str | None) -> None:
    path = write(tmp_path, "a.csv", TEXT.encode(encoding))
    assert text_of(path, given) == TEXT


def test_a_wrong_encoding_names_the_option_and_a_likely_value(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", TEXT.encode("cp1252"))
    with pytest.raises(DataError, match=r"a\.csv: byte 8 is not valid utf-8") as raised:
        text_of(path, "utf-8")
    assert raised.value.hint == "Try encoding cp1252."


def test_a_wrong_encoding_option_names_a_likely_value(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not valid ascii") as raised:
        text_of(write(tmp_path, "a.csv", TEXT), "ascii")
    assert raised.value.hint == "Try encoding utf-8."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_guessed(tmp_path: Path, encoding: str) -> None:
    assert text_of(write(tmp_path, "a.csv", TEXT.encode(encoding))) == TEXT


@pytest.mark.parametrize("content", [b"a,b\n1,\x00\n", b"\xe9,b\n1,\x00\n"])
def test_nul_bytes_are_no_text(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataError, match=r"a\.csv is not a text file \(it contains NUL bytes\)"):
        text_of(write(tmp_path, "a.csv", content))


@pytest.mark.parametrize("compression", ["gz", "bz2", "xz"])
def test_compressed_data_cut_short(tmp_path: Path, compression: str) -> None:
    whole = COMPRESSIONS[compression](os.urandom(1000).hex().encode())
    path = write(tmp_path, "a.csv", whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"a\.csv: the compressed data are damaged or cut short"):
        text_of(path)


@pytest.mark.parametrize("compression", ["gz", "bz2", "xz"])
def test_compressed_data_altered(tmp_path: Path, compression: str) -> None:
    whole = bytearray(COMPRESSIONS[compression](os.urandom(1000).hex().encode()))
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(DataError, match="damaged or cut short"):
        text_of(write(tmp_path, "a.csv", bytes(whole)))


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        TextSource(str(tmp_path))


def test_a_missing_file_has_near_names(tmp_path: Path) -> None:
    write(tmp_path, "penguins.csv", TEXT)
    with pytest.raises(DataError, match=r"pengiuns\.csv: no such file") as raised:
        TextSource(str(tmp_path / "pengiuns.csv"))
    assert raised.value.hint == "Did you mean 'penguins.csv'?"


@pytest.mark.parametrize("name", ["a" * 5000, "a/" * 5000, "a\x00b"])
def test_an_impossible_name_is_a_missing_file(name: str) -> None:
    with pytest.raises(DataError, match="no such file"):
        TextSource(name)
    assert not is_stream(name)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file") as raised:
        TextSource(str(tmp_path / "data" / "a.csv"))
    assert raised.value.hint == f"There is no folder {str(tmp_path / 'data')!r}."


@pytest.mark.parametrize(("given", "delimiter"), [("tab", "\t"), ("\\t", "\t"), (";", ";"), ("pipe", "|")])
def test_delimiters_have_names(given: str, delimiter: str) -> None:
    assert build(ReadingSettings, {"delimiter": given}).delimiter == delimiter


@pytest.mark.parametrize("given", ["", "ab", '"', "\n"])
def test_impossible_delimiters(given: str) -> None:
    with pytest.raises(SettingsError, match="delimiter"):
        build(ReadingSettings, {"delimiter": given})


@pytest.mark.parametrize("given", ["utf-9", "", "base64", "rot13", "undefined", "utf-8\x00"])
def test_encodings_that_are_none(given: str) -> None:
    """Also codecs of Python that do not turn bytes into text."""
    with pytest.raises(SettingsError, match="encoding"):
        build(ReadingSettings, {"encoding": given})


def test_reading_settings_of_training_fill_what_is_not_given() -> None:
    stored = ReadingSettings(";", "cp1252", decimal=",", no_header=True, comment="#", missing=("-",))
    assert ReadingSettings().with_defaults(stored) == ReadingSettings(None, None, ",", True, "#", ("-",))
    given = ReadingSettings(decimal=".", no_header=False, comment="%", missing=())
    assert given.with_defaults(stored) == given


def test_text_is_read_from_the_start_each_time(tmp_path: Path) -> None:
    source = TextSource(write(tmp_path, "a.csv", TEXT))
    first, second = (Pieces(source.binary(), None, source.name) for _ in range(2))
    assert next(iter(first)) == next(iter(second)) == TEXT.encode()
    first.close()
    second.close()


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_only_plain_files_are_seekable(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    source = TextSource(write(tmp_path, "a.csv", compress(TEXT.encode())))
    assert source.seekable == (compress is bytes)
    assert not TextSource("-").seekable


@pytest.mark.parametrize("given", ["", "##", '"', "\n"])
def test_impossible_comment_marks(given: str) -> None:
    with pytest.raises(SettingsError, match="comment"):
        build(ReadingSettings, {"comment": given})


def test_zstd_is_read_where_its_package_is(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    whole = zstandard.compress(os.urandom(1000).hex().encode())
    path = write(tmp_path, "a.csv", zstandard.compress(TEXT.encode()) + zstandard.compress(b"x"))
    assert text_of(path) == TEXT + "x"
    with pytest.raises(DataError, match="damaged or cut short"):
        text_of(write(tmp_path, "b.csv", b"\x28\xb5\x2f\xfd" + whole[20:]))


def test_zstd_without_its_package_names_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MlpcliError, match=r"a\.csv: reading zstd data needs") as raised:
        text_of(write(tmp_path, "a.csv", b"\x28\xb5\x2f\xfdxyz"))
    assert "mlpcli[zstd]" in raised.value.hint
