"""Differences between rows and those of training."""

from typing import TYPE_CHECKING, Any

from mlpcli.render.drift_sentences import percent, sentence

if TYPE_CHECKING:
    from mlpcli.render.html_report.detail import Detail
    from mlpcli.workflows.drift import Drift
    from mlpcli.workflows.drifting.columns import ColumnShift

LEVEL_BINS = 10
"""Bins or levels of a shift that are drawn."""


def drift_of(found: "Drift", detail: "Detail") -> dict[str, Any]:
    """Columns whose values have shifted, and in words how."""
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
