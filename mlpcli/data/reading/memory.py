"""Memory: what is free, and arrays that give theirs back as soon as they are dropped."""

import math
import mmap
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mlpcli.arrays import Array

LEAST_BYTES = 1 << 20


def own_pages(shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """An array of zeros on pages of its own if it is large; those never written to take no memory."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size < LEAST_BYTES:
        return np.zeros(shape, dtype)
    return np.frombuffer(mmap.mmap(-1, size), dtype).reshape(shape)


def free_memory() -> int | None:
    """Bytes that can be had, also under a container's limit; None where that cannot be told."""
    return min((each for each in (_of_machine(), _of_container()) if each is not None), default=None)


def _of_machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError, IndexError):
        pass  # not Linux: what the machine has in all is better than nothing
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _of_container() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        limit, used = (int((folder / name).read_text()) for name in ("memory.max", "memory.current"))
        counts = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        # Pages of files that were read can be had back.
        return max(limit - used + int(counts.get("inactive_file", 0)), 0)
    except (OSError, ValueError):
        return None  # no control group, or "max"
