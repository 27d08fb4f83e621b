"""The checkpoint file: a container with the progress of each network of a training run, or of a search.

A network that is still being trained has its whole `FitState` there, one that has ended its weights. Its
arrays are named by its number, as 0.values; the history is JSON lines as bytes.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypedDict, get_type_hints

import numpy as np

from mlpcli.arrays import Array
from mlpcli.artifact.container import MALFORMED, Kind, pack, unpack
from mlpcli.json_values import fits, from_json
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fit_state import FitState, StopReason
from mlpcli.nn.fitting import EpochRecord

CHECKPOINT = Kind("checkpoint", 2, "Train with {checkpoint}.", "Give another file with {checkpoint}.")

ENDED: tuple[StopReason, ...] = ("epochs", "patience", "converged", "time", "diverged", "outraced")
"""Reasons after which a network is not trained further."""

_HEADER = ("identity", "machine", "finished", "seconds", "outputs", "trials")
_COUNTERS = ("epoch", "step", "seconds", "best_epoch", "best_score", "waited", "plateau", "stop_reason")
_ARRAYS = ("values", "constants", "best_values")
MOMENT = "moments."
SQUARES = ("squares", "second")
"""Moments that are sums or means of squares."""


class _Member(TypedDict):
    """A network in the header."""

    number: int
    state: dict[str, Any]
    """`_COUNTERS` of its FitState."""
    generators: dict[str, dict[str, Any]]
    arrays: list[str]
    """Names of its arrays, without its number."""


@dataclass(frozen=True)
class Progress:
    """Progress of a network, never changed in place."""

    state: FitState = field(default_factory=FitState)
    history: tuple[EpochRecord, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether its training has ended; `state.values` are then the weights to keep."""
        return self.state.stop_reason in ENDED


class StoredTrial(TypedDict):
    """A trial of a search in the header."""

    bracket: int
    changes: dict[str, Any]
    epochs: int
    loss: float | None
    finished: bool
    scores: dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A training run that can be resumed."""

    identity: dict[str, Any]
    """All that can change weights; a run with another identity is another run."""
    machine: str = ""
    """On another machine the last bits of sums may differ."""
    finished: bool = False
    seconds: float = 0.0
    """Time spent on training so far."""
    outputs: tuple[str, ...] = ()
    """Other files that the run writes, which it may therefore replace."""
    members: Mapping[int, Progress] = field(default_factory=dict)
    trials: list[StoredTrial] = field(default_factory=list)
    """Those of a search, in whole brackets; `members` are then the networks of the finished ones."""


class CheckpointEncoder:
    """Turn the checkpoints of a run into bytes; an epoch's record is encoded once."""

    def __init__(self) -> None:
        self._lines: dict[int, list[bytes]] = {}

    def to_bytes(self, checkpoint: Checkpoint) -> bytes:
        """The file's content."""
        arrays: dict[str, Array] = {}
        members = []
        lines: list[bytes] = []
        for number, progress in sorted(checkpoint.members.items()):
            state = progress.state
            named = {name: value for name in _ARRAYS if (value := getattr(state, name)) is not None}
            named |= {MOMENT + name: moment for name, moment in state.moments.items()}
            arrays |= {f"{number}.{name}": array for name, array in named.items()}
            counters = {name: _finite(getattr(state, name)) for name in _COUNTERS}
            generators, own = state.generators, list(named)
            members.append({"number": number, "state": counters, "generators": generators, "arrays": own})
            encoded = self._lines.setdefault(number, [])
            encoded += [_line(record) for record in progress.history[len(encoded) :]]
            lines += encoded
        header = {name: getattr(checkpoint, name) for name in _HEADER} | {"members": members}
        history = np.frombuffer(b"\n".join(lines), np.uint8)
        return pack(CHECKPOINT, header, {"history": history, **arrays})


