"""Lines that the user has said to be no rows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlpcli.errors import SettingsError

_RANGE = re.compile(r"([1-9]\d{0,11})(?:(-)([1-9]\d{0,11})?)?")
_END = 10**12
"""Behind the last line of any file."""


@dataclass(frozen=True)
class SkippedLines:
    """Ranges of line numbers of a file, from 1, both ends included."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "SkippedLines":
        """`2,240-242`, `240-` for all from there on, or `none`; raises SettingsError."""
        if text.strip() == "none":
            return cls()
        ranges = []
        for part in text.split(","):
            found = _RANGE.fullmatch(part.strip())
            first, last = 1, 0
            if found:
                first = int(found[1])
                last = int(found[3] or _END) if found[2] else first
            if last < first:
                said = f"{text!r:.80} is not a list of lines"
                raise SettingsError(
                    said,
                    "Write lines such as 2,240-242, 240- for the rest of the file, or none.",
                    setting="skip_rows",
                )
            ranges.append((first, last))
        return cls(tuple(ranges))

    @classmethod
    def of(cls, skip: int, text: str) -> "SkippedLines":
        """The first `skip` lines, and those that a text names."""
        first = ((1, skip),) if skip else ()
        return cls(first + cls.parse(text).ranges)

    def __contains__(self, line: int) -> bool:
        return any(first <= line <= last for first, last in self.ranges)

    def blanked(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The text with only their ends left of these lines, so that the others keep their numbers."""
        last = max((last for _, last in self.ranges), default=0)
        line, begun = 1, b""
        pieces = iter(pieces)
        for piece in pieces:
            lines = (begun + piece).splitlines(keepends=True)
            # The end of the last line may be still to come, or the line feed of a carriage return.
            begun = b"" if lines[-1].endswith(b"\n") else lines.pop()
            if lines:
                yield b"".join(
                    _end_of(each) if number in self else each for number, each in enumerate(lines, line)
                )
            line += len(lines)
            if line > last:
                break
        if begun:  # the text has ended, or the line stands behind all of these
            yield _end_of(begun) if line in self else begun
        yield from pieces


def _end_of(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :]
