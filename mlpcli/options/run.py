"""Settings of a whole run: seed and generators, threads, time limit, number of networks."""

import re
from dataclasses import dataclass
from functools import partial

import numpy as np

from mlpcli.data.reading.kinds.limits import parse_size
from mlpcli.errors import SettingsError
from mlpcli.nn.kernels import ENGINES
from mlpcli.settings import AUTO, Settings, setting

PURPOSES = ("split", "weights", "shuffle", "dropout", "screening", "inner folds", "outer folds", "search")
"""Each gets a generator of its own, so that a longer use of one does not shift the others: only add."""


def parse_number(setting: str, text: str) -> int | None:
    """A number of what the setting is named after, or None for auto."""
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        said = f"{text!r:.40} is not a number of {setting}"
        raise SettingsError(said, "Give 1, 2, ... or auto.", setting=setting) from None


def parse_seconds(text: str) -> float:
    """A duration in seconds; SettingsError for anything else."""
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
        "Seed of all random numbers. The same seed, command and threads give the same weights.",
        group="Training",
        at_least=0,
        common=True,
        encodes_rows=True,
    )
    threads: int | None = setting(
        None,
        "Threads for matrix products. By default (auto) as many as layers and batches are worth.",
        group="Training",
        metavar="N|auto",
        parse=partial(parse_number, "threads"),
        changes_weights=False,
        at_least=1,
        at_most=1024,
    )
    engine: str = setting(
        AUTO,
        "Engine of the arithmetic: NumPy, or compiled loops (numba, the extra fast). With auto numba "
        "is used if it is installed and the training is long.",
        group="Training",
        choices=ENGINES,
    )
    memory: int | None = setting(
        None,
        "Keep the table on the disk (in TMPDIR) and about this much in memory, such as 2GB, so that it may "
        "be larger than memory. By default it is in memory.",
        group="Training",
        metavar="SIZE",
        parse=partial(parse_size, setting="memory"),
        at_least=1,
    )
    time_limit: float | None = setting(
        None,
        "Train for about this long, such as 60s, 5m or 1h. Epochs, then networks, are reduced to fit.",
        group="Training",
        metavar="DURATION",
        parse=parse_seconds,
        above=0,
    )
    sketches: bool | None = setting(
        None,
        "Store about 10 kB of counts of the training rows in the model. describe {against} "
        "compares new rows with them. [default: on]",
        group="Reports",
        changes_weights=False,
    )
    diagnose: bool = setting(
        False,
        "Report gradients, updates, dead and saturated units of each layer.",
        group="Reports",
        changes_weights=False,
    )


@dataclass(frozen=True)
class ClusterSettings(Settings):
    """Other machines that take part. No part of `Options`: the model is the same."""

    dask: str | None = setting(
        None,
        "Train on the workers of the Dask cluster whose scheduler has this address, such as "
        "tcp://10.0.0.5:8786. It is trusted as this machine is (mlpcli manual pipelines).",
        group="Training",
        metavar="ADDRESS",
        changes_weights=False,
    )


@dataclass(frozen=True)
class TransferSettings(Settings):
    """The model that a training starts from."""

    from_model: str | None = setting(
        None,
        "Start from the weights of this model, where shapes match. It also decides what the columns mean.",
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
        "Number of networks to train independently. Their predictions are averaged.",
        group="Training",
        metavar="N",
        at_least=1,
        at_most=1000,
        set_by_time=True,
    )
    folds: int | None = setting(
        None,
        "Number of cross-validation folds. Each network holds out another fold; with 0 all hold "
        "out the same rows.",
        group="Training",
        metavar="K",
        at_least=0,
        at_most=100,
        encodes_rows=True,
    )
    race: int | None = setting(
        None,
        "Number of configurations that race. Each trains for a fifth of the epochs, the best go on; with 1 "
        "there is no race.",
        group="Training",
        metavar="N",
        at_least=1,
        at_most=100,
        needs="validation rows",
    )
    finalists: int | None = setting(
        None,
        "Number of configurations that go on after the race. Held-out rows decide how much each counts in "
        "the predictions.",
        group="Training",
        metavar="N",
        at_least=1,
        at_most=100,
        needs="a race",
    )
    refit: bool = setting(
        False,
        "In the end train the networks anew on all training rows, each as long as was best for its folds. "
        "Scores stay out of fold.",
        group="Training",
        needs="folds to refit",
    )


def generators(seed: int, repetition: int = 0) -> dict[str, np.random.Generator]:
    """An independent generator for each purpose, and for each repetition of the same run."""
    children = np.random.SeedSequence((seed, repetition)).spawn(len(PURPOSES))
    return {name: np.random.default_rng(child) for name, child in zip(PURPOSES, children, strict=True)}
