"""The model file: a container whose header and arrays are those of a trained model.

A stored field that is added has a default that older files mean; where one would be read wrongly without
it, FORMAT is raised (see `upgrades`).
"""

from dataclasses import dataclass
from typing import Any

from mlpcli.arrays import Array
from mlpcli.artifact.consistency import check_arrays, check_columns, check_header
from mlpcli.artifact.container import MODEL_NAME, Kind, pack, unpack
from mlpcli.artifact.json_values import from_json
from mlpcli.artifact.upgrades import upgraded
from mlpcli.data.schema import Schema
from mlpcli.files import atomic_output

FORMAT = 3
MODEL = Kind(
    MODEL_NAME,
    FORMAT,
    "Train one: mlpcli train DATA -t COLUMN -o MODEL",
    "Train it again.",
)

_DESCRIBED = ("encoders", "target", "settings", "network", "history", "scores", "receipt")


@dataclass(frozen=True)
class Artifact:
    """A trained model, as plain values. `arrays` is empty when only the header was read."""

    schema: Schema
    encoders: list[dict[str, Any]]
    """Columns with their levels, in the order of the matrix; numbers' statistics are in `arrays`."""
    target: dict[str, Any]
    settings: dict[str, Any]
    """Every setting by name, with the preset's values filled in."""
    network: list[dict[str, Any]]
    """Layer, output and number of parameters."""
    history: list[dict[str, Any]]
    """One record an epoch."""
    scores: dict[str, Any]
    """`validation`, `test` and `baseline`: {metric: value}."""
    receipt: dict[str, Any]
    """Seed, threads, rows, digest of the data, versions, command line."""
    arrays: dict[str, Array]
    """`parameters` (the flat vector), `numbers`, `target.mean`, `target.spread`, `baseline`."""

    @property
    def parameter_count(self) -> int:
        """Number of trained numbers."""
        return sum(int(layer["parameters"]) for layer in self.network)


def save(artifact: Artifact, path: str) -> None:
    """Write the file; it appears when complete."""
    with atomic_output(path) as file:
        file.write(to_bytes(artifact))


def to_bytes(artifact: Artifact) -> bytes:
    """The file's content."""
    header = {
        "schema": artifact.schema.to_json(),
        **{name: getattr(artifact, name) for name in _DESCRIBED},
    }
    return pack(MODEL, header, artifact.arrays)


def load(path: str, *, header_only: bool = False) -> Artifact:
    """Read a model file; raises ArtifactError for anything that is not a whole, unaltered one."""
    number, text, arrays = unpack(MODEL, path, header_only=header_only)
    try:
        header = from_json(text)
        if not isinstance(header, dict):
            raise ValueError("its header is none")
        check_header(upgraded(header, number, FORMAT))
        schema = Schema.from_json(header["schema"])
        described = {name: header[name] for name in _DESCRIBED}
        check_columns(schema, header)
        if not header_only:
            check_arrays(schema, header, arrays)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        ours = type(error) is ValueError
        why = str(error) if ours else f"its header makes no sense ({type(error).__name__})"
        raise MODEL.altered(path, why) from None
    return Artifact(schema=schema, arrays=arrays, **described)
