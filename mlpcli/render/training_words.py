"""A training in words, the same at its end and in `inspect`: rows, networks, epochs, scores."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlpcli.data.encoders.level_means import R_SQUARED
from mlpcli.data.schema import Schema
from mlpcli.errors import count
from mlpcli.render.formatting import duration, share, some, span

Lines = list[tuple[str, str]]
"""Labels and texts."""

WHY_STOPPED = {
    "epochs": "all epochs were run",
    "patience": "no better score for {patience}",
    "converged": "the loss could fall no further",
    "time": "the time limit was reached",
    "interrupted": "interrupted; the best weights so far were kept",
    "terminated": "terminated; the best weights so far were kept",
    "diverged": "the loss diverged; the best weights before that were kept",
    "outraced": "others were ahead in the race",
}
EXPECTED = ("epochs", "patience", "converged")
"""Ends of a training that a summary need not explain."""
LEFT_OUT = ("dropped", "duplicates")
"""Rows that belong to no part."""
PURPOSES = {"train": "train", "validation": "validate", "test": "test"}
SHORT_DIGEST = 16
MOST_TOLD = 6
UNNAMED_LAYERS = ("Dense", "Dropout", "Embedding", "Scale")
"""Layers whose names say little about a network."""


def rows_text(rows: Mapping[str, int], folds: int) -> str:
    """The number of rows and their use: 344 rows (5-fold cross-validation)."""
    total = sum(number for part, number in rows.items() if part not in LEFT_OUT)
    held = {part: rows[part] for part in PURPOSES if rows.get(part) and not (folds and part == "train")}
    uses = [f"{number:,} to {PURPOSES[part]}" for part, number in held.items()]
    if folds:
        uses.insert(0, f"{folds}-fold cross-validation" + (f" of {rows['train']:,}" if uses else ""))
    return f"{count(total, 'row')} ({', '.join(uses)})"


def rows_line(rows: Mapping[str, int], folds: int) -> tuple[str, str]:
    """The number of rows and their use, with a label."""
    return "rows", rows_text(rows, folds).replace(" rows", "", 1)


def inputs_text(schema: Schema) -> str:
    """The number of inputs: 2 of 3 columns, and 1 cross."""
    of_table = f"{len(schema.table_inputs)} of {count(len(schema.table_columns), 'column')}"
    return of_table + crosses_text(len(schema.crosses))


def crosses_text(crosses: int) -> str:
    """The number of crosses, after that of columns, if there are any."""
    return f", and {crosses:,} cross{'es' * (crosses != 1)}" if crosses else ""


def told_lines(encoders: Sequence[Mapping[str, Any]]) -> Lines:
    """The inputs that are also encoded by means of the target, the best first; no line if there is none."""
    told = {each["name"]: each["told"] for each in encoders if "told" in each}
    best = sorted(told, key=lambda name: -told[name]["gain"])
    texts = [f"{name} ({gain_text(told[name]['gain'], told[name]['measure'])})" for name in best]
    return [("told by the target", some(texts, MOST_TOLD))] if texts else []


def gain_text(gain: float, measure: str) -> str:
    """How well the means of the target of a column alone predict it."""
    if measure == R_SQUARED:
        return f"out-of-fold R2 {gain:.2f}"
    return f"out-of-fold log loss {100 * gain:.1f} % lower"


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
            ("networks", f"{len(members)}, whose predictions are averaged"),
            ("epochs", f"{span(epochs)} each, best epoch {span(best)} ({why})"),
        ]
    if not validated:
        return [("epochs", f"{epochs[0]} ({why}); no rows chose a best one")]
    return [("epochs", f"{epochs[0]}, best epoch {best[0]} ({why})")]


def training_text(
    members: Sequence[Mapping[str, Any]], stop_reason: str, seconds: float, *, validated: bool
) -> str:
    """Networks, time and the best epoch in a few words."""
    text = f"{count(len(members), 'network')} in {duration(seconds)}"
    epochs = span([member["epochs"] for member in members])
    if validated:
        text += f", best epoch {span([member['best_epoch'] for member in members])} of {epochs}"
    else:
        text += f", {epochs} epochs"
    if stop_reason not in EXPECTED:
        text += f" ({WHY_STOPPED.get(stop_reason, stop_reason)})"
    return text


def network_text(
    network: Sequence[Mapping[str, Any]], encoders: Sequence[Mapping[str, Any]], members: int
) -> str:
    """Sizes of the dense layers, the other layers by name, and the number of parameters."""
    sizes = [sum(each["width"] for each in encoders)]
    sizes += [layer["output"] for layer in network if layer["name"] == "Dense"]
    others = dict.fromkeys(layer["name"].lower() for layer in network if layer["name"] not in UNNAMED_LAYERS)
    named = f" ({', '.join(others)})" if others else ""
    total = sum(layer["parameters"] for layer in network)
    text = f"{'-'.join(map(str, sizes))}{named}, {count(total, 'parameter')}"
    return f"{members} x {text}" if members > 1 else text


def race_lines(receipt: Mapping[str, Any]) -> Lines:
    """The configurations that go on after a race, with their shares in the predictions, and the others."""
    race = receipt.get("race")
    if not race:
        return []
    counted = sorted((each for each in race if each["share"]), key=lambda each: -each["share"])
    others = [each["name"] for each in race if not each["share"]]
    text = ", ".join(f"{each['name']} {share(each['share'], 1.0)}" for each in counted)
    return [("race", text + (f"; without {', '.join(others)}" if others else ""))]


def refit_lines(receipt: Mapping[str, Any]) -> Lines:
    """The networks that were trained anew on all rows, and for how long."""
    epochs = [member["refit"] for member in receipt["members"] if "refit" in member]
    if not epochs:
        return []
    return [("refitted", f"{count(len(epochs), 'network')} on all rows, for {span(epochs)} epochs")]


def scores_title(part: str, rows: int, folds: int) -> str:
    """The heading of the scores of a part of the rows."""
    if part == "validation" and folds:
        return f"Scores on {count(rows, 'row')}, out-of-fold"
    return f"Scores on {count(rows, 'training row' if part == 'train' else f'{part} row')}"


def remark(part: str, rows: int, *, folds: int = 0, refitted: bool = False, repeated: bool = False) -> str:
    """How far the scores of a part can be trusted."""
    if part == "train":
        return "No rows were held out: these are scores on the training rows, too good for new ones."
    if part == "validation":
        of = "Out-of-fold" if folds else "Validation"
        further = "the refitted networks were not scored on them" if refitted else "new rows may do worse"
        return f"{of}: {count(rows, 'row')} that also chose the best epoch; {further}."
    if repeated:
        return f"Test: {count(rows, 'row')}, some of which occur among the training rows: too good."
    return f"Test: {count(rows, 'row')} kept apart: an unbiased score."


def weights_line(digest: str) -> tuple[str, str]:
    """The digest of the weights: two runs with the same one have learned the same."""
    return "weights", f"sha256 {digest}"
