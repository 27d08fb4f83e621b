"""A file that belongs to one process: others are refused, and the content is always whole."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlpcli.errors import OutputError
from mlpcli.training.owned_file import OwnedFile

HOLDING = """
import sys
from mlpcli.training.owned_file import OwnedFile
file = OwnedFile(sys.argv[1])
file.acquire()
file.replace(b"theirs")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture(params=["without a name", "with a name"], autouse=True)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where files without a name cannot be had, a replacement has one from the start."""
    if request.param == "with a name":
        monkeypatch.delattr(os, "O_TMPFILE")


def test_it_is_made_and_replaced(path: Path) -> None:
    file = OwnedFile(str(path))
    assert not file.acquire()
    for content in (b"first", b"", b"third" * 1000):
        file.replace(content)
        assert path.read_bytes() == content
        assert os.listdir(path.parent) == ["kept"]
    file.release()


def test_the_mode_stays(path: Path) -> None:
    path.write_bytes(b"old")
    path.chmod(0o640)
    file = OwnedFile(str(path))
    assert file.acquire()
    file.replace(b"new")
    assert path.stat().st_mode & 0o777 == 0o640
    file.release()


def test_a_link_is_followed(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_bytes(b"old")
    path.symlink_to(real)
    file = OwnedFile(str(path))
    assert file.acquire()
    file.replace(b"new")
    assert path.is_symlink()
    assert real.read_bytes() == b"new"
    file.release()


def test_a_second_owner_is_refused_until_the_first_lets_go(path: Path) -> None:
    first, second = OwnedFile(str(path)), OwnedFile(str(path))
    first.acquire()
    first.replace(b"first")
    with pytest.raises(OutputError, match="is in use by another training"):
        second.acquire()
    first.replace(b"again")  # a new file under the old name
    with pytest.raises(OutputError, match="is in use by another training"):
        second.acquire()
    first.release()
    assert second.acquire()
    second.replace(b"second")
    assert path.read_bytes() == b"second"
    second.release()


def test_of_two_that_begin_at_once_one_is_refused(path: Path) -> None:
    first, second = OwnedFile(str(path)), OwnedFile(str(path))
    assert not first.acquire()
    assert not second.acquire()
    first.replace(b"first")
    with pytest.raises(OutputError, match="is in use by another training"):
        second.replace(b"second")
    assert path.read_bytes() == b"first"
    assert os.listdir(path.parent) == ["kept"]
    first.release()


def test_it_is_free_again_when_its_process_was_killed(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(OutputError, match="is in use by another training"):
        OwnedFile(str(path)).acquire()
    holder.kill()
    holder.communicate()
    file = OwnedFile(str(path))
    assert file.acquire()
    file.release()


def test_what_a_killed_process_left_is_used_up(path: Path) -> None:
    path.write_bytes(b"whole")
    file = OwnedFile(str(path))
    assert file.acquire()
    Path(file.following).write_bytes(b"half a checkpoint, and a long one")
    file.replace(b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["kept"]
    file.release()


def test_long_names_that_begin_alike_do_not_meet(tmp_path: Path) -> None:
    files = [OwnedFile(str(tmp_path / ("x" * 60 + end))) for end in ("-1", "-2")]
    for file in files:
        file.acquire()
    for content in (b"first", b"second"):
        for number, file in enumerate(files):
            file.replace(content + bytes([number]))
    for number, file in enumerate(files):
        assert Path(file.path).read_bytes() == b"second" + bytes([number])
        file.release()


def test_a_replacement_that_another_writes_is_left_alone(path: Path) -> None:
    """If two believe they own the file, as it was removed in between, the later one is refused."""
    first, second = OwnedFile(str(path)), OwnedFile(str(path))
    first.acquire()
    first.replace(b"first")
    descriptor = os.open(second.following, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.write(descriptor, b"theirs")
    with pytest.raises(OutputError, match="is in use by another training"):
        first.replace(b"again")
    assert Path(second.following).read_bytes() == b"theirs"
    os.close(descriptor)
    first.release()


def test_removed_meanwhile_it_is_made_again(path: Path) -> None:
    file = OwnedFile(str(path))
    file.acquire()
    file.replace(b"first")
    path.unlink()
    file.replace(b"second")
    assert path.read_bytes() == b"second"
    file.release()


def test_a_full_disk_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = OwnedFile(str(path))
    file.acquire()
    file.replace(b"first")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match=r"kept: cannot be written \(No space left on device\)"):
            file.replace(b"second")
    assert path.read_bytes() == b"first"
    assert os.listdir(path.parent) == ["kept"]
    file.release()
