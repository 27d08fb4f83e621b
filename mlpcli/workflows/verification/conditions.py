"""Conditions of a training that decide its weights, as a model's receipt names them and as they are here."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mlpcli.arrays import Array
from mlpcli.artifact import Artifact
from mlpcli.data.schema import Schema
from mlpcli.data.sketch_sets import PREFIX
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError, count
from mlpcli.json_values import printable
from mlpcli.options.threads import usable_cores
from mlpcli.result_text import listed
from mlpcli.training.assembly import surroundings
from mlpcli.training.planning import ReadyTraining

PARTS = ("train", "validation", "test", "dropped", "duplicates")
WEIGHTS = ("parameters", "constants")
"""Arrays of which the digest of the weights is made."""
MOST_COLUMNS = 5
"""Named in a sentence."""


@dataclass(frozen=True)
class Condition:
    """A condition, then and now; None where the receipt of an older version does not have it."""

    name: str
    then: str | None
    now: str

    @property
    def same(self) -> bool | None:
        """Whether nothing has changed; None if that is not known."""
        return None if self.then is None else self.then == self.now


def conditions(model: Artifact, ready: ReadyTraining) -> list[Condition]:
    """Those of a model, and of the same training that is ready to begin here."""
    then, plan, prepared = model.receipt, ready.plan, ready.prepared
    here = surroundings(prepared.options.run.engine)
    found = [
        Condition("rows", _rows(then["rows"]), _rows(plan.rows)),
        Condition("digest of the rows", then["digest"], prepared.digest),
        Condition("digest of the split", then.get("split_digest"), prepared.split_digest),
    ]
    for name, version in here["versions"].items():
        found.append(Condition(name, then["versions"].get(name), version))
    return [
        *found,
        Condition("platform", then["platform"], here["platform"]),
        Condition("engine", then.get("engine"), here["engine"]),
        Condition("threads", str(then["threads"]), str(min(plan.threads, usable_cores()))),
    ]


def _rows(rows: Mapping[str, int]) -> str:
    named = [f"{rows[part]:,} {part}" for part in PARTS if rows.get(part)]
    return ", ".join(named)


def refuse_missing(schema: Schema, names: Sequence[str]) -> None:
    """Raise DataError if the table lacks inputs of the model; `names` are all of its columns.

    A model of an old format may have names with blanks around them, which are read without now.
    """
    known = {*names, *map(cleaned, names)} if schema.exact else set(names)
    missing = [
        column.name
        for column in schema.table_inputs
        if column.name not in known and not (schema.exact and cleaned(column.name) in known)
    ]
    if missing:
        lacking = "an input" if len(missing) == 1 else f"{len(missing)} inputs"
        said = f"the table lacks {lacking} of the model: {listed(missing, MOST_COLUMNS)}"
        raise DataError(said, "Give the table that the model was trained with.")


def column_differences(model: Schema, table: Schema) -> Iterator[str]:
    """Sentences on columns of a table that are others, in another order, or of another kind."""
    then = {each.name: each.kind for each in model.columns}
    now = {each.name: each.kind for each in table.columns}
    if lost := [name for name in then if name not in now]:
        yield f"{_columns(lost)} missing: {listed(lost, MOST_COLUMNS)}"
    if further := [name for name in now if name not in then]:
        yield f"{_columns(further)} new: {listed(further, MOST_COLUMNS)}"
    common = [name for name in then if name in now]
    if common != [name for name in now if name in then]:
        yield "the columns are in another order, which changes the first weights"
    others = [name for name in common if then[name] != now[name]]
    for name in others[:MOST_COLUMNS]:
        yield f"column {name!r} was {_a(then[name])} and is now {_a(now[name])}"
    if len(others) > MOST_COLUMNS:
        yield f"{count(len(others) - MOST_COLUMNS, 'more column')} of another kind"


def _columns(names: Sequence[str]) -> str:
    return "a column is" if len(names) == 1 else f"{len(names)} columns are"


def _a(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}" if kind in NOUNS else kind


NOUNS = ("number", "category", "boolean", "date", "text", "identifier", "constant", "duplicate")


def differing_contents(model: Artifact, again: Artifact) -> list[str]:
    """Contents beside the weights that are others though the weights are equal, as in an altered file.

    Reasons in words and the sketches, by which nothing is predicted, do not count.
    """
    found = [
        name
        for name, ours, theirs in (
            ("columns", _schema(model.schema), _schema(again.schema)),
            ("encoders", _encoders(model), _encoders(again)),
            ("target", model.target, again.target),
            ("shares of the networks", _shares(model), _shares(again)),
        )
        if _text(ours) != _text(theirs)
    ]
    for name in sorted(model.arrays.keys() | again.arrays.keys()):
        if name not in WEIGHTS and not name.startswith(PREFIX):
            ours, theirs = model.arrays.get(name), again.arrays.get(name)
            if ours is None or theirs is None or not _are_same(ours, theirs):
                found.append(name)
    return found


def _schema(schema: Schema) -> dict[str, Any]:
    columns = [{**asdict(each), "reason": ""} for each in schema.columns]
    return {**schema.to_json(), "task_reason": "", "columns": columns}


def _encoders(artifact: Artifact) -> list[dict[str, Any]]:
    return [{name: value for name, value in each.items() if name != "weight"} for each in artifact.encoders]


def _shares(artifact: Artifact) -> list[Any]:
    members = artifact.receipt["members"]
    return [[each[name] for name in ("configuration", "fold", "share")] for each in members]


def _text(value: Any) -> str:
    """The value as a file would hold it."""
    return json.dumps(printable(value), sort_keys=True)


def _are_same(ours: Array, theirs: Array) -> bool:
    return ours.dtype == theirs.dtype and ours.shape == theirs.shape and ours.tobytes() == theirs.tobytes()
