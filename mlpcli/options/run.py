"""Settings of a whole run: seed and generators, threads, time limit, number of networks."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from mlpcli.errors import SettingsError
from mlpcli.settings import Settings, setting

PURPOSES = ("split", "weights", "shuffle", "dropout")
"""Each gets a generator of its own, so that a longer use of one does not shift the others: only add."""

PRODUCTS_PER_THREAD = 1 << 24
"""Multiply-adds per thread from which another one pays: two threads from 34 M in a step's largest product.

Whole steps on two idle cores: at 200 x 20 x 100 (0.4 M) two threads are no faster, at 256 x 256 x 256 (17 M)
1.15 to 1.5 times, at 512 x 256 x 256 (34 M) 1.3 times. On busy cores two threads can be fifty times slower
than one, as they wait for each other spinning, so a small gain is not taken.
"""


def _parse_threads(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdigit() or int(text) < 1:
        raise SettingsError(
            f"{text!r} is not a number of threads", "Give 1, 2, ... or auto.", setting="threads"
        )
    return int(text)


def _parse_seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|)", text.strip())
    seconds = float(match[1]) * {"s": 1, "": 1, "m": 60, "min": 60, "h": 3600}[match[2]] if match else 0
    if not seconds > 0:
        raise SettingsError(f"{text!r} is not a duration", "Give 60s, 5m or 1h.", setting="time_limit")
    return seconds


@dataclass(frozen=True)
class RunSettings(Settings):
    """Seed, threads and limits of a run."""

    seed: int = setting(
        0,
        "Same seed, same command, same threads: same bytes of weights.",
        group="Course",
        at_least=0,
        common=True,
        encodes_rows=True,
    )
    threads: int | None = setting(
        None,
        "For matrix products; auto: by layer and batch size.",
        group="Course",
        metavar="N|auto",
        parse=_parse_threads,
        changes_weights=False,
        at_least=1,
        at_most=1024,
    )
    time_limit: float | None = setting(
        None,
        "Spend about this long (60s, 5m, 1h): as many epochs, then networks, as fit.",
        group="Course",
        metavar="DURATION",
        parse=_parse_seconds,
        above=0,
    )
    diagnose: bool = setting(
        False,
        "Watch gradients, updates, dead and saturated units layer by layer.",
        group="Reports",
        changes_weights=False,
    )


@dataclass(frozen=True)
class TransferSettings(Settings):
    """The model that a training starts from."""

    from_model: str | None = setting(
        None,
        "Start from the weights of this model, where shapes match; columns mean what they mean to it.",
        group="Continuing",
        flag="from",
        metavar="MODEL",
        changes_weights=False,
    )
    freeze: int = setting(
        0,
        "Keep the first N dense layers of {from_model} as they are.",
        group="Continuing",
        metavar="N",
        at_least=0,
    )


@dataclass(frozen=True)
class EnsembleSettings(Settings):
    """The number of networks."""

    ensemble: int | None = setting(
        None,
        "Networks that are trained independently; their predictions are averaged.",
        group="Course",
        metavar="N",
        at_least=1,
        at_most=1000,
        set_by_time=True,
    )
    folds: int | None = setting(
        None,
        "Each network holds out another part of so many, so that every row is held out once; 0: all hold out "
        "the same rows.",
        group="Course",
        metavar="K",
        at_least=0,
        at_most=100,
        encodes_rows=True,
    )


def generators(seed: int, repetition: int = 0) -> dict[str, np.random.Generator]:
    """An independent generator for each purpose, and for each repetition of the same run."""
    children = np.random.SeedSequence((seed, repetition)).spawn(len(PURPOSES))
    return {name: np.random.default_rng(child) for name, child in zip(PURPOSES, children, strict=True)}


def choose_threads(given: int | None, largest_product: int) -> int:
    """The given number, or as many as the largest matrix product (in multiply-adds) is worth; else one."""
    if given is not None:
        return given
    return max(1, min(usable_cores(), largest_product // PRODUCTS_PER_THREAD))


def usable_cores() -> int:
    """Those that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Matrix products in the block use `threads` threads."""
    with threadpool_limits(threads):
        yield
