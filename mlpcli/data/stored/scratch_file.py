"""A file in TMPDIR without a name: nothing of it is left once it is closed, or the process was killed."""

import mmap
import os
import shutil
import threading
from contextlib import AbstractContextManager
from tempfile import TemporaryFile, gettempdir

import numpy as np
import numpy.typing as npt

from mlpcli.arrays import Array
from mlpcli.errors import OutputError, Sentence
from mlpcli.number_text import size_text

ALIGNMENT = 4096
"""Bytes, at whose multiples a mapped array begins."""


def scratch_folder() -> str:
    """Where such files are: TMPDIR, or the system's folder. OutputError if it cannot be written."""
    folder = os.environ.get("TMPDIR", "")
    if folder and not (os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)):
        # Python would take another folder then, which may be small, or lie in memory.
        raise OutputError(f"TMPDIR {folder}: cannot be written", "Set it to a folder on a disk with room.")
    try:
        return folder or gettempdir()
    except OSError:
        said = "there is no folder for temporary files that can be written"
        raise OutputError(said, "Set TMPDIR to a folder on a disk with room.") from None


def refuse_small_disk(needed: int, what: str) -> None:
    """Raise OutputError if the folder has less room than `needed` bytes, which `what` take."""
    folder = scratch_folder()
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise _refused(folder, error) from None
    if needed > free:
        said = Sentence(
            "{}: {} take {} there with {memory}, but {} is free",
            *(folder, what, size_text(needed), size_text(free)),
        )
        raise OutputError(said, "Free some room, or set TMPDIR to a folder on another disk.")


class ScratchFile(AbstractContextManager["ScratchFile"]):
    """A file without a name to which arrays are appended; raises OutputError if that fails.

    Several threads may read and write it at once. What was mapped stays when the file is closed.
    """

    def __init__(self) -> None:
        self.folder = scratch_folder()
        self.size = 0
        """Bytes."""
        self._lock = threading.Lock()
        try:
            self._file = TemporaryFile(dir=self.folder, buffering=0)  # noqa: SIM115  # closed by `close`
        except OSError as error:
            raise self._refused(error) from None

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it; what it held is gone but for what is mapped."""
        self._file.close()

    def append(self, array: Array) -> int:
        """Write an array behind all others; its place in the file."""
        place = self.size
        self.write(array, place)
        return place

    def write(self, array: Array, place: int) -> None:
        """Write an array at a place, behind which the file may end."""
        content = np.ascontiguousarray(array).data.cast("B") if array.size else memoryview(b"")
        with self._lock:
            try:
                self._file.seek(place)
                while len(content):
                    content = content[self._file.write(content) :]
            except OSError as error:
                raise self._refused(error) from None
            self.size = max(self.size, self._file.tell())

    def read(self, place: int, out: Array) -> None:
        """Fill a contiguous array from a place on."""
        content = out.data.cast("B") if out.size else memoryview(b"")
        with self._lock:
            try:
                self._file.seek(place)
                while len(content):
                    content = content[self._file.readinto(content) or _ended(self.folder) :]
            except OSError as error:
                raise self._refused(error) from None

    def mapped(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """The file as an array that is written through to it, and stays when the file is closed."""
        if not self.size:
            return np.empty(shape, dtype)
        return np.frombuffer(mmap.mmap(self._file.fileno(), self.size), dtype).reshape(shape)

    def _refused(self, error: OSError) -> OutputError:
        return _refused(self.folder, error)


def _refused(folder: str, error: OSError) -> OutputError:
    return OutputError(
        f"{folder}: a temporary file there failed ({error.strerror or error})",
        "Free some room, or set TMPDIR to a folder on another disk.",
    )


def _ended(folder: str) -> int:
    raise OSError(f"a file in {folder} is shorter than what was written to it")
