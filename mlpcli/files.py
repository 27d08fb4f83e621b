"""Output files: complete or absent, and never overwritten unasked."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlpcli.errors import OutputError, Sentence


@dataclass(frozen=True)
class Outputs:
    """Files that are about to be written, by the names of the settings that name them."""

    paths: Mapping[str, str | None]
    force: bool = False
    """Whether existing files may be replaced."""
    inputs: Sequence[str] = ()
    """Files that are read, which must not be written over even with `force`."""

    def check(self) -> None:
        """Raise OutputError if one cannot or must not be written, or two are one file. Writes nothing."""
        refuse_clashes(self.paths)
        for setting, path in self.paths.items():
            if path is not None:
                check_output(path, force=self.force, inputs=self.inputs, setting=setting)


def check_output(path: str, *, force: bool, inputs: Iterable[str] = (), setting: str = "") -> None:
    """Raise OutputError if `path` cannot be written, or exists and `force` is not given. Writes nothing.

    It must not be one of the `inputs`, even with `force`.
    """

    def refusal(reason: str, hint: str) -> OutputError:
        return OutputError(f"{path}: {reason}", hint, setting=setting)

    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise refusal("is a folder", "Name a file in it.")
    if _is_special(path):
        if not os.access(path, os.W_OK):
            raise refusal("is not writable", "Choose another place.")
        return
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise refusal(f"there is no folder {folder!r}", "Make it first.")
    if not os.access(folder, os.W_OK):
        raise refusal(f"the folder {folder!r} is not writable", "Choose another.")
    try:
        os.lstat(target)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(path, error, setting) from None
    if any(os.path.exists(each) and os.path.samefile(each, target) for each in inputs):
        raise refusal("is an input of this command too", "Choose another name for the output.")
    if not force:
        raise refusal("exists already", Sentence("Give {force} to replace it, or another name."))


def refuse_clashes(outputs: Mapping[str, str | None]) -> None:
    """Raise OutputError if two outputs, by setting, are one file: only one of them would be left."""
    seen: dict[str, str] = {}
    for setting, path in outputs.items():
        if path is not None and not _is_special(path):
            other = seen.setdefault(os.path.realpath(path), setting)
            if other != setting:
                message = Sentence(f"{{}}: is named by {{{other}}} and {{{setting}}}", path)
                raise OutputError(message, "Give each a file of its own.")


def refuse_own_input(stdout: IO[Any], inputs: Iterable[str]) -> None:
    """Raise OutputError if stdout is one of the inputs: it would grow while it is read, without an end."""
    try:
        out = os.fstat(stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # closed, or no file
    for path in inputs:
        if stat.S_ISREG(out.st_mode) and os.path.exists(path) and os.path.samestat(os.stat(path), out):
            raise OutputError(f"{path}: is the output of this command too", "Send stdout to another file.")


@contextlib.contextmanager
def atomic_output(path: str, *, text: bool = False) -> Iterator[IO[Any]]:
    """Open a file for writing that appears under its name only when the block ends well.

    It is written in the same folder and renamed, with the old file's mode or the umask's; a symlink is
    followed; a device or pipe is written straight.
    """
    kind: dict[str, Any] = {"mode": "w", "encoding": "utf-8", "newline": ""} if text else {"mode": "wb"}
    with named_errors(path):
        if _is_special(path):
            with open(path, **kind) as device:
                yield device
            return
        target = Path(os.path.realpath(path))
        # Cut, so that the temporary name stays within 255 bytes.
        descriptor, temporary = tempfile.mkstemp(
            prefix=f".{target.name[:50]}.", suffix=".tmp", dir=target.parent
        )
        try:
            with open(descriptor, **kind) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, _mode_for(target))
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise


def _is_special(path: str) -> bool:
    # Test the path itself, as what it leads to may have no name: /dev/stdout, or >(...) in a shell.
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


@contextlib.contextmanager
def named_errors(path: str) -> Iterator[None]:
    """Turn an OSError in the block into an OutputError about `path`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: str, error: OSError, setting: str = "") -> OutputError:
    reason = error.strerror or error
    return OutputError(f"{path}: cannot be written ({reason})", "Choose another place.", setting=setting)


def _mode_for(target: Path) -> int:
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
