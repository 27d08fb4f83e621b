"""Results as JSON objects: a dataclass is its fields, NaN and infinity become null."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from mlpcli.errors import Naming, told
from mlpcli.json_values import printable
from mlpcli.version import __version__

FORMAT = 1


def to_text(command: str, content: Mapping[str, Any], naming: Naming = str) -> str:
    """One line of JSON; `naming` is how settings are called in the texts that name some."""
    whole = {"command": command, "format": FORMAT, "mlpcli": __version__, **content}
    return json.dumps(_plain(whole, naming), allow_nan=False)


def _plain(value: Any, naming: Naming) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), naming) for field in fields(value)}
    if isinstance(value, Mapping):
        return {printable(str(name)): _plain(each, naming) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each, naming) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return printable(told(value, naming)) if isinstance(value, str) else value
