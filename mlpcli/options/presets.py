"""Presets: named bundles of settings, with the rules by which they follow the shape of a table. PRESETS."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mlpcli.data.schema import MINMAX, QUANTILE, ROBUST, STANDARD
from mlpcli.nn.optimizers import OPTIMIZERS, Adam, UpdateRule
from mlpcli.settings import AUTO


@dataclass(frozen=True)
class TableShape:
    """What presets know of a table."""

    rows: int
    """Without those that are kept apart for the test."""
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
        "most_columns": 0,
        "target_means": False,
        "hidden": (128, 128),
        "activation": "relu",
        "dropout": 0.0,
        "optimizer": optimizer,
        "learning_rate": OPTIMIZERS[optimizer].default_learning_rate,
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
        "race": 1,
        "finalists": 1,
    }


def default(table: TableShape, given: Mapping[str, Any]) -> dict[str, Any]:
    """RealMLP-TD (Holzmüller et al. 2024, arXiv 2407.04491), smaller and shorter, in a race with others.

    Two networks, of few rows five of each of two configurations.
    """
    few = table.rows < FEW_ROWS
    race = _race(table, given, 1 if _is_given(given, "folds") else RACE, FINALISTS)
    fraction = 0.2 if table.rows < SMALL else 0.1
    alone = race["race"] == 1 and not _is_given(given, "folds")
    folds, ensemble = (FOLDS, 1) if few else (0, 2 if alone else 1)
    held_out = _held_out(table, given, fraction, folds=folds, ensemble=ensemble)
    return _strong(table, given) | held_out | race


def best(table: TableShape, given: Mapping[str, Any]) -> dict[str, Any]:
    """A bag of ten networks as those of `default`: each holds out a fifth of the rows.

    The means of one, three and five with splits of their own: california_housing 0.989, 0.944, 0.935, adult
    0.968, 0.944, 0.939.
    """
    race = _race(table, given, BEST_RACE, BEST_RACE)
    ensemble = 1 if race["race"] > 1 else 2
    return _strong(table, given) | _held_out(table, given, 0.1, folds=FOLDS, ensemble=ensemble) | race


PRESETS: dict[str, Callable[[TableShape, Mapping[str, Any]], dict[str, Any]]] = {
    "textbook": textbook,
    "default": default,
    "best": best,
}
DEFAULT_PRESET = "default"

# What follows was chosen by errors on a fifth of the training rows of eleven tables, mostly of one split, so
# gains of one or two per cent on a single table say little. Figures are ratios to the error of scikit-learn's
# HistGradientBoosting on the same rows; of larger tables some are of a single seed.
FEW_ROWS = 500
"""Below them five networks, with a fifth held out each: by 60 validation rows the chosen epoch is chance. One
and the mean of five with splits of their own: heart_disease 0.69 and 0.66, auto_mpg 0.99 and 0.94."""
FOLDS = 5
SMALL = 5_000
"""Rows below which 64 epochs, weight decay 0.1 and dropout 0.3 are better than more epochs, 0.02 and 0.15:
seattle_weather 0.86 instead of 0.88, auto_mpg 0.99 instead of 1.03, and so for parts of larger tables. From
here on a tenth of the rows is enough to choose the epoch, and the others had better train: diamonds RMSE 532
instead of 536."""
EVEN = 3_000
"""Rows from which numbers are scaled by quantiles and embedded with frequencies of a spread of 0.3, then 1,
instead of robust scaling and 0.1: california_housing 0.97 instead of 1.03. With fewer it harms: digits 1.25
instead of 0.86."""
STEPS = {"regression": 4_000, "images": 3_000, "other": 2_000}
"""Updates at most. 2,000 and 4,000: california_housing 0.99 and 0.97, river_flow 1.00 and 0.97, diamonds
0.985 and 0.980; adult alike, for twice the time. With 2,000 all of Fashion-MNIST was best at its last epoch,
by its validation rows."""
SMALL_EPOCHS, FEWEST_EPOCHS, MOST_EPOCHS = 64, 8, 256
BATCHES = ((1_000, 64), (8_000, 128), (30_000, 256), (100_000, 512), (300_000, 1024), (math.inf, 2048))
"""Training rows up to which a batch has so many."""
HIDDEN = (128, 128, 128)
"""256 wide takes twice the time and is no better: california_housing RMSE 0.461 and 0.463, adult alike."""
OF_IMAGES = {
    "hidden": (256, 256),
    "activation": "gelu",
    "dropout": 0.3,
    "input_dropout": 0.1,
    "weight_decay": 0.05,
}
"""Two networks on pixels: wrong are 12.6 % of fashion_mnist_10k, not 14.0, and 1.1 % of digits, not 1.6 (two
seeds or splits). With inputs dropped the log loss of the former is 0.370 instead of 0.374 (one seed)."""
MOST_COLUMNS = 400
"""Of numbers, from which on those are left out that alone hardly predict the target."""
ROWS_TO_EMBED = 25
"""For each column of numbers. PBLD: california_housing 8 % better, diamonds 3, river_flow 12; of fewer rows
(digits, yeast, images) as good or better without. Bins instead (ple): diamonds 2 % better, others up to
4 % worse. TabM was not tried."""
SMOOTHING = 0.1
"""Of the labels of several classes: seattle_weather 0.82 instead of 0.86, digits 0.39 instead of 0.45. Of two
classes nothing changes (adult)."""


def _up_to(steps: Sequence[tuple[float, int]], value: float) -> int:
    return next(result for most, result in steps if value <= most)


def resolve(preset: str, values: Mapping[str, Any], table: TableShape) -> dict[str, Any]:
    """`values` with every None or auto that the preset knows filled in, for such a table."""
    filled = PRESETS[preset](table, values)
    if values.get("learning_rate") == AUTO:
        del filled["learning_rate"]  # it is looked for
    return {
        name: filled.get(name, value) if value in (None, AUTO) else value for name, value in values.items()
    }


@cache
def usual_values() -> dict[str, list[Any]]:
    """What the default preset gives to settings, for tables of all shapes that it tells apart."""
    tables = [
        TableShape(rows=rows, task=task, numbers=numbers, units=units, one_range=one_range)
        for rows in (4, 100, FEW_ROWS, 1_000, 4_000, SMALL, 20_000, 100_000, 10_000_000)
        for task in ("regression", "binary", "multiclass")
        for numbers, one_range in ((0, False), (4, False), (4, True))
        for units in (2, rows)
    ]
    filled = [PRESETS[DEFAULT_PRESET](table, {"loss": AUTO}) for table in tables]
    names = dict.fromkeys(name for each in filled for name in each)
    # What a preset leaves out for some tables is switched off there.
    return {name: [each.get(name, 0.0) for each in filled] for name in names}


def _strong(table: TableShape, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that `default` and `best` share."""
    regression = table.task == "regression"
    small, even = table.rows < SMALL, table.rows >= EVEN
    embedded = table.rows >= ROWS_TO_EMBED * table.numbers > 0 and not table.one_range
    training = math.ceil(0.8 * table.rows)
    batch = given.get("batch_size") or _up_to(BATCHES, training)
    steps = STEPS["images"] if table.one_range else STEPS.get(table.task, STEPS["other"])
    epochs = steps // max(math.ceil(training / batch), 1)
    short = small and not table.one_range
    shared = {
        "scaling": MINMAX if table.one_range else QUANTILE if even else ROBUST,
        "most_columns": 0 if table.one_range else MOST_COLUMNS,
        "embed_above": 8,
        "embed_spikes": embedded,
        "target_means": True,
        "clip_predictions": True,
        "calibrate": True,
        "hidden": HIDDEN,
        "activation": "mish" if regression else "selu",
        "parametric": True,
        "number_embedding": "pbld" if embedded else "none",
        "frequency_spread": 0.1 if not even else 0.3 if small else 1.0,
        "input_scale": True,
        "init": "data",
        "label_smoothing": SMOOTHING if table.task == "multiclass" and given.get("loss") == AUTO else 0.0,
        "epochs": SMALL_EPOCHS if short else min(max(epochs, FEWEST_EPOCHS), MOST_EPOCHS),
        "batch_size": batch,
    }
    optimizer = given.get("optimizer") or "adam"
    if not issubclass(rule := OPTIMIZERS[optimizer], UpdateRule):
        return shared | {"schedule": "constant", "learning_rate": rule.default_learning_rate}
    shared |= {
        "optimizer": optimizer,
        # Against one cosine 1 to 2 % on california_housing, diamonds and river_flow; flat-cosine likewise.
        # A warm-up makes no sense before a schedule that starts at 0.
        "schedule": "cosine" if given.get("warmup") else "coslog",
        "weight_decay": 0.1 if short and embedded else 0.02,
        "decay_factors": (("scale", 36.0), ("slope", 0.01), ("embedding", 0.01)),
        "decay_schedule": "flat-cosine",
        # None for larger regressions: river_flow 0.067 instead of 0.080, california_housing 0.457 of 0.466.
        "dropout": 0.3 if short else 0.0 if regression else 0.15,
        "dropout_schedule": "flat-cosine",
    }
    if not issubclass(rule, Adam):
        # The factors are for steps that do not depend on the size of gradients; here long ones are shortened.
        return shared | {"learning_rate": rule.default_learning_rate, "weight_decay": 0.0, "clip_norm": 1.0}
    # Half and twice these rates: within noise. 0.07 for embedded numbers: california_housing 7 % worse.
    rate = 0.04 if not regression else 0.2 if embedded else 0.07
    shared |= {
        "beta2": 0.95,
        "learning_rate": rate * math.sqrt(max(batch / 256, 1.0)),
        "rate_by_width": True,
        "rate_factors": (("bias", 0.1), ("scale", 6.0), ("slope", 0.1), ("embedding", 0.1)),
    }
    return shared | (OF_IMAGES if table.one_range else {})


