"""Diagnosis of a network that learns: sizes of gradients and updates, dead and saturated units.

With sigmoids in many layers the gradient fades from layer to layer; with ReLU and too high a rate units die.
"""

from dataclasses import dataclass

import numpy as np

from mlpcli.nn.activations import Activation, Parametric, SmoothActivation
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.network import Network
from mlpcli.nn.scratch import FloatArray

SAMPLE_ROWS = 1024
FLAT = 0.1
"""A slope below this share of the activation's steepest one is flat."""
MOSTLY = 0.9
"""A unit is saturated if its slope is flat at more than this share of the rows."""


@dataclass(frozen=True, kw_only=True)
class LayerDiagnosis:
    """A dense layer and the activation after it, at the end of an epoch.

    The norms are those of the last step, over weights and biases; that of the gradient is of the loss without
    penalties. Units are judged on a sample of the rows. `saturated` is None where the activation does not
    flatten out on both sides; the output layer has none of the four.
    """

    layer: int
    name: str
    gradient_norm: float
    update_ratio: float
    """Length of the last step over that of the parameters before it."""
    dead: float | None = None
    """Share of units whose slope is zero at every row: they have stopped learning."""
    saturated: float | None = None
    mean: float | None = None
    spread: float | None = None
    """Mean and standard deviation of the activation's outputs."""


def diagnose(
    network: Network, sample: FloatArray, before: FloatArray, gradients: FloatArray | None = None
) -> tuple[LayerDiagnosis, ...]:
    """One record for each dense layer; `sample` are rows of inputs, `before` the values before the last step.

    `gradients` (n,) are those of the last step's loss without penalties, which would hide one that vanished;
    those in the network by default. Draws nothing and changes nothing of the network.
    """
    parameters = network.parameters
    if gradients is None:
        gradients = parameters.gradients
    last = max(index for index, layer in enumerate(network.layers) if isinstance(layer, Dense))
    change = parameters.values - before
    records: list[LayerDiagnosis] = []
    signal = sample
    for index, layer in enumerate(network.layers):
        if isinstance(layer, Dropout):
            continue
        out: FloatArray = np.empty((len(signal), layer.n_out), network.dtype)
        layer.forward(signal, out, isinstance(layer, SmoothActivation))
        if isinstance(layer, Dense):
            places = list(parameters.slices[index].values())
            size = _norm(before, places)
            units = {} if index == last else _units(network.layers[index + 1], out)
            records.append(
                LayerDiagnosis(
                    layer=len(records) + 1,
                    name=layer.name,
                    gradient_norm=_norm(gradients, places),
                    update_ratio=_norm(change, places) / size if size else 0.0,
                    **units,
                )
            )
        signal = out
    return tuple(records)


def _norm(vector: FloatArray, places: list[slice]) -> float:
    squares = [float(np.sum(np.square(vector[place], dtype=np.float64))) for place in places]
    return float(np.sqrt(sum(squares)))


def _units(layer: Layer, x: FloatArray) -> dict[str, float]:
    """Dead and saturated shares, mean and spread of an activation that takes `x`."""
    if not isinstance(layer, (Activation, SmoothActivation, Parametric)):
        return {}
    function = layer.function if isinstance(layer, Parametric) else layer
    out, slopes = np.empty_like(x), np.empty_like(x)
    function.forward(x, out, True)
    function.backward(x, out, np.ones_like(x), slopes)
    if isinstance(layer, Parametric):
        slopes = 1.0 + layer.slope * (slopes - 1.0)
    sizes = np.abs(slopes)
    units = {"dead": float((sizes.max(axis=0) == 0.0).mean())}
    if function.bounded:
        units["saturated"] = float(((sizes < FLAT * function.max_slope).mean(axis=0) > MOSTLY).mean())
    layer.forward(x, out, False)
    return units | {"mean": float(out.mean(dtype=np.float64)), "spread": float(out.std(dtype=np.float64))}
