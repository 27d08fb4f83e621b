"""JSON that is not trusted: numbers that are some, values of the types that a description asks for."""

import json
import math
from typing import Any


def from_json(text: str) -> Any:
    """The value of a JSON text; raises ValueError for numbers that are none, or too large for a float."""
    return json.loads(text, parse_int=_whole, parse_float=_decimal, parse_constant=_decimal)


def fits(value: Any, fields: Any) -> bool:
    """Whether a value from JSON has the type, or the fields, that a description like `_FIELDS` asks for."""
    if isinstance(fields, tuple):
        return any(fits(value, each) for each in fields)
    if isinstance(fields, list):
        return isinstance(value, list) and all(fits(each, fields[0]) for each in value)
    if isinstance(fields, dict):
        return isinstance(value, dict) and all(_has(value, name, kind) for name, kind in fields.items())
    if fields is float:
        return type(value) in (int, float)
    return type(value) is fields if isinstance(fields, type) else value == fields


def _has(value: dict[str, Any], name: Any, kind: Any) -> bool:
    if name is str:
        return all(fits(each, kind) for each in value.values())
    plain = name.removesuffix("?")
    return fits(value[plain], kind) if plain in value else plain != name


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and dicts are in one another more often than that."""
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
        raise ValueError("a number of it is none")
    return number
