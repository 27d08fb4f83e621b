"""Presets: named bundles of settings, with the rules by which they follow the shape of a table. PRESETS."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.data.schema import AUTO, MINMAX, QUANTILE, ROBUST, STANDARD
from mlpcli.nn.optimizers import OPTIMIZERS, Adam, UpdateRule


@dataclass(frozen=True)
class TableShape:
    """What presets know of a table."""

    rows: int
    task: str
    numbers: int
    """Columns of numbers or dates."""
    units: int
    """What a split can tell apart: groups, or rows."""
    one_range: bool = False
    """Whether its numbers are whole and have one range, as the pixels of images."""


def textbook(table: TableShape, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the lessons teach, done well: standardised numbers, ReLU, Adam, the best epoch kept."""
    optimizer = given.get("optimizer") or "adam"
    decays = optimizer == "adamw" or given.get("weight_decay") is not None
    rows = table.rows
    return {
        "scaling": STANDARD,
        "hidden": (128, 128),
        "activation": "relu",
        "dropout": 0.0,
        "optimizer": optimizer,
        "learning_rate": OPTIMIZERS[optimizer].usual_rate,
        # Against a constant rate with patience 10: california_housing RMSE 0.526 instead of 0.540 (mean of
        # three seeds), the smaller tables the same within noise.
        # A minimizer finds its own step lengths.
        "schedule": "cosine" if issubclass(OPTIMIZERS[optimizer], UpdateRule) else "constant",
        "l2": 0.0 if decays else 1e-4,
        "epochs": 120,
        "batch_size": 32 if rows < 2_000 else 64 if rows < 10_000 else 128 if rows < 100_000 else 512,
        "patience": 20,
        "calibrate": True,
        **_held_out(table, given, 0.15, folds=0, ensemble=1),
    }


def default(table: TableShape, given: Mapping[str, Any]) -> dict[str, Any]:
    """RealMLP-TD (Holzmüller et al. 2024, arXiv 2407.04491), smaller and shorter."""
    few = table.rows < FEW_ROWS
    return _strong(table, given, STEPS) | _held_out(table, given, 0.2, folds=5 if few else 0, ensemble=1)


def best(table: TableShape, given: Mapping[str, Any]) -> dict[str, Any]:
    """A bag of networks as those of `default`, each with another fifth of the rows held out."""
    return _strong(table, given, 2 * STEPS) | _held_out(table, given, 0.2, folds=5, ensemble=1)


PRESETS: dict[str, Callable[[TableShape, Mapping[str, Any]], dict[str, Any]]] = {
    "textbook": textbook,
    "default": default,
    "best": best,
}
DEFAULT_PRESET = "default"

FEW_ROWS = 500
"""Below them five networks with a fifth held out each: by 60 validation rows the chosen epoch is chance."""
SMALL, LARGE = 2_000, 4_000
"""Rows up to which, and from which on, a table is learned from in another way."""
STEPS = 3_000
EPOCHS = {"small": 64, "fewest": 8, "most": 256}
BATCHES = ((1_000, 64), (8_000, 128), (30_000, 256), (100_000, 512), (300_000, 1024), (math.inf, 2048))
"""Training rows up to which a batch has so many."""
ROWS_TO_EMBED = 25
"""For each column of numbers."""


def resolve(preset: str, values: Mapping[str, Any], table: TableShape) -> dict[str, Any]:
    """`values` with every None or auto that the preset knows filled in, for such a table."""
    filled = PRESETS[preset](table, values)
    return {
        name: filled.get(name, value) if value in (None, AUTO) else value for name, value in values.items()
    }


def _strong(table: TableShape, given: Mapping[str, Any], steps: int) -> dict[str, Any]:
    """The settings that `default` and `best` share."""
    regression = table.task == "regression"
    small, large = table.rows < SMALL, table.rows >= LARGE
    embedded = table.rows >= ROWS_TO_EMBED * table.numbers > 0 and not table.one_range
    training = math.ceil(0.8 * table.rows)
    batch = given.get("batch_size") or next(size for most, size in BATCHES if training <= most)
    epochs = steps // max(math.ceil(training / batch), 1)
    shared = {
        "scaling": MINMAX if table.one_range else QUANTILE if large else ROBUST,
        "embed_above": 8,
        "embed_spikes": True,
        "clip_predictions": True,
        "calibrate": True,
        "hidden": (128, 128, 128),
        "activation": "mish" if regression else "selu",
        "parametric": True,
        "number_embedding": "pbld" if embedded else "none",
        "frequency_spread": 1.0 if large else 0.1,
        "input_scale": True,
        "init": "data",
        "label_smoothing": 0.1 if table.task == "multiclass" and given.get("loss") == AUTO else 0.0,
        "epochs": EPOCHS["small"] if small else min(max(epochs, EPOCHS["fewest"]), EPOCHS["most"]),
        "batch_size": batch,
    }
    optimizer = given.get("optimizer") or "adam"
    if not issubclass(rule := OPTIMIZERS[optimizer], UpdateRule):
        return shared | {"schedule": "constant", "learning_rate": rule.usual_rate}
    shared |= {
        "optimizer": optimizer,
        # A warm-up makes no sense before a schedule that starts at 0.
        "schedule": "cosine" if given.get("warmup") else "coslog",
        "weight_decay": 0.1 if small else 0.02,
        "decay_factors": (("scale", 36.0), ("slope", 0.01), ("embedding", 0.01)),
        "decay_schedule": "flat-cosine",
        "dropout": 0.3 if small else 0.15,
        "dropout_schedule": "flat-cosine",
    }
    if not issubclass(rule, Adam):
        # The factors are for steps that do not depend on the size of gradients.
        return shared | {"learning_rate": rule.usual_rate, "weight_decay": 0.0}
    rate = 0.04 if not regression else 0.2 if embedded else 0.07
    return shared | {
        "beta2": 0.95,
        "learning_rate": rate * math.sqrt(max(batch / 256, 1.0)),
        "rate_by_width": True,
        "rate_factors": (("bias", 0.1), ("scale", 6.0), ("slope", 0.1), ("embedding", 0.1)),
    }


def _held_out(
    table: TableShape, given: Mapping[str, Any], fraction: float, *, folds: int, ensemble: int
) -> dict[str, Any]:
    """Which rows choose the epoch, and how many networks there are.

    Under 20 rows none can be spared: all train. Where validation rows are given, or are the latest, there are
    no folds, and their number is that of networks.
    """
    if given.get("folds") is not None:
        folds = given["folds"]
    elif given.get("validation") is not None or given.get("time") is not None or table.rows < 20:
        folds, ensemble = 0, max(folds, 1) * ensemble
    else:
        folds = min(folds, table.units)
        folds = folds if folds > 1 else 0
    return {
        "validation": fraction if table.rows >= 20 and not folds else 0.0,
        "folds": folds,
        "ensemble": ensemble,
    }
