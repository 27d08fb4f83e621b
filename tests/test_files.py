"""Output files are complete or absent, and nothing else is left in their folder."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from mlpcli.errors import OutputError
from mlpcli.files import atomic_output, check_output

OLD, NEW = b"the old content", b"the new content"


def write(path: object, content: bytes = NEW, *, force: bool = True) -> None:
    with atomic_output(str(path), force=force) as file:
        file.write(content)


@pytest.fixture(params=["without a name", "with a name", "without links"], autouse=True)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Systems and file systems differ in what they can do."""
    if request.param != "without a name":
        monkeypatch.delattr(os, "O_TMPFILE")
    if request.param == "without links":

        def refuse(*arguments: object) -> None:
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(os, "link", refuse)
    return str(request.param)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(bits: int) -> Iterator[None]:
    before = os.umask(bits)
    try:
        yield
    finally:
        assert os.umask(before) == bits


@pytest.mark.parametrize("old", [None, OLD])
def test_it_appears_at_the_end(old: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "out"
    if old is not None:
        path.write_bytes(old)
    with atomic_output(str(path), force=True) as file:
        file.write(NEW)
        file.flush()
        assert (path.read_bytes() if path.exists() else None) == old
    assert path.read_bytes() == NEW
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError])
@pytest.mark.parametrize("old", [None, OLD])
def test_an_error_leaves_what_was_there(
    old: bytes | None, error: type[BaseException], tmp_path: Path
) -> None:
    path = tmp_path / "out"
    if old is not None:
        path.write_bytes(old)

    def write_half() -> None:
        with atomic_output(str(path), force=True) as file:
            file.write(NEW)
            raise error

    with pytest.raises(error):
        write_half()
    assert names(tmp_path) == ([] if old is None else ["out"])
    assert old is None or path.read_bytes() == old


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    with atomic_output(str(tmp_path / "out"), text=True) as file:
        file.write("가격\r\n1\n")
    assert (tmp_path / "out").read_bytes() == "가격\r\n1\n".encode()


@pytest.mark.parametrize("bits", [0o022, 0o077, 0o002, 0o000])
def test_a_new_file_has_the_mode_of_the_umask(bits: int, tmp_path: Path) -> None:
    with umask(bits):
        write(tmp_path / "out")
    assert mode(tmp_path / "out") == 0o666 & ~bits


@pytest.mark.parametrize("old", [0o600, 0o644, 0o640, 0o755, 0o444, 0o666])
def test_a_replaced_file_keeps_its_mode(old: int, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(OLD)
    path.chmod(old)
    with umask(0o077):
        write(path)
    assert mode(path) == old


def test_nobody_else_reads_it_before(tmp_path: Path, system: str) -> None:
    with umask(0o000), atomic_output(str(tmp_path / "out")):
        temporary = list(tmp_path.iterdir())
        assert len(temporary) == (system != "without a name")
        for each in temporary:
            assert mode(each) == 0o600
            assert each.name.startswith(".out.")


def test_a_file_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"

    def write_late() -> None:
        with atomic_output(str(path)) as file:
            file.write(NEW)
            path.write_bytes(OLD)

    with pytest.raises(OutputError, match="out: exists already"):
        write_late()
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["out"]
    write(path, force=True)
    assert path.read_bytes() == NEW


def test_of_many_that_write_at_once_one_succeeds(tmp_path: Path) -> None:
    contents = [bytes([number]) * 10_000 for number in range(8)]
    start, made = Barrier(len(contents)), []

    def write_one(content: bytes) -> None:
        start.wait()
        with suppress(OutputError):
            write(tmp_path / "out", content, force=False)
            made.append(content)

    threads = [Thread(target=write_one, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert (tmp_path / "out").read_bytes() == made[0]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_the_folder_is_synced_after_the_rename(
    force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, sync = [], os.fsync

    def note(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            synced.append(names(tmp_path))
            raise OSError(22, "Invalid argument")  # as a file system that cannot
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write(tmp_path / "out", force=force)
    assert synced == [["out"]]


def test_a_link_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    link, beside = tmp_path / "link", folder / "out"
    for target in (beside, "folder/out"):  # first to a file that is not there yet
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        with atomic_output(str(link), force=True) as file:
            file.write(NEW)
            assert len(names(tmp_path)) == 2
        assert link.is_symlink()
        assert beside.read_bytes() == NEW
    assert (names(tmp_path), names(folder)) == (["folder", "link"], ["out"])


@pytest.mark.parametrize("name", ["a" * 255, "가" * 85, "😀" * 63, "-", " ", "a\nb", ".hidden", "%s{}"])
def test_names(name: str, tmp_path: Path) -> None:
    check_output(str(tmp_path / name), force=False)
    write(tmp_path / name)
    assert names(tmp_path) == [name]


def test_a_name_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_output("out", force=False)
    write("out")
    assert names(tmp_path) == ["out"]


def test_a_full_disk(tmp_path: Path) -> None:
    """Simulated by a limit of file sizes, which fails a write in the same way."""
    path = tmp_path / "out"
    path.write_bytes(OLD)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OutputError, match=r"out: cannot be written \(File too large\)"):
            write(path, bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) == ["out"]
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_step_at_the_end_fails(
    step: str, tmp_path: Path, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\)"):
        write(tmp_path / "out")
    assert names(tmp_path) == []


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written \(No such file or directory\)"):
        write(tmp_path / "gone" / "out")


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written \(Is a directory\)"):
        write(tmp_path)
    assert names(tmp_path) == []
