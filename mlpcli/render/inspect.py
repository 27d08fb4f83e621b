"""Content of a model file, for people and as JSON fields; needs no pandas."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlpcli.data.schema import DATE, Schema
from mlpcli.errors import count
from mlpcli.render.console import Screen
from mlpcli.render.evaluation.tables import metrics_table, table_report, target_table
from mlpcli.render.formatting import day, duration, plain, score
from mlpcli.render.loss_curve import course
from mlpcli.render.training_words import epochs_lines, rows_line, scores_title, weights_line

if TYPE_CHECKING:
    from mlpcli.artifact import Artifact

SHOWN_LEVELS = 6
COURSE_HEIGHT = 7


def report(screen: Screen, artifact: "Artifact") -> None:
    """Columns, network, settings, course, scores, receipt."""
    schema, receipt, target = artifact.schema, artifact.receipt, artifact.target
    folds = artifact.settings.get("folds") or 0
    lines = [("target", f"{', '.join(schema.target)} ({schema.task}: {schema.task_reason})")]
    if "classes" in target:
        lines.append(("classes", ", ".join(target["classes"])))
    if "separator" in target:
        lines.append(("labels", ", ".join(target["labels"])))
    if schema.weight is not None:
        lines.append(("weights", schema.weight))
    if "thresholds" in target:
        lines.append(("threshold", ", ".join(map(plain, target["thresholds"]))))
    screen.heading("Target")
    screen.pairs(lines)
    columns_report(screen, schema, artifact.encoders)
    _inputs(screen, artifact)
    network_report(screen, artifact.network, artifact.encoders, len(receipt["members"]))
    settings_report(screen, artifact.settings)
    _course(screen, artifact)
    for part, scores in artifact.scores.items():
        title = scores_title(part, scores["rows"], folds)
        table_report(screen, metrics_table(title, scores["metrics"], scores["baseline"]))
        if scores.get("per_target"):
            table_report(screen, target_table(schema.task, scores["per_target"]))
    _sketches(screen, artifact.sketches)
    screen.heading("Receipt")
    screen.pairs(
        [
            ("data", receipt["data"] if isinstance(receipt["data"], str) else ", ".join(receipt["data"])),
            *_sizes(receipt, folds),
            ("command", receipt["command"] or "(from Python)"),
            ("seed, threads", f"{receipt['seed']}, {receipt['threads']}"),
            ("versions", ", ".join(f"{name} {version}" for name, version in receipt["versions"].items())),
            ("platform", receipt["platform"]),
            *([("engine", receipt["engine"])] if "engine" in receipt else []),
            *([("written", receipt["written"])] if "written" in receipt else []),
        ]
    )


def _sizes(receipt: Mapping[str, Any], folds: int) -> list[tuple[str, str]]:
    """Rows, sizes and digests of data and weights, as far as the file has them."""
    lines = [rows_line(receipt["rows"], folds)]
    if "sizes" in receipt:
        lines.append(("sizes", ", ".join(f"{number:,} {name}" for name, number in receipt["sizes"].items())))
    lines.append(("digest", receipt["digest"]))
    if "weights" in receipt:
        lines.append(weights_line(receipt["weights"]))
    return lines


def columns_report(screen: Screen, schema: Schema, encoders: Sequence[Mapping[str, Any]]) -> None:
    """Every column with its kind, and why."""
    widths = {each["name"]: each["width"] for each in encoders}
    rows = [
        [column.name, column.kind, str(widths.get(column.name, 0)), column.reason]
        for column in schema.columns
    ]
    screen.heading("Columns")
    screen.table(["column", "kind", "inputs", "because"], rows, numbers=(2,))


def _inputs(screen: Screen, artifact: "Artifact") -> None:
    """Values of each input in training, and its share of the first layer's squared weights."""
    headers = ["input", "values", "gaps as", "weight"]
    rows = [
        [each["name"], *_values(each), f"{each['weight']:.1%}".replace("%", " %") if "weight" in each else ""]
        for each in artifact.encoders
    ]
    screen.heading("Inputs (weight: share of the first layer's squared weights)")
    screen.table(headers, rows, numbers=(3,))


def _values(encoder: Mapping[str, Any]) -> tuple[str, str]:
    """Categories or range, and what takes the place of a gap."""
    if "levels" in encoder:
        levels = encoder["levels"]
        more = len(levels) - SHOWN_LEVELS
        named = ", ".join(levels[:SHOWN_LEVELS]) + (f" and {more:,} more" if more > 0 else "")
        return named, "no category"
    if "range" not in encoder:
        return "", ""
    low, high = encoder["range"]
    shown = day if encoder["kind"] == DATE else plain
    return f"{shown(low)} to {shown(high)}", shown(encoder.get("fill", 0.0))


