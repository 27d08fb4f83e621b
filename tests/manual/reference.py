"""The page `reference` of the manual, made from the tables of the program."""

import re
from collections.abc import Collection, Iterable, Sequence

import click

from mlpcli.cli.commands import COMMANDS
from mlpcli.cli.exit_status import ExitStatus
from mlpcli.cli.help_pages import CONSOLE, GROUPS
from mlpcli.cli.main import commands
from mlpcli.metrics import METRICS
from mlpcli.options.presets import PRESETS
from tests.manual.pages import MANUAL

PAGE = MANUAL / "reference.md"

HEAD = """# Reference

All options, metrics, JSON fields and exit codes.

This page is made from the tables of the program. `mlpcli manual WORD` finds a word in it.
"""

STATUS = {
    ExitStatus.DONE: "done",
    ExitStatus.FAILED: "something is wrong in a file, or went wrong during the work",
    ExitStatus.MISUSED: "the command line is wrong",
    ExitStatus.GATE_FAILED: "a quality check (`--fail-if`, `--max-drop`, `--verify`) failed",
    ExitStatus.HUNG_UP: "the terminal was closed (SIGHUP)",
    ExitStatus.INTERRUPTED: "interrupted (Ctrl-C); `train` writes the best weights so far",
    ExitStatus.QUIT: "stopped at once (SIGQUIT); nothing is written",
    ExitStatus.TERMINATED: "terminated (SIGTERM); `train` writes the best weights so far",
}

METRIC = {
    "accuracy": "share of rows whose class is right",
    "balanced_accuracy": "mean of the recall of each class",
    "f1": "harmonic mean of precision and recall of the positive class",
    "precision": "share of the rows predicted positive that are positive",
    "recall": "share of the positive rows that are found",
    "specificity": "share of the negative rows that are found",
    "f1_micro": "F1 of all labels counted together",
    "f1_macro": "mean of the F1 of each class or label",
    "precision_macro": "mean of the precision of each class",
    "recall_macro": "mean of the recall of each class",
    "hamming_loss": "share of labels that are wrong",
    "roc_auc": "area under the ROC curve; several classes: one against the rest, mean",
    "average_precision": "area under the precision-recall curve; several classes: one against the rest, mean",
    "log_loss": "mean negative logarithm of the probability of the true class",
    "brier": "mean squared error of the probabilities",
    "ece": "expected calibration error in 15 bins; two classes: of the positive one, else of the likeliest",
    "mcc": "Matthews correlation coefficient",
    "rmse": "root of the mean squared error, in the unit of the target",
    "mae": "mean absolute error, in the unit of the target",
    "median_absolute_error": "median of the absolute errors",
    "r2": "share of the variance that is explained; 0 is the mean, 1 perfect",
    "mape": "mean absolute error relative to the true value",
    "explained_variance": "as r2, but a constant offset costs nothing",
}

CELLS = {
    "missing": "missing cells by column",
    "unseen": "cells of categories that training did not have, by column",
    "unreadable": "cells that could not be read as the kind of their column, by column",
    "out_of_range": "numbers outside the range of the training rows, by column",
}

