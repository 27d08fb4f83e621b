"""Identity of a run: all that can change its weights, and how two runs differ."""

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from mlpcli.arrays import Array
from mlpcli.errors import Sentence, count
from mlpcli.options.options import settings_with
from mlpcli.preparation.prepare import Prepared
from mlpcli.version import __version__

MOST_SHOWN = 6


def machine() -> str:
    """The processor's kind and the BLAS, which decide the last bits of sums."""
    found = [
        f"{each.get('internal_api')} {each.get('version')} {each.get('architecture')}"
        for each in threadpool_info()
        if each.get("user_api") == "blas"
    ]
    return ", ".join([f"{platform.system()} {platform.machine()}", *found])


def identity_of(prepared: Prepared, threads: int) -> dict[str, Any]:
    """All that can change the weights of a run, as plain JSON values."""
    values = prepared.options.values()
    identity = {
        "settings": {name: values[name] for name in settings_with(lambda setting: setting.changes_weights)},
        "configurations": [[each.name, dict(each.changes)] for each in prepared.configurations],
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
    """The differences between a run that was begun and one that is wanted."""
    old, new = there.get("settings"), here["settings"]
    old = old if isinstance(old, dict) else {}
    other = [name for name in sorted(new.keys() | old.keys()) if old.get(name) != new.get(name)]
    other.sort(key=lambda name: name != "preset")  # it explains the others
    for name in other[:MOST_SHOWN]:
        named = f"{{{name}}}" if name in new else "{}"
        values = () if name in new else (name,)
        yield Sentence(named + " was {} and is now {}", *values, _shown(old.get(name)), _shown(new.get(name)))
    if len(other) > MOST_SHOWN:
        yield f"{count(len(other) - MOST_SHOWN, 'more setting')} differ"
    encoding = settings_with(lambda setting: setting.encodes_rows)
    if there.get("data") != here["data"] and not set(encoding) & set(other):
        yield "the data differ"
    if there.get("search") != here.get("search"):
        yield Sentence("the search differs ({space}, {outer} or choices)")
    if there.get("start") != here["start"]:
        yield Sentence("the starting weights differ ({from_model})")
    for name in ("threads", "versions"):
        if there.get(name) != here[name]:
            yield f"{name} were {_shown(there.get(name))} and are now {_shown(here[name])}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list):
        return ",".join(map(_shown, value))
    return "unset" if value is None else f"{value!s:.60}"
