"""The report in a few sentences, for who reads no further."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlpcli.errors import count
from mlpcli.headlines import HEADLINES, PARTS
from mlpcli.metrics import METRICS
from mlpcli.number_text import same_precision, spans
from mlpcli.render.html_report.texts import MEANINGS, shown
from mlpcli.render.training_words import remark
from mlpcli.workflows.reporting.parts import Absent

if TYPE_CHECKING:
    from mlpcli.workflows.evaluation.result import Evaluation
    from mlpcli.workflows.evaluation.slices import SliceScores
    from mlpcli.workflows.reporting.parts import ReportParts

FIRST = {
    "binary": "accuracy",
    "multiclass": "accuracy",
    "multilabel": "hamming_loss",
    "regression": "mae",
}
"""The metric of the first sentence, by task; that of several targets is in different units."""
OF_SEVERAL = "r2"
MOST_NAMED = 3
FEWEST_ROWS = 20
"""Of a slice that is called worse."""
SEEN = "The model learned from these rows: scores on them are too good, and new rows will do worse."


@dataclass(frozen=True)
class Headline:
    """A score in large letters."""

    metric: str
    meaning: str
    value: str
    interval: str
    baseline: str


@dataclass(frozen=True)
class Scored:
    """Scores on some rows."""

    rows: int
    metrics: Mapping[str, float | None]
    baseline: Mapping[str, float | None]
    intervals: "Mapping[str, tuple[float, float] | None] | None"
    remark: str
    """How far they can be trusted."""


def scored(parts: "ReportParts") -> Scored | None:
    """The scores that say most: those on the rows given if they are new, else those that training stored."""
    found, artifact = parts.evaluation, parts.model.artifact
    part = next((each for each in PARTS if each in artifact.scores), None)
    held_out = part is not None and part != "train"
    if not isinstance(found, Absent) and not (found.seen_in_training and held_out):
        said = (
            f"Scores on the {count(found.rows, 'row')} of {', '.join(map(shown, parts.data)) or 'the table'}."
        )
        if found.seen_in_training:
            said += f" {SEEN}"
        return Scored(found.rows, found.metrics, found.baseline, found.intervals, said)
    if part is None:
        return None
    scores = artifact.scores[part]
    folds = artifact.settings.get("folds") or 0
    refitted = any("refit" in each for each in artifact.receipt["members"])
    said = remark(part, scores["rows"], folds=folds, refitted=refitted)
    return Scored(scores["rows"], scores["metrics"], scores["baseline"], None, said)


def headlines(parts: "ReportParts", scores: Scored) -> list[Headline]:
    """A few scores, each with its interval and that of the baseline."""
    task = parts.model.task.name
    several = task == "regression" and len(parts.model.task.labels) > 1
    names = (OF_SEVERAL,) if several else HEADLINES[task]
    cards = []
    for name in names:
        value = scores.metrics.get(name)
        if value is None:
            continue
        ours, trivial = same_precision([value, scores.baseline.get(name)])
        spread = None if scores.intervals is None else scores.intervals.get(name)
        cards.append(Headline(name, MEANINGS[name], ours, spans([spread])[0] if spread else "", trivial))
    return cards


def sentences(parts: "ReportParts", scores: Scored | None) -> list[str]:
    """What the model does, how well, by what, and what to watch."""
    said = [_first(parts)]
    if scores is not None:
        said += _how_well(parts, scores)
    explanation, found, drift = parts.explanation, parts.evaluation, parts.drift
    if not isinstance(explanation, Absent) and explanation.columns:
        first = [
            f"{shown(each.name)}{f' ({shown(each.direction, 70)})' * bool(each.direction)}"
            for each in explanation.columns[:MOST_NAMED]
        ]
        kind = "class " if "classes" in parts.model.artifact.target else ""
        whose = "" if explanation.of == explanation.target else f" for {kind}{shown(explanation.of)}"
        said.append(f"What matters most{whose}: {'; '.join(first)}.")
    if not isinstance(found, Absent):
        worse = worse_slices(found)
        if worse:
            named = ", ".join(f"{shown(column)} = {shown(value)}" for column, value, _ in worse[:MOST_NAMED])
            said.append(f"It does worse where {named}.")
    if not isinstance(drift, Absent):
        shifted = [shown(each.name) for each in drift.shifted]
        if shifted:
            more = f" and {len(shifted) - MOST_NAMED:,} more" if len(shifted) > MOST_NAMED else ""
            said.append(f"These rows differ from those of training: {', '.join(shifted[:MOST_NAMED])}{more}.")
        else:
            said.append("These rows look like those of training.")
    return said


def _first(parts: "ReportParts") -> str:
    model, artifact = parts.model, parts.model.artifact
    target = ", ".join(shown(name) for name in artifact.schema.target[:MOST_NAMED])
    if len(artifact.schema.target) > MOST_NAMED:
        target += f" and {len(artifact.schema.target) - MOST_NAMED:,} more"
    kinds = {
        "binary": "two classes",
        "multiclass": f"{len(model.task.labels):,} classes",
        "multilabel": count(len(model.task.labels), "label"),
        "regression": "a number" if len(model.task.labels) == 1 else "numbers",
    }
    columns = count(len(artifact.schema.table_inputs), "column")
    rows = count(artifact.receipt["rows"]["train"], "row")
    return f"The model predicts {target} ({kinds[model.task.name]}) from {columns}. It learned from {rows}."


def _how_well(parts: "ReportParts", scores: Scored) -> list[str]:
    task = parts.model.task.name
    name = FIRST[task]
    if task == "regression" and len(parts.model.task.labels) > 1:
        name = OF_SEVERAL
    value, trivial = scores.metrics.get(name), scores.baseline.get(name)
    if value is None or trivial is None:
        return []
    if name == "accuracy":
        usual = f"always the most frequent class: {_percent(trivial)}"
        said = f"It is right for {_percent(value)} of the rows; {usual}."
    elif name == "hamming_loss":
        said = (
            f"{_percent(value)} of the labels are wrong; the same labels for each row: {_percent(trivial)}."
        )
    elif name == OF_SEVERAL:
        ours, theirs = (_percent(max(each, 0.0)) for each in (value, trivial))
        said = f"It explains {ours} of the variation; always the mean: {theirs}."
    else:
        ours, theirs = same_precision([value, trivial])
        said = f"It is off by {ours} on average; always the same number: {theirs}."
    return [said, *_verdict(name, value, trivial, scores)]


def _verdict(name: str, value: float, trivial: float, scores: Scored) -> list[str]:
    sign = 1 if METRICS[name].higher_is_better else -1
    spread = None if scores.intervals is None else scores.intervals.get(name)
    if sign * (value - trivial) <= 0:
        return ["That is not better than the baseline, so the model does not help here."]
    if spread is not None and spread[0] <= trivial <= spread[1]:
        return ["That may be chance: the baseline is within the interval."]
    return []


def _percent(share: float) -> str:
    if not share:
        return "0 %"
    return f"{100 * share:.1f} %" if not 0.1 <= share <= 0.9 else f"{100 * share:.0f} %"


def slice_metric(found: "Evaluation") -> str | None:
    """The metric by which slices are compared; None of several numbers, whose units may differ."""
    if found.task == "regression" and len(found.labels) > 1:
        return None
    return FIRST[found.task]


def worse_slices(found: "Evaluation") -> "list[tuple[str, str, SliceScores]]":
    """Slices whose score is worse than that of all rows by more than chance, the worst first."""
    name = slice_metric(found)
    if name is None:
        return []
    whole = found.metrics.get(name)
    sign = 1 if METRICS[name].higher_is_better else -1
    worse = []
    for column, slices in found.slices.items():
        for value, each in slices.items():
            score, spread = each.metrics.get(name), (each.intervals or {}).get(name)
            if whole is None or score is None or spread is None or each.rows < FEWEST_ROWS:
                continue
            best_end = spread[1] if sign > 0 else spread[0]
            if sign * (best_end - whole) < 0:
                worse.append((sign * (score - whole), column, value, each))
    return [each[1:] for each in sorted(worse, key=lambda each: each[0])]
