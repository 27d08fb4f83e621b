"""Sections of a report, as the template takes them: texts, tables and pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.headlines import HEADLINES
from mlpcli.metrics.evaluation_curves import ClassCurves, ValueCurves
from mlpcli.number_text import same_precision, short, spans, text
from mlpcli.render.drift_sentences import percent, sentence
from mlpcli.render.evaluation.tables import ReportTable, metrics_table, tables_of
from mlpcli.render.formatting import duration, option_name
from mlpcli.render.html_report.column_values import ColumnValues, column_values
from mlpcli.render.html_report.summary import (
    SEEN,
    headlines,
    scored,
    sentences,
    slice_metric,
    worse_slices,
)
from mlpcli.render.html_report.texts import MEANINGS, shown
from mlpcli.render.model_tables import changes_text, setting_text
from mlpcli.render.training_words import (
    epochs_lines,
    inputs_text,
    network_text,
    race_lines,
    refit_lines,
    rows_text,
    scores_title,
)
from mlpcli.settings import AUTO, NONE
from mlpcli.text_width import shell_word
from mlpcli.workflows.reporting.parts import Absent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mlpcli.render.html_report.detail import Detail
    from mlpcli.workflows.drift import Drift
    from mlpcli.workflows.drifting.columns import ColumnShift
    from mlpcli.workflows.evaluation.result import Confusion, Evaluation
    from mlpcli.workflows.explanation.result import ExplainedRow, Explanation
    from mlpcli.workflows.reporting.parts import ReportParts

MOST_TARGETS = 4
"""Targets whose errors are drawn."""
MOST_RANKED = 5
"""Classes of which rank curves are drawn; of more a table tells."""
MOST_IMPORTANT = 40
"""Columns whose importance is shown."""
MOST_WORSE = 10
"""Slices that are worse, of which a table tells."""
SMALLEST = 1e-9
"""Effects below are zero but for rounding."""
LEVEL_BINS = 10
"""Bins or levels of a shift that are drawn."""
SECTIONS = {
    "scores": "How good is it?",
    "errors": "Where is it right and wrong?",
    "effects": "What drives its predictions?",
    "rows": "Single rows and their reasons",
    "slices": "Is it worse for some rows?",
    "drift": "Do these rows look like those of training?",
    "columns": "Which columns does it use?",
    "training": "How was it trained?",
    "settings": "Settings",
    "receipt": "Receipt",
    "use": "How is it used?",
}
"""Titles by the name that is an anchor of the page."""


@dataclass(frozen=True)
class Picture:
    """An SVG element, whose texts are escaped, and the words below it."""

    svg: str
    caption: str = ""


class Pictures:
    """Pictures by name, drawn when first asked for."""

    def __init__(self, parts: "ReportParts") -> None:
        self._parts = parts
        self._drawn: dict[str, Picture] = {}

    def of(self, name: str, alt: str, figure: "Callable[[], Figure]", caption: str = "") -> Picture:
        """The picture of a name, which is unique in the page."""
        from mlpcli.render.html_report.svg import svg_of

        if name not in self._drawn:
            self._drawn[name] = Picture(svg_of(figure(), name, alt), caption)
        return self._drawn[name]


def absences(parts: "ReportParts") -> dict[str, str]:
    """For each section why it is absent; "" of one that is there."""
    artifact = parts.model.artifact
    found = dict.fromkeys(SECTIONS, "")
    if isinstance(parts.evaluation, Absent):
        found["errors"] = found["slices"] = parts.evaluation.reason
        found["scores"] = "" if artifact.scores else parts.evaluation.reason
    elif not parts.sliced:
        found["slices"] = "No column of the model is known to have few values."
    if isinstance(parts.explanation, Absent):
        found["effects"] = found["rows"] = parts.explanation.reason
    if isinstance(parts.drift, Absent):
        found["drift"] = parts.drift.reason
    return found


def contents(parts: "ReportParts", pictures: Pictures, detail: "Detail") -> dict[str, Any]:
    """All that the template takes."""
    scores = scored(parts)
    evaluation, explanation = _there(parts.evaluation), _there(parts.explanation)
    drift = _there(parts.drift)
    return {
        "title": parts.title,
        "facts": _facts(parts),
        "sections": SECTIONS,
        "absent": absences(parts),
        "sentences": sentences(parts, scores),
        "headlines": headlines(parts, scores) if scores is not None else [],
        "remark": scores.remark if scores is not None else "",
        "notes": parts.notes,
        "seen": SEEN if evaluation is not None and evaluation.seen_in_training else "",
        "scores": _scores(parts, evaluation, detail),
        "errors": None if evaluation is None else _errors(evaluation, pictures, detail),
        "effects": None if explanation is None else _effects(explanation, pictures, detail),
        "rows": [] if explanation is None else _rows(explanation),
        "slices": None if evaluation is None else _slices(evaluation, detail),
        "drift": None if drift is None else _drift(drift, detail),
        "columns": _columns(parts, explanation, detail),
        "training": _training(parts, pictures),
        "findings": parts.model.artifact.receipt.get("findings", []),
        "settings": _settings(parts),
        "receipt": _receipt(parts),
        "use": _use(parts),
    }


def _there(part: Any) -> Any:
    return None if isinstance(part, Absent) else part


def _facts(parts: "ReportParts") -> list[tuple[str, str]]:
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


def _scores(parts: "ReportParts", evaluation: "Evaluation | None", detail: "Detail") -> list[ReportTable]:
    """Metrics beside the baseline: on the rows given, then as training stored them."""
    tables = []
    if evaluation is not None:
        first = metrics_table(
            f"Scores on {count(evaluation.rows, 'row')}",
            evaluation.metrics,
            evaluation.baseline,
            evaluation.reasons,
            evaluation.intervals,
            evaluation.level,
        )
        below = [*first.below, f"Intervals: bootstrap with {evaluation.resamples:,} resamples of the rows."]
        above = [SEEN] if evaluation.seen_in_training else []
        tables.append(_with_meanings(replace(first, above=above, below=below)))
        tables += [
            _cut(each, detail.rows)
            for each in tables_of(evaluation, True)
            if each.title in ("Classes", "Targets")
        ]
    artifact = parts.model.artifact
    for part, scores in reversed(artifact.scores.items()):
        title = scores_title(part, scores["rows"], _folds(parts)) + ", stored at training"
        table = metrics_table(title, scores["metrics"], scores["baseline"], scores.get("reasons", {}))
        tables.append(table if tables else _with_meanings(table))
    return tables


def _with_meanings(table: ReportTable) -> ReportTable:
    headers = [*table.headers, "what it is"]
    rows = [[*row, MEANINGS.get(row[0], "")] for row in table.rows]
    return replace(table, headers=headers, rows=rows)


def _cut(table: ReportTable, most: int) -> ReportTable:
    left = len(table.rows) - most
    if left <= 0:
        return table
    return replace(table, rows=table.rows[:most], below=[*table.below, f"and {left:,} more"])


def _errors(found: "Evaluation", pictures: Pictures, detail: "Detail") -> dict[str, Any]:
    """Curves, and the confusion matrix or its worst pairs."""
    told: dict[str, Any] = {"pictures": [], "confusion": None, "tables": []}
    if isinstance(found.curves, ClassCurves):
        told["pictures"] = _class_pictures(found, found.curves, pictures)
    elif isinstance(found.curves, ValueCurves):
        told["pictures"] = _value_pictures(found, found.curves, pictures)
    if found.confusion is not None:
        if len(found.confusion.labels) <= detail.classes:
            told["confusion"] = _confusion(found.confusion)
        else:
            told["tables"].append(_confused(found.confusion, detail.rows))
    elif found.task == "multilabel" and isinstance(found.curves, ClassCurves):
        told["tables"].append(_decisions(found, found.curves, detail.rows))
    told["tables"] += [
        _cut(each, detail.rows) for each in tables_of(found, True) if each.title.startswith("Residuals")
    ]
    return told


def _class_pictures(found: "Evaluation", curves: ClassCurves, pictures: Pictures) -> list[Picture]:
    from mlpcli.render.plots.classes import plots_of_classes
    from mlpcli.render.plots.report import class_figure

    told = {
        "roc": (
            "True positive rate over the false positive rate for each threshold.",
            "ROC: the closer to the upper left corner, the better probabilities sort the rows.",
        ),
        "precision_recall": (
            "Precision over recall for each threshold.",
            "Precision over recall: the closer to the upper right corner, the better.",
        ),
        "calibration": (
            "Share that came true over the predicted probability.",
            "Calibration: on the diagonal, probabilities can be taken at their word.",
        ),
    }
    drawn = [name for name in plots_of_classes(curves) if name in told]
    if len(found.labels) > MOST_RANKED:
        drawn = [name for name in drawn if name == "calibration"]
    return [
        pictures.of(name, told[name][0], partial(class_figure, name, curves, found.labels), told[name][1])
        for name in drawn
    ]


def _value_pictures(found: "Evaluation", curves: ValueCurves, pictures: Pictures) -> list[Picture]:
    from mlpcli.render.plots.report import predicted_figure, residual_figure

    drawn = []
    for number, (pairs, name) in enumerate(zip(curves.targets[:MOST_TARGETS], found.labels, strict=False)):
        drawn.append(
            pictures.of(
                f"predicted{number}",
                f"Predicted over true values of {shown(name)}.",
                partial(predicted_figure, pairs),
                f"{shown(name)}: on the line, predictions are right.",
            )
        )
        drawn.append(
            pictures.of(
                f"residuals{number}",
                f"Histogram of true less predicted values of {shown(name)}.",
                partial(residual_figure, pairs),
                f"{shown(name)}: how far predictions are off, and how often.",
            )
        )
    return drawn


def _confusion(found: "Confusion") -> dict[str, Any]:
    """Counts with their shares of each true class."""
    rows = []
    for label, counts in zip(found.labels, found.counts, strict=True):
        total = sum(counts) or 1.0
        rows.append((label, [(f"{each:,g}", each / total) for each in counts]))
    return {"labels": found.labels, "rows": rows}


def _confused(found: "Confusion", most: int) -> ReportTable:
    """The pairs of classes that are mistaken most often."""
    pairs = [
        (number, number / (sum(counts) or 1.0), label, found.labels[place])
        for label, counts in zip(found.labels, found.counts, strict=True)
        for place, number in enumerate(counts)
        if number and found.labels[place] != label
    ]
    pairs.sort(key=lambda each: -each[0])
    rows = [
        [true, predicted, f"{number:,g}", percent(share)]
        for number, share, true, predicted in pairs[: min(most, 20)]
    ]
    title = f"The most confused of {len(found.labels):,} classes"
    headers = ["true class", "predicted", "rows", "of the true class"]
    below = [] if rows else ["No class was mistaken for another."]
    if len(pairs) > len(rows):
        below = [f"and {count(len(pairs) - len(rows), 'more pair')}"]
    return ReportTable(title, headers, rows, (2, 3), below=below)


def _decisions(found: "Evaluation", curves: ClassCurves, most: int) -> ReportTable:
    """Of each label the rows that have it, and whether they were found."""
    rows = []
    for label, ((right_no, named), (missed, hit)) in zip(
        found.labels, curves.confusion.tolist(), strict=True
    ):
        rows.append([label, *(f"{each:,g}" for each in (hit, missed, named, right_no))])
    headers = ["label", "found", "missed", "named wrongly", "rightly not named"]
    return _cut(ReportTable("Decisions on each label", headers, rows, (1, 2, 3, 4)), most)


def _effects(found: "Explanation", pictures: Pictures, detail: "Detail") -> dict[str, Any]:
    from mlpcli.render.plots.report import curve_figure, limits_of, map_figure

    sizes = [each.importance if found.metric else each.mean_effect for each in found.columns]
    most = max([each for each in sizes if each is not None], default=0.0)
    texts, intervals = same_precision(sizes), spans(each.interval for each in found.columns)
    rows = [
        {
            "name": each.name,
            "bar": max(size or 0.0, 0.0) / most if most > 0 else 0.0,
            "size": said,
            "interval": interval if found.metric else "",
            "direction": each.direction,
        }
        for each, size, said, interval in zip(found.columns, sizes, texts, intervals, strict=True)
    ]
    most_rows = min(detail.rows, MOST_IMPORTANT)
    curves = found.curves[: detail.curves]
    limits = limits_of(curves) if curves else (0.0, 1.0)
    drawn = [
        pictures.of(
            f"curve{number}",
            f"{found.unit} over {shown(curve.grid.column)}: {shown(curve.direction, 80)}.",
            partial(curve_figure, curve, limits),
            shown(curve.direction, 80),
        )
        for number, curve in enumerate(curves)
    ]
    pair = None
    if found.pair is not None and curves:
        own = found.pair
        x, y = shown(own.x.column), shown(own.y.column)
        pair = pictures.of(
            "pair",
            f"{found.unit} over {x} and {y}.",
            partial(map_figure, own),
            f"{x} and {y}: of all pairs of the first columns these two work together most; "
            f"{percent(own.strength)} of what both do is done together. The stronger the colour, the higher.",
        )
    measured = (
        f"how much worse {found.metric} gets when the values of the column are shuffled "
        f"({found.level * 100:.10g} % interval)"
        if found.metric
        else f"how far the column moves a prediction on average, in {found.scale}"
    )
    return {
        "measured": measured,
        "interval": f"{found.level * 100:.10g} % interval" if found.metric else "",
        "whose": "" if found.of == found.target else found.of,
        "unit": found.unit,
        "rows": rows[:most_rows],
        "left": max(len(rows) - most_rows, 0),
        "curves": drawn,
        "curve_rows": found.curve_rows,
        "pair": pair,
        "drawn": found.scored_rows,
        "total": found.rows,
    }


def _rows(found: "Explanation") -> list[dict[str, Any]]:
    groups = (("Typical rows", found.typical), ("Surprising rows", found.surprising))
    return [
        {"title": title, "scale": found.scale, "rows": [_row(each) for each in rows]}
        for title, rows in groups
        if rows
    ]


def _row(row: "ExplainedRow") -> dict[str, Any]:
    head, colon, tail = row.place.partition(": ")
    rest = row.rest or 0.0
    most = max([abs(each.effect) for each in row.reasons] + [abs(rest)], default=0.0) or 1.0
    of = "" if row.of == row.prediction else f" of {row.of}"
    reasons = [(each.column, each.cell, each.effect, abs(each.effect) / most) for each in row.reasons]
    return {
        "place": f"{head.rpartition('/')[2]}{colon}{tail}",
        "why": row.why,
        "prediction": row.prediction,
        "probability": "" if row.probability is None else f"probability{of} {text(row.probability)}",
        "truth": row.truth,
        "of": row.of,
        "baseline": "" if row.baseline is None else short(row.baseline, 3),
        "rest": f"{rest:+.3g}" if abs(rest) > SMALLEST else "0",
        "reasons": [
            (column, cell, f"{effect:+.3g}", share, effect > 0) for column, cell, effect, share in reasons
        ],
    }


def _slices(found: "Evaluation", detail: "Detail") -> dict[str, Any]:
    name, worse = slice_metric(found), worse_slices(found)
    number = sum(map(len, found.slices.values()))
    table = None
    if name is None:
        said = "Slices are not compared with all rows, as the targets may have different units."
    elif worse:
        said = f"Worse than over all rows ({name} {text(found.metrics[name])}) by more than chance explains, "
        said += f"of {number} slices:"
        rows = [
            [
                column,
                value,
                f"{each.rows:,}",
                text(each.metrics[name]),
                *spans([(each.intervals or {})[name]]),
            ]
            for column, value, each in worse[:MOST_WORSE]
        ]
        headers = ["column", "value", "rows", name, f"{found.level * 100:.10g} % interval"]
        table = ReportTable("", headers, rows, (2, 3, 4))
    else:
        said = f"No slice of {number} is worse than all rows together ({name} "
        said += f"{text(found.metrics[name])}) by more than chance explains."
    tables = [
        _cut(
            replace(each, below=[line for line in each.below if not line.startswith("left out")]), detail.rows
        )
        for each in tables_of(found, True)
        if each.title.startswith("By ")
    ]
    return {
        "said": said,
        "worse": table,
        "tables": tables,
    }


def _drift(found: "Drift", detail: "Detail") -> dict[str, Any]:
    shifted = [each for each in found.columns if each.shifted]
    said = [sentence(each) for each in shifted]
    said += [sentence(each, predicted=True) for each in found.predictions if each.shifted]
    others = len(found.columns) - len(shifted)
    drawn = [_shift(each) for each in shifted[: min(detail.rows, 30)]]
    return {
        "rows": found.rows,
        "trained": found.sketched_rows,
        "sentences": said[: detail.rows],
        "shifts": drawn,
        "predictions": [_shift(each) for each in found.predictions[:12]],
        "others": others,
    }


def _shift(shift: "ColumnShift") -> dict[str, Any]:
    """Shares then and now as pairs of bars."""
    then, now = list(shift.then), list(shift.now)
    if shift.levels is not None and len(then) > LEVEL_BINS:
        then = [*then[: LEVEL_BINS - 1], sum(then[LEVEL_BINS - 1 :])]
        now = [*now[: LEVEL_BINS - 1], sum(now[LEVEL_BINS - 1 :])]
    most = max([*then, *now], default=0.0) or 1.0
    return {
        "name": shift.name,
        "shifted": shift.shifted,
        "pairs": [(one / most, other / most) for one, other in zip(then, now, strict=True)],
        "psi": "-" if shift.psi is None else f"{shift.psi:.2f}",
        "p": "-"
        if shift.adjusted_p is None
        else "<0.0001"
        if shift.adjusted_p < 1e-4
        else f"{shift.adjusted_p:.2g}",
        "missing": " to ".join(map(percent, shift.missing)) if max(shift.missing) else "",
    }


def _columns(parts: "ReportParts", explanation: "Explanation | None", detail: "Detail") -> dict[str, Any]:
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


def _training(parts: "ReportParts", pictures: Pictures) -> dict[str, Any]:
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


def _settings(parts: "ReportParts") -> list[tuple[str, str]]:
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


def _receipt(parts: "ReportParts") -> list[tuple[str, str]]:
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


def _use(parts: "ReportParts") -> dict[str, Any]:
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