def _sketches(screen: Screen, sketches: "Mapping[str, Any] | None") -> None:
    """The size of the sketches, by which new rows are compared with those of training."""
    screen.heading("Sketches")
    if sketches is None:
        screen.line("  none: new rows cannot be compared with those of training")
        return
    of_what = count(sketches["columns"], "column")
    if sketches["predictions"]:
        of_what += f", {count(sketches['predictions'], 'prediction')} ({sketches['predicted']})"
    screen.pairs(
        [
            ("of", of_what),
            ("rows", f"{sketches['rows']:,} of training, of which counts are kept"),
            ("size", f"{sketches['bytes']:,} bytes"),
        ]
    )


def settings_report(screen: Screen, settings: Mapping[str, Any]) -> None:
    """Every setting that is not empty or off."""
    said = {name: value for name, value in settings.items() if value not in (None, [], (), "", False)}
    screen.heading("Settings")
    screen.pairs([(name, _setting(value)) for name, value in said.items()])


def network_report(
    screen: Screen,
    network: Sequence[Mapping[str, Any]],
    encoders: Sequence[Mapping[str, Any]],
    members: int = 1,
) -> None:
    """Layers with output shapes and parameters; of several networks, those of one."""
    rows = [["Input", f"(rows, {sum(each['width'] for each in encoders)})", "0"]]
    for layer in network:
        rows.append([layer["name"], f"(rows, {layer['output']})", f"{layer['parameters']:,}"])
    total = sum(layer["parameters"] for layer in network)
    screen.heading("Network" if members == 1 else f"Each of {members} networks")
    screen.table(["layer", "output", "parameters"], [*rows, ["Total", "", f"{total:,}"]], numbers=(2,))
    zeros = round(sum(layer.get("zeros", 0.0) * layer["parameters"] for layer in network))
    if zeros:
        screen.line(f"  {zeros:,} of the parameters are zero ({zeros / total:.1%})".replace("%", " %"))


def _course(screen: Screen, artifact: "Artifact") -> None:
    """Loss curve and some epochs: the first, the best, the last and three between."""
    receipt = artifact.receipt
    # Of several networks: the epochs of the first, then a table of all.
    history = [record for record in artifact.history if record["member"] == 0]
    screen.heading("Training")
    patience, validated = artifact.settings.get("patience") or 0, "validation" in artifact.scores
    lines = epochs_lines(receipt["members"], receipt["stop_reason"], patience, validated=validated)
    screen.pairs([*lines, ("time", duration(receipt["seconds"]))])
    best = receipt["best_epoch"]
    networks: dict[int, list[tuple[int, float, float | None]]] = {}
    for record in artifact.history:
        losses = (record["epoch"], record["train_loss"], record["validation_loss"])
        networks.setdefault(record["member"], []).append(losses)
    if (drawn := course(screen, networks, {0: best}, COURSE_HEIGHT)) is not None:
        screen.line()
        screen.raw(drawn)
        screen.line()
    shown = {round(part * (len(history) - 1) / 4) for part in range(5)} | {best - 1}
    metrics = list(history[0]["metrics"]) if history else []
    rows = []
    for index in sorted(shown):
        record = history[index]
        values = [record["train_loss"], record["validation_loss"], *map(record["metrics"].get, metrics)]
        rows.append([str(record["epoch"]), *map(score, values), "*" if record["epoch"] == best else ""])
    headers = ["epoch", "train loss", "validation loss", *metrics, "best"]
    screen.table(headers, rows, numbers=range(len(headers)))
    if len(members := receipt["members"]) > 1:
        screen.heading(f"Networks: {len(members)}, their predictions are averaged")
        names = list(members[0]["validation"])
        rows = []
        for number, member in enumerate(members, start=1):
            scores = [score(member["validation"].get(name)) for name in names]
            epochs = [str(member["epochs"]), str(member["best_epoch"])]
            rows.append([str(number), *epochs, *scores, member["stop_reason"]])
        headers = ["network", "epochs", "best", *names, "ended by"]
        screen.table(headers, rows, numbers=range(len(headers) - 1))


def _setting(value: Any) -> str:
    if not isinstance(value, (list, tuple)):
        return str(value)
    return ", ".join(
        "=".join(map(str, each)) if isinstance(each, (list, tuple)) else str(each) for each in value
    )


def fields(artifact: "Artifact") -> dict[str, Any]:
    """The JSON fields of `inspect`."""
    encoded = {each["name"]: each for each in artifact.encoders}
    columns = [vars(column) | {"encoder": encoded.get(column.name)} for column in artifact.schema.columns]
    return {
        "columns": columns,
        "target": artifact.target,
        "task": artifact.schema.task,
        "task_reason": artifact.schema.task_reason,
        "network": artifact.network,
        "parameters": artifact.parameter_count,
        "settings": artifact.settings,
        "history": artifact.history,
        "scores": artifact.scores,
        "receipt": artifact.receipt,
        "sketches": artifact.sketches,
    }