def _is_given(given: Mapping[str, Any], *names: str) -> bool:
    return any(given.get(name) is not None for name in names)


FEWEST_TO_SPLIT = 20
"""Rows: with fewer none can be spared to choose the epoch."""
RACE, FINALISTS = 3, 2
"""Of `default`. If all three go on they have 0.97 and 0.92 of the errors of the usual one alone, on held-out
rows of two collections; the first two of them likewise."""
BEST_RACE = 4
"""Of `best`, all of which go on: 0.91 and 0.91, without folds."""


def _race(table: TableShape, given: Mapping[str, Any], race: int, finalists: int) -> dict[str, Any]:
    """How many configurations race: one where the user has decided what networks there are.

    Nor is there a race without held-out rows to decide it.
    """
    decided = _is_given(given, "ensemble", "from_model") or given.get("learning_rate") == AUTO
    held_out = table.rows >= FEWEST_TO_SPLIT or _is_given(given, "validation")
    if given.get("validation") == 0.0 and not given.get("folds"):
        held_out = False
    if not held_out:
        return {"race": 1, "finalists": 1}
    optimizer = given.get("optimizer") or "adam"
    if decided or not issubclass(OPTIMIZERS[optimizer], UpdateRule):
        race = 1
    race = given.get("race") or race
    return {"race": race, "finalists": min(given.get("finalists") or finalists, race)}


def _held_out(
    table: TableShape, given: Mapping[str, Any], fraction: float, *, folds: int, ensemble: int
) -> dict[str, Any]:
    """Which rows choose the epoch, and how many networks there are.

    Where there are too few rows all train. Where validation rows are given, or are the latest, or there
    are few groups, there are no folds, but as many networks.
    """
    if given.get("folds") is not None:
        folds = given["folds"]
    elif given.get("ensemble") is not None:
        folds = 0  # so many networks are wanted, and no more
    elif _is_given(given, "validation", "time") or table.rows < FEWEST_TO_SPLIT or table.units < 2 * folds:
        folds, ensemble = 0, max(folds, 1) * ensemble
    return {
        "validation": fraction if table.rows >= FEWEST_TO_SPLIT and not folds else 0.0,
        "folds": folds,
        "ensemble": ensemble,
    }
