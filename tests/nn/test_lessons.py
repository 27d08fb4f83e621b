"""The worked numbers of the lessons' network 2-2-1, in float64 to the digits they print.

Sigmoid in both layers, E = (y - t)² / 2 with rate 0.2: half of `mse`, so the rate is 0.1 here.
"""

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


class Lesson:
    """The network with its given starting weights, and one example, (0, 0) with target 0."""

    def __init__(self) -> None:
        self.hidden, self.output = Dense(2, 2), Dense(2, 1)
        self.network = Network([self.hidden, Sigmoid(2), self.output, Sigmoid(1)], np.float64)
        self.hidden.weight[:] = [[0.1, 0.2], [0.3, 0.4]]
        self.hidden.bias[:] = [0.1, 0.2]
        self.output.weight[:] = [[0.5], [0.6]]
        self.output.bias[:] = 0.3
        self.trainer = Trainer(self.network, MeanSquaredError(), SGD(self.network.parameters))
        self.example = Examples(INPUTS[:1], np.array([[0.0]]))

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
    lesson = Lesson()
    for _ in range(10_000):
        lesson.trainer.step(lesson.example, RATE)
    assert printed(lesson.outputs()[0], 6) == "0.012088"
    for _ in range(30_000):
        lesson.trainer.step(lesson.example, RATE)
    assert printed(lesson.outputs()[0], 6) == "0.005771"
    assert 0.000016 <= lesson.error() < 0.000017


def test_xnor_after_ninety_thousand_passes() -> None:
    """One row a step, in row order: the slowest test of the room, 360,000 steps."""
    lesson = Lesson()
    targets = np.array([[1.0], [0.0], [0.0], [1.0]])
    first, second, third, fourth = (
        Examples(INPUTS[row : row + 1], targets[row : row + 1]) for row in range(4)
    )
    step = lesson.trainer.step
    for _ in range(90_000):
        step(first, RATE)
        step(second, RATE)
        step(third, RATE)
        step(fourth, RATE)
    outputs = [printed(output, 8) for output in lesson.outputs()]
    assert outputs == ["0.99196032", "0.00835708", "0.00836107", "0.98974873"]
