"""Output files that are complete or absent, and never overwritten unasked."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from mlpcli.errors import OutputError


def check_output(path: str, *, force: bool) -> None:
    """Raise OutputError if `path` cannot be written, or exists and `force` is not given. Writes nothing."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise OutputError(f"{path}: is a folder", "Name a file in it.")
    if not target.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {str(target.parent)!r}", "Make it first.")
    special = target.exists() and not target.is_file()
    if not os.access(target if special else target.parent, os.W_OK):
        raise OutputError(f"{path}: the folder {str(target.parent)!r} is not writable", "Choose another.")
    if target.is_file() and not force:
        raise OutputError(f"{path}: exists already", "Give --force to replace it, or another name.")


@contextlib.contextmanager
def atomic_output(path: str, *, text: bool = False) -> Iterator[IO[Any]]:
    """A file to write that appears under its name only when the block ends well.

    Written beside the target and renamed, with the old file's mode or the umask's; a symlink is followed; a
    device or pipe is written straight.
    """
    kind: dict[str, Any] = {"mode": "w", "encoding": "utf-8", "newline": ""} if text else {"mode": "wb"}
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        with open(target, **kind) as device:
            yield device
        return
    try:
        descriptor, temporary = tempfile.mkstemp(
            prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent
        )
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})", "Choose another place.") from None
    try:
        with open(descriptor, **kind) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_for(target))
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise OutputError(
                f"{path}: cannot be written ({error.strerror})", "Choose another place."
            ) from None
        raise


def _mode_for(target: Path) -> int:
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
