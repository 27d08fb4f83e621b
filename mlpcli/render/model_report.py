"""The story of a model file, for people and as JSON fields. Works on an artifact alone, without pandas."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mlpcli.artifact import Artifact
from mlpcli.data.schema import Schema
from mlpcli.render.console import Screen
from mlpcli.render.numbers import count, duration, score


def model_report(screen: Screen, artifact: Artifact) -> None:
    """Columns, network, settings, course, scores, receipt."""
    schema, receipt = artifact.schema, artifact.receipt
    screen.heading("Target")
    screen.pairs(
        [
            ("target", f"{', '.join(schema.target)} ({schema.task}: {schema.task_reason})"),
            *([("classes", ", ".join(artifact.target["classes"]))] if "classes" in artifact.target else []),
            *([("weights", str(schema.weight))] if schema.weight is not None else []),
        ]
    )
    columns_report(screen, schema, artifact.encoders)
    members = artifact.receipt.get("members", [None])
    network_report(screen, artifact.network, artifact.encoders, len(members))
    settings_report(screen, artifact.settings)
    _course(screen, artifact)
    for part, scores in artifact.scores.items():
        screen.heading(f"Scores on {count(scores['rows'], part + ' row')}")
        table = [
            [name, score(value), score(scores["baseline"][name])] for name, value in scores["metrics"].items()
        ]
        screen.table(["metric", "model", "baseline"], table, numbers=(1, 2))
    screen.heading("Receipt")
    screen.pairs(
        [
            ("data", receipt["data"] if isinstance(receipt["data"], str) else ", ".join(receipt["data"])),
            ("rows", ", ".join(f"{number:,} {part}" for part, number in receipt["rows"].items())),
            ("digest", receipt["digest"]),
            ("command", receipt["command"] or "(from Python)"),
            ("seed, threads", f"{receipt['seed']}, {receipt['threads']}"),
            ("versions", ", ".join(f"{name} {version}" for name, version in receipt["versions"].items())),
            ("platform", receipt["platform"]),
        ]
    )


def columns_report(screen: Screen, schema: Schema, encoders: Sequence[Mapping[str, Any]]) -> None:
    """Every column with what it was taken for, and why."""
    encoded = {each["name"]: each for each in encoders}
    rows = [
        [
            column.name,
            column.kind,
            str(_width(encoded[column.name]) if column.name in encoded else 0),
            column.reason,
        ]
        for column in schema.columns
    ]
    screen.heading("Columns")
    screen.table(["column", "kind", "inputs", "because"], rows, numbers=(2,))


def settings_report(screen: Screen, settings: Mapping[str, Any]) -> None:
    """Every setting that says something."""
    said = {name: value for name, value in settings.items() if value not in (None, [], (), "", False)}
    screen.heading("Settings")
    screen.pairs([(name, _setting(value)) for name, value in said.items()])


def network_report(
    screen: Screen,
    network: Sequence[Mapping[str, Any]],
    encoders: Sequence[Mapping[str, Any]],
    members: int = 1,
) -> None:
    """Layer, output shape and parameters, with the total; of each, if there are several."""
    inputs = sum(_width(each) for each in encoders)
    rows = [["Input", f"(rows, {inputs})", "0"]]
    rows += [
        [str(layer["name"]), f"(rows, {layer['output']})", f"{layer['parameters']:,}"] for layer in network
    ]
    total = sum(int(layer["parameters"]) for layer in network)
    screen.heading("Network" if members == 1 else f"Each of {members} networks")
    screen.table(["layer", "output", "parameters"], [*rows, ["Total", "", f"{total:,}"]], numbers=(2,))


def _course(screen: Screen, artifact: Artifact) -> None:
    """Some epochs of the history: the first, the best, the last and what lies between."""
    receipt = artifact.receipt
    # Of several networks the course of the first, and a table of all.
    history = [record for record in artifact.history if not record.get("member")]
    screen.heading(
        f"Training: {count(len(history), 'epoch')} in {duration(receipt['seconds'])}, "
        f"best {receipt['best_epoch']}, ended by {receipt['stop_reason']}"
    )
    shown = {round(part * (len(history) - 1) / 8) for part in range(9)} | {receipt["best_epoch"] - 1}
    metrics = list(history[0]["metrics"]) if history else []
    rows = []
    for index in sorted(shown):
        record = history[index]
        mark = "*" if record["epoch"] == receipt["best_epoch"] else ""
        rows.append(
            [
                str(record["epoch"]),
                score(record["train_loss"]),
                score(record["validation_loss"]),
                *(score(record["metrics"].get(name)) for name in metrics),
                mark,
            ]
        )
    headers = ["epoch", "train loss", "validation loss", *metrics, "best"]
    screen.table(headers, rows, numbers=range(len(headers)))
    if len(members := receipt.get("members", [])) > 1:
        screen.heading(f"Networks: {len(members)}, their predictions are averaged")
        names = list(members[0]["validation"])
        rows = [
            [
                str(number),
                str(member["epochs"]),
                str(member["best_epoch"]),
                *(score(member["validation"].get(name)) for name in names),
                member["stop_reason"],
            ]
            for number, member in enumerate(members, start=1)
        ]
        headers = ["network", "epochs", "best", *names, "ended by"]
        screen.table(headers, rows, numbers=range(len(headers) - 1))


def _width(encoder: Mapping[str, Any]) -> int:
    """Matrix columns of an encoder, by what is stored of it; one more where there were gaps."""
    if encoder.get("embedded"):
        return 1
    parts = encoder.get("parts", ())
    plain = len(encoder.get("levels", ("value",)))
    # Of a date days and year are a number each, what comes round is a sine and a cosine.
    width = sum(1 if part in ("days", "year") else 2 for part in parts) if parts else plain
    return width + bool(encoder["had_gaps"]) + bool(encoder.get("spikes"))


def _setting(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(
            "=".join(map(str, each)) if isinstance(each, (list, tuple)) else str(each) for each in value
        )
    return str(value)


def model_fields(artifact: Artifact) -> dict[str, Any]:
    """The JSON fields of `inspect`."""
    encoded = {each["name"]: each for each in artifact.encoders}
    columns = [asdict(column) | {"encoder": encoded.get(column.name)} for column in artifact.schema.columns]
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
    }
