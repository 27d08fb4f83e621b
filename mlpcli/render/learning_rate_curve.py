"""A range test for people: the curve drawn in the terminal, the suggestion, the rules beside each other."""

import math
from dataclasses import asdict
from typing import Any

from mlpcli.render.console import Screen, use_colour
from mlpcli.render.numbers import count, rate
from mlpcli.workflows.lr_find import LearningRateFinding

HEIGHT = 16
BRAILLE = "\u28ff"
"""Curves are drawn with characters of this block."""


def learning_rate_report(screen: Screen, finding: LearningRateFinding) -> None:
    """Curve, suggestion, rules, and the command to type next."""
    screen.heading(
        f"Loss over learning rate ({count(finding.sweeps, 'sweep')}, {finding.optimizer}, "
        f"batches of {finding.batch_size})"
    )
    if screen.shows(BRAILLE):
        screen.raw(_curve(screen, finding))
    low, high = finding.interval
    screen.line(f"Suggested learning rate: {rate(finding.suggestion)}  (rule {finding.rule})", "bold")
    spread = f"single sweeps suggest {rate(low)} to {rate(high)}"
    verdict = "stable" if finding.stable else "not stable: more --sweeps or a larger --batch-size may help"
    screen.line(f"  {spread}: {verdict}", "dim")
    screen.table(
        ["rule", "rate"], [[name, rate(value)] for name, value in finding.rules.items()], numbers=(1,)
    )
    screen.line()
    screen.line(f"Next: mlpcli train ... --lr {rate(finding.suggestion)}", "bold")


def _curve(screen: Screen, finding: LearningRateFinding) -> str:
    import plotille

    shown = [
        (math.log10(point.learning_rate), point.smoothed, point.loss)
        for point in finding.points
        if point.smoothed is not None and point.loss is not None
    ]
    rates, smoothed = [each[0] for each in shown], [each[1] for each in shown]
    # The blow-up at the end would flatten the part that matters.
    start = sorted(smoothed[:10])[len(smoothed[:10]) // 2]
    lowest, top = min(smoothed), start + 0.5 * max(start - min(smoothed), 1e-9)
    figure = plotille.Figure()
    figure.width, figure.height = max(min(screen.width - 33, 90), 20), HEIGHT
    figure.with_colors = use_colour(screen.stream)
    figure.color_mode = "names"
    figure.x_label, figure.y_label = "log10(rate)", "loss"
    figure.set_x_limits(min_=math.log10(finding.points[0].learning_rate), max_=rates[-1])
    figure.set_y_limits(min_=lowest - 0.05 * (top - lowest), max_=top)
    figure.register_label_formatter(float, _label)
    figure.plot(rates, [min(value, top) for value in smoothed], lc="cyan")
    figure.axvline(
        (math.log10(finding.suggestion) - figure.x_limits()[0]) / _span(figure.x_limits()), lc="green"
    )
    return str(figure.show())


def _span(limits: tuple[float, float]) -> float:
    return limits[1] - limits[0]


def _label(value: float, chars: int, delta: float, left: bool = False) -> str:
    text = f"{value:.3g}"
    return text.ljust(chars) if left else text.rjust(chars)


def learning_rate_fields(finding: LearningRateFinding) -> dict[str, Any]:
    """The JSON fields of `lr-find`."""
    return {
        "suggestion": finding.suggestion,
        "rule": finding.rule,
        "interval": list(finding.interval),
        "stable": finding.stable,
        "rules": finding.rules,
        "points": [
            {"lr": point.learning_rate, **{name: asdict(point)[name] for name in ("loss", "smoothed")}}
            for point in finding.points
        ],
        "sweeps": finding.sweeps,
        "batch_size": finding.batch_size,
        "optimizer": finding.optimizer,
    }
