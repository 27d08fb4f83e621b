"""Every kind of layer and every loss by itself against central differences."""

import numpy as np
import pytest

from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.losses.base import ElementwiseLoss
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.shortcut import Shortcut
from tests.nn.examples import (
    CLASS_LOSSES,
    INPUT_LAYERS,
    LAYERS,
    Replay,
    input_layer_and_rows,
    row_weights,
    targets_for,
    with_parameters,
)
from tests.nn.gradients import assert_gradient

ROWS, OUTPUTS = 6, 3


@pytest.mark.parametrize("name", LAYERS)
def test_inputs_and_parameters_of_a_layer(name: str) -> None:
    replay = Replay()
    layer = LAYERS[name](replay.generator)
    parameters = with_parameters(layer)
    generator = np.random.default_rng(2)
    x = generator.uniform(0.1, 2.0, (ROWS, layer.n_in)) * generator.choice([-1.0, 1.0], (ROWS, layer.n_in))
    out, d_x = np.empty((ROWS, layer.n_out)), np.empty_like(x)
    d_out = generator.standard_normal(out.shape)

    def objective() -> float:
        replay()
        layer.forward(x, out, True)
        return float(np.sum(out * d_out))

    objective()
    layer.backward(x, out, d_out, d_x)
    assert_gradient(objective, x, d_x, generator)
    assert_gradient(objective, parameters.values, parameters.gradients, generator)


@pytest.mark.parametrize("name", INPUT_LAYERS)
def test_parameters_of_an_input_layer(name: str) -> None:
    """Its inputs have no gradient; rows of one code count together."""
    layer, x, parameters = input_layer_and_rows(name, ROWS)
    generator = np.random.default_rng(2)
    out = np.empty((ROWS, layer.n_out))
    d_out = generator.standard_normal(out.shape)

    def objective() -> float:
        layer.forward(x, out, True)
        return float(np.sum(out * d_out))

    objective()
    parameters.gradients[:] = np.nan
    layer.backward(x, out, d_out, None)
    assert_gradient(objective, parameters.values, parameters.gradients, generator, coordinates=120)


@pytest.mark.parametrize("columns", [[0, 1, 2, 3], [2, 0]], ids=["all", "two"])
def test_shortcut(columns: list[int]) -> None:
    """It adds to the outputs, and its input gradient to that of the layers beside it."""
    shortcut = Shortcut(np.array(columns), 3)
    parameters = with_parameters(shortcut)
    generator = np.random.default_rng(3)
    x, beside = generator.standard_normal((ROWS, 4)), generator.standard_normal((ROWS, 3))
    d_out, d_beside = generator.standard_normal((ROWS, 3)), generator.standard_normal((ROWS, 4))

    def objective() -> float:
        out = beside.copy()
        shortcut.add(x, out, True)
        return float(np.sum(out * d_out) + np.sum(x * d_beside))

    objective()
    d_x = d_beside.copy()
    shortcut.backward(x, d_out, d_x)
    assert_gradient(objective, x, d_x, generator)
    assert_gradient(objective, parameters.values, parameters.gradients, generator)
    kept = parameters.gradients.copy()
    shortcut.backward(x, d_out, None)
    np.testing.assert_array_equal(parameters.gradients, kept)


LOSSES_AND_WEIGHTS = [
    (name, weights)
    for name, make in LOSSES.items()
    for weights in ("none", "rows", "elements")
    if weights != "elements" or isinstance(make(LossSettings()), ElementwiseLoss)
]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize(("name", "weights"), LOSSES_AND_WEIGHTS)
def test_outputs_of_a_loss(name: str, weights: str, smoothing: float) -> None:
    """Residuals and scores are ±0.4 and ±1.6, no two of a row alike: far from zero and from one."""
    loss = LOSSES[name](LossSettings(label_smoothing=smoothing))
    generator = np.random.default_rng(4)
    targets = targets_for(name, ROWS, OUTPUTS, generator)
    offsets = np.array([generator.permutation([-1.6, -0.4, 0.4, 1.6])[:OUTPUTS] for _ in range(ROWS)])
    around_zero = name in CLASS_LOSSES or name.startswith(("binary", "sigmoid", "poisson"))
    outputs = offsets if around_zero else targets + offsets
    chosen: FloatArray | None = None
    if weights != "none":
        chosen = row_weights(ROWS, generator)
        chosen = chosen * generator.uniform(0.5, 1.5, (ROWS, OUTPUTS)) if weights == "elements" else chosen
    gradient = np.full_like(outputs, np.nan)
    loss.gradient(outputs, targets, chosen, gradient)
    assert_gradient(lambda: loss.value(outputs, targets, chosen), outputs, gradient, generator)
