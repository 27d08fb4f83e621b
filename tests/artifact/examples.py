"""A small artifact made by hand, and the parts of its file as they are documented."""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from mlpcli import artifact as room
from mlpcli.arrays import Array
from mlpcli.artifact import Artifact
from mlpcli.data.form import PLAIN
from mlpcli.data.schema import Column, Schema
from mlpcli.errors import ArtifactError


def artifact(arrays: Mapping[str, Array] | None = None, name: str = "size") -> Artifact:
    """One number and one category to one number by a line of four parameters; `arrays` are further ones."""
    scores = {"rmse": 0.5, "mape": None}
    return Artifact(
        schema=Schema(
            columns=(
                Column(name, "number", "decimal numbers"),
                Column("colour", "category", "text"),
                Column("id", "ignore", "an identifier"),
            ),
            target=("price",),
            task="regression",
            task_reason="many numbers",
            target_forms=(PLAIN,),
        ),
        encoders=[
            {
                "name": name,
                "kind": "number",
                "width": 1,
                "had_gaps": False,
                "scalings": {"standard": "standard"},
                "spikes": [],
                "truth": False,
                "folds": {},
            },
            {
                "name": "colour",
                "kind": "category",
                "width": 2,
                "had_gaps": False,
                "levels": ["red", "blue"],
                "embedded": False,
                "matching": "text",
            },
        ],
        target={"names": ["price"], "scaling": "standard"},
        settings={"hidden": [], "lr": 0.1, "drop": ["a", "b"], "seed": 0, "monitor": None},
        configurations=[
            {
                "name": "usual",
                "changes": {},
                "network": [{"name": "Dense", "output": 1, "parameters": 4}],
            }
        ],
        history=[{"epoch": 1, "train_loss": 0.25, "validation_loss": None, "metrics": scores, "member": 0}],
        scores={"validation": {"rows": 9, "metrics": scores, "baseline": scores, "reasons": {"mape": "0"}}},
        receipt={
            "data": ["prices.csv"],
            "command": "mlpcli train prices.csv -t price",
            "versions": {"mlpcli": "0.1.0"},
            "platform": "linux",
            "seed": 0,
            "threads": 1,
            "rows": {"train": 20, "validation": 9},
            "digest": "0" * 64,
            "best_epoch": 1,
            "stop_reason": "epochs",
            "seconds": 0.5,
            "members": [
                {
                    "epochs": 1,
                    "best_epoch": 1,
                    "stop_reason": "epochs",
                    "validation": {"loss": 0.5},
                    "configuration": 0,
                    "fold": "0",
                    "share": 1.0,
                }
            ],
        },
        arrays={
            "parameters": np.array([1, 2, 3, 4], np.float32),
            "numbers": np.array([[1.0, 0.0, 2.0, -1.0, 3.0]]),
            "baseline": np.zeros(1),
            "target.mean": np.ones(1),
            "target.spread": np.ones(1),
            **(arrays or {}),
        },
    )


def saved(path: Path, arrays: Mapping[str, Array] | None = None) -> Path:
    """The example's file."""
    room.save(artifact(arrays), str(path), force=True)
    return path


def parts(arrays: Mapping[str, Array] | None = None) -> dict[str, Any]:
    """What is in the example's file, by joblib's own reader."""
    content: dict[str, Any] = joblib.load(io.BytesIO(room.to_bytes(artifact(arrays))))
    return content


def packed(content: object) -> bytes:
    """A file of anything, written as a model is."""
    buffer = io.BytesIO()
    joblib.dump(content, buffer, protocol=4)
    return buffer.getvalue()


def sealed(header: object, arrays: Mapping[str, Array], number: int = room.FORMAT) -> bytes:
    """A file of format `number` with the right checksums; a header that is no text becomes JSON."""
    text = header if isinstance(header, str) else json.dumps(header)
    return packed(
        {
            "format": number,
            "header": text,
            "header_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "arrays": dict(arrays),
            "arrays_sha256": digest(arrays),
        }
    )


def digest(arrays: Mapping[str, Array]) -> str:
    """Of names in order, each with its type, shape and values row by row, lowest byte first."""
    summed = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        little = array.astype(array.dtype.newbyteorder("<"))
        summed.update(f"{name} {little.dtype.str} {array.shape}".encode() + little.tobytes("C"))
    return summed.hexdigest()


def refusal(path: Path, data: bytes | None = None) -> str:
    """Why a file is refused, by both ways of reading; fails if one of them takes it."""
    if data is not None:
        path.write_bytes(data)
    said = []
    for header_only in (False, True):
        try:
            room.load(str(path), header_only=header_only)
        except ArtifactError as error:
            said.append(error)
    assert len(said) == 2, "it was read"
    for each in said:
        assert each.message.startswith(str(path))
        assert each.hint
        assert len(each.message) < len(str(path)) + 300
    return said[0].message.removeprefix(str(path)).lstrip(": ")


def same(one: Artifact, other: Artifact) -> bool:
    """Whether two artifacts hold the same, arrays with their types and bits."""
    fields = (
        "schema",
        "encoders",
        "target",
        "settings",
        "network",
        "history",
        "scores",
        "receipt",
        "sketches",
    )
    return (
        all(getattr(one, name) == getattr(other, name) for name in fields)
        and one.arrays.keys() == other.arrays.keys()
        and all(_same_array(array, other.arrays[name]) for name, array in one.arrays.items())
    )


def _same_array(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
