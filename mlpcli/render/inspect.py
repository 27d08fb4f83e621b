"""Content of a model file, for people and as JSON fields; needs no pandas."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlpcli.data.schema import DATE, TEXT
from mlpcli.errors import Sentence, count
from mlpcli.headlines import headline_table
from mlpcli.number_text import same_precision, short
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.tables import metrics_table, table_report, target_table
from mlpcli.render.formatting import day_teller, duration, share, some
from mlpcli.render.loss_curve import course
from mlpcli.render.model_tables import (
    columns_report,
    network_report,
    race_report,
    setting_text,
    settings_report,
)
from mlpcli.render.training_words import (
    SHORT_DIGEST,
    epochs_lines,
    inputs_text,
    network_text,
    race_lines,
    refit_lines,
    remark,
    rows_line,
    rows_text,
    scores_title,
    told_lines,
    training_text,
    weights_line,
)
from mlpcli.text_width import shell_word

if TYPE_CHECKING:
    from mlpcli.artifact import Artifact

SHOWN_LEVELS = 6
LOSSES_OF_SETTINGS = ("huber", "quantile", "focal")
"""Losses that have settings of their own."""
REGRESSION = "regression"
SHOWN_CLASSES = 12
HEAVIEST = 4
"""Inputs of which the short report shows the weight."""
COURSE_HEIGHT = 7


def report(screen: Screen, artifact: "Artifact", path: str, *, everything: bool = False) -> None:
    """The most important facts on one screen, or everything."""
    if everything:
        _everything(screen, artifact)
        return
    schema, receipt, folds = artifact.schema, artifact.receipt, artifact.settings.get("folds") or 0
    version = receipt["versions"].get("mlpcli", "")
    screen.line(f"{path}: a model by mlpcli {version}, {_day(receipt)}".rstrip(", "), "bold")
    screen.line()
    lines = [
        ("target", f"{', '.join(schema.target)} ({schema.task}: {schema.task_reason})"),
        *_labels(artifact.target),
        ("data", f"{_files(receipt)}; {rows_text(receipt['rows'], folds)}"),
        ("inputs", inputs_text(schema)),
        *told_lines(artifact.encoders),
        *_networks(artifact),
        ("trained", _trained(artifact)),
        *race_lines(receipt),
        *(refitted := refit_lines(receipt)),
    ]
    if "weights" in receipt:
        lines.append(weights_line(receipt["weights"][:SHORT_DIGEST]))
    screen.pairs(lines)
    if artifact.scores:
        screen.line()
        header, table = headline_table(schema.task, artifact.scores)
        screen.table(header, table, numbers=range(1, len(header)))
        for part, scores in reversed(artifact.scores.items()):
            screen.line("  " + remark(part, scores["rows"], folds=folds, refitted=bool(refitted)), "dim")
    _heaviest(screen, artifact)
    screen.line(Sentence("More: mlpcli inspect {} {everything}", shell_word(path)), "dim")


def _networks(artifact: "Artifact") -> list[tuple[str, str]]:
    """The network of each configuration, and how many there are of it."""
    counts = _counts(artifact)
    return [
        ("" if place else "network", network_text(each["network"], artifact.encoders, counts[place]))
        for place, each in enumerate(artifact.configurations)
    ]


def _counts(artifact: "Artifact") -> Counter[int]:
    """How many networks each configuration has, by its place."""
    return Counter(member["configuration"] for member in artifact.receipt["members"])


def _day(receipt: Mapping[str, Any]) -> str:
    return str(receipt.get("written", ""))[:10]


def _files(receipt: Mapping[str, Any]) -> str:
    data = receipt["data"]
    return data if isinstance(data, str) else ", ".join("stdin" if each == "-" else each for each in data)


def _labels(target: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Classes or labels, and the thresholds of decisions."""
    lines = []
    if "classes" in target:
        lines.append(("classes", some(target["classes"], SHOWN_CLASSES)))
    if "separator" in target:
        lines.append(("labels", some(target["labels"], SHOWN_CLASSES)))
    if "thresholds" in target:
        lines.append(("threshold", ", ".join(map(short, target["thresholds"][:SHOWN_CLASSES]))))
    return lines


def _trained(artifact: "Artifact") -> str:
    receipt, validated = artifact.receipt, "validation" in artifact.scores
    return training_text(receipt["members"], receipt["stop_reason"], receipt["seconds"], validated=validated)


