"""The model itself: its columns, training, settings, receipt and use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mlpcli.headlines import HEADLINES
from mlpcli.render.formatting import duration, option_name
from mlpcli.render.html_report.column_values import ColumnValues, column_values
from mlpcli.render.html_report.sections.pictures import Pictures
from mlpcli.render.html_report.texts import shown
from mlpcli.render.model_tables import changes_text, setting_text
from mlpcli.render.training_words import (
    epochs_lines,
    inputs_text,
    network_text,
    race_lines,
    refit_lines,
    rows_text,
)
from mlpcli.settings import AUTO, NONE
from mlpcli.text_width import shell_word
from mlpcli.workflows.reporting.parts import Absent

if TYPE_CHECKING:
    from mlpcli.render.html_report.detail import Detail
    from mlpcli.workflows.explanation.result import Explanation
    from mlpcli.workflows.reporting.parts import ReportParts


def facts(parts: "ReportParts") -> list[tuple[str, str]]:
    """Lines below the title: what was learned, from what, when."""
    artifact = parts.model.artifact
    receipt, schema = artifact.receipt, artifact.schema
    lines = [("predicts", f"{_joined(schema.target)} ({schema.task}: {schema.task_reason})")]
    if "classes" in artifact.target:
        lines.append(("classes", _joined(parts.model.task.labels)))
    lines += [
        ("learned from", f"{_files(receipt['data'])}; {rows_text(receipt['rows'], _folds(parts))}"),
        ("inputs", inputs_text(schema)),
    ]
    if parts.has_data:
        lines.append(("measured on", _joined(parts.data) or "a DataFrame"))
    made = f"mlpcli {receipt['versions'].get('mlpcli', '')}".strip()
    written = receipt.get("written", "")
    lines.append(("made by", f"{made}, {written}" if written else made))
    if parts.file:
        lines.append(("model file", parts.file))
    return lines


def _joined(names: Sequence[str], most: int = 12) -> str:
    left = len(names) - most
    return ", ".join(map(shown, names[:most])) + (f", and {left:,} more" if left > 0 else "")


def _files(data: str | Sequence[str]) -> str:
    if isinstance(data, str):
        return shown(data, 80)
    return _joined(["stdin" if each == "-" else each.rpartition("/")[2] for each in data])


def _folds(parts: "ReportParts") -> int:
    return parts.model.artifact.settings.get("folds") or 0


def columns(parts: "ReportParts", explanation: "Explanation | None", detail: "Detail") -> dict[str, Any]:
    """Inputs with their values in training, the most important first where that is known, and the others."""
    from mlpcli.data.encoders import CategoryEncoder
    from mlpcli.data.sketch_sets import levels_of

    model = parts.model
    schema, encoders = model.artifact.schema, model.encoder.encoders
    order = list(range(len(schema.inputs)))
    if explanation is not None:
        ranks = {each.name: place for place, each in enumerate(explanation.columns)}
        order.sort(key=lambda place: ranks.get(schema.inputs[place].name, len(ranks)))
    told = []
    for rank, place in enumerate(order[: detail.rows]):
        column, encoder = schema.inputs[place], encoders[place]
        values: ColumnValues | None = None
        if not isinstance(parts.sketches, Absent):
            values = column_values(
                column, parts.sketches.columns[place], levels_of(encoder), parts.sketches.rows
            )
            if rank >= detail.columns:
                values = replace(values, bars=())
        elif isinstance(encoder, CategoryEncoder):
            values = ColumnValues((), f"{len(encoder.levels):,} values", "")
        told.append({"column": column, "values": values})
    left_out = [(each.name, each.kind, each.reason) for each in schema.left_out]
    return {
        "inputs": told,
        "left": len(order) - len(told),
        "pictured": detail.columns if len(order) > detail.columns else 0,
        "by_importance": explanation is not None,
        "left_out": left_out[: detail.rows],
        "more_left_out": max(len(left_out) - detail.rows, 0),
        "has_values": not isinstance(parts.sketches, Absent),
        "no_values": parts.sketches.reason if isinstance(parts.sketches, Absent) else "",
    }


def training(parts: "ReportParts", pictures: Pictures) -> dict[str, Any]:
    """How the networks were trained, with their losses."""
    from mlpcli.render.plots.report import loss_figure, metric_figure

    artifact = parts.model.artifact
    receipt, history = artifact.receipt, artifact.history
    patience, validated = artifact.settings.get("patience") or 0, "validation" in artifact.scores
    networks = [
        ("network", network_text(each["network"], artifact.encoders, members))
        for place, each in enumerate(artifact.configurations)
        if (members := sum(one["configuration"] == place for one in receipt["members"]))
    ]
    lines = [
        *networks,
        *epochs_lines(receipt["members"], receipt["stop_reason"], patience, validated=validated),
        *refit_lines(receipt),
        *race_lines(receipt),
        ("time", duration(receipt["seconds"])),
    ]
    drawn = []
    if history:
        said = "Loss on training and validation rows over epochs."
        drawn.append(pictures.of("loss", said, partial(loss_figure, history, receipt["best_epoch"])))
        names = [name for name in HEADLINES[artifact.schema.task] if _has(history, name)]
        names = names or [name for name in history[0]["metrics"] if _has(history, name)]
        for name in names[:1]:
            said = f"{name} on validation rows over epochs."
            drawn.append(pictures.of("metric", said, partial(metric_figure, history, name)))
    return {"lines": lines, "pictures": drawn}


def _has(history: Sequence[Mapping[str, Any]], metric: str) -> bool:
    return any(each["metrics"].get(metric) is not None for each in history)


def settings(parts: "ReportParts") -> list[tuple[str, str]]:
    """The settings that are neither empty nor off, by the names of their options."""
    artifact = parts.model.artifact
    lines = [
        (option_name(name), setting_text(value))
        for name, value in artifact.settings.items()
        if value not in (None, [], (), "", False, NONE, AUTO)
    ]
    for each in artifact.configurations[1:]:
        lines.append((f"configuration {each['name']}", changes_text(each["changes"])))
    return lines


def receipt(parts: "ReportParts") -> list[tuple[str, str]]:
    """What the model file says of its making."""
    receipt = parts.model.artifact.receipt
    data = receipt["data"]
    lines = [
        ("data", data if isinstance(data, str) else ", ".join(data)),
        ("rows", ", ".join(f"{number:,} {name}" for name, number in receipt["rows"].items() if number)),
        ("digest of the rows", receipt["digest"]),
        ("digest of the weights", receipt.get("weights", "")),
        ("command", receipt["command"] or "(from Python)"),
        ("seed", str(receipt["seed"])),
        ("threads", str(receipt["threads"])),
        ("engine", receipt.get("engine", "")),
        ("versions", ", ".join(f"{name} {version}" for name, version in receipt["versions"].items())),
        ("platform", receipt["platform"]),
        ("written", receipt.get("written", "")),
    ]
    return [(name, value) for name, value in lines if value]


def use(parts: "ReportParts") -> dict[str, Any]:
    """Commands and lines of Python, with the columns that new rows must have."""
    file = parts.file or "model.joblib"
    word = shell_word(file)
    schema = parts.model.artifact.schema
    proba = "" if schema.task == "regression" else "model.predict_proba(frame)\n"
    return {
        "shell": f"mlpcli predict {word} new.csv -o predicted.csv\n"
        f"mlpcli evaluate {word} new.csv\n"
        f"mlpcli inspect {word}",
        "python": f"import mlpcli, pandas\n\nmodel = mlpcli.load({file!r})\n"
        f"frame = pandas.read_csv('new.csv')\nmodel.predict(frame)\n{proba}"
        f"mlpcli.evaluate(model, frame).metrics",
        "columns": [each.name for each in schema.table_inputs][:60],
        "more": max(len(schema.table_inputs) - 60, 0),
    }
