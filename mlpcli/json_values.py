"""Parse untrusted JSON: within limits, finite numbers only, checked against annotations of stored classes."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import cache, partial
from json.encoder import encode_basestring as _quoted
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

DEEPEST = 20
"""Nested lists and objects, of which a model has five; recursive functions are safe up to there."""
MOST_NESTED = 1_000_000
"""Lists and objects; 50,000 epochs of a history have 150,000."""
MOST_VALUES = 3_000_000
"""By the commas. 10,000 categories of 100 levels each have a million."""

_PLAIN = (int, str, bool, NoneType)
_PAIRS = re.compile(r"\\u[dD][89a-fA-F]")
_fields = cache(partial(get_type_hints, include_extras=True))


class Numeral(str):
    """A number's text as it stands in the JSON."""

    __slots__ = ()  # else each has a dict, and is looked at by every garbage collection


def from_json(text: str) -> Any:
    """The value of a JSON text.

    Raises ValueError for a number that is not finite as a float, for a key that an object has twice with two
    values, for half of a UTF-16 pair, and for more values or deeper ones than the limits above, before
    anything of their size is made.
    """
    return _parsed(text, _whole, _decimal)


def with_literals(text: str) -> Any:
    """As `from_json`, with the text of each number as a `Numeral`; NaN and Infinity are some."""
    return _parsed(text, Numeral, Numeral)


def to_json(value: Any) -> str:
    """A value of JSON in one line; a `Numeral` as it was, a number that JSON has not as null."""
    if type(value) is str:
        return _quoted(value)
    if isinstance(value, Numeral):
        return str(value) if value[-1:].isdigit() else _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(to_json, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(name)}: {to_json(each)}" for name, each in value.items()) + "}"
    if isinstance(value, float):
        return float.__repr__(value) if math.isfinite(value) else "null"
    return json.dumps(value)


def refuse_many(text: str) -> None:
    """Raise ValueError for the JSON text of more values than are read."""
    if text.count(",") > MOST_VALUES or text.count("[") + text.count("{") > MOST_NESTED:
        raise ValueError("it holds too many values")


def literals_at(text: str, start: int) -> tuple[Any, int]:
    """As `with_literals`, of the value that begins at `start` of a text of several, and where it ends.

    Raises json.JSONDecodeError where the text ends before it, with the place up to which all was well, and
    other ValueErrors as `from_json`.
    """
    try:
        value, end = _LITERALS.raw_decode(text, start)
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None
    own = text[start:end]
    refuse_many(own)
    return _checked(own, value), end


def _parsed(text: str, whole: Callable[[str], Any], decimal: Callable[[str], Any]) -> Any:
    refuse_many(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=whole, parse_float=decimal, parse_constant=decimal
        )
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None
    return _checked(text, value)


def _checked(text: str, value: Any) -> Any:
    """The value of a text, if it is not nested too deeply and all of it is characters."""
    if text.count("[") + text.count("{") > DEEPEST and is_deeper(value, DEEPEST):
        raise ValueError("its values are nested too deeply")
    try:
        text.encode()
        if _PAIRS.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half of a UTF-16 surrogate pair") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        for name, each in pairs:
            if value[name] != each:
                raise ValueError(f"the key {name!r:.40} occurs twice with different values")
    return value


_LITERALS = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Numeral, parse_float=Numeral, parse_constant=Numeral
)


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
    _decimal(text)  # which also keeps the digits below those that Python turns into a number
    return int(text)


def _decimal(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("it holds a number that is not finite")
    return number
