"""A value whose arrays lie in a file without a name, which other processes map: its pages exist once.

Nothing is left of it when the last process that holds it has ended, however that was.
"""

import mmap
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile, gettempdir
from typing import Any

from mlpcli.files import named_errors

ALIGNMENT = 64
"""Bytes: a multiple of the size of every number, and the length of a cache line."""


@dataclass(frozen=True)
class Shared:
    """A pickled value, and the places of its arrays in the file."""

    pickled: bytes
    places: list[tuple[int, int]]
    """Offset and length in bytes; empty if the arrays are pickled as well."""


@contextmanager
def unnamed_file() -> Iterator[int | None]:
    """The descriptor of an empty file in TMPDIR; None where processes cannot inherit one (Windows)."""
    if os.name != "posix":
        yield None
        return
    with named_errors(gettempdir()):
        file = TemporaryFile()  # noqa: SIM115  # closed below; an error of the block is not this file's
    with file:
        yield file.fileno()


def share(value: object, descriptor: int | None) -> Shared:
    """Write the arrays of the value to the file; raises OutputError if that fails."""
    if descriptor is None:
        return Shared(pickle.dumps(value), [])
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    places = []
    with named_errors(gettempdir()), open(descriptor, "wb", closefd=False) as file:
        for buffer in buffers:
            file.write(bytes(-file.tell() % ALIGNMENT))
            with buffer.raw() as content:
                places.append((file.tell(), content.nbytes))
                file.write(content)
    return Shared(pickled, places)


def shared_value(shared: Shared, descriptor: int | None) -> Any:
    """The value, whose arrays are read-only and stay in the file."""
    if descriptor is None or not any(length for _, length in shared.places):
        content = memoryview(b"")
    else:
        content = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    buffers = [content[place : place + length] for place, length in shared.places]
    return pickle.loads(shared.pickled, buffers=buffers)
