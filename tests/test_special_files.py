"""Devices and pipes are written straight: there is nothing to replace, and nothing beside them."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mlpcli.errors import OutputError
from mlpcli.files import check_output
from tests.test_files import NEW, names, write

PROGRAM = """
import sys
from mlpcli.files import atomic_output, check_output
check_output(sys.argv[1], force=False)
with atomic_output(sys.argv[1], force=True) as file:
    file.write(b"the new content")
"""


def test_a_device() -> None:
    before = os.stat("/dev/null")
    check_output("/dev/null", force=False)
    write("/dev/null")
    assert os.path.samestat(before, os.stat("/dev/null"))


def test_a_full_device() -> None:
    check_output("/dev/full", force=False)
    with pytest.raises(OutputError, match=r"/dev/full: cannot be written \(No space left on device\)"):
        write("/dev/full")


def test_a_pipe_with_a_name(tmp_path: Path) -> None:
    path, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    check_output(str(path), force=False)
    write(path)
    reader.join()
    assert read == [NEW]
    assert names(tmp_path) == ["pipe"]
    assert path.is_fifo()


def test_a_link_to_a_device(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    write(link)
    assert link.is_symlink()
    assert names(tmp_path) == ["link"]


def test_a_reader_that_leaves_is_no_error_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: path.open("rb").close())
    reader.start()
    with pytest.raises(BrokenPipeError):
        write(path, bytes(1 << 24))
    reader.join()


def test_stdout_by_its_name() -> None:
    """Here a pipe without a name of its own."""
    command = [sys.executable, "-c", PROGRAM, "/dev/stdout"]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout == NEW


def test_a_pipe_of_the_shell() -> None:
    """`-o >(gzip > out.gz)` gives /dev/fd/63."""
    end, other_end = os.pipe()
    command = [sys.executable, "-c", PROGRAM, f"/dev/fd/{other_end}"]
    subprocess.run(command, pass_fds=[other_end], check=True)
    os.close(other_end)
    with open(end, "rb") as pipe:
        assert pipe.read() == NEW
