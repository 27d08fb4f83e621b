"""Files of a comparison, written by hand: histories whose means and best epochs are known, and results."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HEADER = "network,epoch,step,learning_rate,train_loss,validation_loss,accuracy,best,seconds"


def history(path: Path, *networks: Sequence[float], validated: bool = True) -> Path:
    """A CSV history; each network's validation losses by epoch, the training losses are half of them."""
    lines = [HEADER]
    for number, losses in enumerate(networks, start=1):
        for epoch, loss in enumerate(losses, start=1):
            best = validated and loss == min(losses[:epoch])
            held = f"{loss},{1 - loss}" if validated else ","
            lines.append(f"{number},{epoch},{epoch * 8},0.01,{loss / 2},{held},{best},{epoch * 0.5}")
    path.write_text("\n".join(lines) + "\n")
    return path


def result(path: Path, command: str = "evaluate", **fields: Any) -> Path:
    """The JSON of a command."""
    content = {"command": command, "format": 1, "mlpcli": "0.5.0", "task": "binary", "target": ["y"]}
    path.write_text(json.dumps(content | fields) + "\n")
    return path
