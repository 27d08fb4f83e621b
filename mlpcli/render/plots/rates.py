"""Picture of a range test: loss over the learning rate, and the suggestions of the rules."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpcli.arrays import Array
from mlpcli.render.formatting import rate
from mlpcli.render.plots.canvas import BLUE, GREY, MUTED, SMALL, VERMILLION, WIDTH, figure_of, name
from mlpcli.render.plots.panels import logarithmic, plain_numbers, write
from mlpcli.training.learning_rate import LearningRateFinding

HEIGHT = 3.6
START = 10
"""First losses whose median is the loss at the start."""
CHARACTER = 0.6
"""Width of a character in font sizes, a generous guess."""
AXES_SHARE = 0.9
"""Share of the width for the axes, about; the rest is for the ticks of y."""
TIER = 10.0
"""Points between two lines of names."""


def rates_figure(finding: LearningRateFinding, title: str = "") -> Figure:
    """Losses (light), the smoothed curve, the interval of single sweeps (shaded), rates of rules."""
    low, high = finding.interval
    verdict = "stable" if finding.stable else "not stable"
    note = f"shaded: single sweeps suggest {rate(low)} to {rate(high)} ({verdict})"
    figure = figure_of(WIDTH, HEIGHT, title, [note])
    axes = figure.add_subplot()
    rates = np.array([point.learning_rate for point in finding.points])
    # None becomes NaN.
    losses = np.array([point.loss for point in finding.points], dtype=np.float64)
    smoothed = np.array([point.smoothed for point in finding.points], dtype=np.float64)
    shown = [*rates, finding.suggestion, *finding.rules.values()]
    axes.set_xlim(min(shown), max(shown))
    logarithmic(axes.xaxis)
    axes.set_ylim(*_limits(losses, smoothed))
    plain_numbers(axes.yaxis)
    axes.set(xlabel="learning rate", ylabel="loss")
    axes.axvspan(low, high, color=VERMILLION, alpha=0.12, linewidth=0)
    if low == high:
        axes.axvline(low, color=VERMILLION, alpha=0.12, linewidth=4)
    axes.plot(rates, losses, "o", color=GREY, markersize=2.2, alpha=0.7, markeredgewidth=0)
    axes.plot(rates, smoothed, color=BLUE, linewidth=1.6)
    axes.axvline(finding.suggestion, color=VERMILLION, linewidth=1.2)
    _name_rules(axes, finding, rates, smoothed)
    return figure


def _limits(losses: Array, smoothed: Array) -> tuple[float, float]:
    """Limits around the valley; the blow-up at high rates may leave the picture."""
    finite, curve = losses[np.isfinite(losses)], smoothed[np.isfinite(smoothed)]
    start, lowest = float(np.median(curve[:START])), float(curve.min())
    first = finite[: max(len(finite) // 2, 2)]  # of few rates the others may be beyond the blow-up
    noise = float(np.quantile(first, 0.95) - np.quantile(first, 0.05))
    span = max(start - lowest, noise, 1e-3 * abs(start), 1e-12)
    bottom = min(lowest, float(np.quantile(finite, 0.02)))
    return bottom - 0.08 * span, max(start, float(np.quantile(first, 0.98))) + 0.35 * span


def _name_rules(axes: Axes, finding: LearningRateFinding, rates: Array, smoothed: Array) -> None:
    """Write names above the axes like flags, to the right of their poles, which end at the curve.

    From right to left, a flag that would touch one on its right goes above it, so no pole is crossed.
    """
    low, high = np.log(axes.get_xlim())
    points = WIDTH * 72 * AXES_SHARE
    bottom, top = axes.get_ylim()
    usable = np.isfinite(smoothed)
    flags: list[tuple[float, int]] = []
    for value, text in sorted(_names(finding).items(), reverse=True):
        chosen = value == finding.suggestion
        place = float((np.log(value) - low) / (high - low) * points)
        end = place + CHARACTER * SMALL * (len(text) + 2) * (1.15 if chosen else 1.0)
        tier = max((tier + 1 for other, tier in flags if other < end), default=0)
        flags.append((place, tier))
        height = float(np.interp(np.log(value), np.log(rates[usable]), smoothed[usable]))
        colour = VERMILLION if chosen else MUTED
        axes.plot([value, value], [max(bottom, min(height, top)), top], color=colour, linewidth=0.5)
        if bottom <= height <= top:
            size, order = (5.0, 6) if chosen else (3.5, 5)
            axes.plot(value, height, "o", color=colour, markersize=size, zorder=order, clip_on=False)
        at, frame, weight = (value, 1.0), ("data", "axes fraction"), "bold" if chosen else "normal"
        write(axes, text, at, (2, 3 + TIER * tier), frame, color=colour, size=SMALL, weight=weight)
        pole = {"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0}
        write(axes, "", at, (0, 3 + TIER * (tier + 0.8)), frame, arrowprops=pole)


def _names(finding: LearningRateFinding) -> dict[float, str]:
    """For each rate the rules that take it; the suggestion with its number."""
    rules: dict[float, list[str]] = {}
    for rule, value in finding.rules.items():
        rules.setdefault(value, []).append(name(rule))
    names = {value: ", ".join(each) for value, each in rules.items()}
    others = [name(rule) for rule, value in finding.rules.items() if value == finding.suggestion]
    said = ", ".join(dict.fromkeys([name(finding.rule), *others]))
    return names | {finding.suggestion: f"{rate(finding.suggestion)} ({said})"}
