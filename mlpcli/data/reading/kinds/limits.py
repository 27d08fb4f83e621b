"""A limit of the bytes that a file may become when it is read: archives, compressed text, spreadsheets."""

import io
import re
from typing import Any, BinaryIO

from mlpcli.errors import DataError, Sentence, SettingsError

MOST_IN_MEMORY = 10**9
"""Bytes of a spreadsheet, which is unpacked in memory, unless another limit is given."""
_UNITS = {"GB": 10**9, "MB": 10**6, "KB": 10**3}


def parse_size(text: str, setting: str = "max_bytes") -> int:
    """Bytes from `500MB` or `2GB`; binary units (KiB, MiB, GiB) are 1,024 times the one before."""
    match = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([KMGT]?)(i?)(B?)\s*", text, re.IGNORECASE)
    if match is None or not (size := _bytes(*match.groups())):
        raise SettingsError(f"{text!r:.40} is not a size", "Write 500MB or 2GB.", setting=setting)
    return size


def _bytes(number: str, unit: str, binary: str, _letter: str) -> int:
    power = " KMGT".index(unit.upper() or " ")
    return int(float(number) * float(1024 if binary else 1000) ** power)


def too_large(name: str, most: int) -> DataError:
    """The error of a file that is more than that many bytes, unpacked if it is packed."""
    said = f"{name} is larger than {_shown(most)} when unpacked"
    return DataError(said, Sentence("If that is expected, give a larger {max_bytes}."))


def _shown(size: int) -> str:
    whole = (f"{size // each:,} {unit}" for unit, each in _UNITS.items() if size % each == 0)
    return next(whole, f"{size:,} bytes")


class Limited(io.RawIOBase):
    """The bytes of a stream; reading more than a number of them raises the error that says so."""

    def __init__(self, file: BinaryIO, most: int, name: str) -> None:
        self._file, self._most, self._name, self._read = file, most, name, 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The descriptor of the file behind it."""
        return self._file.fileno()

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        read1 = getattr(self._file, "read1", self._file.read)
        data: bytes = read1(len(buffer))
        self._read += len(data)
        if self._read > self._most:
            raise too_large(self._name, self._most)
        buffer[: len(data)] = data
        return len(data)


def limited(file: BinaryIO, most: int | None, name: str) -> BinaryIO:
    """The stream itself without a limit, else one that ends with an error beyond it."""
    return file if most is None else io.BufferedReader(Limited(file, most, name))
