"""Every kernel against its NumPy twin, over shapes and numbers of all sizes; the tables say what there is."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.nn.activations import Parametric
from mlpcli.nn.activations.simple import Relu
from mlpcli.nn.activations.smooth import Mish
from mlpcli.nn.embeddings.base import Embedding
from mlpcli.nn.embeddings.categories import CategoryEmbedding
from mlpcli.nn.kernels import NUMBA, of_engine
from mlpcli.nn.kernels.blas import product_address
from mlpcli.nn.kernels.chain import Chain, Link
from mlpcli.nn.kernels.table import KERNELS, KINDS
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.losses import LOSSES, Loss, LossSettings
from mlpcli.nn.losses.base import ElementwiseLoss
from mlpcli.nn.optimizers import UpdateRule
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import QUIET, AnyArray, FloatArray
from tests.nn.examples import TARGETS
from tests.nn.kernels.comparison import KINDS_OF_NUMBERS, assert_alike, largest, numbers_of

EMBEDDINGS = [twin for twin in KERNELS if issubclass(twin, Embedding)]
TWIN_LOSSES = [twin for twin in KERNELS if issubclass(twin, Loss)]
RULES = [twin for twin in KERNELS if issubclass(twin, UpdateRule)]

MANY = settings(max_examples=30, deadline=None, derandomize=True, database=None)
SEEDS, ROWS, COLUMNS = st.integers(0, 1 << 32), st.integers(1, 300), st.integers(1, 70)
SOME_NUMBERS = st.sampled_from(KINDS_OF_NUMBERS)


def test_every_kernel_is_of_a_kind_that_is_tested() -> None:
    assert set(KERNELS) == {*EMBEDDINGS, *TWIN_LOSSES, *RULES}
    for twin, kernel in KERNELS.items():
        assert issubclass(kernel, twin)
        assert of_engine(twin, NUMBA) is kernel
        assert of_engine(twin, "numpy") is twin


DEFINED_OTHERWISE = {(Mish, True, "infinite"), (Relu, False, "nan"), (Relu, False, "infinite")}
"""Parametric mish has a formula of its own for f(x) - x in NumPy, which is infinite where the difference of
two infinities is NaN. Plain ReLU's slope at NaN is one there, elsewhere zero."""


class Hiddens:
    """A hidden layer of both engines, on parameters of their own but of the same values."""

    def __init__(
        self, kind: type[Any], shape: tuple[int, int], *, parametric: bool, rate: float, seed: int
    ) -> None:
        self.twins, self._twin_parameters = self._layers(kind, shape, parametric, rate, seed)
        layers, self._parameters = self._layers(kind, shape, parametric, rate, seed)
        dense, activation, dropout = [*layers, None][:3]
        assert isinstance(dense, Dense)
        assert isinstance(dropout, Dropout | None)
        places = self._parameters.slices[0] | self._parameters.slices[1]
        address = product_address(self._parameters.values.dtype)
        assert address is not None
        self.kernel = Chain([Link(dense, activation, dropout, places)], self._parameters, address)

    def _layers(
        self, kind: type[Any], shape: tuple[int, int], parametric: bool, rate: float, seed: int
    ) -> tuple[list[Layer], ParameterVector]:
        function = kind(shape[1])
        layers: list[Layer] = [Dense(*shape), Parametric(function) if parametric else function]
        if rate:
            layers.append(Dropout(shape[1], rate, np.random.default_rng(seed)))
        parameters = ParameterVector(layers, np.float32)
        parameters.values[:] = np.random.default_rng(seed).standard_normal(parameters.size)
        return layers, parameters

    def gradients(self) -> list[tuple[str, FloatArray, FloatArray]]:
        """By name, those of the kernel and of its twins."""
        groups = self._parameters.groups
        return [
            (name, self._parameters.gradients[groups[name]], self._twin_parameters.gradients[groups[name]])
            for name in ("weight", "bias", "slope")
        ]


def passed(layers: list[Layer], x: FloatArray, *, training: bool) -> list[FloatArray]:
    """The input and the output of each layer."""
    signals = [x]
    for layer in layers:
        signals.append(np.full((len(x), layer.n_out), np.nan, x.dtype))
        layer.forward(signals[-2], signals[-1], training)
    return signals


