"""The model file: a dict of format number, header (JSON text) and arrays, with a checksum of each.

Format 1: `format`, `header`, `header_sha256`, `arrays` {name: array}, `arrays_sha256`. All text is in the
header. A stored field that is added has a default that older files mean, or raises FORMAT and
brings an upgrade function.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import joblib
import numpy as np
import numpy.typing as npt

from mlpcli.artifact import restricted_reader
from mlpcli.artifact.consistency import check_arrays, check_columns, parse_header
from mlpcli.data.schema import Schema
from mlpcli.errors import ArtifactError
from mlpcli.files import atomic_output

Array: TypeAlias = npt.NDArray[Any]

FORMAT = 1
PICKLE_PROTOCOL = 4
"""Fixed, so that the same model is the same bytes under every Python."""

_PARTS = {"header": str, "header_sha256": str, "arrays": dict, "arrays_sha256": str}
_DESCRIBED = ("encoders", "target", "settings", "network", "history", "scores", "receipt")


@dataclass(frozen=True)
class Artifact:
    """A trained model, as plain values. `arrays` is empty when only the header was read."""

    schema: Schema
    encoders: list[dict[str, Any]]
    """Columns with their levels, in the order of the matrix; numbers' statistics are in `arrays`."""
    target: dict[str, Any]
    settings: dict[str, Any]
    """Every setting by name, with the preset's values filled in."""
    network: list[dict[str, Any]]
    """Layer, output and number of parameters."""
    history: list[dict[str, Any]]
    """One record an epoch."""
    scores: dict[str, Any]
    """`validation`, `test` and `baseline`: {metric: value}."""
    receipt: dict[str, Any]
    """Seed, threads, rows, digest of the data, versions, command line."""
    arrays: dict[str, Array]
    """`parameters` (the flat vector), `numbers`, `target.mean`, `target.spread`, `baseline`."""

    @property
    def parameter_count(self) -> int:
        """Number of trained numbers."""
        return sum(int(layer["parameters"]) for layer in self.network)


def save(artifact: Artifact, path: str) -> None:
    """Write the file; it appears when complete."""
    with atomic_output(path) as file:
        file.write(to_bytes(artifact))


def to_bytes(artifact: Artifact) -> bytes:
    """The file's content."""
    header = {
        "schema": artifact.schema.to_json(),
        **{name: getattr(artifact, name) for name in _DESCRIBED},
    }
    text = json.dumps(header, ensure_ascii=True, allow_nan=False)
    content = {
        "format": FORMAT,
        "header": text,
        "header_sha256": _digest_of_text(text),
        "arrays": artifact.arrays,
        "arrays_sha256": _digest(artifact.arrays),
    }
    buffer = io.BytesIO()
    joblib.dump(content, buffer, compress=0, protocol=PICKLE_PROTOCOL)
    return buffer.getvalue()


def load(path: str, *, header_only: bool = False) -> Artifact:
    """Read a model file; raises ArtifactError for anything that is not a whole, unaltered one."""
    try:
        with open(path, "rb") as file:
            content = restricted_reader.read(file, skip_arrays=header_only)
    except restricted_reader.RefusedError as reason:
        raise ArtifactError(
            f"{path}: is not a model file, or a damaged one: {reason}",
            "Nothing of it was run. Train it again.",
        ) from None
    except FileNotFoundError:
        raise ArtifactError(
            f"{path}: no such model file", "Train one: mlpcli train DATA -t COLUMN -o MODEL"
        ) from None
    except IsADirectoryError:
        raise ArtifactError(f"{path}: is a folder", "Name a model file.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or error
        raise ArtifactError(f"{path}: cannot be read ({why})", "Look at its name and permissions.") from None
    return _checked(content, path, header_only)


def _checked(content: Any, path: str, header_only: bool) -> Artifact:
    if type(content) is not dict or type(content.get("format")) is not int or content["format"] < 1:
        raise ArtifactError(f"{path}: is not an mlpcli model", "It is a joblib file of something else.")
    if content["format"] > FORMAT:
        raise ArtifactError(
            f"{path}: has format {content['format']!s:.20}, this mlpcli reads up to {FORMAT}",
            "Update it: pip install --upgrade mlpcli",
        )
    for name, kind in _PARTS.items():
        if type(content.get(name)) is not kind:
            raise _altered(path, "its parts are missing")
    text, arrays = content["header"], content["arrays"]
    if _digest_of_text(text) != content["header_sha256"]:
        raise _altered(path, "the header's checksum is wrong")
    if header_only:
        arrays = {}
    else:
        if not all(isinstance(array, np.ndarray) for array in arrays.values()):
            raise _altered(path, "an array is none")
        if _digest(arrays) != content["arrays_sha256"]:
            raise _altered(path, "the arrays' checksum is wrong")
    try:
        header = parse_header(text)
        schema = Schema.from_json(header["schema"])
        described = {name: header[name] for name in _DESCRIBED}
        check_columns(schema, header)
        if not header_only:
            check_arrays(schema, header, arrays)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        ours = type(error) is ValueError
        why = str(error) if ours else f"its header makes no sense ({type(error).__name__})"
        raise _altered(path, why) from None
    return Artifact(schema=schema, arrays=arrays, **described)


def _altered(path: str, what: str) -> ArtifactError:
    return ArtifactError(f"{path}: was altered or damaged: {what}", "Fetch or train it again.")


def _digest_of_text(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _digest(arrays: Mapping[str, Array]) -> str:
    """Of names, types, shapes and values; the same for any order in memory and of bytes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name].astype(arrays[name].dtype.newbyteorder("<"), order="C", copy=False)
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode(errors="surrogatepass"))
        digest.update(array.data)
    return digest.hexdigest()
