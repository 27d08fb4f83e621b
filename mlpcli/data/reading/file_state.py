"""Files that must stay as they are while they are read, once or again and again."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from mlpcli.data.reading.source import STDIN, is_stream
from mlpcli.errors import DataError
from mlpcli.files import file_and_part


@dataclass(frozen=True)
class FileState:
    """Properties of a file that change with it: which one its path names, its size, when it was written."""

    path: str
    number: int
    size: int
    written: int

    @classmethod
    def of(cls, path: str) -> "FileState":
        """As it is now."""
        status = os.stat(path)
        return cls(path, status.st_ino, status.st_size, status.st_mtime_ns)

    def refuse_change(self, name: str) -> None:
        """Raise DataError, which calls it `name`, if it is not as it was."""
        if not os.path.exists(self.path) or FileState.of(self.path) != self:
            said = f"{name}: the file changed while it was read"
            raise DataError(said, "Run the command again when nothing writes to it.")


def states_of(paths: Sequence[str]) -> list[FileState]:
    """Those of the files among some paths of tables."""
    files = [file_and_part(path)[0] for path in paths if path != STDIN and not is_stream(path)]
    return [FileState.of(file) for file in files if os.path.exists(file)]
