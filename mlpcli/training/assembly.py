"""Assemble a model from trained networks: all that is stored, as plain values."""

import copy
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.artifact import Artifact
from mlpcli.data.reading.some_rows import SomeRows
from mlpcli.model.blueprint import Blueprint
from mlpcli.model.encoded_rows import Data, paths_of
from mlpcli.model.model import Model, built
from mlpcli.model.tasks import Multiclass, Regression
from mlpcli.model.weights import digest_of_weights, input_weights, zeros_of
from mlpcli.nn.fitting import EpochRecord
from mlpcli.options.options import Options
from mlpcli.options.threads import engine
from mlpcli.preparation.prepare import Prepared
from mlpcli.training.calibration import Shares, calibrated
from mlpcli.training.held_out import HeldOut, chosen_thresholds, held_class_errors, held_errors
from mlpcli.training.members import Member
from mlpcli.training.shares import with_shares
from mlpcli.training.sketching import with_predictions
from mlpcli.version import __version__


def assemble(prepared: Prepared, trained: Sequence[Member]) -> tuple[Model, HeldOut, list[Member]]:
    """The model of trained networks, with what is fitted on held-out rows; these rows; its networks.

    Configurations have shares in the predictions by their errors on held-out rows; the networks of one that
    has none are left out. Scores and most of the receipt are left out, too.
    """
    training = prepared.parts["train"]
    encoders, numbers = prepared.encoder.to_stored()
    target = prepared.task.target
    members, shares = with_shares(prepared, trained)
    places = list(dict.fromkeys(prepared.configuration_of(member.number) for member in members))
    configurations = [prepared.configurations[place] for place in places]
    settings = configurations[0].options.values()
    artifact = Artifact(
        schema=prepared.schema,
        encoders=encoders,
        target=target.described(),
        settings=settings,
        configurations=[
            {
                "name": each.name,
                "changes": {
                    name: value for name, value in each.options.values().items() if value != settings[name]
                },
                "network": [
                    asdict(layer)
                    for layer in Blueprint.of(each.options, prepared.encoder, prepared.task).summary()
                ],
            }
            for each in configurations
        ],
        history=[_plain(each, place) for place, member in enumerate(members) for each in member.history],
        scores={},
        receipt={
            "members": [
                {
                    "configuration": places.index(prepared.configuration_of(member.number)),
                    "fold": prepared.fold_of(member.number),
                    "share": share,
                }
                for member, share in zip(members, shares, strict=True)
            ]
        },
        arrays={
            "baseline": prepared.task.baseline(training.truth, training.weights),
            **numbers,
            **target.arrays(),
        },
    )
    model = _with_networks(artifact, configurations[0].options, prepared, members)
    held = HeldOut.of(prepared, members, model.networks, model.shares)
    model = _with_held_out(model, prepared, held)
    if prepared.sketches is not None:
        sketches = with_predictions(prepared.sketches, model, prepared, held, members)
        described, arrays = sketches.to_stored()
        artifact = replace(artifact, sketches=described, arrays=artifact.arrays | arrays)
        model = replace(model, artifact=artifact)
    return model, held, members


def _with_networks(
    artifact: Artifact, options: Options, prepared: Prepared, members: Sequence[Member]
) -> Model:
    """The model with the weights of these networks, which the artifact gets, with what is told of them."""
    artifact.arrays["parameters"] = np.concatenate([member.values for member in members])
    if any(member.constants.size for member in members):
        artifact.arrays["constants"] = np.concatenate([member.constants for member in members])
    model = built(artifact, options, prepared.encoder, prepared.task)
    weights = input_weights(prepared.encoder, model.networks, model.shares)
    for column, weight in zip(artifact.encoders, weights, strict=True):
        column["weight"] = weight
    for place, configuration in enumerate(artifact.configurations):
        own = [
            network
            for network, member in zip(model.networks, artifact.receipt["members"], strict=True)
            if member["configuration"] == place
        ]
        # A perceptron's step or sign stands in the table, but is no layer of the network.
        for layer, zeros in zip(configuration["network"], zeros_of(own), strict=False):
            layer["zeros"] = zeros
    return model


def with_refits(model: Model, prepared: Prepared, refits: Sequence[Member]) -> Model:
    """The model with each of its networks replaced by the one that was trained anew on all rows.

    What is fitted on held-out rows, and the history, stay those of the networks that held them out.
    """
    artifact = copy.deepcopy(model.artifact)
    for stored, member in zip(artifact.receipt["members"], refits, strict=True):
        stored |= {"fold": prepared.fold_of(member.number), "refit": len(member.history)}
    return _with_networks(artifact, model.options, prepared, refits)


def _with_held_out(model: Model, prepared: Prepared, held: HeldOut) -> Model:
    """The model with all that is fitted on held-out rows: error sizes; for classes also temperature,
    bias and thresholds."""
    artifact = model.artifact
    if isinstance(prepared.task, Regression):
        artifact.arrays.update(held_errors(model, held))
        return model
    class_weights = None
    if prepared.options.objective.calibrate and not prepared.options.network.threshold_unit:
        class_weights = prepared.class_weights
        if class_weights is not None and np.ptp(class_weights) == 0:
            class_weights = None  # as without any
        temperature, bias = calibrated(model, held, class_weights, _shares(prepared))
        artifact.arrays.update(temperature=temperature, bias=bias)
        model = replace(model, temperature=temperature, bias=bias)
    if isinstance(prepared.task, Multiclass):
        artifact.arrays.update(held_class_errors(model, held))
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


def receipt(data: Data, command: str, artifact: Artifact) -> dict[str, Any]:
    """The receipt of a model: files, command line, versions, sizes, digest of the weights, date."""
    paths = paths_of(data)
    named = paths.paths if isinstance(paths, SomeRows) else paths
    return {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "weights": digest_of_weights(artifact),
        "sizes": {
            "columns": len(artifact.schema.columns),
            "inputs": sum(each["width"] for each in artifact.encoders),
            "parameters": artifact.parameter_count,
        },
        "data": "DataFrame" if isinstance(named, pd.DataFrame) else named,
        "command": command,
        **surroundings(artifact.settings["engine"]),
    }


def surroundings(engine_name: str) -> dict[str, Any]:
    """All around a training that its weights depend on: the engine of this name, versions, platform."""
    return {
        "engine": engine(engine_name),
        "versions": {
            "mlpcli": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "platform": f"{sys.platform} {platform.machine()}",
    }


def _plain(record: EpochRecord, member: int) -> dict[str, Any]:
    """A record for JSON, which has no NaN: such a score becomes null."""
    metrics = {name: value if np.isfinite(value) else None for name, value in record.metrics.items()}
    return asdict(record) | {"metrics": metrics, "member": member}
