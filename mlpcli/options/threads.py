"""Threads: how many a network uses, how many the machine has, and the library that runs them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from threadpoolctl import threadpool_info, threadpool_limits

PRODUCTS_PER_THREAD = 1 << 24
"""Multiply-adds per thread from which another one pays: two threads from 34 M in a step's largest product.

Whole steps on two idle cores: at 200 x 20 x 100 (0.4 M) two threads are no faster, at 256 x 256 x 256 (17 M)
1.15 to 1.5 times, at 512 x 256 x 256 (34 M) 1.3 times. On busy cores two threads can be fifty times slower
than one, as they wait for each other spinning, so a small gain is not taken.
"""


def choose_threads(given: int | None, largest_product: int) -> int:
    """The given number, or as many as the largest matrix product (in multiply-adds) is worth; else one."""
    if given is not None:
        return given
    return max(1, min(usable_cores(), largest_product // PRODUCTS_PER_THREAD))


def usable_cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Matrix products in the block use `threads` threads."""
    with threadpool_limits(threads):
        yield


def engine(name: str) -> str:
    """An engine with its version, and the library of matrix products with its own and the kind of processor:
    others round otherwise."""
    found = [each for each in threadpool_info() if each["user_api"] == "blas"]
    # In an order of their own: that of loading differs from run to run.
    names = [(each["internal_api"], each["version"], each.get("architecture")) for each in found]
    own = name if name == "numpy" else f"{name} {version(name)}"
    return ", ".join([own, *(" ".join(filter(None, each)) for each in sorted(names, key=str))])