JSON = {
    "describe": {
        "rows": "rows of the table",
        "dropped": "rows left out (without a target, totals, ...)",
        "target": "target columns",
        "task": "task inferred from the target, or null",
        "task_reason": "why this task",
        "relation_measure": "how `relation` is measured",
        "relation_rows": "rows used for it",
        "examined_rows": "rows that were examined for findings",
        "told": "columns also encoded by means of the target: gain and measure",
        "columns": "for each column: name, kind, reason, use, missing, distinct, minimum, median, ...",
        "findings": "what is wrong: kind, text, advice, columns",
        "notes": "how the file was read",
    },
    "describe --against": {
        "model": "the model compared with",
        "rows": "rows of the new table",
        "sketched_rows": "training rows that the model keeps counts of",
        "columns": "for each column: name, kind, shifted, finding, psi, ks, total_variation, p_value, "
        "adjusted_p, cells, bins or levels with their shares then and now",
        "predictions": "the same for the predictions",
        "predicted": "which training rows the predictions are compared with",
        "metrics": "largest value of each measure, for `--fail-if`",
        "gates": "each quality check and whether it holds",
        "notes": "how the file was read",
    },
    "train": {
        "model": "the model file",
        "task": "regression, binary, multiclass or multilabel",
        "data": "files of the table",
        "rows": "rows by part: train, validation, test, dropped",
        "digest": "SHA-256 of the encoded rows",
        "split_digest": "SHA-256 of the row numbers of each part",
        "columns": "columns with their kind and reason",
        "parameters": "number of trained numbers",
        "epochs": "epochs of the longest training",
        "best_epoch": "the epoch kept; null for several networks",
        "stop_reason": "epochs, patience, time, interrupted, terminated or diverged",
        "seconds": "duration",
        "validation": "metrics on the validation rows, or null",
        "test": "metrics on the test rows, or null",
        "training": "metrics on the training rows, if no others were held out",
        "baseline": "metrics of the trivial baseline",
        "per_target": "metrics of each target, by part",
        "members": "for each network: epochs, best_epoch, stop_reason, validation; refit: epochs on all rows",
        "race": "for each configuration that raced: name, reason, changes, loss, goes_on, share",
        "notes": "what was noticed: kind, text, advice",
        "transferred": "layers taken from the model of `--from`",
        "diagnosis": "with `--diagnose`: findings, and the layers of each network",
        "settings": "all settings, with what the preset filled in",
        "seed": "seed of the random numbers",
        "threads": "threads used",
        "weights": "SHA-256 of the weights",
    },
    "train --dry-run": {
        "dry_run": "true",
        "task": "regression, binary, multiclass or multilabel",
        "task_reason": "why this task",
        "rows": "rows by part",
        "columns": "columns with their kind and reason",
        "parameters": "number of numbers to train",
        "network": "layers, their output and parameters",
        "settings": "all settings, with what the preset filled in",
        "members": "number of networks",
        "refits": "how many of them are trained on all rows",
        "race": "for each configuration that races: name, reason, changes",
        "manner": "how they are trained: together, one after the other, or in processes",
        "threads": "threads used",
        "notes": "what was noticed: kind, text, advice",
    },
    "predict": {
        "rows": "rows written",
        "output": "the file",
        "effects": "of `--explain`: scale, of (what is explained; null: the predicted class), baseline of "
        "each answer, standard_error (as a share of the effects' root mean square); else null",
    }
    | CELLS,
    "evaluate": {
        "task": "regression, binary, multiclass or multilabel",
        "target": "target columns",
        "classes": "class names, or null",
        "rows": "rows measured",
        "dropped": "rows without a target",
        "threshold": "threshold of the positive class, or null",
        "metrics": "value by metric; null if it cannot be computed",
        "baseline": "the same for the trivial baseline",
        "reasons": "why a metric is null",
        "intervals": "with `--bootstrap`: [low, high] by metric",
        "bootstrap": "number of resamples and level",
        "confusion": "labels and counts",
        "per_class": "metrics of each class",
        "per_target": "metrics of each target",
        "baseline_per_class": "the same for the baseline",
        "baseline_per_target": "the same for the baseline",
        "residuals": "distribution of true value minus prediction",
        "coverage": "with `--interval`: share of true values inside, and mean width",
        "set_coverage": "the same for sets of classes: coverage, mean_size, single (share of sets of one "
        "class), coverage_macro, and coverage and mean_size per_class",
        "slices": "with `--by`: metrics for each value of the columns",
        "gaps": "with `--by`, for classes: selection_rate_gap and recall_gap by column, each with value, "
        "highest, lowest, scores (by slice), left_out (slices not judged, and why) and reason",
        "comparison": "with `--compare`: differences and whether they are significant",
        "gates": "each quality check: gate, metric, value, holds, reason; of slices also column, slices (the "
        "worst, or the two of a gap) and left_out",
        "importance": "with `--importance`: loss of score by column, with interval",
        "seen_in_training": "true if these rows trained the model",
    }
    | CELLS,
    "cv": {
        "data": "files",
        "task": "regression, binary, multiclass or multilabel",
        "target": "target columns",
        "rows": "rows that are scored",
        "apart": "rows of `--test`, in no fold",
        "dropped": "rows without a target or weight",
        "folds_by": "random, classes, groups, time or column",
        "split_digest": "SHA-256 of the rows of each fold",
        "repeats": "how often all rows were dealt",
        "headline": "the metric that counts most",
        "metrics": "mean over the folds, by metric; null if it cannot be computed",
        "deviations": "standard deviation between folds, by metric",
        "baseline": "the means of the trivial baseline",
        "settings": "settings of the trainings, without what the preset fills in",
        "runs": "for each fold: repeat, fold, learned, scored, metrics, baseline, reasons, epochs, seconds, "
        "weights",
        "versus": "with `--vs`: options, metrics, deviations, runs, and differences (mean, low, high, "
        "p_value, is_clear, is_better) by metric",
        "gates": "with `--fail-if`: each gate, its value and whether it holds",
        "seconds": "duration",
    },
    "tune": {
        "data": "files",
        "task": "regression, binary, multiclass or multilabel",
        "target": "target columns",
        "rows": "outer rows, which no trial saw",
        "searched": "rows that trials learned from and were compared by",
        "apart": "rows of `--test`, which are never read",
        "split_digest": "SHA-256 of the outer rows",
        "headline": "the metric that counts most",
        "metrics": "those of the winner on the outer rows; null without any",
        "baseline": "those of the trivial baseline there",
        "winner": "trial, changes of the preset, inner (metrics of the rows that chose it), outer (of rows "
        "that no trial saw), intervals of outer",
        "first": "the same for the first trial: the preset's own settings, if the choices allow",
        "optimism": "by which share of itself the headline metric of the winner is better on inner rows",
        "trials": "for each: trial, changes, epochs, finished, loss, the headline metric",
        "kept": "the trials that the model combines, and the share of each",
        "settings": "settings of `train` for the winner",
        "command_line": "the command that trains the winner",
        "model": "the model file that was written, or null",
        "seconds": "duration of the search",
    },
    "explain": {
        "target": "the target columns",
        "task": "regression, binary, multiclass or multilabel",
        "of": "the class, label or target that is explained",
        "rows": "rows of the table",
        "scored_rows": "rows drawn from them, for importance and single rows",
        "metric": "the metric of importance; null of data without the target",
        "level": "level of the intervals",
        "scale": "of effects: log-odds, units of the target, or log(1 + target)",
        "unit": "of the curves",
        "columns": "for each column, the most important first: name, kind, importance, interval, mean_effect "
        "(absolute, on the scale of effects), direction",
        "curves": "for each of the strongest columns: grid (column, kind, values, labels, rows nearest to "
        "each), predictions (mean at each value), direction",
        "curve_rows": "rows of which curves are means",
        "pair": "the two columns that work together most: grids x and y, predictions (a row for each y), "
        "strength",
        "typical": "for each row: place, why, prediction, probability, truth, of, baseline, reasons (column, "
        "cell, effect), rest (sum of all other effects)",
        "surprising": "the same of the rows whose predictions are farthest from the truth",
        "standard_error": "of effects, as a share of their root mean square",
    }
    | CELLS,
    "explain --surface": {
        "x": "the axis across: column, kind, values, limited (whether some of its values lie outside)",
        "y": "the same of the axis that goes up",
        "shows": "probability, class (the predicted one) or value",
        "of": "the class, label or target that is shown",
        "classes": "all classes, or the other and the one that is shown; none of numbers",
        "threshold": "the probability from which on the class is predicted, or null",
        "values": "a row for each value of y: probabilities, class names or numbers",
        "confidence": "of predicted classes their probabilities, else null",
        "typical": "values of the columns that are no axes",
        "typical_of": "the rows that they are typical of",
        "points": "x, y and truth of at most 500 rows, and the number of rows of the table; null without one",
        "units": "with `--units` for each hidden layer: layer, units, maps (unit, values)",
        "notes": "on axes and on the table",
    }
    | CELLS,
    "lr-find": {
        "suggestion": "the suggested learning rate",
        "rule": "the rule it comes from",
        "optimizer": "the optimizer of the sweeps",
        "batch_size": "rows of a batch",
        "sweeps": "number of sweeps",
        "reason": "why it can be trusted, or not",
        "interval": "[low, high] of the suggestions of single sweeps",
        "stable": "whether the sweeps agree",
        "spreads": "by rule, how far single sweeps differ",
        "rules": "the suggestion of each rule",
        "points": "lr, loss and smoothed loss of each step",
    },
    "inspect": {
        "columns": "columns with kind, reason and encoder, and crosses",
        "crosses": "for each cross: name, sources (its columns)",
        "target": "target columns with classes or scaling",
        "task": "regression, binary, multiclass or multilabel",
        "task_reason": "why this task",
        "network": "layers, their output and parameters",
        "parameters": "number of trained numbers",
        "settings": "all settings",
        "configurations": "for each kind of network: name, changes of settings, network",
        "history": "for each network, a record for each epoch",
        "scores": "metrics by part, with the baseline",
        "receipt": "command, versions, seed, digests of rows and weights, date",
        "sketches": "counts of the training rows by column, for `describe --against`",
    },
    "inspect --verify": {
        "same": "whether weights, all other contents and scores are the same",
        "same_weights": "whether the training again has the same bytes of weights",
        "weights": "SHA-256 digests: in_file, by_receipt (null of an old format), trained_again",
        "largest_difference": "of two weights at the same place; null where the networks are others",
        "conditions": "for each that decides weights: name, then, now, same (null if the receipt lacks it)",
        "columns": "sentences on columns that are missing, new, in another order or of another kind",
        "other_order": "whether the table has the same rows in another order",
        "altered": "contents of the file that do not match its receipt or its weights",
        "scores": "for each part: part, rows, and the metrics in_file, this_model, trained_again",
        "not_repeated": "why the training cannot be repeated, or null",
        "notes": "on a training that was stopped, on a time limit and on the engine",
    },
    "inspect --diff": {
        "same": "whether weights, columns and target are the same",
        "same_weights": "whether the weights are the same bytes",
        "largest_difference": "of two weights at the same place; null where the networks are others",
        "contents": "by data, target, network and receipt: name, first, second, same",
        "columns": "columns of one file, or of two kinds: name, and the kind in first and second",
        "other_order": "whether the columns are in another order",
        "statistics": "inputs whose ranges, values or means in training differ",
        "files": "as of `compare`",
        "settings": "as of `compare`",
        "scores": "as of `compare`",
    },
    "compare": {
        "files": "for each file: name, path, kind, task, target, epochs and best_epochs of each network, "
        "at_best (losses and metrics at the best epoch), course (losses and metrics by epoch), parameters, "
        "seconds, bytes",
        "settings": "settings that differ, with the value of each file that has settings",
        "scores": "for each part of the rows and each target: part, task, target, rows_known, and for each "
        "file name, rows, same_rows (equal letters: the same rows), metrics, baseline",
    },
    "report": {
        "file": "the HTML file",
        "bytes": "its size",
        "sections": "for each section null, or why it is absent",
    },
    "export": {
        "file": "the file",
        "target_format": "py, sql or onnx",
        "bytes": "its size",
        "columns": "columns that a table must have",
        "networks": "number of networks",
        "parameters": "number of their parameters",
        "golden": "rows by which it tests itself, or can be tested",
        "opset": "of ONNX the version of its operators, else null",
    },
    "lessons": {"lessons": "names of the lessons, and what each shows (without LESSON)"},
    "lessons optimizers": {
        "lesson": "optimizers",
        "formula": "the surface",
        "start": "[x, y] where all start",
        "learning_rate": "the rate of all",
        "steps": "steps of each",
        "wells": "for each: name, x, y, loss",
        "walks": "for each optimizer: optimizer, xs, ys and losses of the start and each step, well and "
        "arrived (the step from which on it stays there; null if it is in none), diverged",
    },
    "lessons descent": {
        "lesson": "descent",
        "formula": "the parabola",
        "steps": "steps at each rate",
        "walks": "for each rate: learning_rate, course (slow, arrives, overshoots, swings or grows), xs and "
        "losses of the start and each step, diverged",
    },
    "lessons activations": {
        "lesson": "activations",
        "inputs": "inputs of all curves",
        "activations": "for each: name, outputs, slopes, range ([low, high], null without end), slope_at_0, "
        "largest_slope, dead and faint ([below, above]: where the slope is 0, and below 0.01), gradient",
        "layers": "layers of the network whose gradient was measured",
        "sigmoid_bounds": "by number of layers, the largest share of a gradient that sigmoids let through",
    },
    "lessons dropout": {
        "lesson": "dropout",
        "dropout": "share of hidden outputs to drop",
        "seed": "seed of weights and masks",
        "rows": "[inputs, targets] of training",
        "inputs": "inputs of all curves",
        "whole": "outputs with dropout off",
        "thinned": "for each mask: kept (by layer and unit), outputs, distance from `whole`",
        "mean": "outputs averaged over 1,000 masks",
        "distances": "by number of masks, the distance of their mean from `whole`",
    },
    "manual": {"pages": "names and summaries of the pages (without TOPIC)"},
}
"""The fields of each command's JSON object, beside `command`, `format` and `mlpcli`."""


