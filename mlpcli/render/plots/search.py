"""Picture of a search for settings: its course, and the loss over the values of each setting that varied."""

import math
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpcli.errors import count
from mlpcli.number_text import same_precision
from mlpcli.options.search_space import Domain
from mlpcli.render.plots.canvas import BLUE, INK, LINE, SMALL, WIDTH, figure_of
from mlpcli.render.plots.panels import Label, counting, end_labels
from mlpcli.render.plots.setting_panels import setting_panel
from mlpcli.render.plots.tried import CUT, WHOLE, WINNER, Tried, dots, measure
from mlpcli.training.brackets import FIRST_NETWORKS, Trial

COURSE, ROW, ABOVE = 2.6, 1.5, 0.5
"""Inches of the course, of a row of panels, and above them."""
ACROSS, MOST_PANELS = 3, 12
"""Panels of a row, and of a picture."""
TICKS, GAP = 0.6, 0.1
"""Inches for the ticks of y, and between panels of a row, about."""
BEST = "best of these so far"
"""Label of the line."""


def search_figure(
    trials: Sequence[Trial], winner: Trial, domains: Mapping[str, Domain], title: str = ""
) -> Figure:
    """Losses of the trials in their order, and below them a panel for each setting that varied.

    `winner` has trained to the end; `domains` has the values that settings could take, by name.
    """
    tried = Tried.of(trials, winner)
    varied = tried.varied
    shown = _foremost(tried, varied)
    across = min(max(len(shown), 1), ACROSS)
    rows = math.ceil(len(shown) / across)
    notes = _notes(tried, len(trials), [each for each in varied if each not in shown])
    figure = figure_of(WIDTH, COURSE + ROW * rows + ABOVE, title, notes)
    heights = [COURSE, ROW * rows] if rows else [COURSE]
    parts = figure.add_gridspec(len(heights), 1, height_ratios=heights)
    course = figure.add_subplot(parts[0])
    measure(course, tried)
    _course(course, tried, len(trials), len(winner.progress or ()))
    if rows:
        grid = parts[1].subgridspec(rows, across)
        for place, setting in enumerate(shown):
            axes = figure.add_subplot(grid[place // across, place % across], sharey=course)
            setting_panel(axes, tried, setting, domains.get(setting), (WIDTH - TICKS) / across - GAP)
            if place % across:
                axes.tick_params(labelleft=False)
            else:
                axes.set_ylabel("validation loss")
    return figure


def _foremost(tried: Tried, names: Sequence[str]) -> list[str]:
    """As many as have room: first those in which the winner differs from the preset, then the most varied."""
    values, usual = tried.values, tried.usual

    def rank(name: str) -> tuple[bool, int]:
        changed = usual is not None and values[usual][name] != values[tried.winner][name]
        return not changed, -len({repr(each[name]) for each in values})

    foremost = sorted(names, key=rank)[:MOST_PANELS]
    return [each for each in names if each in foremost]


def _notes(tried: Tried, trials: int, left_out: Sequence[str]) -> list[str]:
    """How many trials there are, how many of them are beyond the edges, and settings without a panel."""
    notes = [f"{count(trials, 'trial')}, {int(tried.whole.sum()):,} trained to the end"]
    above, below = int((tried.losses > tried.high).sum()), int((tried.losses < tried.low).sum())
    if above:
        notes.append(f"triangles at the top: {above:,} with a larger loss")
    if below:
        notes.append(f"triangles at the bottom: {below:,} with a smaller loss")
    if without := trials - len(tried.losses):
        notes.append(f"not drawn: {without:,} without a finite loss")
    if left_out:
        said = f"varied too: {', '.join(each.replace('_', '-') for each in left_out)}"
        notes += textwrap.wrap(said, LINE, break_on_hyphens=False)
    return notes


def _course(axes: Axes, tried: Tried, last: int, networks: int) -> None:
    """Trials in their order, the best so far as steps, and the preset's own as a line across.

    A trial that is not cut has so many networks.
    """
    axes.set(xlabel="trial", ylabel="validation loss")
    margin = 0.3 + 0.015 * last
    axes.set_xlim(1 - min(margin, 0.9), last + margin)
    counting(axes.xaxis, last)
    dots(axes, tried.numbers, tried)
    best = np.minimum.accumulate(tried.losses[tried.whole])
    axes.step(
        [*tried.numbers[tried.whole], last + margin],
        np.maximum([*best, best[-1]], tried.low),
        where="post",
        color=BLUE,
        linewidth=1.0,
        alpha=0.6,
        label=BEST,
    )
    _legend(axes, tried, networks)
    found = {"best": (float(best[-1]), BLUE)}
    if tried.usual is not None:
        found["first"] = float(tried.losses[tried.usual]), INK
        if found["best"][0] == found["first"][0]:
            del found["best"]
    texts = same_precision([loss for loss, _ in found.values()])
    labels = [
        Label(max(loss, tried.low), f"{word} {text}", colour)
        for text, (word, (loss, colour)) in zip(texts, found.items(), strict=True)
    ]
    end_labels(axes, labels)


def _legend(axes: Axes, tried: Tried, networks: int) -> None:
    """What dots and line mean, in a row above the axes."""
    handles, labels = axes.get_legend_handles_labels()
    found, number = dict(zip(labels, handles, strict=True)), tried.numbers[tried.winner]
    said = {
        WHOLE: WHOLE,
        BEST: BEST,
        CUT: f"{CUT}: loss of fewer epochs{' and networks' if networks > FIRST_NETWORKS else ''}",
        WINNER: f"{WINNER}: {'the preset' if tried.winner == tried.usual else f'trial {number:,.0f}'}",
    }
    shown = [each for each in said if each in found]
    axes.legend(
        [found[each] for each in shown],
        [said[each] for each in shown],
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(shown),
        frameon=False,
        fontsize=SMALL,
        borderaxespad=0.3,
        borderpad=0.0,
        handlelength=1.0,
        handletextpad=0.5,
        columnspacing=1.5,
    )
