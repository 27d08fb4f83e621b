"""JSON schemas of what commands write, which are files of the package: their names, and one of them whole."""

import json
import re
from importlib.resources import files
from typing import Any

from mlpcli.errors import SettingsError, did_you_mean

SCHEMAS = (
    "describe",
    "describe-against",
    "train",
    "train-dry-run",
    "predict",
    "evaluate",
    "cv",
    "tune",
    "explain",
    "explain-surface",
    "lr-find",
    "inspect",
    "inspect-verify",
    "inspect-diff",
    "compare",
    "report",
    "export",
    "lessons",
    "lessons-optimizers",
    "lessons-descent",
    "lessons-activations",
    "lessons-dropout",
    "manual",
    "manual-page",
    "manual-search",
)
"""Names of the schemas: a command, and the option or word that gives it another result."""
SHARED = "shared"
"""The file of definitions that several schemas have in common."""
_REFERENCE = f"{SHARED}.json#/$defs/"


def schema_named(name: str) -> str:
    """The schema of that name, which may be written as on the command line: train --dry-run.

    Raises SettingsError with the nearest name.
    """
    found = re.sub(r"[\s_-]+", "-", name.strip()).casefold()
    if found not in SCHEMAS:
        message = f"there is no JSON schema {name!r:.80}"
        raise SettingsError(message, did_you_mean(found, SCHEMAS), setting="schema")
    return found


def schema_of(name: str) -> dict[str, Any]:
    """A schema with all definitions that it needs, so that it can be used alone."""
    schema = _read(name)
    shared = _read(SHARED)["$defs"]
    needed: dict[str, Any] = {}
    waiting = _referred(schema)
    while waiting:
        each = waiting.pop()
        if each not in needed:
            needed[each] = shared[each]
            waiting |= _referred(shared[each])
    definitions = {each: _local(shared[each]) for each in shared if each in needed}
    whole: dict[str, Any] = _local(schema)
    return whole | {"$defs": definitions} if definitions else whole


def to_text(schema: dict[str, Any]) -> str:
    """The JSON of a schema, one value a line; characters that are not ASCII are escaped, as in all JSON."""
    return json.dumps(schema, indent=2)


def _read(name: str) -> dict[str, Any]:
    text = (files("mlpcli") / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _referred(part: Any) -> set[str]:
    """Names of the shared definitions to which a part of a schema refers."""
    if isinstance(part, list):
        return {name for each in part for name in _referred(each)}
    if not isinstance(part, dict):
        return set()
    own = part.get("$ref", "")
    found = {own.removeprefix(_REFERENCE)} if isinstance(own, str) and own.startswith(_REFERENCE) else set()
    return found | _referred(list(part.values()))


def _local(part: Any) -> Any:
    """The same part with references to definitions in its own schema."""
    if isinstance(part, list):
        return [_local(each) for each in part]
    if not isinstance(part, dict):
        return part
    own = part.get("$ref")
    changed = {"$ref": own.replace(_REFERENCE, "#/$defs/")} if isinstance(own, str) else {}
    return {name: _local(each) for name, each in part.items()} | changed