def gone_back(layers: list[Layer], signals: list[FloatArray], d_out: FloatArray) -> list[FloatArray]:
    """The gradients by the input of each layer, from the last one to the first."""
    deltas = [d_out.copy()]
    for index in range(len(layers) - 1, -1, -1):
        d_x = np.full_like(signals[index], np.nan)
        layers[index].backward(signals[index], signals[index + 1], deltas[-1].copy(), d_x)
        deltas.append(d_x)
    return deltas[1:]


@pytest.mark.parametrize("rate", [0.0, 0.4], ids=["", "dropout"])
@pytest.mark.parametrize("parametric", [False, True], ids=["plain", "parametric"])
@pytest.mark.parametrize("kind", KINDS)
def test_hidden_layers(kind: type[Any], parametric: bool, rate: float) -> None:
    """What is scored, what is trained, two steps of dropout, and all gradients."""
    chosen = [each for each in KINDS_OF_NUMBERS if (kind, parametric, each) not in DEFINED_OTHERWISE]

    @MANY
    @given(ROWS, COLUMNS, st.integers(1, 5), st.sampled_from(chosen), SEEDS)
    @QUIET
    def check(rows: int, columns: int, n_in: int, numbers: str, seed: int) -> None:
        generator = np.random.default_rng(seed)
        pair = Hiddens(kind, (n_in, columns), parametric=parametric, rate=rate, seed=seed)
        x = numbers_of(numbers, (rows, n_in), generator)
        for training in (False, True, True):
            signals = passed(pair.twins, x, training=training)
            (found,) = passed([pair.kernel], x, training=training)[1:]
            assert_alike("out", found, signals[-1], terms=largest(*signals))
        d_out = generator.standard_normal((rows, columns)).astype(np.float32)
        twin_deltas = gone_back(pair.twins, signals, d_out)
        (d_x,) = gone_back([pair.kernel], [x, found], d_out)
        steepest = largest(*twin_deltas, d_out)
        assert_alike("d_x", d_x, twin_deltas[-1], terms=steepest)
        terms = {"weight": largest(x) * steepest, "bias": steepest, "slope": largest(*signals) * steepest}
        for name, gradient, twin in pair.gradients():
            assert_alike(f"d_{name}", gradient, twin, terms=terms[name])

    check()


def embedding_of(kind: type[Embedding], columns: int, levels: int) -> tuple[Embedding, ParameterVector]:
    """An embedding of the first columns, or of the first one's codes, with its parameters."""
    if issubclass(kind, CategoryEmbedding):
        embedding: Embedding = kind(0, levels)
    else:
        embedding = kind(np.arange(columns)[::-1].copy())
    return embedding, ParameterVector([embedding], np.float32)


@pytest.mark.parametrize("kind", EMBEDDINGS)
def test_embeddings(kind: type[Embedding]) -> None:
    """Scored and trained, in a wider output as that of an input layer."""

    @MANY
    @given(ROWS, st.integers(1, 12), st.integers(1, 20), SOME_NUMBERS, SEEDS)
    @QUIET
    def check(rows: int, columns: int, levels: int, numbers: str, seed: int) -> None:
        generator = np.random.default_rng(seed)
        pair = [embedding_of(each, columns, levels) for each in (kind, KERNELS[kind])]
        x = numbers_of(numbers, (rows, columns), generator)
        if issubclass(kind, CategoryEmbedding):
            x[:, 0] = generator.integers(0, levels + 1, rows)
        results = []
        d_out = generator.standard_normal((rows, pair[0][0].n_out + 2)).astype(np.float32)
        for embedding, parameters in pair:
            known = np.random.default_rng(1).standard_normal((40, columns)).astype(np.float32)
            embedding.initialize(np.random.default_rng(seed), known)
            outputs = []
            for training in (False, True):
                out = np.full((rows, embedding.n_out + 2), 7.0, np.float32)
                embedding.forward(x, out[:, 1:-1], training)
                np.testing.assert_array_equal(out[:, [0, -1]], 7.0)
                outputs.append(out)
            embedding.backward(x, d_out[:, 1:-1])
            results.append((outputs, parameters))
        ((scored, trained), twin), ((found_scored, found_trained), found) = results
        weights = largest(twin.values)
        assert_alike("scored", found_scored, scored, terms=weights)
        assert_alike("trained", found_trained, trained, terms=weights)
        np.testing.assert_array_equal(found.constants, twin.constants)
        # Every parameter by itself: the gradients by frequencies are as large as x.
        for name, place in twin.slices[0].items():
            terms = largest(d_out) * max(weights, 1.0)
            if name == "embedding.frequency":
                terms *= 2 * np.pi * max(largest(x), 1.0)
            if not name.startswith("constant"):
                assert_alike(name, found.gradients[place], twin.gradients[place], terms=terms)

    check()


