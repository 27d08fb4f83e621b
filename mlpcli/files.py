"""Output files: complete or absent, and never overwritten unasked."""

import contextlib
import glob
import os
import re
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlpcli.errors import ExistsError, OutputError, Sentence
from mlpcli.unfinished import UNFINISHED

OPEN_FILES = "/proc/self/fd"
"""Folder with a link to each open file, of Linux."""

LONGEST_STEM = 60
"""Characters of a name without its ending: with four bytes each it stays within 255."""

PART = "#"
"""Between a file and the name of a table in it."""


@dataclass(frozen=True)
class Outputs:
    """Files that are about to be written, by the names of the settings that name them."""

    paths: Mapping[str, str | None]
    force: bool = False
    """Whether existing files may be replaced."""
    inputs: Sequence[str] = ()
    """Files that are read, which must not be written over even with `force`."""
    may_exist: Collection[str] = ()
    """Settings whose files may exist, as it is decided later whether they are replaced."""

    def check(self) -> None:
        """Raise OutputError if one cannot or must not be written, or two are one file. Writes nothing."""
        refuse_clashes(self.paths)
        for setting, path in self.paths.items():
            if path is not None:
                force = self.force or setting in self.may_exist
                check_output(path, force=force, inputs=self.inputs, setting=setting)


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
    read = [file for each in inputs for file in (file_and_part(each)[0], *glob.glob(each))]
    if any(os.path.exists(each) and os.path.samefile(each, target) for each in read):
        raise refusal("is an input of this command too", "Choose another name for the output.")
    if not force:
        raise exists_already(path, setting=setting)


def named_after(path: str, ending: str) -> str:
    """A name in the current folder like that of an input: `data.csv.gz` -> `data.joblib`.

    A table in a file gives its name too: `book.xlsx#May` -> `book-May.joblib`. Of stdin and pipes it is
    `model`.
    """
    if not os.path.isfile(file_and_part(path)[0]):
        path = next(iter(sorted(glob.glob(path))), path)
    file, part = file_and_part(path)
    stem = os.path.splitext(re.sub(r"\.(gz|bz2|xz|zst)$", "", os.path.basename(file), flags=re.IGNORECASE))[0]
    stem = stem.lstrip(".-")  # neither hidden nor like an option
    if not os.path.isfile(file) or not stem:
        return f"model{ending}"
    inner = re.sub(r"[^\w.]+", "-", os.path.splitext(os.path.basename(part))[0]).strip("-")
    return f"{f'{stem}-{inner}' if inner else stem}"[:LONGEST_STEM] + ending


def exists_already(path: str, reason: str = "", *, setting: str = "") -> ExistsError:
    """The error about a file that is not replaced unasked, perhaps with the reason."""
    hint = Sentence("Give {force} to replace it, or another name.")
    return ExistsError(Sentence.joined([f"{path}: exists already", reason]), hint, setting=setting)


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
    for path, _ in map(file_and_part, inputs):
        if stat.S_ISREG(out.st_mode) and os.path.exists(path) and os.path.samestat(os.stat(path), out):
            raise OutputError(f"{path}: is the output of this command too", "Send stdout to another file.")


def file_and_part(path: str) -> tuple[str, str]:
    """The file of a path, and the name behind # if the file has no such name of its own."""
    if PART in path and not os.path.exists(path):
        for mark in re.finditer(PART, path):
            if os.path.isfile(path[: mark.start()]):
                return path[: mark.start()], path[mark.end() :]
    return path, ""


@contextlib.contextmanager
def atomic_output(path: str, *, force: bool = False, text: bool = False) -> Iterator[IO[Any]]:
    """Open a file for writing that appears under its name only when the block ends well.

    Without `force` it never replaces a file, also none that was made meanwhile: OutputError is raised. It is
    written in the same folder, with the old file's mode or the umask's; a symlink is followed; a device or
    pipe is written straight.
    """
    kind: dict[str, Any] = {"mode": "w", "encoding": "utf-8", "newline": ""} if text else {"mode": "wb"}
    with named_errors(path):
        if _is_special(path):
            with open(path, **kind) as device:
                yield device
            return
        target = Path(os.path.realpath(path))
        start = target.name[:50]  # cut, so that a temporary name stays within 255 bytes
        temporary = None
        descriptor = open_unnamed(target.parent)
        if descriptor is None:
            descriptor, temporary = tempfile.mkstemp(prefix=f".{start}.", suffix=".tmp", dir=target.parent)
            UNFINISHED.add(temporary)
        try:
            with open(descriptor, **kind) as file:
                yield file
                file.flush()
                os.fsync(descriptor)
                mode = _mode_for(target)
                if temporary is None:
                    os.fchmod(descriptor, mode)
                    if not force:
                        give_name(descriptor, target)
                    else:
                        temporary = str(target.with_name(f".{start}.{os.urandom(4).hex()}.tmp"))
                        UNFINISHED.add(temporary)
                        give_name(descriptor, temporary)
            if temporary is not None:
                os.chmod(temporary, mode)
                rename(temporary, target, force=force)
        except BaseException as error:
            if temporary is not None:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
            if isinstance(error, FileExistsError) and not force:
                hint = Sentence("Another program has made it meanwhile: give {force} to replace it.")
                raise ExistsError(f"{path}: exists already", hint) from None
            raise
        finally:
            UNFINISHED.discard(str(temporary))
        sync_folder(target.parent)


def open_unnamed(folder: str | Path) -> int | None:
    """The descriptor of a new file in the folder without a name, which is gone if the process is killed.

    None if the system, or the file system, has no such files.
    """
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir(OPEN_FILES):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
    except OSError:
        return None


def give_name(descriptor: int, path: str | Path) -> None:
    """Give a name to the file of `open_unnamed`; raises FileExistsError if the name is taken."""
    # A directory's descriptor, which an absolute path makes no use of, has Python follow the link.
    os.link(os.path.join(OPEN_FILES, str(descriptor)), path, src_dir_fd=descriptor)


def rename(temporary: str | Path, target: str | Path, *, force: bool) -> None:
    """Rename a file; without `force` raises FileExistsError if the name is taken."""
    if force:
        os.replace(temporary, target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        os.close(os.open(target, os.O_CREAT | os.O_EXCL))
        os.replace(temporary, target)
    else:
        os.unlink(temporary)


def sync_folder(folder: str | Path) -> None:
    """Have the disk keep the names in a folder, where the system can: a renamed file outlives a power cut."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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