def _heaviest(screen: Screen, artifact: "Artifact") -> None:
    """The inputs with the largest shares of the first layer's weights."""
    weighed = [each for each in artifact.encoders if "weight" in each]
    ranked = sorted(weighed, key=lambda each: -each["weight"])[:HEAVIEST]
    if not ranked:
        return
    screen.line()
    rows = [[each["name"], share(each["weight"], 1.0), *_values(each)[:1]] for each in ranked]
    screen.table(["heaviest inputs", "weight", "values in training"], rows, numbers=(1,))


def _everything(screen: Screen, artifact: "Artifact") -> None:
    """Columns, network, settings, training, scores, receipt."""
    schema, receipt, target = artifact.schema, artifact.receipt, artifact.target
    folds = artifact.settings.get("folds") or 0
    lines = [("target", f"{', '.join(schema.target)} ({schema.task}: {schema.task_reason})")]
    lines += _labels(target)
    if schema.weight is not None:
        lines.append(("row weights", schema.weight))
    screen.heading("Target")
    screen.pairs(lines)
    columns_report(screen, schema, artifact.encoders)
    _inputs(screen, artifact)
    network_report(screen, artifact.network, artifact.encoders, _counts(artifact)[0])
    settings_report(screen, artifact.settings, _unused(artifact))
    _further_configurations(screen, artifact)
    if race := receipt.get("race"):
        race_report(screen, race)
    _training(screen, artifact)
    for part, scores in artifact.scores.items():
        title = scores_title(part, scores["rows"], folds)
        reasons = scores.get("reasons", {})
        table_report(screen, metrics_table(title, scores["metrics"], scores["baseline"], reasons))
        if scores.get("per_target"):
            table_report(screen, target_table(schema.task, scores["per_target"]))
    _sketches(screen, artifact.sketches)
    screen.heading("Receipt")
    screen.pairs(
        [
            ("data", _files(receipt)),
            *_sizes(receipt, folds),
            ("command", receipt["command"] or "(from Python)"),
            ("seed", str(receipt["seed"])),
            ("threads", str(receipt["threads"])),
            ("versions", ", ".join(f"{name} {version}" for name, version in receipt["versions"].items())),
            ("platform", receipt["platform"]),
            *([("engine", receipt["engine"])] if "engine" in receipt else []),
            *([("written", receipt["written"])] if "written" in receipt else []),
        ]
    )


def _further_configurations(screen: Screen, artifact: "Artifact") -> None:
    """The networks of further configurations, and the settings in which they differ."""
    counts = _counts(artifact)
    for place, each in enumerate(artifact.configurations[1:], start=1):
        screen.heading(f"Configuration {each['name']!r}")
        own = each["changes"].items()
        screen.pairs(
            [
                *((Sentence(f"{{{name}}}"), setting_text(value)) for name, value in own),
                ("network", network_text(each["network"], artifact.encoders, counts[place])),
            ]
        )


def _unused(artifact: "Artifact") -> set[str]:
    """Settings that had nothing to act on, as far as the header shows."""
    from mlpcli.options.options import (
        settings_with,
    )  # with the networks, which the short report does not need

    unmet = {f"loss {name}" for name in LOSSES_OF_SETTINGS if artifact.settings["loss"] != name}
    if artifact.schema.task == REGRESSION or "validation" not in artifact.scores:
        unmet.add("probabilities of validation rows")
    return set(settings_with(lambda each: each.needs in unmet))


def _sizes(receipt: Mapping[str, Any], folds: int) -> list[tuple[str, str]]:
    """Rows, sizes and digests of data and weights, as far as the file has them."""
    lines = [rows_line(receipt["rows"], folds)]
    if "sizes" in receipt:
        lines.append(("sizes", ", ".join(f"{number:,} {name}" for name, number in receipt["sizes"].items())))
    lines.append(("digest", receipt["digest"]))
    if "weights" in receipt:
        lines.append(weights_line(receipt["weights"]))
    return lines


def _inputs(screen: Screen, artifact: "Artifact") -> None:
    """Values of each input in training, and its share of the first layer's squared weights."""
    headers = ["input", "values", "missing as", "weight"]
    rows = [
        [each["name"], *_values(each), share(each["weight"], 1.0) if "weight" in each else ""]
        for each in artifact.encoders
    ]
    screen.heading("Inputs (weight: share of the first layer's squared weights)")
    screen.table(headers, rows, numbers=(3,))
    screen.pairs(told_lines(artifact.encoders))


