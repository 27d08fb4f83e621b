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
from mlpcli.render.json_schemas import SCHEMAS, schema_of
from tests.json_schemas import HEAD as HEAD_FIELDS
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
        "`mlpcli` (the version). Infinite and undefined numbers are null. `mlpcli manual --schema NAME`\n"
        "writes the JSON schema of one of these objects, which says more about each field.\n"
    )
    for name in SCHEMAS:
        schema = schema_of(name)
        parts.append(f"### {name}\n\n`{schema['title']}`\n")
        fields = {field: each for field, each in schema["properties"].items() if field not in HEAD_FIELDS}
        rows = [[f"`{field}`", each["description"]] for field, each in fields.items()]
        parts.append(_table(["field", "content"], rows))
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
