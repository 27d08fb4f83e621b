"""What every layer promises: arithmetic on given arrays, whatever was in them before."""

import inspect

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.embeddings import InputLayer
from mlpcli.nn.embeddings.base import Embedding
from mlpcli.nn.layers import Dense, Layer, Scale
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import (
    ELEMENTWISE,
    INPUT_LAYERS,
    LAYERS,
    Replay,
    input_layer_and_rows,
    with_parameters,
)

ROWS = 7


def layer_and_input(name: str) -> tuple[Layer, FloatArray, Replay]:
    replay = Replay()
    layer = LAYERS[name](replay.generator)
    return layer, np.random.default_rng(1).standard_normal((ROWS, layer.n_in)), replay


def kinds_below(base: type) -> set[type]:
    """The classes of the package that can be made and are `base` or derived from it, but for kernels, which
    are compared with these."""
    derived: list[type] = base.__subclasses__()
    below = {kind for each in derived for kind in kinds_below(each)}
    own = base.__module__.startswith("mlpcli.") and not base.__module__.startswith("mlpcli.nn.kernels.")
    own = own and not inspect.isabstract(base)
    return below | ({base} if own else set())


def test_all_layers_are_tested() -> None:
    here: set[type] = {type(make(np.random.default_rng())) for make in LAYERS.values()}
    assert kinds_below(Layer) == here | {InputLayer}


