"""The checkpoint file: a container that holds how far each network of a training has come.

Of a network that is still being trained all of its `FitState` is kept, of one that has ended its weights.
Arrays of one name are stacked over the networks that have it; the history is JSON lines as bytes.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact.container import Kind, pack, unpack
from mlpcli.artifact.json_values import fits, from_json
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord

CHECKPOINT = Kind("checkpoint", 1, "Train with --checkpoint.", "Name another file with --checkpoint.")

ENDED: tuple[StopReason, ...] = ("epochs", "patience", "converged", "time", "diverged")
"""Reasons after which a network is not trained any further."""

_NUMBER = (float, None)
_COUNTERS = ("epoch", "step", "seconds", "best_epoch", "best_score", "waited", "plateau", "stop_reason")
_ARRAYS = ("values", "constants", "best_values")
_FIELDS = {
    "identity": {},
    "machine": str,
    "finished": bool,
    "seconds": float,
    "outputs": [str],
    "members": [
        {
            "number": int,
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
            "arrays": [str],
        }
    ],
}
_RECORD = {
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


@dataclass(frozen=True)
class Progress:
    """How far a network has come. What it holds is never changed."""

    state: FitState = field(default_factory=FitState)
    history: tuple[EpochRecord, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether it is trained to its end: `state.values` are then the weights to keep."""
        return self.state.stop_reason in ENDED


@dataclass(frozen=True)
class Checkpoint:
    """A training that can go on."""

    identity: dict[str, Any]
    """All that can change weights; a run with another one is another run."""
    machine: str = ""
    """On another one the last bits of sums may differ."""
    finished: bool = False
    seconds: float = 0.0
    """Of training so far."""
    outputs: tuple[str, ...] = ()
    """Files that the run writes beside: it may replace them."""
    members: Mapping[int, Progress] = field(default_factory=dict)


class Encoder:
    """Turns the checkpoints of a run into bytes; an epoch's record is encoded once."""

    def __init__(self) -> None:
        self._lines: dict[int, list[bytes]] = {}

    def to_bytes(self, checkpoint: Checkpoint) -> bytes:
        """The file's content."""
        arrays: dict[str, list[Array]] = {}
        members = []
        lines: list[bytes] = []
        for number, progress in sorted(checkpoint.members.items()):
            state = progress.state
            named = {name: value for name in _ARRAYS if (value := getattr(state, name)) is not None}
            named |= {f"moments.{name}": moment for name, moment in state.moments.items()}
            for name, array in named.items():
                arrays.setdefault(name, []).append(array)
            members.append(
                {
                    "number": number,
                    "state": {name: _finite(getattr(state, name)) for name in _COUNTERS},
                    "generators": state.generators,
                    "arrays": list(named),
                }
            )
            encoded = self._lines.setdefault(number, [])
            encoded += [_line(record) for record in progress.history[len(encoded) :]]
            lines += encoded
        header = {
            "identity": checkpoint.identity,
            "machine": checkpoint.machine,
            "finished": checkpoint.finished,
            "seconds": checkpoint.seconds,
            "outputs": list(checkpoint.outputs),
            "members": members,
        }
        history = np.frombuffer(b"\n".join(lines), np.uint8)
        stacked = {name: np.stack(each) for name, each in arrays.items()}
        return pack(CHECKPOINT, header, {"history": history, **stacked})


def load(path: str) -> Checkpoint:
    """Read a checkpoint; raises ArtifactError for anything that is not a whole, unaltered one."""
    _format, text, arrays = unpack(CHECKPOINT, path)
    try:
        header = from_json(text)
        if not isinstance(header, dict) or not all(
            fits(header.get(name), fields) for name, fields in _FIELDS.items()
        ):
            raise ValueError("its header is not that of a checkpoint")
        histories = _histories(arrays.pop("history"))
        rows = {name: iter(array) for name, array in arrays.items()}
        members = {
            stored["number"]: Progress(_state(stored, rows), tuple(histories.pop(stored["number"], ())))
            for stored in header["members"]
        }
        left = [name for name, each in rows.items() if next(each, None) is not None]
        if histories or left or len(members) < len(header["members"]):
            raise ValueError("its networks do not fit together")
    except (KeyError, TypeError, ValueError, StopIteration, OverflowError, RecursionError) as error:
        raise CHECKPOINT.altered(path, str(error) or type(error).__name__) from None
    return Checkpoint(
        header["identity"],
        header["machine"],
        header["finished"],
        float(header["seconds"]),
        tuple(header["outputs"]),
        members,
    )


def _state(stored: Mapping[str, Any], rows: Mapping[str, Iterator[Array]]) -> FitState:
    counters = dict(stored["state"])
    if counters["plateau"] is not None:
        rate, best, waited = counters["plateau"]
        counters["plateau"] = (float(rate), math.inf if best is None else float(best), int(waited))
    if counters["best_score"] is None:
        counters["best_score"] = math.nan
    named = {name: next(rows[name]) for name in stored["arrays"]}
    state = FitState(
        **counters,
        moments={
            name.removeprefix("moments."): array
            for name, array in named.items()
            if name.startswith("moments.")
        },
        generators=stored["generators"],
    )
    for name in _ARRAYS:
        setattr(state, name, named.get(name))
    return state


def _histories(history: Array) -> dict[int, list[EpochRecord]]:
    """By network, from JSON lines."""
    histories: dict[int, list[EpochRecord]] = {}
    for line in history.tobytes().splitlines():
        stored: Any = from_json(line.decode())
        if not fits(stored, _RECORD):
            raise ValueError("its history cannot be understood")
        metrics = {name: math.nan if value is None else value for name, value in stored["metrics"].items()}
        layers = tuple(LayerDiagnosis(**layer) for layer in stored["layers"])
        record = EpochRecord(**{**stored, "metrics": metrics, "layers": layers})
        histories.setdefault(record.member, []).append(record)
    return histories


def _line(record: EpochRecord) -> bytes:
    stored = vars(record) | {
        "validation_loss": _finite(record.validation_loss),
        "metrics": {name: _finite(value) for name, value in record.metrics.items()},
        "layers": [asdict(layer) for layer in record.layers],
    }
    return json.dumps(stored, allow_nan=False).encode()


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: null."""
    if isinstance(value, tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
