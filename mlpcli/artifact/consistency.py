"""What holds in every model file beside its checksums, which whoever alters a file can compute anew.

Readers may rely on it: every field has its type, no number is NaN or infinite, arrays fit the header. What
the settings mean is not known here; `mlpcli.model.model` checks the network they describe.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact.json_values import fits, is_deeper
from mlpcli.artifact.optional_arrays import check_errors, check_thresholds
from mlpcli.data.schema import (
    BOOLEAN,
    CATEGORY,
    DATE,
    DATE_PARTS,
    KINDS,
    NUMBER,
    QUANTILE,
    QUANTILE_KNOTS,
    SCALINGS,
    TARGET_SCALINGS,
    TASKS,
    Schema,
)

LOWEST_TEMPERATURE = 1e-3
"""A fiftieth of the lowest that training gives; outputs divided by much less are no numbers."""
MOST_PARAMETERS = 1 << 62
DEEPEST = 20
"""Lists and dicts in one another; a model has five. Functions that call themselves for each are safe."""

_SCORE = (float, None)
_FIELDS: dict[Any, Any] = {
    "schema": {
        "columns": [{"name": str, "kind": KINDS, "reason": str}],
        "target": [str],
        "task": TASKS,
        "task_reason": str,
        "weight": (str, None),
    },
    "encoders": [
        {
            "name": str,
            "had_gaps": bool,
            "levels?": [str],
            "embedded?": bool,
            "kind?": (NUMBER, BOOLEAN),
            "scaling?": SCALINGS,
            "range?": [float],
            "fill?": float,
            "weight?": float,
            "spikes?": [float],
            "formats?": [str],
            "parts?": [DATE_PARTS],
        }
    ],
    "target": {
        "name?": str,
        "classes?": [str],
        "names?": [str],
        "labels?": [str],
        "scaling?": TARGET_SCALINGS,
        "thresholds?": [float],
    },
    "settings": {},
    "network": [{"name": str, "output": int, "parameters": int, "zeros?": float}],
    "history": [
        {
            "epoch": int,
            "train_loss": float,
            "validation_loss": (float, None),
            "metrics": {str: _SCORE},
            "member": int,
        }
    ],
    "scores": {str: {"rows": int, "metrics": {str: _SCORE}, "baseline": {str: _SCORE}}},
    "receipt": {
        "data": (str, [str]),
        "command": str,
        "versions": {str: str},
        "platform": str,
        "seed": int,
        "threads": int,
        "rows": {str: int},
        "digest": str,
        "split_digest?": str,
        "run?": str,
        "best_epoch": int,
        "stop_reason": str,
        "seconds": float,
        "members": [{"epochs": int, "best_epoch": int, "stop_reason": str, "validation": {str: _SCORE}}],
    },
}
"""Fields and their types. [x]: a list of x; {str: x}: any names, an x each; a tuple: one of these; a name
that ends in ? may be absent. What is not named here may hold anything."""

_TARGET_FIELDS = {
    "regression": {"names"},
    "binary": {"name", "classes"},
    "multiclass": {"name", "classes"},
    "multilabel": {"labels"},
}


def check_header(header: dict[str, Any]) -> None:
    """Raise ValueError if this is not the header of a model."""
    for name, fields in _FIELDS.items():
        if not fits(header.get(name), fields):
            raise ValueError(f"its {name} cannot be understood")
    if is_deeper(header, DEEPEST):
        raise ValueError("its values are nested too deeply")
    # Half of a UTF-16 pair can be neither printed nor compared; this raises for one.
    json.dumps(header, ensure_ascii=False).encode()
    if any(scores["metrics"].keys() != scores["baseline"].keys() for scores in header["scores"].values()):
        raise ValueError("its scores have no baseline")
    for layer in header["network"]:
        if not 0 <= layer["parameters"] <= MOST_PARAMETERS or not 0 <= layer.get("zeros", 0) <= 1:
            raise ValueError("a layer has no possible number of parameters")
    if not header["receipt"]["members"]:
        raise ValueError("it has no network")
    # Of several networks that of the first.
    epochs = sum(record["member"] == 0 for record in header["history"])
    if not 1 <= header["receipt"]["best_epoch"] <= epochs:
        raise ValueError("its best epoch is none of its history")


def check_columns(schema: Schema, header: Mapping[str, Any]) -> None:
    """Raise ValueError unless the encoders are those of the inputs and the target is that of the task."""
    encoders, target = header["encoders"], header["target"]
    encoded = [(each["name"], _kind(each)) for each in encoders]
    if encoded != [(column.name, column.kind) for column in schema.inputs]:
        raise ValueError("its encoders are not those of its columns")
    if any(_repeated(each.get("levels", [])) for each in encoders):
        raise ValueError("a category has a level twice")
    if target.keys() - {"scaling", "thresholds"} != _TARGET_FIELDS[schema.task]:
        raise ValueError("its target is not that of its task")
    names = target.get("names") or target.get("labels") or [target.get("name")]
    if names != list(schema.target):
        raise ValueError("its target has two names")
    if "classes" in target:
        classes = target["classes"]
        if _repeated(classes) or len(classes) < 2 or (schema.task == "binary" and len(classes) > 2):
            raise ValueError("its classes are not those of its task")
    check_thresholds(target, schema.task, names)


def _kind(encoder: Mapping[str, Any]) -> Any:
    """The kind of column that an encoder is for; None for none."""
    if "levels" in encoder:
        return CATEGORY
    if "formats" in encoder and "parts" in encoder:
        return DATE
    return encoder.get("kind")


def check_arrays(schema: Schema, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Raise ValueError unless the arrays are finite numbers of the shapes that the header asks for."""
    numbers = [each for each in header["encoders"] if "levels" not in each]
    # Of a date days and year are a number each.
    columns, targets = sum(1 + ("formats" in each) for each in numbers), len(schema.target)
    outputs = len(header["target"]["classes"]) if schema.task == "multiclass" else targets
    shapes: dict[str, tuple[int, ...]] = {
        "numbers": (columns, 5),
        "baseline": (outputs,),
    }
    if by_quantile := sum(1 + ("formats" in each) for each in numbers if each.get("scaling") == QUANTILE):
        shapes["quantiles"] = (by_quantile, QUANTILE_KNOTS)
    if schema.task == "regression":
        shapes |= {"target.mean": (targets,), "target.spread": (targets,)}
        if "target.lowest" in arrays or "target.highest" in arrays:
            shapes |= {"target.lowest": (targets,), "target.highest": (targets,)}
    for name, shape in shapes.items():
        if name not in arrays:
            raise ValueError(f"its array {name!r} is missing")
        if arrays[name].shape != shape or arrays[name].dtype != np.float64:
            raise ValueError(f"its array {name!r} does not fit its header")
    _check_weights(header, arrays)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"its array {name!r:.40} holds a value that is no number")
    if schema.task == "regression":
        check_errors(arrays, targets)
    scales = [arrays["numbers"][:, 2]]
    scales += [arrays[name] for name in ("target.spread",) if name in arrays]
    if any((scale <= 0).any() for scale in scales):
        raise ValueError("a scale is not above 0")
    if "temperature" in arrays and (arrays["temperature"] < LOWEST_TEMPERATURE).any():
        raise ValueError("its temperature is too low")


def _check_weights(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Of one network (n,), of several (members, n); the constants likewise."""
    parameters, constants = arrays.get("parameters"), arrays.get("constants")
    if parameters is None:
        raise ValueError("its array 'parameters' is missing")
    count = sum(layer["parameters"] for layer in header["network"])
    several = len(header["receipt"]["members"])
    members = () if several == 1 else (several,)
    if parameters.dtype != np.float32 or parameters.shape != (*members, count):
        raise ValueError("its array 'parameters' does not fit its header")
    if constants is not None and (constants.dtype != np.float32 or constants.shape[:-1] != members):
        raise ValueError("its array 'constants' is no list of numbers")
    temperature = arrays.get("temperature")
    if temperature is not None and (temperature.ndim != 1 or temperature.dtype != np.float64):
        raise ValueError("its array 'temperature' is no list of numbers")


def _repeated(texts: list[str]) -> bool:
    return len(set(texts)) < len(texts)