def test_all_embeddings_are_tested() -> None:
    layers = [input_layer_and_rows(name, 1)[0] for name in INPUT_LAYERS]
    assert kinds_below(Embedding) == {type(embedding) for layer in layers for embedding in layer.embeddings}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_a_batch_equals_its_rows_one_by_one(name: str, training: bool) -> None:
    layer, x, replay = layer_and_input(name)
    parameters = with_parameters(layer)
    d_out = np.random.default_rng(2).standard_normal((ROWS, layer.n_out))
    out, d_x = np.empty_like(d_out), np.empty_like(x)
    layer.forward(x, out, training)
    if training:
        layer.backward(x, out, d_out, d_x)
    of_batch = parameters.gradients.copy()

    replay()
    of_rows = np.zeros_like(of_batch)
    for row in range(ROWS):
        one = slice(row, row + 1)
        row_out, row_d_x = np.empty((1, layer.n_out)), np.empty((1, layer.n_in))
        layer.forward(x[one], row_out, training)
        np.testing.assert_allclose(row_out, out[one], rtol=1e-12, atol=1e-14)
        if training:
            layer.backward(x[one], row_out, d_out[one], row_d_x)
            np.testing.assert_allclose(row_d_x, d_x[one], rtol=1e-12, atol=1e-14)
            of_rows += parameters.gradients
    if training:
        np.testing.assert_allclose(of_rows, of_batch, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", LAYERS)
def test_noise_in_the_buffers_changes_nothing(name: str) -> None:
    results = []
    for noise in (0.0, np.nan, 1e30):
        layer, x, _ = layer_and_input(name)
        parameters = with_parameters(layer)
        parameters.gradients[:] = noise
        out, d_x = np.full((ROWS, layer.n_out), noise), np.full_like(x, noise)
        layer.forward(x, out, True)
        layer.backward(x, out, np.cos(np.arange(out.size)).reshape(out.shape), d_x)
        results.append(out.tobytes() + d_x.tobytes() + parameters.gradients.tobytes())
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("name", LAYERS)
def test_backward_leaves_alone_what_it_reads(name: str) -> None:
    layer, x, _ = layer_and_input(name)
    parameters = with_parameters(layer)
    out, d_out = np.empty((ROWS, layer.n_out)), np.ones((ROWS, layer.n_out))
    before = parameters.values.copy(), x.copy()
    layer.forward(x, out, True)
    kept = out.copy()
    layer.backward(x, out, d_out, np.empty_like(x))
    layer.backward(x, out, d_out, None)
    for after, expected in zip((parameters.values, x, out, d_out), (*before, kept, 1.0), strict=True):
        np.testing.assert_array_equal(after, expected)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_elementwise_layer_may_work_in_place(name: str) -> None:
    layer, x, replay = layer_and_input(name)
    parameters = with_parameters(layer)
    out, d_x = np.empty_like(x), np.empty_like(x)
    d_out = np.random.default_rng(2).standard_normal(x.shape)
    layer.forward(x, out, True)
    layer.backward(x, out, d_out, d_x)
    gradients = parameters.gradients.copy()

    replay()
    signal, delta = x.copy(), d_out.copy()
    layer.forward(signal, signal, True)
    np.testing.assert_array_equal(signal, out)
    layer.backward(x if "x" in layer.backward_reads else signal, signal, delta, delta)
    np.testing.assert_array_equal(delta, d_x)
    np.testing.assert_array_equal(parameters.gradients, gradients)


@pytest.mark.parametrize("name", LAYERS)
def test_backward_needs_only_what_it_says(name: str) -> None:
    layer, x, _ = layer_and_input(name)
    parameters = with_parameters(layer)
    out, d_x, d_out = np.empty((ROWS, layer.n_out)), np.empty_like(x), np.ones((ROWS, layer.n_out))
    layer.forward(x, out, True)
    layer.backward(x, out, d_out, d_x)
    expected = d_x.tobytes() + parameters.gradients.tobytes()
    if "x" not in layer.backward_reads:
        x[:] = np.nan
    if "out" not in layer.backward_reads:
        out[:] = np.nan
    layer.backward(x, out, d_out, d_x)
    assert d_x.tobytes() + parameters.gradients.tobytes() == expected


def test_dense_is_the_sum_over_its_inputs() -> None:
    layer = Dense(5, 3)
    with_parameters(layer)
    generator = np.random.default_rng(1)
    x, d_out = generator.standard_normal((ROWS, 5)), generator.standard_normal((ROWS, 3))
    out, d_x = np.empty((ROWS, 3)), np.empty((ROWS, 5))
    layer.forward(x, out, True)
    layer.backward(x, out, d_out, d_x)
    np.testing.assert_allclose(out, np.einsum("ri,io->ro", x, layer.weight) + layer.bias, rtol=1e-12)
    np.testing.assert_allclose(d_x, np.einsum("ro,io->ri", d_out, layer.weight), rtol=1e-12)
    np.testing.assert_allclose(layer.d_weight, np.einsum("ri,ro->io", x, d_out), rtol=1e-12)
    np.testing.assert_allclose(layer.d_bias, np.einsum("ro->o", d_out), rtol=1e-12)


def test_dense_to_one_output_is_the_sum_over_its_inputs() -> None:
    layer = Dense(5, 1)
    with_parameters(layer)
    generator = np.random.default_rng(1)
    x, d_out = generator.standard_normal((ROWS, 5)), generator.standard_normal((ROWS, 1))
    out, d_x = np.empty((ROWS, 1)), np.empty((ROWS, 5))
    layer.forward(x, out, True)
    layer.backward(x, out, d_out, d_x)
    np.testing.assert_allclose(out[:, 0], (x * layer.weight[:, 0]).sum(axis=1) + layer.bias, rtol=1e-12)
    np.testing.assert_allclose(d_x, d_out * layer.weight[:, 0], rtol=1e-12)
    np.testing.assert_allclose(layer.d_weight[:, 0], (x * d_out).sum(axis=0), rtol=1e-12)


def test_scale_is_one_factor_an_input() -> None:
    layer = Scale(3)
    with_parameters(layer)
    layer.initialize(np.random.default_rng(0), None)
    np.testing.assert_array_equal(layer.scale, 1.0)
    layer.scale[:] = [2.0, 0.0, -1.0]
    x, d_out = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([[1.0, 1.0, 1.0], [10.0, 1.0, 0.0]])
    out, d_x = np.empty_like(x), np.empty_like(x)
    layer.forward(x, out, True)
    layer.backward(x, out, d_out, d_x)
    np.testing.assert_array_equal(out, [[2.0, 0.0, -3.0], [8.0, 0.0, -6.0]])
    np.testing.assert_array_equal(d_x, [[2.0, 0.0, -1.0], [20.0, 0.0, 0.0]])
    np.testing.assert_array_equal(layer.d_scale, [41.0, 7.0, 3.0])


def test_activations_keep_the_width() -> None:
    for kind in ACTIVATIONS.values():
        assert (kind(4).n_in, kind(4).n_out, kind(4).parameter_shapes()) == (4, 4, {})
