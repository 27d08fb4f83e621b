"""The history of a training as a table of plain numbers, one row an epoch: CSV or JSON lines."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import IO, Any

from mlpcli.errors import SettingsError
from mlpcli.files import atomic_output
from mlpcli.nn.fitting import EpochRecord


def check_history(path: str) -> None:
    """Raise SettingsError unless the ending is that of a known format."""
    if not path.lower().endswith((".csv", ".jsonl")):
        message, hint = f"{path}: is neither .csv nor .jsonl", "Name a .csv or .jsonl file."
        raise SettingsError(message, hint, setting="history")


def write_history(path: str, history: Sequence[EpochRecord], *, force: bool = False) -> None:
    """Write the history, in the format of the ending; without `force` no file is replaced."""
    rows = [row_of(record) for record in history]
    with atomic_output(path, force=force, text=True) as file:
        if path.lower().endswith(".csv"):
            write_csv(file, rows)
        else:
            file.writelines(json.dumps(row, allow_nan=False) + "\n" for row in rows)


def write_csv(file: IO[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a CSV table with the columns of all rows; None is an empty cell."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)


def row_of(record: EpochRecord) -> dict[str, Any]:
    """A record as plain values; `network` counts from 1; each layer's diagnosis has columns of its own."""
    layers = {
        f"layer_{layer.layer}_{name}": value
        for layer in record.layers
        for name, value in asdict(layer).items()
        if name not in ("layer", "name")
    }
    names = ("epoch", "step", "learning_rate", "train_loss", "validation_loss")
    row = {
        "network": record.member + 1,
        **{name: getattr(record, name) for name in names},
        **record.metrics,
        "best": record.is_best,
        "seconds": round(record.seconds, 6),
        **layers,
    }
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }
