"""What makes two trainings the same run: all that can change weights, and how two of them differ."""

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from mlpcli.arrays import Array
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import DataSettings
from mlpcli.data.split import SplitSettings
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.preparation.prepare import Prepared
from mlpcli.settings import described_fields, flag_of
from mlpcli.version import __version__

OF_NO_EFFECT = {
    *described_fields(ReadingSettings),
    *("strict", "diagnose", "threads", "from_model", "threshold"),
}
"""Settings that are not compared: they change no weights, or what they do to the data, to other settings or
to the number of threads is compared instead."""
OF_ROWS = {*described_fields(DataSettings), *described_fields(SplitSettings), "preset", "seed", "folds"}
"""Settings by which the same table becomes other encoded rows: where they differ, that says nothing."""
MOST_SHOWN = 6


def machine() -> str:
    """What decides the last bits of sums, beside versions and threads: the processor's kind, the BLAS."""
    found = [
        f"{each.get('internal_api')} {each.get('version')} {each.get('architecture')}"
        for each in threadpool_info()
        if each.get("user_api") == "blas"
    ]
    return ", ".join([f"{platform.system()} {platform.machine()}", *found])


def identity_of(prepared: Prepared, threads: int) -> dict[str, Any]:
    """All that can change the weights of a run, as plain JSON values."""
    settings = {name: value for name, value in prepared.options.values().items() if name not in OF_NO_EFFECT}
    identity = {
        "settings": settings,
        "threads": threads,
        "data": _digest(_rows(prepared)),
        "start": _digest(() if prepared.transfer is None else prepared.transfer.starting_points),
        "versions": {"mlpcli": __version__, "numpy": np.__version__},
    }
    plain: dict[str, Any] = json.loads(json.dumps(identity))
    return plain


def _digest(arrays: Iterable[Array]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _rows(prepared: Prepared) -> Iterator[Array]:
    """All encoded rows with their weights, in their order, and the folds."""
    for part in prepared.parts.values():
        yield from (part.features, part.truth)
        if part.weights is not None:
            yield part.weights
    for fold in prepared.folds:
        yield from fold


def differences_of(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """What is another in a run that was begun and in one that is wanted."""
    flags = {
        name: flag_of(name, described)
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
    }
    old, new = there.get("settings"), here["settings"]
    old = old if isinstance(old, dict) else {}
    other = [name for name in sorted(new.keys() | old.keys()) if old.get(name) != new.get(name)]
    other.sort(key=lambda name: name != "preset")  # it explains the others
    for name in other[:MOST_SHOWN]:
        yield f"{flags.get(name, name)} {_shown(old.get(name))} there, {_shown(new.get(name))} here"
    if len(other) > MOST_SHOWN:
        yield f"{len(other) - MOST_SHOWN} more settings"
    if there.get("data") != here["data"] and not OF_ROWS & set(other):
        yield "other data"
    if there.get("start") != here["start"]:
        yield "other weights to start from (--from)"
    for name in ("threads", "versions"):
        if there.get(name) != here[name]:
            yield f"{name} {_shown(there.get(name))} there, {_shown(here[name])} here"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list):
        return ",".join(map(_shown, value))
    return "unset" if value is None else f"{value!s:.60}"