def reference() -> str:
    """The text of the page."""
    parts = [HEAD, "## Which exit codes are there?\n"]
    statuses = [[str(int(status)), STATUS[status]] for status in ExitStatus]
    parts.append(_table(["code", "meaning"], statuses))
    parts.append("## Which metrics are there?\n")
    parts.append(
        "Names and definitions follow scikit-learn. The better direction is given in the second column.\n"
    )
    metrics = [
        [
            f"`{name}`",
            "higher" if metric.higher_is_better else "lower",
            ", ".join(sorted(metric.tasks)),
            METRIC[name],
        ]
        for name, metric in METRICS.items()
    ]
    parts.append(_table(["metric", "better", "tasks", "meaning"], metrics))
    parts.append("## Which presets are there?\n")
    parts.append(", ".join(f"`{name}`" for name in PRESETS) + "; the page `training` describes them.\n")
    shared = _shared()
    parts.append("## Which options do all commands have?\n")
    parts.append(_options(commands_of()["inspect"], shared))
    for name, command in commands_of().items():
        rest = [each for each in _visible(command) if each.name not in shared]
        if name in ("lr-find", "describe"):
            train = {(each.name, each.help) for each in _visible(commands_of()["train"])}
            rest = [each for each in rest if (each.name, each.help) not in train]
        parts.append(f"## Which options does `{name}` have?\n")
        if name in ("lr-find", "describe"):
            parts.append("The options of `train` for data, columns and settings, and these:\n")
        wanted = {each.name for each in rest}
        if wanted:
            parts.append(_options(command, wanted))
    parts.append("## Which fields does the JSON of a command have?\n")
    parts.append(
        "With `--json` a command writes one object to stdout. All have `command`, `format` (1) and\n"
        "`mlpcli` (the version). Infinite and undefined numbers are null.\n"
    )
    for name, fields in JSON.items():
        parts.append(f"### {name}\n")
        parts.append(_table(["field", "content"], [[f"`{field}`", text] for field, text in fields.items()]))
    return "\n".join(parts)


