"""A file that a process replaces again and again, while all other processes are refused."""

import hashlib
import os
import stat
from contextlib import suppress

from mlpcli.errors import OutputError
from mlpcli.files import give_name, named_errors, open_unnamed, rename, sync_folder

try:
    import fcntl
except ImportError:  # no such locks on this system: two processes may then replace the same file in turn
    fcntl = None  # type: ignore[assignment]  # a module otherwise

NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class OwnedFile:
    """A file that belongs to this process from `acquire` to `release`, or to the end of the process.

    The lock is on the file itself, so nothing is left behind; every replacement is locked before it gets the
    name. The content is always whole: it is written to a file next to it and renamed.
    """

    def __init__(self, path: str) -> None:
        self.path, self._target = path, os.path.realpath(path)
        self._folder, name = os.path.split(self._target)
        # One name for all replacements: a killed process leaves one such file at most, and the next uses it.
        digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:16]
        self.following = os.path.join(self._folder, f".{name[:50]}.{digest}.next")
        self._held: int | None = None

    def acquire(self) -> bool:
        """Take the file; returns whether it exists, raises OutputError if it belongs to another process."""
        while True:
            with named_errors(self.path):
                try:
                    held = os.open(self._target, os.O_RDWR)
                except FileNotFoundError:
                    return False
                try:
                    self._lock(held)
                    if os.path.samestat(os.fstat(held), os.stat(self._target)):
                        self._held = held
                        return True
                except FileNotFoundError:
                    pass  # it was removed just then
                finally:
                    if self._held is None:
                        os.close(held)  # it was replaced just then, or belongs to another

    def replace(self, content: bytes) -> None:
        """Replace the content.

        Raises OutputError if that fails, or at the first time if another process has created the file since.
        """
        first = self._held is None
        # Before the first time another process may be as far: each then has a name of its own.
        name = f"{self.following}.{os.getpid()}" if first else self.following
        with named_errors(self.path):
            written = open_unnamed(self._folder)
            named = written is None
            if written is None:
                written = os.open(name, os.O_RDWR | os.O_CREAT | NO_LINK, 0o666)
            try:
                self._lock(written)
            except BaseException:
                os.close(written)
                raise
            try:
                os.ftruncate(written, 0)  # not before it is ours
                with open(written, "wb", closefd=False) as file:
                    file.write(content)
                os.fsync(written)
                if not named:
                    self._clear(name)
                    give_name(written, name)
                    named = True
                if first:
                    self._make(name)
                else:
                    with suppress(FileNotFoundError):  # removed by somebody: it is made anew
                        os.chmod(name, stat.S_IMODE(os.stat(self._target).st_mode))
                    os.replace(name, self._target)
            except BaseException:
                os.close(written)
                if named:
                    with suppress(FileNotFoundError):
                        os.unlink(name)
                raise
        sync_folder(self._folder)
        self.release()
        self._held = written

    def release(self) -> None:
        """Give the file up."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _make(self, name: str) -> None:
        """Give the new file its name, unless the name is taken by now."""
        try:
            rename(name, self._target, force=False)
        except FileExistsError:
            raise self._busy() from None

    def _clear(self, name: str) -> None:
        """Remove what a killed process left under the name; raises OutputError if another writes it."""
        try:
            left = os.open(name, os.O_RDWR | NO_LINK)
        except FileNotFoundError:
            return
        try:
            self._lock(left)
            os.unlink(name)
        finally:
            os.close(left)

    def _lock(self, descriptor: int) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._busy() from None

    def _busy(self) -> OutputError:
        return OutputError(
            f"{self.path} is in use by another training", "Wait until that ends, or give another file."
        )
