"""The one table of a zip archive as a stream of bytes; nothing is ever unpacked to disk."""

import io
import os
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from mlpcli.data.reading.compression import DamagedError
from mlpcli.data.reading.kinds.file_kinds import archive_kind
from mlpcli.errors import DataError, did_you_mean
from mlpcli.files import PART

MOST_MEMBERS = 100_000
NAMED = 10
"""Members that an error names."""
WORKBOOK = "xl/workbook.xml"
ENCRYPTED = 1
"""The flag of a member that needs a password."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of packing: zipfile limits the output of no other."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, NotImplementedError, OSError)


@contextmanager
def archive_errors(name: str) -> Iterator[None]:
    """Turn what a damaged archive raises into a DataError."""
    try:
        yield
    except (DataError, DamagedError):
        raise
    except RuntimeError as error:
        # zipfile has no error of its own for a password.
        raise DataError(f"{name} cannot be unpacked ({error!s:.100})", _PASSWORD_WAY) from None
    except _DAMAGE as error:
        hint = "Create or download the file again."
        raise DataError(f"{name}: the archive is damaged or cut short ({error!s:.100})", hint) from None


def opened_archive(file: BinaryIO, name: str) -> zipfile.ZipFile:
    """The archive in a file that can be read from any position on."""
    with archive_errors(name):
        archive = zipfile.ZipFile(file)
    if len(archive.infolist()) > MOST_MEMBERS:
        said = f"{name} contains {len(archive.infolist()):,} files, more than {MOST_MEMBERS:,}"
        raise DataError(said, "Unpack it and give the file of the table.")
    return archive


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is an Excel workbook of XML, .xlsx or .xlsm."""
    return WORKBOOK in archive.namelist()


def table_member(archive: zipfile.ZipFile, inner: str, name: str) -> zipfile.ZipInfo:
    """The member that is the table: the only one, or that called `inner`.

    Folders, hidden files and those that macOS adds do not count. Raises DataError for none or several.
    """
    with archive_errors(name):
        if (kind := archive_kind(archive.namelist(), archive)) is not None:
            raise kind.refused(name)
    members = [each for each in archive.infolist() if _is_table(each)]
    names = [each.filename for each in members]
    if inner:
        if inner not in names:
            raise DataError(f"{name} contains no file {inner!r}", did_you_mean(inner, names))
        members = [each for each in members if each.filename == inner]
    if not members:
        raise DataError(f"{name} contains no file", "Give an archive with one table.")
    if len(members) > 1 and not inner:
        said = f"{name} contains {len(members):,} files: {listed(names)}"
        raise DataError(said, f"Name one: '{name.rstrip(PART)}#{names[0]}'")
    member = members[-1]  # the last one of a name is the newest
    if member.flag_bits & ENCRYPTED:
        raise DataError(f"{name}: {member.filename!r} needs a password", _PASSWORD_WAY)
    if member.compress_type not in METHODS:
        said = f"{name}: {member.filename!r} uses the unsupported compression method {member.compress_type}"
        raise DataError(said, "Unpack it, or compress it again by the usual method (deflate).")
    return member


def member_notes(path: str, member: str, name: str) -> list[str]:
    """The note of the member that is read, unless the archive is called after it."""
    own, packed = posixpath.basename(member.replace("\\", "/")).lower(), os.path.basename(path).lower()
    stem = packed.removesuffix(".zip")
    if stem in (own, posixpath.splitext(own)[0]) or not packed.endswith(".zip"):
        return []
    return [f"{name}: the table is read from {member!r}"]


def member_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> BinaryIO:
    """The content of a member, with its archive closed behind it."""
    with archive_errors(name):
        return io.BufferedReader(_Member(archive, archive.open(member), name))


def listed(names: Sequence[str]) -> str:
    """Some names in quotes, the first of many."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(repr(each) for each in names[:NAMED]) + more


class _Member(io.RawIOBase):
    """A member of an archive; damage is raised as of other compressed data."""

    def __init__(self, archive: zipfile.ZipFile, file: Any, name: str) -> None:
        self._archive, self._file, self._name = archive, file, name
        self._damage = ""
        """Said again by later calls: to zipfile a wrong checksum is the end."""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            archive_file = self._archive.fp
            self._archive.close()
            if archive_file is not None:
                archive_file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        if self._damage:
            raise DamagedError(self._damage)
        try:
            data: bytes = self._file.read1(len(buffer))
        except (*_DAMAGE, RuntimeError) as error:
            self._damage = str(error) or type(error).__name__
            raise DamagedError(self._damage) from None
        buffer[: len(data)] = data
        return len(data)


def _is_table(member: zipfile.ZipInfo) -> bool:
    parts = [each for each in member.filename.replace("\\", "/").split("/") if each not in ("", ".", "..")]
    hidden = any(each.startswith(".") or each == "__MACOSX" for each in parts)
    return bool(parts) and not member.is_dir() and not hidden and parts[-1].lower() not in _BESIDE


_BESIDE = ("thumbs.db", "desktop.ini")
_PASSWORD_WAY = "Unpack it with a program that asks for the password."
