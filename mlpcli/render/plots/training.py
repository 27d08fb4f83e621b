"""Picture of a training: loss, headline metric, learning rate and layers over epochs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpcli.arrays import Array
from mlpcli.errors import count
from mlpcli.nn.fitting import EpochRecord
from mlpcli.number_text import text
from mlpcli.render.formatting import span
from mlpcli.render.plots.canvas import BLUE, GREY, MUTED, ORANGE, SMALL, VERMILLION, WIDTH, figure_of, number
from mlpcli.render.plots.layers import LayerPanel, draw_layers, layer_panels
from mlpcli.render.plots.panels import Label, counting, end_labels, measuring, plain_numbers, write

History = tuple[Sequence[EpochRecord], int]
"""The records of one network, and its best epoch."""
Take = Callable[[EpochRecord], float | None]
TRAIN_LOSS, VALIDATION_LOSS, RATE = map(attrgetter, ("train_loss", "validation_loss", "learning_rate"))

LOSS_HEIGHT, SMALL_HEIGHT = 2.4, 1.5
"""Inches of a row of panels."""
FLAG_PAD = 14.0
"""Points between axes and title if a flag is between them."""
FEW_EPOCHS = 12
"""Up to so many epochs are shown as dots too."""


def training_figure(histories: Sequence[History], headline: str, title: str = "") -> Figure:
    """One network in full, or several as thin lines; with panels of the layers if they were diagnosed."""
    histories = [each for each in histories if each[0]]
    last = max(records[-1].epoch for records, _ in histories)
    validated = bool(_finite(histories, VALIDATION_LOSS))
    rates = sorted(set(_finite(histories, RATE)))
    layers, notes = layer_panels([records for records, _ in histories])

    series = [Series("training", TRAIN_LOSS, ORANGE)]
    if validated:
        series.append(Series("validation", VALIDATION_LOSS, BLUE))
    top = [Panel("loss", series, VALIDATION_LOSS if validated else None)]
    small = []

    def metric(record: EpochRecord) -> float | None:
        return record.metrics.get(headline)

    if _finite(histories, metric):
        small.append(Panel(f"validation {headline}", [Series("", metric, BLUE)], metric))
    if len(rates) > 1:
        small.append(Panel("learning rate", [Series("", RATE, MUTED)], None, linear=True))
    else:
        notes = [*(f"learning rate {number(rate)}" for rate in rates), *notes]
    rows: list[Sequence[Panel | LayerPanel]] = [top, small, layers[:2], layers[2:]]
    rows = [row for row in rows if row]

    heights = [LOSS_HEIGHT, *([SMALL_HEIGHT] * (len(rows) - 1))]
    figure = figure_of(WIDTH, sum(heights) + 0.5, title, [*_best(histories, validated), *notes])
    grid = figure.add_gridspec(len(rows), 2, height_ratios=heights)
    for number_of_row, row in enumerate(rows):
        for column, panel in enumerate(row):
            place = grid[number_of_row, column] if len(row) == 2 else grid[number_of_row, :]
            axes = figure.add_subplot(place, title=panel.title)
            margin = max(0.02 * (last - 1), 0.5 if last == 1 else 0.0)
            axes.set_xlim(1 - min(margin, 0.5), last + margin)  # there is no epoch 0
            counting(axes.xaxis, last)
            if row is small and len(histories) == 1:
                axes.set_title(panel.title, pad=FLAG_PAD)  # all alike, though only one may have a flag
            if isinstance(panel, LayerPanel):
                draw_layers(axes, panel)
            else:
                _draw(axes, histories, panel)
            if number_of_row == len(rows) - 1:
                axes.set_xlabel("epoch")
    return figure


@dataclass(frozen=True)
class Series:
    """A number from each record."""

    name: str
    take: Take
    colour: str


@dataclass(frozen=True)
class Panel:
    """Series over epochs; `marked` has a dot at the best epochs."""

    title: str
    series: Sequence[Series]
    marked: Take | None
    linear: bool = False
    """Whether the axis is always linear: a schedule that ends near 0 would show nothing but its end."""


def _draw(axes: Axes, histories: Sequence[History], panel: Panel) -> None:
    several = len(histories) > 1
    labels, drawn = [], []
    for series in panel.series:
        ends: list[float] = []
        for records, _ in histories:
            epochs, values = _points(records, series.take)
            axes.plot(
                epochs,
                values,
                color=series.colour,
                linewidth=0.7 if several else 1.3,
                alpha=max(0.9 * len(histories) ** -0.4, 0.2),
                marker="o" if len(epochs) <= FEW_EPOCHS else None,
                markersize=2.5,
            )
            drawn.append(values)
            ends.extend(values[np.isfinite(values)][-1:])
        if series.name and ends:
            labels.append(Label(float(np.median(ends)), series.name, series.colour))
    if panel.linear:
        plain_numbers(axes.yaxis)
    else:
        measuring(axes.yaxis, np.concatenate(drawn))
    if panel.marked is not None:
        for records, best in histories:
            value = panel.marked(_record(records, best)) if best else None
            if value is None or not math.isfinite(value):
                continue
            axes.plot(
                best,
                value,
                "o",
                color=VERMILLION,
                markersize=3 if several else 4.5,
                markeredgecolor="white",
                markeredgewidth=0.4,
                zorder=5,
            )
            if not several:
                axes.axvline(best, color=GREY, linewidth=0.6, zorder=0)
                where = f"best epoch {best:,}: " if len(panel.series) > 1 else ""
                _flag(axes, best, where + text(value))
    end_labels(axes, labels)


def _flag(axes: Axes, x: float, text: str) -> None:
    """Write a label above the axes at `x`, within their sides and below the title."""
    place = axes.transAxes.inverted().transform(axes.transData.transform((x, 1.0)))[0]
    side = "left" if place < 0.3 else "right" if place > 0.7 else "center"
    axes.set_title(axes.get_title(loc="left"), pad=FLAG_PAD)
    frame = ("data", "axes fraction")
    write(axes, text, (x, 1.0), (0, 2), frame, ha=side, va="bottom", color=VERMILLION, size=SMALL)


def _best(histories: Sequence[History], validated: bool) -> list[str]:
    """The best epochs in words, as several networks have no flags."""
    if len(histories) == 1:
        return [] if validated else ["no validation rows: no epoch is the best"]
    said = [count(len(histories), "network")]
    bests = [(_record(records, best), best) for records, best in histories if best]
    losses = [
        loss for record, _ in bests if (loss := record.validation_loss) is not None and math.isfinite(loss)
    ]
    if validated and losses:
        said.append(f"dots: best epochs, {span([best for _, best in bests])}")
        low, middle, high = (text(float(np.quantile(losses, share))) for share in (0.0, 0.5, 1.0))
        said.append(f"validation loss there {low} to {high}, median {middle}")
    return said


def _record(records: Sequence[EpochRecord], epoch: int) -> EpochRecord:
    return next(record for record in records if record.epoch == epoch)


def _points(records: Sequence[EpochRecord], take: Take) -> tuple[Array, Array]:
    """Epochs and numbers, NaN for a missing one."""
    values = np.array([take(record) for record in records], dtype=np.float64)
    return np.array([record.epoch for record in records]), np.where(np.isfinite(values), values, np.nan)


def _finite(histories: Sequence[History], take: Take) -> list[float]:
    values = (take(record) for records, _ in histories for record in records)
    return [value for value in values if value is not None and math.isfinite(value)]
