"""Which schema a JSON object of a command is of, and what is wrong with the object by it."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from mlpcli.render import json_schemas
from mlpcli.render.json_schemas import SCHEMAS

HEAD = ("command", "format", "mlpcli")
"""Fields of every object."""
schema_of = functools.cache(json_schemas.schema_of)


@functools.cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(name))


def schema_name(document: Mapping[str, Any]) -> str:
    """The schema of the object's command that has most of its fields, and fewest others."""
    names = [name for name in SCHEMAS if schema_of_command(name) == document["command"]]

    def misfit(name: str) -> tuple[bool, int]:
        properties = schema_of(name)["properties"]
        others = "lesson" in properties and properties["lesson"]["const"] != document.get("lesson")
        return others, len(set(properties) ^ set(document))

    return min(names, key=misfit)


def schema_of_command(name: str) -> str:
    command: str = schema_of(name)["properties"]["command"]["const"]
    return command


def mistakes(document: Mapping[str, Any]) -> list[str]:
    """The places and kinds of all mistakes."""
    name = schema_name(document)
    return [
        f"{name}: {each.json_path}: {each.message:.300}" for each in validator(name).iter_errors(document)
    ]


def require_valid(output: str) -> None:
    """Check stdout of a command if it is the JSON object of one."""
    if output.startswith('{"command": '):
        assert mistakes(json.loads(output)) == []
