"""The worked numbers of the lessons' network 2-2-1, in float64 to the digits they print.

Sigmoid in both layers, E = (y - t)² / 2 with rate 0.2: half of `mse`, so the rate is 0.1 here.
"""

import functools
import math

import numpy as np
import pytest

from mlpcli.nn.activations.simple import Sigmoid
from mlpcli.nn.batches import Examples
from mlpcli.nn.layers import Dense
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers.rules import SGD
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.trainer import Trainer

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
RATE = 0.1
START = (0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.5, 0.6, 0.3)
"""Weights of the first input, of the second, biases; weights of the output, its bias."""
ONE = ((0.0, 0.0, 0.0),)
XNOR = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 1.0))
"""Rows of two inputs and a target."""


@functools.cache
def by_hand(rows: tuple[tuple[float, float, float], ...], passes: int) -> tuple[float, ...]:
    """The weights after so many passes over the rows, a row a step, by the lesson's formulas."""
    a, b, c, d, e, f, g, h, i = START
    rate = 2 * RATE
    for _ in range(passes):
        for first, second, target in rows:
            one = 1 / (1 + math.exp(-(first * a + second * c + e)))
            two = 1 / (1 + math.exp(-(first * b + second * d + f)))
            output = 1 / (1 + math.exp(-(one * g + two * h + i)))
            d_output = rate * (output - target) * output * (1 - output)
            d_one, d_two = d_output * g * one * (1 - one), d_output * h * two * (1 - two)
            a, b, e = a - d_one * first, b - d_two * first, e - d_one
            c, d, f = c - d_one * second, d - d_two * second, f - d_two
            g, h, i = g - d_output * one, h - d_output * two, i - d_output
    return a, b, c, d, e, f, g, h, i


class Lesson:
    """The network with its given starting weights or others, and one example, (0, 0) with target 0."""

    def __init__(self, weights: tuple[float, ...] | None = None) -> None:
        self.hidden, self.output = Dense(2, 2), Dense(2, 1)
        self.network = Network([self.hidden, Sigmoid(2), self.output, Sigmoid(1)], np.float64)
        given = np.array(START if weights is None else weights)
        self.hidden.weight[:] = given[:4].reshape(2, 2)
        self.hidden.bias[:] = given[4:6]
        self.output.weight[:, 0] = given[6:8]
        self.output.bias[:] = given[8]
        self.trainer = Trainer(self.network, MeanSquaredError(), SGD(self.network.parameters))
        self.example = Examples(INPUTS[:1], np.array([[0.0]]))

    def weights(self) -> list[float]:
        """In the order of `START`."""
        arrays = (self.hidden.weight, self.hidden.bias, self.output.weight, self.output.bias)
        return [float(value) for array in arrays for value in array.ravel()]

    def outputs(self) -> FloatArray:
        return self.network.predict(INPUTS)[:, 0]

    def error(self) -> float:
        """E of the example."""
        return float(self.outputs()[0]) ** 2 / 2


def printed(number: float, digits: int) -> str:
    return f"{number:.{digits}f}"


def test_outputs_before_training() -> None:
    outputs = [printed(output, 8) for output in Lesson().outputs()]
    assert outputs == ["0.70938314", "0.72844306", "0.71791234", "0.73598705"]


def test_first_hidden_values() -> None:
    lesson = Lesson()
    first_half = Network([lesson.hidden, Sigmoid(2)], np.float64)
    lesson.hidden.weight[:] = [[0.1, 0.2], [0.3, 0.4]]
    lesson.hidden.bias[:] = [0.1, 0.2]
    assert [printed(value, 6) for value in first_half.predict(INPUTS[:1])[0]] == ["0.524979", "0.549834"]


def test_one_step() -> None:
    lesson = Lesson()
    assert printed(lesson.error(), 6) == "0.251612"
    loss = lesson.trainer.gradients(lesson.example)
    assert printed(loss / 2, 6) == "0.251612"
    # The lesson prints 0.076775: it cuts off the further digits, 0.07677585.
    assert lesson.output.d_weight[0, 0] / 2 == pytest.approx(0.0767758, abs=1e-7)
    lesson.trainer.step(lesson.example, RATE)
    assert printed(lesson.output.weight[0, 0], 6) == "0.484645"
    assert printed(lesson.outputs()[0], 6) == "0.699553"
    assert printed(lesson.error(), 6) == "0.244687"


def test_ten_thousand_steps_and_forty_thousand() -> None:
    """The last thousand steps of each; the first are those of the formulas too."""
    for steps, output in ((10_000, "0.012088"), (40_000, "0.005771")):
        lesson = Lesson(by_hand(ONE, steps - 1000))
        for _ in range(1000):
            lesson.trainer.step(lesson.example, RATE)
        assert printed(lesson.outputs()[0], 6) == output
    assert 0.000016 <= lesson.error() < 0.000017


def passes(lesson: Lesson, times: int) -> Lesson:
    """All rows of XNOR, a row a step, in row order."""
    targets = np.array(XNOR)[:, 2:]
    examples = [Examples(INPUTS[row : row + 1], targets[row : row + 1]) for row in range(4)]
    for _ in range(times):
        for example in examples:
            lesson.trainer.step(example, RATE)
    return lesson


def test_xnor_after_ninety_thousand_passes() -> None:
    """The last five hundred of them by the network, the others by the formulas."""
    lesson = passes(Lesson(by_hand(XNOR, 89_500)), 500)
    outputs = [printed(output, 8) for output in lesson.outputs()]
    assert outputs == ["0.99196032", "0.00835708", "0.00836107", "0.98974873"]


@pytest.mark.parametrize("start", [0, 1000])
def test_passes_are_those_of_the_formulas(start: int) -> None:
    lesson = passes(Lesson(by_hand(XNOR, start)), 200)
    assert lesson.weights() == pytest.approx(by_hand(XNOR, start + 200), rel=1e-11)