def _values(encoder: Mapping[str, Any]) -> tuple[str, str]:
    """Categories or range, and what takes the place of a gap."""
    if "levels" in encoder:
        levels = encoder["levels"]
        more = len(levels) - SHOWN_LEVELS
        named = ", ".join(levels[:SHOWN_LEVELS]) + (f" and {more:,} more" if more > 0 else "")
        return named, "its own level" if encoder.get("had_gaps") else "no level"
    if encoder["kind"] == TEXT:
        terms = encoder["width"] - encoder["pieces"] - encoder["had_gaps"]
        gap = "no words, and a flag" if encoder["had_gaps"] else "no words"
        return f"{count(terms, 'frequent word')} and pairs of words, pieces of the others", gap
    if "range" not in encoder:
        return "", ""
    low, high = encoder["range"]
    shown = day_teller(low, high) if encoder["kind"] == DATE else short
    return f"{shown(low)} to {shown(high)}", shown(encoder.get("fill", 0.0))


def _sketches(screen: Screen, sketches: "Mapping[str, Any] | None") -> None:
    """The size of the sketches, by which new rows are compared with those of training."""
    screen.heading("Sketches")
    if sketches is None:
        screen.line("  none, so new rows cannot be compared with the training rows")
        return
    of_what = count(sketches["columns"], "column")
    if sketches["predictions"]:
        of_what += f", {count(sketches['predictions'], 'prediction')} ({sketches['predicted']})"
    screen.pairs(
        [
            ("of", of_what),
            ("rows", f"{sketches['rows']:,} training rows, as counts by bin"),
            ("size", f"{sketches['bytes']:,} bytes"),
        ]
    )


def _training(screen: Screen, artifact: "Artifact") -> None:
    """Training curve and some epochs: the first, the best, the last and three between."""
    receipt = artifact.receipt
    # Of several networks: the epochs of the first, then a table of all.
    history = [record for record in artifact.history if record["member"] == 0]
    screen.heading("Training")
    patience, validated = artifact.settings.get("patience") or 0, "validation" in artifact.scores
    lines = epochs_lines(receipt["members"], receipt["stop_reason"], patience, validated=validated)
    screen.pairs([*lines, *refit_lines(receipt), ("time", duration(receipt["seconds"]))])
    best = receipt["best_epoch"]
    networks: dict[int, list[tuple[int, float, float | None]]] = {}
    for record in artifact.history:
        losses = (record["epoch"], record["train_loss"], record["validation_loss"])
        networks.setdefault(record["member"], []).append(losses)
    if (drawn := course(screen, networks, {0: best}, COURSE_HEIGHT)) is not None:
        screen.line()
        screen.raw(drawn)
        screen.line()
    shown = sorted({round(part * (len(history) - 1) / 4) for part in range(5)} | {best - 1})
    metrics = list(history[0]["metrics"]) if history else []
    records = [history[index] for index in shown]
    columns = [
        [str(record["epoch"]) for record in records],
        same_precision(record["train_loss"] for record in records),
        same_precision(record["validation_loss"] for record in records),
        *(same_precision(record["metrics"].get(name) for record in records) for name in metrics),
        ["*" if record["epoch"] == best else "" for record in records],
    ]
    if len(receipt["members"]) > 1:
        screen.line("  epochs of network 1:", "dim")
    headers = ["epoch", "train loss", "validation loss", *metrics, "best"]
    screen.table(headers, list(zip(*columns, strict=True)), numbers=range(len(headers)))
    if len(members := receipt["members"]) > 1:
        screen.heading(f"Networks: {len(members)}, whose predictions are averaged")
        names = list(members[0]["validation"])
        columns = [
            [str(number) for number in range(1, len(members) + 1)],
            [str(member["epochs"]) for member in members],
            [str(member["best_epoch"]) for member in members],
            *(same_precision(member["validation"].get(name) for member in members) for name in names),
            [member["stop_reason"] for member in members],
        ]
        rows = list(zip(*columns, strict=True))
        headers = ["network", "epochs", "best", *names, "ended by"]
        screen.table(headers, rows, numbers=range(len(headers) - 1))


def fields(artifact: "Artifact") -> dict[str, Any]:
    """The JSON fields of `inspect`."""
    encoded = {each["name"]: each for each in artifact.encoders}
    columns = [vars(column) | {"encoder": encoded.get(column.name)} for column in artifact.schema.columns]
    return {
        "columns": columns,
        "crosses": [{"name": each.name, "sources": each.sources} for each in artifact.schema.crosses],
        "target": artifact.target,
        "task": artifact.schema.task,
        "task_reason": artifact.schema.task_reason,
        "network": artifact.network,
        "parameters": artifact.parameter_count,
        "settings": artifact.settings,
        "configurations": artifact.configurations,
        "history": artifact.history,
        "scores": artifact.scores,
        "receipt": artifact.receipt,
        "sketches": artifact.sketches,
    }
