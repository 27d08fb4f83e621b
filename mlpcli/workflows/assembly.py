"""From a trained network to a model: everything that has to be stored, as plain values."""

import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.artifact import Artifact
from mlpcli.data.target import to_stored
from mlpcli.nn.fitting import EpochRecord
from mlpcli.nn.network import Network
from mlpcli.workflows.model import Model, from_artifact
from mlpcli.workflows.parts import Data, paths_of
from mlpcli.workflows.preparation import Prepared


def assemble(prepared: Prepared, network: Network, history: Sequence[EpochRecord]) -> Model:
    """The model; its scores and receipt are filled in by the caller."""
    training = prepared.parts["train"]
    encoders, numbers = prepared.encoder.to_stored()
    target, scales = to_stored(prepared.target)
    return from_artifact(
        Artifact(
            schema=prepared.schema,
            encoders=encoders,
            target=target,
            settings=prepared.options.values(),
            network=[asdict(layer) for layer in network.summary()],
            history=[_plain(record) for record in history],
            scores={},
            receipt={},
            arrays={
                "parameters": network.parameters.values.copy(),
                "baseline": prepared.task.baseline(prepared.target, training.truth, training.weights),
                **(
                    {"constants": constants.copy()}
                    if (constants := network.parameters.constants).size
                    else {}
                ),
                **numbers,
                **scales,
            },
        )
    )


def receipt(data: Data, command: str) -> dict[str, Any]:
    """Where a model comes from: files, command line, versions."""
    paths = paths_of(data)
    return {
        "data": "DataFrame" if isinstance(paths, pd.DataFrame) else paths,
        "command": command,
        "versions": {
            "mlpcli": mlpcli.__version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "platform": f"{sys.platform} {platform.machine()}",
    }


def _plain(record: EpochRecord) -> dict[str, Any]:
    """JSON has no NaN: a score that is none becomes null."""
    metrics = {name: value if np.isfinite(value) else None for name, value in record.metrics.items()}
    return asdict(record) | {"metrics": metrics}
