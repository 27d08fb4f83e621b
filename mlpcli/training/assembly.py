"""Assemble a model from trained networks: all that is stored, as plain values."""

import hashlib
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.arrays import Array
from mlpcli.artifact import Artifact
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.model.model import Model, built
from mlpcli.model.tasks import Regression
from mlpcli.model.weights import input_weights, zeros_of
from mlpcli.nn.fitting import EpochRecord
from mlpcli.options.threads import engine
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.calibration import Shares, calibrated
from mlpcli.training.held_out import HeldOut, chosen_thresholds, held_errors
from mlpcli.training.members import Member
from mlpcli.training.sketching import with_predictions
from mlpcli.version import __version__


def assemble(prepared: Prepared, members: Sequence[Member]) -> tuple[Model, HeldOut]:
    """The model, with what is fitted on held-out rows, and these rows; scores and receipt are left out."""
    training = prepared.parts["train"]
    encoders, numbers = prepared.encoder.to_stored()
    target = prepared.task.target
    artifact = Artifact(
        schema=prepared.schema,
        encoders=encoders,
        target=target.described(),
        settings=prepared.options.values(),
        network=[asdict(layer) for layer in prepared.blueprint.summary()],
        history=[_plain(each, place) for place, member in enumerate(members) for each in member.history],
        scores={},
        receipt={},
        arrays={
            "parameters": _stacked([member.values for member in members]),
            "baseline": prepared.task.baseline(training.truth, training.weights),
            **numbers,
            **target.arrays(),
        },
    )
    if members[0].constants.size:
        artifact.arrays["constants"] = _stacked([member.constants for member in members])
    model = built(artifact, prepared.options, prepared.encoder, prepared.task, prepared.blueprint)
    for column, share in zip(encoders, input_weights(prepared.encoder, model.networks), strict=True):
        column["weight"] = share
    for layer, zeros in zip(artifact.network, zeros_of(model.networks), strict=True):
        layer["zeros"] = zeros
    held = HeldOut.of(prepared, members, model.networks)
    model = _with_held_out(model, prepared, held)
    if prepared.sketches is not None:
        sketches = with_predictions(prepared.sketches, model, prepared, held, members)
        described, arrays = sketches.to_stored()
        artifact = replace(artifact, sketches=described, arrays=artifact.arrays | arrays)
        model = replace(model, artifact=artifact)
    return model, held


def _with_held_out(model: Model, prepared: Prepared, held: HeldOut) -> Model:
    """The model with all that is fitted on held-out rows: error sizes of numbers; for classes, temperature,
    bias and thresholds."""
    artifact = model.artifact
    if isinstance(prepared.task, Regression):
        artifact.arrays.update(held_errors(model, held))
        return model
    class_weights = None
    if prepared.options.objective.calibrate:
        class_weights = prepared.class_weights
        if class_weights is not None and np.ptp(class_weights) == 0:
            class_weights = None  # as without any
        temperature, bias = calibrated(model, held, class_weights, _shares(prepared))
        artifact.arrays.update(temperature=temperature, bias=bias)
        model = replace(model, temperature=temperature, bias=bias)
    if (thresholds := chosen_thresholds(model, held, class_weights)) is not None:
        artifact.target["thresholds"] = thresholds
    return model


def _shares(prepared: Prepared) -> Shares | None:
    """The shares of the training and validation rows together, if the latter are some drawn of all."""
    split, held = prepared.options.split, prepared.parts["validation"]
    if prepared.folds or not len(held) or isinstance(split.validation, str) or split.time or split.group:
        return None
    parts = [prepared.parts["train"], held]
    truth = np.concatenate([each.truth for each in parts])
    weights = [np.ones(len(each)) if each.weights is None else each.weights for each in parts]
    shares = prepared.task.baseline(truth, np.concatenate(weights))
    return Shares(np.atleast_1d(shares), float(weights[1].sum() / (weights[0].sum() + weights[1].sum())))


def _stacked(arrays: Sequence[Array]) -> Array:
    """One (n,), several as (members, n)."""
    return arrays[0].copy() if len(arrays) == 1 else np.stack(arrays)


def receipt(data: Data, command: str, artifact: Artifact) -> dict[str, Any]:
    """The receipt of a model: files, command line, versions, sizes, digest of the weights, date."""
    paths = paths_of(data)
    return {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "weights": digest_of_weights(artifact),
        "sizes": {
            "columns": len(artifact.schema.columns),
            "inputs": sum(each["width"] for each in artifact.encoders),
            "parameters": artifact.parameter_count,
        },
        "engine": engine(),
        "data": "DataFrame" if isinstance(paths, pd.DataFrame) else paths,
        "command": command,
        "versions": {
            "mlpcli": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "platform": f"{sys.platform} {platform.machine()}",
    }


def digest_of_weights(artifact: Artifact) -> str:
    """SHA-256 of the parameters and constants of all networks, in little-endian order."""
    arrays = [artifact.arrays[name] for name in ("parameters", "constants") if name in artifact.arrays]
    return hashlib.sha256(b"".join(each.astype("<f4").tobytes() for each in arrays)).hexdigest()


def _plain(record: EpochRecord, member: int) -> dict[str, Any]:
    """A record for JSON, which has no NaN: such a score becomes null."""
    metrics = {name: value if np.isfinite(value) else None for name, value in record.metrics.items()}
    return asdict(record) | {"metrics": metrics, "member": member}
