"""The file of models and checkpoints: a header (JSON text) and arrays, with a checksum of each.

A dict, written by joblib, of `kind` (which models lack), `format`, `header`, `header_sha256`, `arrays`
{name: array} and `arrays_sha256`; all text is in the header. It is read without trust.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact import restricted_reader
from mlpcli.errors import ArtifactError, Sentence
from mlpcli.json_values import refuse_many

PICKLE_PROTOCOL = 4
"""Fixed, so that the same content is the same bytes under every Python."""

MODEL_NAME = "model"
"""Kind of a file without a `kind` field: models are the oldest kind."""
LONGEST_HEADER = 1 << 26
"""Characters: 10,000 categories of 100 levels each take 16 million, as do 50,000 epochs."""
MALFORMED = (KeyError, TypeError, AttributeError, ValueError, RecursionError)
"""Errors of reading a header that is not as it was written."""
_PARTS = {"header": str, "header_sha256": str, "arrays": dict, "arrays_sha256": str}


@dataclass(frozen=True)
class Kind:
    """A kind of file, and the hints of its errors, whose words in braces are names of settings."""

    name: str
    format: int
    """The newest known format."""
    if_missing: str
    if_damaged: str

    def altered(self, path: str, what: str) -> ArtifactError:
        """The error for such a file whose content was changed."""
        return ArtifactError(f"{path} was altered or damaged: {what}", Sentence(self.if_damaged))


def pack(kind: Kind, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """The file's content; raises ArtifactError for a header that could not be read back."""
    text = json.dumps(header, ensure_ascii=True, allow_nan=False)
    try:
        refuse_many(text)
        _refuse_long(text)
    except ValueError as error:
        message = f"this {kind.name} is too large for a file: {error}"
        raise ArtifactError(message, "Use fewer categories, columns or epochs.") from None
    content = {
        **({} if kind.name == MODEL_NAME else {"kind": kind.name}),
        "format": kind.format,
        "header": text,
        "header_sha256": _digest_of_text(text),
        "arrays": dict(arrays),
        "arrays_sha256": digest_of_arrays(arrays),
    }
    buffer = io.BytesIO()
    joblib.dump(content, buffer, compress=0, protocol=PICKLE_PROTOCOL)
    return buffer.getvalue()


def unpack_bytes(kind: Kind, content: bytes, name: str) -> tuple[int, str, dict[str, Array]]:
    """Format, header and arrays of a file's content as in `unpack`; `name` stands in errors."""
    try:
        return _checked(kind, restricted_reader.read(io.BytesIO(content)), name, header_only=False)
    except restricted_reader.RefusedError as reason:
        hint = Sentence(f"{kind.if_damaged} No code in it was run.")
        said = f"{name} is not an mlpcli {kind.name}, or it is damaged: {reason}"
        raise ArtifactError(said, hint) from None


def unpack(kind: Kind, path: str, *, header_only: bool = False) -> tuple[int, str, dict[str, Array]]:
    """Format, header and arrays (empty with `header_only`) of a file whose checksums are right.

    Raises ArtifactError for anything else.
    """
    try:
        with open(path, "rb") as file:
            content = restricted_reader.read(file, skip_arrays=header_only)
    except restricted_reader.RefusedError as reason:
        if what := _table_kind(path):
            hint = "Give a model that mlpcli train wrote; mlpcli describe shows a table."
            said = f"is {what}, not a {kind.name}"
            if what == "text":
                said = f"is not an mlpcli {kind.name} file, or it is damaged: it is text"
            raise ArtifactError(
                f"{path} {said}",
                hint if kind.name == MODEL_NAME else Sentence(kind.if_damaged),
            ) from None
        hint = Sentence(f"{kind.if_damaged} No code in the file was run.")
        said = f"{path} is not an mlpcli {kind.name} file, or it is damaged: {reason}"
        raise ArtifactError(said, hint) from None
    except FileNotFoundError:
        raise ArtifactError(f"{path}: no such {kind.name} file", Sentence(kind.if_missing)) from None
    except IsADirectoryError:
        raise ArtifactError(f"{path} is a folder", f"Give a {kind.name} file.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that is impossible for a file
        why = getattr(error, "strerror", None) or error
        raise ArtifactError(f"{path} cannot be read ({why})", "Check its name and permissions.") from None
    return _checked(kind, content, path, header_only)


def _table_kind(path: str) -> str:
    """The kind of a file that may be a table, with its article; "" for others."""
    from mlpcli.data.reading.kinds.file_kinds import START_BYTES, table_kind  # reading models needs none

    with open(path, "rb") as file:
        return table_kind(file.read(START_BYTES), path)


def _checked(kind: Kind, content: Any, path: str, header_only: bool) -> tuple[int, str, dict[str, Array]]:
    if type(content) is not dict or type(content.get("format")) is not int or content["format"] < 1:
        raise ArtifactError(f"{path} is not an mlpcli {kind.name}", "Give a file that mlpcli wrote.")
    if (other := content.get("kind", MODEL_NAME)) != kind.name:
        raise ArtifactError(f"{path} is a {other!s:.20}, not a {kind.name}", f"Give a {kind.name}.")
    if content["format"] > kind.format:
        message = (
            f"{path} has format {content['format']!s:.20}, but this mlpcli only reads up to {kind.format}"
        )
        raise ArtifactError(message, "Update it: pip install -U mlpcli")
    if any(type(content.get(name)) is not part for name, part in _PARTS.items()):
        raise kind.altered(path, "its parts are missing")
    text, arrays = content["header"], content["arrays"]
    if _digest_of_text(text) != content["header_sha256"]:
        raise kind.altered(path, "the header's checksum is wrong")
    try:
        _refuse_long(text)
    except ValueError as error:
        raise kind.altered(path, str(error)) from None
    if header_only:
        arrays = {}
    elif not all(isinstance(array, np.ndarray) for array in arrays.values()):
        raise kind.altered(path, "an array has the wrong type")
    elif digest_of_arrays(arrays) != content["arrays_sha256"]:
        raise kind.altered(path, "the arrays' checksum is wrong")
    return content["format"], text, arrays


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST_HEADER:
        raise ValueError(f"its header has more than {LONGEST_HEADER:,} characters")


def _digest_of_text(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def digest_of_arrays(arrays: Mapping[str, Array]) -> str:
    """SHA-256 of names, types, shapes and values, whatever the order in memory and of bytes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name].astype(arrays[name].dtype.newbyteorder("<"), order="C", copy=False)
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode(errors="surrogatepass"))
        digest.update(array.data)
    return digest.hexdigest()
