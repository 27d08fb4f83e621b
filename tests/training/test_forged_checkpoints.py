"""Checkpoints that somebody has altered and given the right checksums are refused."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from mlpcli.artifact.checkpoint import CHECKPOINT, Progress, load
from mlpcli.artifact.container import pack, unpack
from mlpcli.errors import ArtifactError, MlpcliError
from tests.training.test_checkpoints import broken_off, forged, train

FORGERIES: dict[str, Callable[[Any], None]] = {
    "fewer weights": lambda state: setattr(state, "values", state.values[:-1]),
    "other numbers": lambda state: setattr(state, "values", state.values.astype(np.float64)),
    "no moments": lambda state: setattr(state, "moments", {}),
    "other moments": lambda state: state.moments.update(extra=np.zeros(3)),
    "flat moments": lambda state: setattr(
        state, "moments", {name: moment[:3] for name, moment in state.moments.items()}
    ),
    "no best": lambda state: setattr(state, "best_values", None),
    "later best": lambda state: setattr(state, "best_epoch", 99),
    "more epochs": lambda state: setattr(state, "epoch", 5),
    "no generator": lambda state: setattr(state, "generators", {}),
    "strange generator": lambda state: setattr(state, "generators", {"shuffle": {}, "dropout": {}}),
    "generator of text": lambda state: setattr(
        state, "generators", {"shuffle": {"bit_generator": "MT19937"}, "dropout": {"state": "x"}}
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_state_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    forged(path, lambda members: FORGERIES[name](members[0].state))
    with pytest.raises(ArtifactError, match="its parts do not fit together"):
        train(checkpoint=str(path))


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.pop("members"),
        lambda header: header.update(finished="yes"),
        lambda header: header["members"].append(header["members"][0]),
        lambda header: header["members"][0].update(number=7),
        lambda header: header["members"][0].update(arrays=["values", "values"]),
        lambda header: header["members"][0].update(arrays=["nosuch"]),
        lambda header: header["members"][0]["state"].update(step=10**400),
        lambda header: header["members"][0]["state"].update(epoch="2"),
        lambda header: header["members"][0]["state"].update(plateau=[1]),
        lambda header: header["members"][0]["state"].update(stop_reason="bored"),
        lambda header: header["members"][0]["state"].update(extra=1),
        lambda header: header["members"][0].update(generators=[]),
        lambda header: header.update(identity=[]),
    ],
)
def test_a_forged_header_is_refused(change: Callable[[Any], None], tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    content = joblib.load(path)
    header = json.loads(content["header"])
    change(header)
    content["header"] = json.dumps(header)
    content["header_sha256"] = hashlib.sha256(content["header"].encode()).hexdigest()
    joblib.dump(content, path, protocol=4)
    with pytest.raises(MlpcliError, match=r"was altered or damaged|belongs to another run"):
        train(checkpoint=str(path))


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(metrics=3),
        lambda record: record.update(extra=3),
        lambda record: record.update(member=5),
        lambda record: record.update(epoch=2),
        lambda record: record.update(layers=[{}]),
        lambda record: record.update(layers=[3]),
    ],
)
def test_a_forged_history_is_refused(change: Callable[[Any], None], tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    broken_off(path, 2)
    _, text, arrays = unpack(CHECKPOINT, str(path))
    records = [json.loads(line) for line in arrays["history"].tobytes().splitlines()]
    change(records[0])
    lines = "\n".join(json.dumps(record) for record in records).encode()
    history = np.frombuffer(lines, np.uint8)
    path.write_bytes(pack(CHECKPOINT, json.loads(text), arrays | {"history": history}))
    with pytest.raises(ArtifactError, match="was altered or damaged"):
        train(checkpoint=str(path))


ENDED_FORGERIES: dict[str, Callable[[dict[int, Progress]], Any]] = {
    "fewer weights": lambda members: setattr(members[0].state, "values", np.zeros(3, np.float32)),
    "other numbers": lambda members: setattr(members[0].state, "values", np.zeros(6)),
    "no weights": lambda members: setattr(members[0].state, "values", None),
    "later best": lambda members: setattr(members[0].state, "best_epoch", 99),
    "no networks": lambda members: members.clear(),
    "another network": lambda members: members.update({5: members.pop(0)}),
    "not ended": lambda members: setattr(members[0].state, "stop_reason", "interrupted"),
}


@pytest.mark.parametrize("name", ENDED_FORGERIES)
def test_a_forged_end_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    train(checkpoint=str(path))
    assert load(str(path)).finished
    forged(path, ENDED_FORGERIES[name])
    with pytest.raises(ArtifactError, match="was altered or damaged"):
        train(checkpoint=str(path))