def commands_of() -> dict[str, click.Command]:
    """The commands by name."""
    context = click.Context(commands)
    found = {name: commands.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


def _visible(command: click.Command) -> list[click.Option]:
    options = [each for each in command.params if isinstance(each, click.Option)]
    return [each for each in options if not each.hidden and each.name != "help"]


def _shared() -> set[str]:
    """Names of the options that every command has."""
    names = [{option.name for option in _visible(command)} for command in commands_of().values()]
    return set.intersection(*names)


def _options(command: click.Command, names: Collection[str]) -> str:
    """A table for each group of options."""
    context = click.Context(command, info_name=command.name)
    grouped: dict[str, list[list[str]]] = {}
    for option in _visible(command):
        if option.name in names and (record := option.get_help_record(context)) is not None:
            group = getattr(option, "group", CONSOLE)
            flags = re.sub(r"\s+", " ", record[0]).replace("|", "\\|")
            grouped.setdefault(group, []).append([f"`{flags}`", record[1].replace("|", "\\|")])
    order = [group for group in GROUPS if group in grouped]
    rows = [
        [group, *row]
        for group in [*order, *(set_ for set_ in grouped if set_ not in order)]
        for row in grouped[group]
    ]
    return _table(["group", "option", "meaning"], rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_reference() -> None:
    """Write the page."""
    PAGE.write_text(reference())
