"""Checks of a model file beyond its checksums, which anyone who alters a file can compute anew.

After them every field has its type, no number is NaN or infinite, and arrays fit the header. The meaning of
the settings is not known here; `mlpcli.model.model` checks the network they describe.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact.header import Header
from mlpcli.data.crosses import checked_crosses
from mlpcli.data.encoders import ENCODERS
from mlpcli.data.schema import MOST_COLUMNS, NUMBER, Schema
from mlpcli.data.sketch_sets import ARRAYS, PREFIX, Sketches, levels_in
from mlpcli.data.target import MOST_OUTPUTS, TARGETS
from mlpcli.errors import SettingsError
from mlpcli.json_values import fits

LOWEST_TEMPERATURE = 1e-3
"""A fiftieth of the lowest that training yields; outputs divided by much less are not finite."""
MOST_PARAMETERS = 1 << 62
MOST_LAYERS = 10_000
"""Rows of the network table; 1,000 hidden layers are the most that settings allow, of some rows each."""
MOST_NETWORKS = 1000
SHARES_WITHIN = 1e-6
"""Of their sum, which is 1 but for rounding."""
MOST_INPUTS = 1_000_000
"""Matrix columns."""
ERROR_ARRAYS = ("errors.levels", "errors.sizes", "errors.knots", "errors.scales")
CLASS_ERROR_ARRAYS = ("class_errors.levels", "class_errors.sizes")
MOST_ENTRIES = 1000
"""Levels or knots; training stores a fifth of that."""
LARGEST_ERROR = 1e40
"""Sizes and scales come from differences of two encoded values, which are float32."""


def check_header(header: dict[str, Any]) -> None:
    """Raise ValueError if this is not the header of a model."""
    for name, kind in Header.__annotations__.items():
        if name not in header or not fits(header[name], kind):
            raise ValueError(f"its entry {name!r} is invalid")
    _check_sizes(header)
    if any(scores["metrics"].keys() != scores["baseline"].keys() for scores in header["scores"].values()):
        raise ValueError("its scores have no baseline")
    for scores in header["scores"].values():
        if len({tuple(each) for each in (scores.get("per_target") or {}).values()}) > 1:
            raise ValueError("its targets have different scores")
    for name in ("patience", "folds"):
        if not fits(header["settings"].get(name), int | None):
            raise ValueError(f"its entry {name!r} is not a number")
    for configuration in header["configurations"]:
        for layer in configuration["network"]:
            if not 0 <= layer["parameters"] <= MOST_PARAMETERS or not 0 <= layer.get("zeros", 0) <= 1:
                raise ValueError("a layer has an impossible number of parameters")
    _check_members(header["receipt"]["members"], len(header["configurations"]))
    # Of several networks, the epochs of the first.
    epochs = sum(record["member"] == 0 for record in header["history"])
    if not 1 <= header["receipt"]["best_epoch"] <= epochs:
        raise ValueError("its best epoch is not in its history")


def _check_members(members: Sequence[Mapping[str, Any]], configurations: int) -> None:
    """Raise ValueError unless there is a network, and each has one of so many configurations and a share."""
    if not members:
        raise ValueError("it has no network")
    places = [member["configuration"] for member in members]
    if places[0] != 0 or not all(0 <= place < configurations for place in places):
        raise ValueError("a network has a configuration that is not there")
    shares = [member["share"] for member in members]
    if not all(0 < share <= 1 for share in shares) or abs(sum(shares) - 1) > SHARES_WITHIN:
        raise ValueError("the shares of its networks do not add up")


def _check_sizes(header: Mapping[str, Any]) -> None:
    """Raise ValueError for more of anything than is allowed, before anything of that size is made."""
    target, quantiles = header["target"], header["settings"].get("quantiles")
    outputs = [
        len(each) for name in ("classes", "names", "labels") if isinstance(each := target.get(name), list)
    ]
    if isinstance(quantiles, list):
        outputs.append(len(quantiles) * len(header["schema"]["target"]))
    widths = [each["width"] for each in header["encoders"]]
    for what, size, most in (
        ("columns", len(header["schema"]["columns"]), MOST_COLUMNS),
        ("inputs", sum(widths), MOST_INPUTS),
        ("outputs", max(outputs, default=0), MOST_OUTPUTS),
        ("configurations", len(header["configurations"]), MOST_NETWORKS),
        ("layers", sum(len(each["network"]) for each in header["configurations"]), MOST_LAYERS),
        ("networks", len(header["receipt"]["members"]), MOST_NETWORKS),
    ):
        if size > most:
            raise ValueError(f"it has {size:,} {what}, more than {most:,}")
    if min(widths, default=0) < 0:
        raise ValueError("an encoder has an impossible width")


def check_columns(schema: Schema, header: Mapping[str, Any]) -> None:
    """Raise ValueError unless the encoders are those of the inputs and the target is that of the task."""
    encoders, target = header["encoders"], header["target"]
    if len({column.name for column in schema.columns}) < len(schema.columns):
        raise ValueError("it lists a column twice")
    encoded = [(each["name"], each["kind"]) for each in encoders]
    if encoded != [(column.name, column.kind) for column in schema.inputs]:
        raise ValueError("its encoders do not match its columns")
    _check_crosses(schema)
    if (sketches := header["sketches"]) is not None:
        groups = sketches["groups"]
        networks = len(header["receipt"]["members"]) if sketches["predictions"] else 0
        of_networks = len(groups) == networks and all(0 <= each < MOST_NETWORKS for each in groups)
        if sketches["columns"] != len(encoders) or not of_networks:
            raise ValueError("its sketches do not match its columns and networks")
    for stored in encoders:
        encoder = ENCODERS[stored["kind"]]
        if not fits(stored, encoder.STORED):
            raise ValueError(f"its encoder of {stored['name']!r:.40} is invalid")
        if encoder.from_description(stored, _ones(encoder.shapes(stored))).width != stored["width"]:
            raise ValueError(f"its encoder of {stored['name']!r:.40} has the wrong width")
    kind = TARGETS[schema.task]
    if target.keys() - {"thresholds"} - kind.STORED.__annotations__.keys() or not fits(target, kind.STORED):
        raise ValueError("its target does not match its task")
    decoded = kind.from_description(target, _ones(kind.shapes(target, ())))
    if decoded.names != schema.target:
        raise ValueError("its target has two names")
    if len(set(schema.target)) < len(schema.target):
        raise ValueError("it lists a target twice")
    if schema.task == "binary" and len(target["classes"]) > 2:
        raise ValueError("its classes do not match its task")
    _check_thresholds(target, schema.task)


def _check_crosses(schema: Schema) -> None:
    """Raise ValueError unless the crosses are formulas, the last inputs, and made of other numbers."""
    try:
        crosses = checked_crosses(schema.cross)
    except SettingsError as error:
        raise ValueError(f"its crosses are invalid: {error!s:.100}") from None
    names = tuple(cross.name for cross in crosses)
    if names != schema.cross:
        raise ValueError("its crosses are not written as they are stored")
    own = tuple(column.name for column in schema.columns[len(schema.columns) - len(names) :])
    numbers = {column.name for column in schema.table_inputs if column.kind == NUMBER}
    if own != names or any(column.kind != NUMBER for column in schema.columns if column.name in names):
        raise ValueError("its crosses are not among its inputs")
    for cross in crosses:
        if not numbers.issuperset(cross.sources):
            raise ValueError(f"its cross {cross.name!r:.40} has other columns than number inputs")


def _ones(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Arrays that stand for those of the file while only its header is known."""
    return {name: np.ones(shape) for name, shape in shapes.items()}


