"""The model file: a container with the header and arrays of a trained model.

The header's fields stand in `header`. A field is added with an upgrade function that fills in what older
files mean, and a higher FORMAT (see `upgrades`).
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


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A trained model, as plain values. `arrays` is empty when only the header was read."""

    schema: Schema
    encoders: list[dict[str, Any]]
    """Descriptions of the encoders, in the order of the matrix; their statistics are in `arrays`."""
    target: dict[str, Any]
    settings: dict[str, Any]
    """Every setting by name, with the preset's values filled in."""
    network: list[dict[str, Any]]
    """A `Layer` for each row of the network table."""
    history: list[dict[str, Any]]
    """An `Epoch` for each epoch of each network."""
    scores: dict[str, Any]
    """`PartScores` by part: `validation`, `test`, or `train` where neither is."""
    receipt: dict[str, Any]
    """A `Receipt`."""
    arrays: dict[str, Array]
    """`parameters` (the flat vector), `baseline`, the arrays of encoders and target, and optional ones."""

    @property
    def parameter_count(self) -> int:
        """The number of trained numbers, per network."""
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
    """Read a model file; raises ArtifactError for anything but a whole, unaltered one."""
    number, text, arrays = unpack(MODEL, path, header_only=header_only)
    try:
        header = from_json(text)
        if not isinstance(header, dict):
            raise ValueError("its header is not an object")
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
