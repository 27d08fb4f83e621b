"""Which layers run as one, and layers without a kernel among them."""

from typing import ClassVar

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS, Parametric
from mlpcli.nn.activations.base import Activation
from mlpcli.nn.kernels import NUMBA, NUMPY, table
from mlpcli.nn.kernels.chain import Chain
from mlpcli.nn.kernels.table import KINDS, fused
from mlpcli.nn.layers import Dense, Dropout, Layer, Scale
from mlpcli.nn.network import Network
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import FloatArray
from tests.nn.kernels.comparison import assert_alike

WITHOUT_KERNEL = [name for name, kind in ACTIVATIONS.items() if kind not in KINDS]


class Bent(Activation):
    """f(x) = x (1 + |x|), so that |f'| = 1 + 2 |x| = √(1 + 4 |f|): in no table."""

    max_slope: ClassVar[float] = 10.0

    def _function(self, x: FloatArray, out: FloatArray) -> None:
        np.multiply(x, 1.0 + np.abs(x), out=out)

    def _slopes(self, out: FloatArray, slopes: FloatArray) -> None:
        np.sqrt(1.0 + 4.0 * np.abs(out), out=slopes)


def test_dense_layers_run_with_all_between_them_that_has_a_kernel() -> None:
    """An activation of the outputs stays alone, as a shortcut comes before it."""
    dropout = Dropout(5, 0.1, np.random.default_rng(0))
    layers: list[Layer] = [
        *[Scale(3), Dense(3, 5), ACTIVATIONS["mish"](5), dropout],
        *[Dense(5, 5), Parametric(ACTIVATIONS["relu"](5)), Dense(5, 4), ACTIVATIONS["elu"](4)],
        *[Dense(4, 2), ACTIVATIONS["tanh"](2)],
    ]
    running = fused(layers, ParameterVector(layers, np.float32))
    assert [type(layer) for layer in running] == [
        Scale,
        Chain,
        ACTIVATIONS["elu"],
        Chain,
        ACTIVATIONS["tanh"],
    ]
    assert [(layer.n_in, layer.n_out) for layer in running] == [(3, 3), (3, 4), (4, 4), (4, 2), (2, 2)]


def test_where_the_function_of_products_is_not_known_dense_layers_run_in_numpy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "product_address", lambda dtype: None)
    layers: list[Layer] = [Dense(3, 5), ACTIVATIONS["mish"](5), Dense(5, 2)]
    assert fused(layers, ParameterVector(layers, np.float32)) == layers


def trained_step(activation: type[Layer], engine: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Outputs, predictions and gradients of a net with the activation between two with kernels."""
    layers = [
        *[Dense(3, 6), ACTIVATIONS["mish"](6), Dense(6, 5), activation(5)],
        *[Dense(5, 4), ACTIVATIONS["relu"](4), Dense(4, 2)],
    ]
    network = Network(layers, np.float32, engine=NUMBA if engine == NUMBA else NUMPY)
    generator = np.random.default_rng(3)
    network.parameters.values[:] = generator.standard_normal(network.parameters.size)
    x = generator.standard_normal((20, 3)).astype(np.float32)
    outputs = network.forward(x).copy()
    network.d_outputs[:] = generator.standard_normal(outputs.shape)
    network.backward()
    return outputs, network.predict(x), network.parameters.gradients


@pytest.mark.parametrize("activation", [*(ACTIVATIONS[name] for name in WITHOUT_KERNEL), Bent])
def test_a_layer_without_a_kernel_runs_in_numpy(activation: type[Layer]) -> None:
    twin, found = trained_step(activation, NUMPY), trained_step(activation, NUMBA)
    for what, right, values in zip(("outputs", "predictions", "gradients"), twin, found, strict=True):
        assert_alike(what, values, right)