def load(path: str) -> Checkpoint:
    """Read a checkpoint; raises ArtifactError for anything but a whole, unaltered one."""
    _format, text, arrays = unpack(CHECKPOINT, path)
    try:
        header = {"trials": [], **from_json(text)}  # which trainings did not always have
        fields = _checked(header, Checkpoint, _HEADER)
        if not fits(header["members"], list[_Member]):
            raise ValueError("its networks are invalid")
        histories = _histories(arrays.pop("history"))
        _check_arrays(arrays)
        members = {
            stored["number"]: Progress(_state(stored, arrays), tuple(histories.pop(stored["number"], ())))
            for stored in header["members"]
        }
        if histories or arrays or len(members) < len(header["members"]):
            raise ValueError("its networks do not fit together")
    except (*MALFORMED, OverflowError) as error:
        raise CHECKPOINT.altered(path, str(error) or type(error).__name__) from None
    return Checkpoint(**fields | {"outputs": tuple(fields["outputs"]), "members": members})


def _check_arrays(arrays: Mapping[str, Array]) -> None:
    """Raise ValueError for numbers that no training leaves behind."""
    for name, array in arrays.items():
        squares = name.partition(".")[2].removeprefix(MOMENT) in SQUARES  # which may have overflowed
        if np.isnan(array).any() or (not squares and np.isinf(array).any()):
            raise ValueError(f"its array {name!r:.40} holds a value that is not finite")
        if squares and (array < 0).any():
            raise ValueError(f"its array {name!r:.40} holds a value below 0")


def _checked(stored: Any, kind: type, names: Iterable[str]) -> dict[str, Any]:
    """Some fields of a stored dataclass; raises ValueError unless they are of its types."""
    kinds = get_type_hints(kind)
    for name in names:
        if not fits(stored[name], kinds[name]):
            raise ValueError(f"its entry {name!r} is invalid")
    return {name: stored[name] for name in names}


def _state(stored: _Member, arrays: dict[str, Array]) -> FitState:
    """The state of a network, whose arrays are taken out of `arrays`."""
    counters = dict(stored["state"])
    if counters["plateau"] is not None:
        rate, best, waited = counters["plateau"]
        counters["plateau"] = (rate, math.inf if best is None else best, waited)
    if counters["best_score"] is None:
        counters["best_score"] = math.nan
    _checked(counters, FitState, _COUNTERS)
    counters |= _floats(counters, FitState)
    named = {name: arrays.pop(f"{stored['number']}.{name}") for name in stored["arrays"]}
    moments = {name[len(MOMENT) :]: array for name, array in named.items() if name.startswith(MOMENT)}
    counters |= {name: named.get(name) for name in _ARRAYS}
    return FitState(**counters, moments=moments, generators=dict(stored["generators"]))


def _floats(stored: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """The fields of a stored dataclass that are numbers, whole ones as floats: NumPy knows no larger ones."""
    kinds = get_type_hints(kind).items()
    return _whole_as_floats(
        {name: stored[name] for name, each in kinds if each in (float, float | None) and name in stored}
    )


def _whole_as_floats(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: float(value) if type(value) is int else value for name, value in values.items()}


def _histories(history: Array) -> dict[int, list[EpochRecord]]:
    """Records by network, from JSON lines."""
    histories: dict[int, list[EpochRecord]] = {}
    for line in history.tobytes().splitlines():
        stored = from_json(line.decode())
        metrics = stored["metrics"].items()
        stored["metrics"] = {name: math.nan if value is None else value for name, value in metrics}
        stored |= _floats(stored, EpochRecord) | {"metrics": _whole_as_floats(stored["metrics"])}
        if not fits(stored, EpochRecord):
            raise ValueError("its history is invalid")
        layers = tuple(LayerDiagnosis(**layer) for layer in stored["layers"])
        record = EpochRecord(**stored | {"layers": layers})
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
    """The value for JSON, which has no NaN and no infinity: null."""
    if isinstance(value, tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
