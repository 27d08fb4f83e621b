"""What makes two trainings the same run: all that can change weights, and how two of them differ."""

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

import mlpcli
from mlpcli.data.source import ReadingSettings
from mlpcli.settings import described_fields, flag_of
from mlpcli.workflows.options import SETTINGS_CLASSES
from mlpcli.workflows.preparation import Prepared

OF_NO_EFFECT = {
    *described_fields(ReadingSettings),
    *("preset", "strict", "diagnose", "threads", "from_model", "threshold"),
}
"""Settings that are not compared: they change no weights, or what they do to the data, to other settings or
to the number of threads is compared instead."""


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
        "data": _digest(prepared),
        "versions": {"mlpcli": mlpcli.__version__, "numpy": np.__version__},
    }
    plain: dict[str, Any] = json.loads(json.dumps(identity))
    return plain


def _digest(prepared: Prepared) -> str:
    """Of all encoded rows with their weights, in their order, of folds, and of weights to start from."""
    digest = hashlib.sha256()
    arrays = [
        array
        for part in prepared.parts.values()
        for array in (part.features, part.truth, part.weights)
        if array is not None
    ]
    arrays += [rows for fold in prepared.folds for rows in fold]
    if prepared.transfer is not None:
        arrays += prepared.transfer.starting_points
    for array in arrays:
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def differences_of(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """What is another in a run that was begun and in one that is wanted."""
    flags = {
        name: flag_of(name, described)
        for each in SETTINGS_CLASSES
        for name, described in described_fields(each).items()
    }
    old, new = there.get("settings"), here["settings"]
    old = old if isinstance(old, dict) else {}
    for name in sorted(new.keys() | old.keys()):
        if old.get(name) != new.get(name):
            yield f"{flags.get(name, name)} {_shown(old.get(name))} there, {_shown(new.get(name))} here"
    if there.get("data") != here["data"]:
        yield "other data"
    for name in ("threads", "versions"):
        if there.get(name) != here[name]:
            yield f"{name} {_shown(there.get(name))} there, {_shown(here[name])} here"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list):
        return ",".join(map(_shown, value))
    return f"{value!s:.60}"
