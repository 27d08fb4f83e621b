"""Scores, errors and decisions on the rows of a report."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.metrics.evaluation_curves import ClassCurves, ValueCurves
from mlpcli.number_text import spans, text
from mlpcli.render.drift_sentences import percent
from mlpcli.render.evaluation.tables import ReportTable, metrics_table, tables_of
from mlpcli.render.html_report.sections.about import _folds
from mlpcli.render.html_report.sections.pictures import Picture, Pictures
from mlpcli.render.html_report.summary import (
    SEEN,
    slice_metric,
    worse_slices,
)
from mlpcli.render.html_report.texts import MEANINGS, shown
from mlpcli.render.training_words import (
    scores_title,
)

if TYPE_CHECKING:
    from mlpcli.render.html_report.detail import Detail
    from mlpcli.workflows.evaluation.result import Confusion, Evaluation
    from mlpcli.workflows.reporting.parts import ReportParts

MOST_TARGETS = 4
"""Targets whose errors are drawn."""
MOST_RANKED = 5
"""Classes of which rank curves are drawn; of more a table tells."""
MOST_WORSE = 10
"""Slices that are worse, of which a table tells."""


def score_tables(
    parts: "ReportParts", evaluation: "Evaluation | None", detail: "Detail"
) -> list[ReportTable]:
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


def errors(found: "Evaluation", pictures: Pictures, detail: "Detail") -> dict[str, Any]:
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


def slices(found: "Evaluation", detail: "Detail") -> dict[str, Any]:
    """Scores of the rows of each level or bin of a column."""
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
