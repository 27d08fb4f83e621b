"""A training in words, the same at its end and in `inspect`: rows, epochs, why it stopped, scores."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlpcli.errors import count
from mlpcli.render.formatting import span

Lines = list[tuple[str, str]]
"""Labels and texts."""

WHY_STOPPED = {
    "epochs": "all epochs were run",
    "patience": "no better score for {patience}",
    "converged": "no further decrease was possible",
    "time": "the time limit was reached",
    "interrupted": "interrupted; the best so far is kept",
    "terminated": "terminated; the best so far is kept",
    "diverged": "the loss ran away; the best before that is kept",
}
LEFT_OUT = ("dropped", "duplicates")
"""Rows that belong to no part."""
PURPOSES = {"train": "train", "validation": "validate", "test": "test"}
SHORT_DIGEST = 16


def rows_line(rows: Mapping[str, int], folds: int) -> tuple[str, str]:
    """How many rows there are, and what for."""
    parts = ", ".join(f"{rows[part]:,} to {text}" for part, text in PURPOSES.items() if rows.get(part))
    if folds:
        parts += f", of which in turn one of {folds} parts is held out"
    total = sum(number for part, number in rows.items() if part not in LEFT_OUT)
    return "rows", f"{total:,}: {parts}"


def epochs_lines(
    members: Sequence[Mapping[str, Any]], stop_reason: str, patience: int, *, validated: bool
) -> Lines:
    """Epochs of the networks, whose summaries are given, and why the training ended."""
    text = WHY_STOPPED.get(stop_reason, stop_reason)
    why = text.format(patience=count(patience, "epoch"))
    epochs = [member["epochs"] for member in members]
    best = [member["best_epoch"] for member in members]
    if len(members) > 1:
        return [
            ("networks", f"{len(members)}, their predictions are averaged"),
            ("epochs", f"{span(epochs)} each, the best are {span(best)} ({why})"),
        ]
    if not validated:
        return [("epochs", f"{epochs[0]} ({why}); no rows chose one")]
    return [("epochs", f"{epochs[0]}, the best is {best[0]} ({why})")]


def scores_title(part: str, rows: int, folds: int) -> str:
    """The heading of the scores of a part of the rows."""
    if part == "validation" and folds:
        return f"Scores on {count(rows, 'row')}, held out in turn"
    return f"Scores on {count(rows, 'training row' if part == 'train' else f'{part} row')}"


def weights_line(digest: str) -> tuple[str, str]:
    """The digest of the weights: two runs with the same one have learned the same."""
    return "weights", f"sha256 {digest}"
