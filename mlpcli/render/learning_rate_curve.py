"""A range test for people: the curve drawn in the terminal, the suggestion, the rules beside each other."""

import math
from typing import Any

from mlpcli.nn.suggestions import MEANINGS
from mlpcli.render.console import Screen, use_colour
from mlpcli.render.numbers import count, rate
from mlpcli.workflows.rate_search import LearningRateFinding

HEIGHT = 14
BRAILLE = "\u28ff"
"""Curves are drawn with characters of this block."""

AROUND = 24
"""Columns beside a drawn curve: the numbers of its axis and the name of the other one."""

NARROWEST, WIDEST = 20, 90
"""Columns of a curve; where there is no room for so many, none is drawn."""

FOR_WORDS = 60
"""Columns from which the rules are explained beside their rates."""


def learning_rate_report(screen: Screen, finding: LearningRateFinding) -> None:
    """Curve, suggestion, rules, and the command to type next."""
    screen.heading(
        f"Loss over learning rate ({count(finding.sweeps, 'sweep')}, {finding.optimizer}, "
        f"batches of {finding.batch_size})"
    )
    width = min(screen.width - AROUND, WIDEST)
    if screen.shows(BRAILLE) and width >= NARROWEST:
        screen.raw(_curve(screen, finding, width))
        screen.line(f"The upright line is at {rate(finding.suggestion)}.", "dim")
    screen.line()
    screen.line(f"Suggested learning rate: {rate(finding.suggestion)}  (rule {finding.rule})", "bold")
    low, high = finding.interval
    screen.line(f"  {'stable' if finding.stable else 'not stable'}: {finding.reason}")
    if finding.advice:
        screen.line(f"  {finding.advice}")
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
    screen.line(f"Next: mlpcli train ... --lr {rate(finding.suggestion)}", "bold")


def _curve(screen: Screen, finding: LearningRateFinding, width: int) -> str:
    import plotille

    shown = [
        (math.log10(point.learning_rate), point.smoothed)
        for point in finding.points
        if point.smoothed is not None
    ]
    rates, losses = [each[0] for each in shown], [each[1] for each in shown]
    span = max(max(losses) - min(losses), 1e-9)
    figure = plotille.Figure()
    figure.width, figure.height = width, HEIGHT
    figure.with_colors = use_colour(screen.stream)
    figure.color_mode = "names"
    figure.origin = False  # it would be a second upright line, at a rate of 1
    figure.x_label, figure.y_label = "rate", "loss"
    marked = math.log10(finding.suggestion)
    figure.set_x_limits(min_=min(rates[0], marked), max_=max(rates[-1], marked))
    low = min(losses) - 0.05 * span
    figure.set_y_limits(min_=max(low, 0.0) if min(losses) >= 0 else low, max_=max(losses) + 0.05 * span)
    figure.y_ticks_fkt = _loss
    figure.x_ticks_fkt = _rate
    figure.plot(rates, losses, lc="cyan")
    left, right = figure.x_limits()
    figure.axvline((marked - left) / (right - left), lc="green")
    return str(figure.show())


def _loss(value: float, following: float) -> str:
    """A label of the upright axis, with as many digits as tell it from the next one."""
    digits = -math.floor(math.log10(following - value))
    return f"{value:.{digits}f}" if 0 <= digits <= 6 else f"{value:.3g}"


def _rate(value: float, following: float) -> str:
    return rate(10**value)


def learning_rate_fields(finding: LearningRateFinding) -> dict[str, Any]:
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
