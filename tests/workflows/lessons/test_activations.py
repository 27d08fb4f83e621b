"""All activations of the table: curves, slopes, ranges, and gradients that fade."""

import math

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.workflows.lessons.activations import ActivationCurve, activations, outputs_and_slopes

LESSON = activations()
CURVES = {each.name: each for each in LESSON.activations}


def test_every_activation_is_there() -> None:
    assert list(CURVES) == list(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_those_of_the_curve(name: str) -> None:
    curve = CURVES[name]
    inputs, slopes = np.array(LESSON.inputs), np.array(curve.slopes)
    small = 1e-6
    ahead, _ = outputs_and_slopes(name, inputs + small)
    behind, _ = outputs_and_slopes(name, inputs - small)
    kinks = {0.0, -3.0, 3.0}
    smooth = np.array([x not in kinks for x in np.round(inputs, 9).tolist()])
    assert slopes[smooth] == pytest.approx(((ahead - behind) / (2 * small))[smooth], abs=1e-6)
    assert curve.largest_slope >= slopes.max()
    assert curve.slope_at_0 == slopes[len(slopes) // 2]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_range_has_all_outputs(name: str) -> None:
    low, high = CURVES[name].range
    outputs = CURVES[name].outputs
    assert low is None or low <= min(outputs)
    assert high is None or high >= max(outputs)


def test_known_facts() -> None:
    sigmoid, tanh, relu = (CURVES[name] for name in ("sigmoid", "tanh", "relu"))
    assert (sigmoid.range, sigmoid.slope_at_0, sigmoid.largest_slope) == ((0.0, 1.0), 0.25, 0.25)
    assert (tanh.range, tanh.slope_at_0) == ((-1.0, 1.0), 1.0)
    assert (relu.range, relu.dead) == ((0.0, None), (0.0, None))
    assert CURVES["elu"].range == (-1.0, None)
    assert CURVES["identity"].range == CURVES["leaky-relu"].range == (None, None)
    assert sigmoid.faint[1] == pytest.approx(math.log(98), abs=0.02)  # about where f (1 - f) is 0.01


def test_which_are_dead_where() -> None:
    dead = {name: each.dead for name, each in CURVES.items() if each.dead != (None, None)}
    assert dead == {"relu": (0.0, None), "hard-sigmoid": (-3.0, 3.0)}


def test_the_gradient_fades_behind_sigmoids() -> None:
    assert LESSON.sigmoid_bounds[10] == 0.25**10
    faded = {name for name, each in CURVES.items() if each.gradient < 1e-2}
    assert faded == {"sigmoid", "hard-sigmoid", "softplus"}
    assert CURVES["sigmoid"].gradient < 0.25 ** (LESSON.layers - 2)


def test_it_is_the_same_each_time() -> None:
    again: list[ActivationCurve] = activations().activations
    assert again == LESSON.activations
