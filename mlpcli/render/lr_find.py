"""Results of lr-find for people (curve, suggestion, rules), and as the fields of a JSON object."""

import math
from typing import TYPE_CHECKING, Any

from mlpcli.errors import Sentence, count
from mlpcli.nn.suggestions import MEANINGS
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.formatting import rate
from mlpcli.render.terminal_curve import BRAILLE, Curve, Mark, draw

if TYPE_CHECKING:
    from mlpcli.training.learning_rate import LearningRateFinding

HEIGHT = 12
NARROWEST, WIDEST = 40, 76
"""Columns of a curve; on a narrower screen none is drawn."""
FOR_WORDS = 60
"""Columns from which the rules are explained."""


def report(screen: Screen, finding: "LearningRateFinding") -> None:
    """Curve, suggestion, rules, and the command to type next."""
    screen.heading(
        f"Loss over learning rate ({count(finding.sweeps, 'sweep')}, {finding.optimizer}, "
        f"batches of {finding.batch_size})"
    )
    width = min(screen.width, WIDEST)
    if screen.shows(BRAILLE) and width >= NARROWEST:
        screen.raw("\n".join(_curve(screen, finding, width)))
    screen.line()
    screen.line(f"Suggested learning rate: {rate(finding.suggestion)}  (rule {finding.rule})", "bold")
    low, high = finding.interval
    screen.line(f"  {'stable' if finding.stable else 'not stable'}: {screen.told(finding.reason)}")
    if finding.advice:
        screen.line(f"  {screen.told(finding.advice)}")
    if finding.sweeps > 1:
        screen.line(f"  single sweeps suggest {rate(low)} to {rate(high)}", "dim")
    screen.line()
    columns = 4 if screen.width >= FOR_WORDS else 2
    rows = [
        [name, rate(value), " to ".join(map(rate, finding.spreads[name])), MEANINGS[name]]
        for name, value in finding.rules.items()
    ]
    heads = ["rule", "rate", "single sweeps", "which is"]
    screen.table(heads[:columns], [row[:columns] for row in rows], numbers=(1,))
    screen.line()
    screen.line(Sentence("Next: mlpcli train ... {learning_rate} {}", rate(finding.suggestion)), "bold")


def _curve(screen: Screen, finding: "LearningRateFinding", width: int) -> list[str]:
    shown = [
        (math.log10(point.learning_rate), point.smoothed)
        for point in finding.points
        if point.smoothed is not None
    ]
    rates, losses = [each[0] for each in shown], [each[1] for each in shown]
    cyan, green = ("cyan", "green") if use_colour(screen.stream) else (None, None)
    first, last = (rate(10**each) for each in (rates[0], rates[-1]))
    return draw(
        [Curve(rates, losses, cyan)],
        width,
        HEIGHT,
        x_label=f"learning rate (dotted: {rate(finding.suggestion)})",
        ends=(first, last),
        marks=[Mark(math.log10(finding.suggestion), green)],
        highest=max(losses),
    )


def fields(finding: "LearningRateFinding") -> dict[str, Any]:
    """The JSON fields of `lr-find`."""
    return {
        "suggestion": finding.suggestion,
        "rule": finding.rule,
        "interval": list(finding.interval),
        "stable": finding.stable,
        "reason": finding.reason,
        "rules": finding.rules,
        "spreads": {name: list(spread) for name, spread in finding.spreads.items()},
        "points": [
            {"lr": point.learning_rate, "loss": point.loss, "smoothed": point.smoothed}
            for point in finding.points
        ],
        "sweeps": finding.sweeps,
        "batch_size": finding.batch_size,
        "optimizer": finding.optimizer,
    }
