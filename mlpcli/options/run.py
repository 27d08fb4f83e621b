"""Settings of a whole run: seed and generators, threads, time limit, number of networks."""

import re
from dataclasses import dataclass

import numpy as np

from mlpcli.errors import SettingsError
from mlpcli.settings import Settings, setting

PURPOSES = ("split", "weights", "shuffle", "dropout")
"""Each gets a generator of its own, so that a longer use of one does not shift the others: only add."""


def _parse_threads(text: str) -> int | None:
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        said = f"{text!r:.40} is not a number of threads"
        raise SettingsError(said, "Give 1, 2, ... or auto.", setting="threads") from None


def _parse_seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|)", text.strip())
    seconds = float(match[1]) * {"s": 1, "": 1, "m": 60, "min": 60, "h": 3600}[match[2]] if match else 0
    if not 0 < seconds < float("inf"):
        raise SettingsError(f"{text!r:.40} is not a duration", "Give 60s, 5m or 1h.", setting="time_limit")
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
    sketches: bool | None = setting(
        None,
        "Keep counts of the training rows in some bins of each column in the model, some 10 kB, with which "
        "{against} compares new rows; on unless switched off.",
        group="Reports",
        changes_weights=False,
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
