"""Layers, nets and rows that the tests of this room share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from mlpcli.nn.activations import ACTIVATIONS, Parametric
from mlpcli.nn.architecture import NetworkSettings, build_network
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS, InputLayer, Inputs, input_layer
from mlpcli.nn.kernels import NUMPY, Engine
from mlpcli.nn.layers import Dense, Dropout, Layer, Scale
from mlpcli.nn.losses import LossSettings
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import LBFGS, OPTIMIZERS, UpdateRule
from mlpcli.nn.parameters import HasParameters, ParameterVector
from mlpcli.nn.scratch import AnyArray, FloatArray

WIDTH = 8


class Replay:
    """A generator that a call sets back to its start, so that dropout draws the same masks again."""

    def __init__(self, seed: int = 7) -> None:
        self.generator = np.random.default_rng(seed)
        self._start = self.generator.bit_generator.state

    def __call__(self) -> None:
        self.generator.bit_generator.state = self._start


def _activation(name: str) -> Callable[[np.random.Generator], Layer]:
    return lambda generator: ACTIVATIONS[name](WIDTH)


def _parametric(name: str) -> Callable[[np.random.Generator], Layer]:
    return lambda generator: Parametric(ACTIVATIONS[name](WIDTH))


LAYERS: dict[str, Callable[[np.random.Generator], Layer]] = {
    "dense": lambda generator: Dense(WIDTH, 3),
    "dense to one": lambda generator: Dense(WIDTH, 1),
    "scale": lambda generator: Scale(WIDTH),
    "dropout": lambda generator: Dropout(WIDTH, 0.4, generator),
    **{name: _activation(name) for name in ACTIVATIONS},
    **{f"parametric {name}": _parametric(name) for name in ACTIVATIONS},
}
"""Every kind of layer with an input gradient, WIDTH inputs wide, made from the generator of its masks."""

ELEMENTWISE = [name for name, make in LAYERS.items() if make(np.random.default_rng()).elementwise]

MIXED = Inputs(6, numbers=(4, 1), categories=((0, 3), (3, 2)))
"""Two numbers, two columns of codes, and two columns that are kept as they are."""


def mixed_rows(rows: int, generator: np.random.Generator) -> FloatArray:
    """Rows of MIXED, every code among them."""
    x: FloatArray = generator.standard_normal((rows, MIXED.width))
    for column, levels in MIXED.categories:
        x[:, column] = (np.arange(rows) + generator.integers(levels + 1)) % (levels + 1)
    return x


INPUT_LAYERS: dict[str, tuple[Inputs, str]] = {
    **{name: (Inputs(2, numbers=(1, 0)), name) for name in NUMBER_EMBEDDINGS},
    "categories": (Inputs(1, categories=((0, 3),)), "none"),
    "categories and kept": (Inputs(6, categories=MIXED.categories), "none"),
    "texts": (Inputs(5, bags=((0, 2), (2, 3))), "none"),
    "a text and kept": (Inputs(6, bags=((1, 3),)), "none"),
    **{f"{name} and all else": (MIXED, name) for name in NUMBER_EMBEDDINGS},
}
"""First layers: the columns, and how numbers are embedded."""


def input_layer_and_rows(name: str, rows: int) -> tuple[InputLayer, FloatArray, ParameterVector]:
    """An embedding with starting values, and rows it may meet."""
    inputs, number_embedding = INPUT_LAYERS[name]
    layer = input_layer(inputs, number_embedding)
    assert layer is not None
    generator = np.random.default_rng(1)
    x = mixed_rows(rows, generator)
    if inputs.width < MIXED.width:
        x = x[:, : inputs.width] if inputs.categories else generator.standard_normal((rows, inputs.width))
    parameters = ParameterVector([layer], np.float64)
    layer.initialize(generator, np.repeat(x, 10, axis=0) + 0.1 * generator.standard_normal((10 * rows, 1)))
    return layer, x, parameters


def with_parameters(layer: HasParameters, dtype: npt.DTypeLike = np.float64) -> ParameterVector:
    """Give a lone layer its parameters, drawn from a normal distribution."""
    parameters = ParameterVector([layer], dtype)
    parameters.values[:] = np.random.default_rng(3).standard_normal(parameters.size)
    return parameters


def everything(
    number_embedding: str = "pbld",
    n_out: int = 3,
    dtype: npt.DTypeLike = np.float64,
    engine: Engine = NUMPY,
    **changes: Any,
) -> Network:
    """A net on MIXED with all that a net can have but dropout: embeddings, scale, slopes, a shortcut."""
    usual: dict[str, Any] = {"hidden": (5, 4), "activation": "mish", "parametric": True, "input_scale": True}
    settings = NetworkSettings(**usual | {"number_embedding": number_embedding} | changes)
    wide = np.array([0, 2, 4])
    return build_network(settings, MIXED, n_out, np.random.default_rng(0), dtype, wide=wide, engine=engine)


def make_optimizer(
    name: str, parameters: ParameterVector, momentum: float = 0.9, l1: float = 0.0
) -> UpdateRule | LBFGS:
    """One of OPTIMIZERS; a minimizer takes neither momentum nor l1."""
    kind = OPTIMIZERS[name]
    return kind(parameters, momentum, l1=l1) if issubclass(kind, UpdateRule) else kind(parameters)


UPDATE_RULES = [name for name, kind in OPTIMIZERS.items() if issubclass(kind, UpdateRule)]


def numbers(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    return generator.standard_normal((rows, n_out))


def labels(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    """Zeros, ones, and shares in between."""
    return np.clip(generator.normal(0.5, 1.0, (rows, n_out)), 0.0, 1.0)


def class_numbers(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    return generator.integers(0, n_out, rows)


def yes_or_no(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    """Zeros and ones."""
    return generator.integers(0, 2, (rows, n_out)).astype(float)


def counts(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    """Zeros among them."""
    drawn: AnyArray = generator.poisson(1.5, (rows, n_out)).astype(float)
    drawn[0] = 0.0
    return drawn


def one_for_all_levels(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    """A target has an output for each of the usual levels."""
    targets, left = divmod(n_out, len(LossSettings().quantiles))
    assert not left
    return generator.standard_normal((rows, targets))


TARGETS: dict[str, Callable[[int, int, np.random.Generator], AnyArray]] = {
    "mse": numbers,
    "mae": numbers,
    "huber": numbers,
    "log-cosh": numbers,
    "quantile": one_for_all_levels,
    "poisson": counts,
    "cross-entropy": class_numbers,
    "focal": class_numbers,
    "hinge": class_numbers,
    "perceptron": class_numbers,
    "sigmoid-cross-entropy": labels,
    "sigmoid-focal": labels,
    "binary-hinge": yes_or_no,
    "binary-perceptron": yes_or_no,
}
"""What each loss may be given."""

CLASS_LOSSES = [name for name, make in TARGETS.items() if make is class_numbers]


def targets_for(loss: str, rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    """Targets that the loss of this name may meet beside `n_out` outputs, in float64 or as class numbers."""
    return TARGETS[loss](rows, n_out, generator)


def row_weights(rows: int, generator: np.random.Generator) -> FloatArray:
    """(rows, 1), mean one, one row without any weight."""
    weights: FloatArray = generator.uniform(0.1, 3.0, (rows, 1))
    weights[rows // 2] = 0.0
    weights /= weights.mean()
    return weights
