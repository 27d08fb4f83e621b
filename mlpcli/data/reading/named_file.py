"""A file whose failing reads are errors that name it."""

import io
from typing import Any

from mlpcli.errors import DataError


class NamedFile(io.FileIO):
    """A file for reading; a disk that fails is neither taken for damaged data nor blamed on another file."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(path)
        self._name = name

    def readinto(self, buffer: Any) -> int:  # of any type with a buffer
        try:
            return super().readinto(buffer)
        except OSError as error:
            raise self._unreadable(error) from None

    def readall(self) -> bytes:
        try:
            return super().readall()
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> DataError:
        hint = "Check the disk and the permissions."
        return DataError(f"{self._name} cannot be read ({error.strerror})", hint)
