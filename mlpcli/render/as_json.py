"""Results as JSON objects, with the fields that scripts rely on; NaN and infinity become null."""

import json
import math
from collections.abc import Mapping
from typing import Any

from mlpcli.version import __version__

FORMAT = 1


def to_text(command: str, fields: Mapping[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(
        _plain({"command": command, "format": FORMAT, "mlpcli": __version__, **fields}),
        allow_nan=False,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