def check_arrays(schema: Schema, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Raise ValueError unless the arrays are finite numbers of the shapes that the header asks for."""
    targets = len(schema.target)
    listed = {"multiclass": "classes", "multilabel": "labels"}.get(schema.task)
    outputs = targets if listed is None else len(header["target"][listed])
    shapes = {"baseline": (outputs,)} | TARGETS[schema.task].shapes(header["target"], arrays)
    for stored in header["encoders"]:
        for name, (rows, *row) in ENCODERS[stored["kind"]].shapes(stored).items():
            shapes[name] = (rows + shapes.get(name, (0,))[0], *row)
    for name, shape in shapes.items():
        if name not in arrays:
            raise ValueError(f"its array {name!r} is missing")
        if arrays[name].shape != shape or arrays[name].dtype != np.float64:
            raise ValueError(f"its array {name!r} does not fit its header")
    _check_weights(header, arrays)
    _check_sketches(schema, header, arrays)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"its array {name!r:.40} holds a value that is not finite")
    if schema.task == "regression":
        _check_errors(arrays, targets)
    if schema.task in ("binary", "multiclass"):
        _check_class_errors(arrays)
    if "temperature" in arrays and (arrays["temperature"] < LOWEST_TEMPERATURE).any():
        raise ValueError("its temperature is too low")


def _check_weights(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Parameters and constants are (n,), network after network; up to format 6 (members, n) of several."""
    parameters, constants = arrays.get("parameters"), arrays.get("constants")
    if parameters is None:
        raise ValueError("its array 'parameters' is missing")
    counts = [sum(layer["parameters"] for layer in each["network"]) for each in header["configurations"]]
    members = header["receipt"]["members"]
    count = sum(counts[member["configuration"]] for member in members)
    sides = ((),) if len(members) == 1 else ((), (len(members),))
    if parameters.dtype != np.float32 or parameters.size != count or parameters.shape[:-1] not in sides:
        raise ValueError("its array 'parameters' does not fit its header")
    if constants is not None and (constants.dtype != np.float32 or constants.shape[:-1] not in sides):
        raise ValueError("its array 'constants' is not a list of numbers")
    for name in ("temperature", "bias"):
        array = arrays.get(name)
        if array is not None and (array.ndim != 1 or array.dtype != np.float64):
            raise ValueError(f"its array {name!r} is not a list of numbers")


def _check_sketches(schema: Schema, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Sketches are those of the inputs and the target, and add up; or there is none."""
    stored = header["sketches"]
    if stored is None:
        return
    if not all(PREFIX + name in arrays for name in ARRAYS):
        raise ValueError("some of its arrays of sketches are missing")
    levels = levels_in(header["encoders"], header["target"], schema.task, stored["predictions"])
    Sketches.from_stored(stored, arrays, levels)


def _check_errors(arrays: Mapping[str, Array], targets: int) -> None:
    """Error sizes, for prediction intervals, are all there, as `ErrorSizes` takes them, or none is."""
    there = [name for name in ERROR_ARRAYS if name in arrays]
    if not there:
        return
    if len(there) < len(ERROR_ARRAYS):
        raise ValueError("some of its arrays of errors are missing")
    levels, sizes, knots, scales = (arrays[name] for name in ERROR_ARRAYS)
    if any(array.dtype != np.float64 for array in (levels, sizes, knots, scales)):
        raise ValueError("its arrays of errors have the wrong type")
    quantiles, bins = levels.size, knots.size // targets
    shapes = levels.shape, sizes.shape, knots.shape, scales.shape
    if shapes != ((quantiles,), (targets, quantiles), (targets, bins), (targets, bins)):
        raise ValueError("its arrays of errors do not fit together")
    if not (1 <= quantiles <= MOST_ENTRIES and 1 <= bins <= MOST_ENTRIES):
        raise ValueError("its arrays of errors are empty or too long")
    ascending = (np.diff(levels) > 0).all() and (np.diff(sizes) >= 0).all() and (np.diff(knots) >= 0).all()
    if not ascending or levels[0] <= 0 or levels[-1] >= 1 or (sizes < 0).any() or (scales <= 0).any():
        raise ValueError("its arrays of errors are not sorted")
    if max(sizes.max(), scales.max()) > LARGEST_ERROR:
        raise ValueError("its arrays of errors are too large")


def _check_class_errors(arrays: Mapping[str, Array]) -> None:
    """Error sizes, for sets of classes, are all there, as `ClassErrors` takes them, or none is."""
    there = [arrays[name] for name in CLASS_ERROR_ARRAYS if name in arrays]
    if not there:
        return
    if len(there) < len(CLASS_ERROR_ARRAYS):
        raise ValueError("some of its arrays of errors are missing")
    levels, sizes = there
    if any(array.dtype != np.float64 for array in there):
        raise ValueError("its arrays of errors have the wrong type")
    if levels.ndim != 1 or levels.shape != sizes.shape:
        raise ValueError("its arrays of errors do not fit together")
    if not 1 <= levels.size <= MOST_ENTRIES:
        raise ValueError("its arrays of errors are empty or too long")
    ascending = (np.diff(levels) > 0).all() and (np.diff(sizes) >= 0).all()
    if not ascending or levels[0] <= 0 or levels[-1] >= 1:
        raise ValueError("its arrays of errors are not sorted")
    if sizes[0] < 0 or sizes[-1] > 1:
        raise ValueError("its arrays of errors are out of range")


def _check_thresholds(target: Mapping[str, Any], task: str) -> None:
    """There is a probability for each label, or each of several classes, or no threshold."""
    if "thresholds" not in target:
        return
    thresholds = target["thresholds"]
    listed = {"multilabel": "labels", "multiclass": "classes"}.get(task)
    wanted = 1 if task == "binary" else len(target.get(listed or "", ()))
    if len(thresholds) != wanted or not all(0 < each < 1 for each in thresholds):
        raise ValueError("its thresholds do not match its target")
