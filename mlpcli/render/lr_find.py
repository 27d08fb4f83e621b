"""Results of lr-find for people (curve, suggestion, rules), and as the fields of a JSON object."""

import math
from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.nn.suggestions import MEANINGS
from mlpcli.number_text import MISSING
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.formatting import rate
from mlpcli.render.terminal_curve import BRAILLE, Curve, Mark, draw
from mlpcli.text_width import printable

if TYPE_CHECKING:
    from mlpcli.training.learning_rate import LearningRateFinding

FIELDS = (
    *("suggestion", "rule", "interval", "stable", "reason", "rules", "spreads", "points"),
    *("sweeps", "batch_size", "optimizer"),
)
"""JSON fields, which are those of the finding."""
HEIGHT = 12
NARROWEST, WIDEST = 40, 76
"""Columns of a curve; on a narrower screen none is drawn."""
FOR_WORDS = 60
"""Columns from which the rules are explained."""


def report(screen: Screen, finding: "LearningRateFinding", next_command: str) -> None:
    """Curve, suggestion, rules, and the command to type next."""
    screen.heading(
        f"Loss by learning rate ({count(finding.sweeps, 'sweep')}, {finding.optimizer}, "
        f"batches of {finding.batch_size})"
    )
    width = min(screen.width, WIDEST)
    if screen.shows(BRAILLE) and width >= NARROWEST:
        screen.raw("\n".join(_curve(screen, finding, width)))
    screen.line()
    screen.line(
        f"Suggested learning rate: {rate(finding.suggestion)}  (rule {finding.rule.replace('_', '-')})",
        "bold",
    )
    screen.line(f"  {'stable' if finding.stable else 'not stable'}: {screen.told(finding.reason)}")
    if finding.advice:
        screen.line(f"  {screen.told(finding.advice)}")
    if finding.sweeps > 1:
        screen.line(f"  single sweeps suggest {' to '.join(map(rate, finding.interval))}", "dim")
    screen.line()
    columns = 4 if screen.width >= FOR_WORDS else 2
    rows = [
        [
            name.replace("_", "-"),
            _found(finding, value),
            " to ".join(map(rate, finding.spreads[name])),
            MEANINGS[name],
        ]
        for name, value in finding.rules.items()
    ]
    heads = ["rule", "rate", "single sweeps", "meaning"]
    screen.table(heads[:columns], [row[:columns] for row in rows], numbers=(1,))
    screen.line()
    screen.raw(f"Next: {printable(next_command)}")


def _curve(screen: Screen, finding: "LearningRateFinding", width: int) -> list[str]:
    smoothed = {point.learning_rate: point.smoothed for point in finding.points}
    losses = {math.log10(each): loss for each, loss in smoothed.items() if loss is not None}
    cyan, green = ("cyan", "green") if use_colour(screen.stream) else (None, None)
    return draw(
        [Curve(list(losses), list(losses.values()), cyan)],
        width,
        HEIGHT,
        x_label=f"learning rate (dotted: {rate(finding.suggestion)})",
        ends=(rate(10 ** min(losses)), rate(10 ** max(losses))),
        marks=[Mark(math.log10(finding.suggestion), green)],
    )


def _found(finding: "LearningRateFinding", value: float) -> str:
    """The rate of a rule; - at the start of the sweep, where a rule ends that finds nothing."""
    return rate(value) if value > 1.01 * finding.points[0].learning_rate else MISSING


def fields(finding: "LearningRateFinding") -> dict[str, Any]:
    """The JSON fields of `lr-find`."""
    points = [
        {"lr": point.learning_rate, "loss": point.loss, "smoothed": point.smoothed}
        for point in finding.points
    ]
    found = {name: getattr(finding, name) for name in FIELDS}
    return found | {"interval": list(finding.interval), "points": points}
