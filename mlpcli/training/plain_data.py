"""Answers of other machines as plain data: JSON and arrays, which are read without running code of theirs.

Objects are those of a few dataclasses, which the reader names, errors that a user can mend, and sentences.
Numbers are exactly those that were written, NaN and infinity among them.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import joblib
import numpy as np

from mlpcli import errors
from mlpcli.arrays import Array
from mlpcli.artifact import restricted_reader
from mlpcli.artifact.container import MALFORMED, PICKLE_PROTOCOL
from mlpcli.errors import MlpcliError, Sentence

ERRORS = {
    each.__name__: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, MlpcliError)
}
OF_ERRORS = ("message", "hint", "setting", "reason")


class PlainDataError(ValueError):
    """Raised for bytes that are not an answer of the expected classes."""


def encoded(value: object) -> bytes:
    """The value as bytes; raises TypeError for one that is not plain data."""
    arrays: dict[str, Array] = {}
    text = json.dumps(_plain(value, arrays))
    buffer = io.BytesIO()
    joblib.dump({"text": text, "arrays": arrays}, buffer, compress=0, protocol=PICKLE_PROTOCOL)
    return buffer.getvalue()


def decoded(content: bytes, classes: Iterable[type]) -> Any:
    """The value, whose objects are of these dataclasses; raises PlainDataError for any other bytes."""
    known = {each.__name__: each for each in classes}
    try:
        read = restricted_reader.read(io.BytesIO(content))
        return _value(json.loads(read["text"]), read["arrays"], known)
    except (*MALFORMED, restricted_reader.RefusedError) as error:
        raise PlainDataError(str(error) or type(error).__name__) from None


def _plain(value: Any, arrays: dict[str, Array]) -> Any:
    """The value for JSON: an object with one key says what is not a list, a text or a number."""
    if isinstance(value, Sentence):
        return {"sentence": _plain(list(value.__getnewargs__()), arrays)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [_plain(each, arrays) for each in value]
    if type(value) is tuple:
        return {"tuple": [_plain(each, arrays) for each in value]}
    if isinstance(value, Mapping):
        return {"mapping": [[_plain(name, arrays), _plain(each, arrays)] for name, each in value.items()]}
    if isinstance(value, np.generic):
        return {"number": _plain(np.asarray(value), arrays)}
    if type(value) is np.ndarray and not value.dtype.hasobject:
        arrays[name := str(len(arrays))] = value
        return {"array": name}
    if isinstance(value, MlpcliError):
        parts = {name: getattr(value, name) for name in OF_ERRORS if hasattr(value, name)}
        kind = next(each.__name__ for each in type(value).__mro__ if each.__name__ in ERRORS)
        return {"error": [kind, _plain(parts, arrays)]}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {each.name: getattr(value, each.name) for each in fields(value)}
        return {"object": [type(value).__name__, _plain(parts, arrays)]}
    raise TypeError(f"a value of type {type(value).__name__} is not plain data")


def _value(plain: Any, arrays: Mapping[str, Array], known: Mapping[str, type]) -> Any:
    if isinstance(plain, list):
        return [_value(each, arrays, known) for each in plain]
    if not isinstance(plain, dict):
        return plain
    ((kind, inner),) = plain.items()
    if kind == "array":
        return arrays[inner]
    if kind == "mapping":
        return {_value(name, arrays, known): _value(each, arrays, known) for name, each in inner}
    if kind == "number":
        return _value(inner, arrays, known)[()]
    if kind in ("object", "error"):
        parts = _value(inner[1], arrays, known)
        return known[inner[0]](**parts) if kind == "object" else _error(ERRORS[inner[0]], parts)
    values = _value(inner, arrays, known)
    if kind == "tuple":
        return tuple(values)
    if kind == "sentence":
        return Sentence(*values)
    raise PlainDataError(f"it holds a {kind!s:.40}")


def _error(kind: type[MlpcliError], parts: Mapping[str, Any]) -> MlpcliError:
    error = MlpcliError.__new__(kind, parts["message"])
    for name, value in parts.items():
        setattr(error, name, value)
    return error