def targets_like(loss: type[Loss], outputs: FloatArray, generator: np.random.Generator) -> AnyArray:
    name = next(name for name, kind in LOSSES.items() if kind is loss)
    targets = TARGETS[name](len(outputs), outputs.shape[1], generator)
    return targets.astype(np.float32) if targets.dtype.kind == "f" else targets


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", ["", "rows", "elements"])
@pytest.mark.parametrize("kind", TWIN_LOSSES)
def test_losses(kind: type[Loss], weighted: str, smoothing: float) -> None:
    if weighted == "elements" and not issubclass(kind, ElementwiseLoss):
        pytest.skip("a class has a weight by row")
    chosen = LossSettings(label_smoothing=smoothing, huber_delta=0.7)
    # An infinite score of an only class is 0 for the twin, by a product with 0 that BLAS leaves out.
    several = st.integers(2, 70) if kind.target == "classes" else COLUMNS

    @MANY
    @given(ROWS, several, SOME_NUMBERS, SEEDS)
    @QUIET
    def check(rows: int, columns: int, numbers: str, seed: int) -> None:
        generator = np.random.default_rng(seed)
        outputs = numbers_of(numbers, (rows, columns), generator)
        targets = targets_like(kind, outputs, generator)
        weights = None
        if weighted:
            shape = (rows, columns if weighted == "elements" else 1)
            weights = generator.uniform(0.0, 3.0, shape).astype(np.float32)
        results = []
        for each in (kind, KERNELS[kind]):
            d_outputs = np.full_like(outputs, np.nan)
            loss = each(chosen)
            assert np.isnan(loss.gradient(outputs, targets, weights, d_outputs, with_loss=False))
            value = loss.value(outputs, targets, weights)
            assert loss.gradient(outputs, targets, weights, d_outputs) == value or np.isnan(value)
            results.append((np.array([value]), d_outputs))
        (value, d_outputs), (found_value, found) = results
        assert_alike("loss", found_value, value, terms=min(largest(outputs), 1.0))
        assert_alike("d_outputs", found, d_outputs, terms=3.0 / found.size)

    check()


@pytest.mark.parametrize("l1", [0.0, 1e-3])
@pytest.mark.parametrize("scaled", [False, True], ids=["", "rate factors"])
@pytest.mark.parametrize("kind", RULES)
def test_optimizers(kind: type[UpdateRule], scaled: bool, l1: float) -> None:
    """Three steps: the values and all state."""

    @MANY
    @given(st.integers(1, 40), COLUMNS, SOME_NUMBERS, SEEDS)
    @QUIET
    def check(n_in: int, columns: int, numbers: str, seed: int) -> None:
        results = []
        for each in (kind, KERNELS[kind]):
            generator = np.random.default_rng(seed)
            parameters = ParameterVector([Dense(n_in, columns)], np.float32)
            parameters.values[:] = generator.standard_normal(parameters.size)
            factors = generator.uniform(0.1, 2.0, parameters.size).astype(np.float32) if scaled else None
            rule = each(parameters, 0.8, rate_factors=factors, l1=l1)
            for _ in range(3):
                parameters.gradients[:] = numbers_of(numbers, (parameters.size,), generator)
                rule.step(0.03)
            assert rule.steps == 3
            results.append({"values": parameters.values} | rule.moments())
        twin, found = results
        assert found.keys() == twin.keys()
        for name in twin:
            assert_alike(name, found[name], twin[name])

    check()
