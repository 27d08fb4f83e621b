"""Parse untrusted JSON: finite numbers only, checked against the annotations of stored classes."""

import json
import math
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

_PLAIN = (int, str, bool, NoneType)
_fields = cache(partial(get_type_hints, include_extras=True))


def from_json(text: str) -> Any:
    """The value of a JSON text; raises ValueError for a number that is not finite as a float."""
    return json.loads(text, parse_int=_whole, parse_float=_decimal, parse_constant=_decimal)


def fits(value: Any, kind: Any) -> bool:
    """Whether a value from JSON is of the `kind` of an annotation.

    A TypedDict may lack what is NotRequired, a dataclass may lack nothing; both may have more. `Annotated`
    with a collection allows the values in it.
    """
    if kind is float:
        return type(value) in (float, int)
    if kind in _PLAIN:
        return type(value) is kind
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return fits(value, inner[0]) and value in inner[1]
    if origin is Literal:
        return type(value) is str and value in inner
    if origin in (Union, UnionType, NotRequired):
        return any(fits(value, each) for each in inner)
    if origin in (list, tuple):
        if not isinstance(value, (list, tuple)):
            return False
        if origin is list or inner[-1] is ...:
            return all(fits(each, inner[0]) for each in value)
        return len(value) == len(inner) and all(map(fits, value, inner))
    if origin in (dict, Mapping):
        return isinstance(value, dict) and all(fits(each, inner[1]) for each in value.values())
    if is_typeddict(kind) or is_dataclass(kind):
        return isinstance(value, dict) and all(
            fits(value[name], each) if name in value else get_origin(each) is NotRequired
            for name, each in _fields(kind).items()
        )
    return kind is Any


def printable(value: Any) -> Any:
    """The value with every half of a UTF-16 pair in its texts written out, as `\\udcff`.

    Python has such halves for the bytes of file names that are not UTF-8; they can be neither printed nor
    encoded.
    """
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {printable(name): printable(each) for name, each in value.items()}
    return [printable(each) for each in value] if isinstance(value, (list, tuple)) else value


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and dicts are nested in more than that many levels."""
    inner = [value]
    for _ in range(levels):
        lists = (list(each.values()) if isinstance(each, dict) else each for each in inner)
        inner = [each for values in lists if isinstance(values, list) for each in values]
    return bool(inner)


def _whole(text: str) -> int:
    _decimal(text)
    return int(text)


def _decimal(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("it holds a number that is not finite")
    return number
