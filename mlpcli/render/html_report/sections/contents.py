"""All sections of a report, as the template takes them."""

from typing import TYPE_CHECKING, Any

from mlpcli.render.html_report.sections.about import columns, facts, receipt, settings, training, use
from mlpcli.render.html_report.sections.drift import drift_of
from mlpcli.render.html_report.sections.effects import effects, explained_rows
from mlpcli.render.html_report.sections.pictures import Pictures
from mlpcli.render.html_report.sections.scores import errors, score_tables, slices
from mlpcli.render.html_report.summary import (
    SEEN,
    headlines,
    scored,
    sentences,
)
from mlpcli.workflows.reporting.parts import Absent

if TYPE_CHECKING:
    from mlpcli.render.html_report.detail import Detail
    from mlpcli.workflows.reporting.parts import ReportParts

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
        "facts": facts(parts),
        "sections": SECTIONS,
        "absent": absences(parts),
        "sentences": sentences(parts, scores),
        "headlines": headlines(parts, scores) if scores is not None else [],
        "remark": scores.remark if scores is not None else "",
        "notes": parts.notes,
        "seen": SEEN if evaluation is not None and evaluation.seen_in_training else "",
        "scores": score_tables(parts, evaluation, detail),
        "errors": None if evaluation is None else errors(evaluation, pictures, detail),
        "effects": None if explanation is None else effects(explanation, pictures, detail),
        "rows": [] if explanation is None else explained_rows(explanation),
        "slices": None if evaluation is None else slices(evaluation, detail),
        "drift": None if drift is None else drift_of(drift, detail),
        "columns": columns(parts, explanation, detail),
        "training": training(parts, pictures),
        "findings": parts.model.artifact.receipt.get("findings", []),
        "settings": settings(parts),
        "receipt": receipt(parts),
        "use": use(parts),
    }


def _there(part: Any) -> Any:
    return None if isinstance(part, Absent) else part
