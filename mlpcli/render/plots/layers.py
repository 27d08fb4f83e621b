"""Dense layers by epoch: gradients, updates, dead and saturated units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from mlpcli.arrays import Array
from mlpcli.nn.diagnosis import LayerDiagnosis
from mlpcli.nn.fitting import EpochRecord
from mlpcli.render.plots.canvas import PALE, TINY
from mlpcli.render.plots.panels import Label, end_labels, measuring, plain_numbers

USUAL = (1e-4, 1e-2)
"""Update ratios around one in a thousand, the usual aim (Karpathy's notes for CS231n, 2015)."""
DECADES = 5
"""Most powers of ten in a logarithmic panel, or steps that fade to nothing would flatten it."""
NAMED_LAYERS = 12
"""Layers that are all named; of more, every second, third, ... is."""


@dataclass(frozen=True)
class LayerPanel:
    """Lines over epochs (epochs,), NaN for a missing value, network by network, layer by layer."""

    title: str
    lines: list[list[tuple[Array, Array]]]
    share: bool
    """Whether the values are shares of units, from 0 to 1."""
    usual: tuple[float, float] | None = None


def layer_panels(networks: Sequence[Sequence[EpochRecord]]) -> tuple[list[LayerPanel], list[str]]:
    """The panels that have something to show, and remarks; empty without diagnosis."""
    panels: list[LayerPanel] = []
    notes: list[str] = []
    for title, take, usual in QUANTITIES:
        lines = [_lines(records, take) for records in networks]
        values = np.concatenate([values for network in lines for _, values in network] or [np.empty(0)])
        finite = values[np.isfinite(values)]
        share = title.startswith("share")
        if share and len(finite) and not finite.any():
            notes.append(f"no {title.removeprefix('share of ')}")
        elif len(finite):
            panels.append(LayerPanel(title, lines, share, usual))
    return panels, notes


def _lines(records: Sequence[EpochRecord], take: "Take") -> list[tuple[Array, Array]]:
    layers = max((len(record.layers) for record in records), default=0)
    with_layers = [record for record in records if len(record.layers) == layers]
    epochs = np.array([record.epoch for record in with_layers])
    lines = []
    for layer in range(layers):
        values = [take(record.layers[layer]) for record in with_layers]
        lines.append((epochs, np.array(values, dtype=np.float64)))
    return lines


def draw_layers(axes: Axes, panel: LayerPanel) -> None:
    """Draw a line for each layer, from light (first) to dark (output); thin ones for several networks."""
    layers = max(len(network) for network in panel.lines)
    colours = matplotlib.colormaps["viridis_r"](np.linspace(0.3, 1.0, layers))
    ends: list[list[float]] = [[] for _ in range(layers)]
    drawn = []
    for network in panel.lines:
        for layer, (epochs, values) in enumerate(network):
            shown = np.where(np.isfinite(values) & (panel.share | (values > 0)), values, np.nan)
            axes.plot(
                epochs,
                shown,
                color=colours[layer],
                linewidth=1.0 if len(panel.lines) == 1 else 0.6,
                alpha=max(len(panel.lines) ** -0.4, 0.2),
                marker="o" if len(epochs) == 1 else None,
                markersize=2.5,
            )
            ends[layer].extend(shown[np.isfinite(shown)][-1:])
            drawn.append(shown)
    _limit(axes, panel, np.concatenate(drawn))
    every = -(-layers // NAMED_LAYERS)
    labels = [
        Label(
            float(np.median(values)), "output" if layer == layers - 1 else f"layer {layer + 1}", tuple(colour)
        )
        for layer, (values, colour) in enumerate(zip(ends, colours, strict=True))
        if values and (layer % every == 0 or layer == layers - 1)
    ]
    end_labels(axes, labels, TINY)


def _limit(axes: Axes, panel: LayerPanel, values: Array) -> None:
    finite = values[np.isfinite(values)]
    if panel.share:
        axes.set_ylim(0.0, min(1.0, 1.15 * float(finite.max())))
        plain_numbers(axes.yaxis)
        return
    if not len(finite):
        return
    high, low = float(finite.max()), float(finite.min())
    if panel.usual is not None:
        axes.axhspan(*panel.usual, color=PALE, linewidth=0, zorder=0)
        high, low = max(high, 2 * panel.usual[1]), min(low, panel.usual[0] / 2)
    low = max(low, high / 10**DECADES)
    axes.set_ylim(low / 1.3, high * 1.3)
    measuring(axes.yaxis, np.array([low / 40, high]))


Take = Callable[[LayerDiagnosis], float | None]

QUANTITIES: list[tuple[str, Take, tuple[float, float] | None]] = [
    ("gradient norm", lambda layer: layer.gradient_norm, None),
    ("update ratio (grey: usual)", lambda layer: layer.update_ratio, USUAL),
    ("share of dead units", lambda layer: layer.dead, None),
    ("share of saturated units", lambda layer: layer.saturated, None),
]
