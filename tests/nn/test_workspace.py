"""Memory: which layers may overwrite the one before, and that nobody can tell from the numbers."""

import itertools
from typing import ClassVar

import numpy as np
import pytest

from mlpcli.nn.activations import Activation
from mlpcli.nn.activations.simple import Relu, Sigmoid, Tanh
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.network import Network
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.workspace import Workspace
from tests.nn.examples import ELEMENTWISE, LAYERS, WIDTH, Replay

ROWS = 6


PAIRED = [
    *[name for name in ELEMENTWISE if not name.startswith("parametric")],
    *["parametric relu", "parametric tanh", "parametric gelu"],
]
"""One parametric form of each kind of derivative: by a mask, from the output, kept."""


class Square(Activation):
    """An elementwise layer whose derivative needs the input."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"x"})

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        np.multiply(x, x, out=out)

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        raise NotImplementedError

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        if d_x is not None:
            np.multiply(d_out, 2 * x, out=d_x)


def plain_gradients(network: Network, x: FloatArray, d_out: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Outputs and parameter gradients with a new array for every result."""
    signals = [x]
    for layer in network.layers:
        signals.append(np.empty((len(x), layer.n_out)))
        layer.forward(signals[-2], signals[-1], True)
    delta = d_out.copy()
    for index in range(len(network.layers) - 1, -1, -1):
        d_x = np.empty_like(signals[index])
        network.layers[index].backward(signals[index], signals[index + 1], delta, d_x)
        delta = d_x
    return signals[-1], network.parameters.gradients.copy()


def assert_sharing_is_invisible(layers: list[Layer], replay: Replay) -> None:
    """The full batch, a shorter one, the full one again: outputs and gradients bit for bit the same."""
    generator = np.random.default_rng(5)
    for rows in (ROWS, ROWS - 2, ROWS):
        x = generator.standard_normal((rows, layers[0].n_in))
        d_out = generator.standard_normal((rows, layers[-1].n_out))
        values: FloatArray | None = None
        results = []
        for share in (True, False, None):
            network = Network(layers, np.float64, share=bool(share))
            if values is None:
                values = generator.standard_normal(network.parameters.size)
            network.parameters.values[:] = values
            replay()
            if share is None:
                out, gradients = plain_gradients(network, x, d_out)
            else:
                network.forward(np.zeros((ROWS, layers[0].n_in)))  # sizes the workspace for a full batch
                replay()
                out = network.forward(x).copy()
                network.d_outputs[:] = d_out
                network.backward()
                gradients = network.parameters.gradients
            results.append(out.tobytes() + gradients.tobytes())
        assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("first", PAIRED)
def test_sharing_is_invisible(first: str) -> None:
    """Whatever comes second; the parameters of an assertion that fails show it."""
    for second in PAIRED:
        replay = Replay()
        pair = [LAYERS[name](replay.generator) for name in (first, second)]
        assert_sharing_is_invisible([Dense(4, WIDTH), *pair, Dense(WIDTH, 3), Sigmoid(3)], replay)
        pair = [LAYERS[name](replay.generator) for name in (first, second)]
        assert_sharing_is_invisible([*pair, Dense(WIDTH, 2)], replay)


def test_sharing_spares_a_layer_that_reads_its_input() -> None:
    assert_sharing_is_invisible([Dense(4, 5), Square(5), Dense(5, 5), Tanh(5), Square(5)], Replay())


def test_who_overwrites_whom() -> None:
    dropout = Dropout(3, 0.5, np.random.default_rng(0))
    layers: list[Layer] = [Dense(2, 3), Relu(3), dropout, Tanh(3), Dense(3, 3), dropout, Square(3)]
    training = Workspace(layers, 4, np.float32).outputs
    shared = [after is before for before, after in itertools.pairwise(training)]
    assert shared == [True, False, True, False, True, False]
    apart = Workspace(layers, 4, np.float32, share=False).outputs
    assert len({id(array) for array in apart}) == len(layers)
    predicting = Workspace(layers, 4, np.float32, training=False).outputs
    assert len({id(array) for array in predicting}) == 2


def test_a_short_batch_is_a_slice() -> None:
    workspace = Workspace([Dense(2, 3), Relu(3)], 8, np.float64)
    whole = workspace.outputs[1]
    workspace.use(5)
    assert workspace.outputs[1].shape == workspace.deltas[1].shape == (5, 3)
    assert np.shares_memory(workspace.outputs[1], whole)
    workspace.use(8)
    assert workspace.outputs[1] is whole


def test_inputs_are_never_overwritten() -> None:
    network = Network([Relu(3), Dense(3, 2)], np.float64)
    x = np.array([[-1.0, 2.0, -3.0]])
    network.forward(x)
    network.d_outputs[:] = 1.0
    network.backward()
    network.predict(x)
    np.testing.assert_array_equal(x, [[-1.0, 2.0, -3.0]])
