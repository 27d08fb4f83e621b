"""The checkpoint file: a container that holds how far each network of a training has come.

Of a network that is still being trained all of its `FitState` is kept, of one that has ended its weights.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias, get_args

import numpy.typing as npt

from mlpcli.artifact.consistency import fits
from mlpcli.artifact.container import Kind, pack, unpack
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord

Array: TypeAlias = npt.NDArray[Any]

CHECKPOINT = Kind(
    "checkpoint", 1, "Train with --checkpoint.", "Delete it, or name another with --checkpoint."
)

ENDED: tuple[StopReason, ...] = ("epochs", "patience", "converged", "time", "diverged")
"""Reasons after which a network is not trained any further."""

_NUMBER = (float, None)
_COUNTERS = ("epoch", "step", "seconds", "best_epoch", "best_score", "waited", "plateau", "stop_reason")
_ARRAYS = ("values", "constants", "best_values")
_FIELDS = {
    "identity": {},
    "finished": bool,
    "seconds": float,
    "members": {
        str: {
            "state": {
                "epoch": int,
                "step": int,
                "seconds": float,
                "best_epoch": int,
                "best_score": _NUMBER,
                "waited": int,
                "plateau": (None, [_NUMBER]),
                "stop_reason": (None, *get_args(StopReason)),
            },
            "generators": {str: {}},
            "history": [
                {
                    "epoch": int,
                    "step": int,
                    "learning_rate": float,
                    "train_loss": float,
                    "validation_loss": _NUMBER,
                    "metrics": {str: _NUMBER},
                    "seconds": float,
                    "is_best": bool,
                    "member": int,
                    "layers": [{"layer": int, "name": str, "gradient_norm": float, "update_ratio": float}],
                }
            ],
        }
    },
}


@dataclass
class Progress:
    """How far a network has come."""

    state: FitState = field(default_factory=FitState)
    history: list[EpochRecord] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether it is trained to its end: `state.values` are then the weights to keep."""
        return self.state.stop_reason in ENDED


@dataclass
class Checkpoint:
    """A training that can go on."""

    identity: dict[str, Any]
    """All that can change weights; a run with another one is another run."""
    finished: bool = False
    seconds: float = 0.0
    """Of training so far."""
    members: dict[int, Progress] = field(default_factory=dict)


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """The file's content."""
    arrays: dict[str, Array] = {}
    members = {}
    for number, progress in checkpoint.members.items():
        state = progress.state
        named = {name: value for name in _ARRAYS if (value := getattr(state, name)) is not None}
        named |= {f"moments.{name}": moment for name, moment in state.moments.items()}
        arrays |= {f"{number}.{name}": array for name, array in named.items()}
        members[str(number)] = {
            "state": {name: _finite(getattr(state, name)) for name in _COUNTERS}
            | {"plateau": None if state.plateau is None else [_finite(each) for each in state.plateau]},
            "generators": state.generators,
            "history": [_stored(record) for record in progress.history],
        }
    header = {
        "identity": checkpoint.identity,
        "finished": checkpoint.finished,
        "seconds": checkpoint.seconds,
        "members": members,
    }
    return pack(CHECKPOINT, header, arrays)


def load(path: str) -> Checkpoint:
    """Read a checkpoint; raises ArtifactError for anything that is not a whole, unaltered one."""
    _format, text, arrays = unpack(CHECKPOINT, path)
    try:
        header: dict[str, Any] = json.loads(text)
        if not isinstance(header, dict) or not all(
            fits(header.get(name), fields) for name, fields in _FIELDS.items()
        ):
            raise ValueError("its header is not that of a checkpoint")
        members = {
            int(number): _progress(stored, _named(arrays, f"{number}."))
            for number, stored in header["members"].items()
        }
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CHECKPOINT.altered(path, str(error) or type(error).__name__) from None
    return Checkpoint(header["identity"], header["finished"], float(header["seconds"]), members)


def _progress(stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> Progress:
    counters = dict(stored["state"])
    if counters["plateau"] is not None:
        rate, best, waited = counters["plateau"]
        counters["plateau"] = (float(rate), math.inf if best is None else float(best), int(waited))
    if counters["best_score"] is None:
        counters["best_score"] = math.nan
    state = FitState(**counters, moments=_named(arrays, "moments."), generators=stored["generators"])
    for name in _ARRAYS:
        setattr(state, name, arrays.get(name))
    return Progress(state, [_record(each) for each in stored["history"]])


def _record(stored: Mapping[str, Any]) -> EpochRecord:
    metrics = {name: math.nan if value is None else value for name, value in stored["metrics"].items()}
    layers = tuple(LayerDiagnosis(**layer) for layer in stored["layers"])
    return EpochRecord(**{**stored, "metrics": metrics, "layers": layers})


def _named(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _stored(record: EpochRecord) -> dict[str, Any]:
    # Written after every epoch: `asdict` takes ten times as long.
    return vars(record) | {
        "validation_loss": _finite(record.validation_loss),
        "metrics": {name: _finite(value) for name, value in record.metrics.items()},
        "layers": [asdict(layer) for layer in record.layers],
    }


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
