"""The folder in which compiled code is kept, which only its user can write: loading code runs it."""

import functools
import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from mlpcli.version import __version__

FOLDER = "mlpcli"
PROBED = ("probe.", "products.")
"""The modules of kernels that `probe` calls."""


@dataclass(frozen=True)
class CodeFolder:
    """The folder, or None with the reason why nothing can be kept."""

    path: Path | None
    reason: str = ""


@functools.cache
def code_folder() -> CodeFolder:
    """That of this version and these kernels, made if it is not there."""
    try:
        usual = _usual()
        _make_private(usual)
        folder = usual / f"kernels-{__version__}-{_digest()}"
        _make_private(folder)
    except OSError as error:
        named = error.filename is not None
        return CodeFolder(None, f"{error.filename}: {error.strerror}" if named else str(error))
    except RuntimeError as error:  # there is no home at all
        return CodeFolder(None, str(error))
    return CodeFolder(folder)


def holds_code(folder: Path) -> bool:
    """Whether something has been compiled into it; what shows that compiling works does not count."""
    return any(path for path in folder.rglob("*.nbi") if not path.name.startswith(PROBED))


def _usual() -> Path:
    """Where the system keeps what can be made again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / FOLDER
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / FOLDER
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".cache") / FOLDER


def _make_private(folder: Path) -> None:
    """Raise OSError if others can write the folder, or it is not ours, or we cannot write it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise OSError(f"{folder} is not a folder")
    if hasattr(os, "getuid"):
        if found.st_uid != os.getuid():
            raise OSError(f"{folder} belongs to another user")
        if found.st_mode & 0o022:
            raise OSError(f"others can write {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(f"{folder} cannot be written")


def _digest() -> str:
    """Of the kernels' sources: numba notices changes in the file of a function, not in what it calls."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
