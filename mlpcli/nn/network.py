"""A multilayer perceptron: a list of layers on one parameter vector."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlpcli.errors import SettingsError
from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.initialization import draw
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.workspace import Workspace
from mlpcli.settings import Settings, setting

MOST_LAYERS = 1000

PREDICTION_ROWS = 4096
"""Rows per chunk when scoring: large enough for full matrix-product speed, small enough for the cache."""


def parse_hidden(text: str) -> tuple[int, ...]:
    """Sizes of the hidden layers: `128,64`, `3x256`, a mix of both, or `none`."""
    if text.strip().lower() in ("none", ""):
        return ()
    sizes: list[int] = []
    for part in text.split(","):
        repeats, times, size = part.strip().lower().rpartition("x")
        try:
            units, number = int(size), int(repeats) if times else 1
        except ValueError:
            number = 0
        if number < 1:
            raise SettingsError(
                f"--hidden: {text!r} is not a list of layer sizes", "Write 128,64 or 3x256, or none."
            )
        if len(sizes) + number > MOST_LAYERS:
            raise SettingsError(f"--hidden: more than {MOST_LAYERS} layers", "Write fewer layers.")
        sizes += [units] * number
    return tuple(sizes)


@dataclass(frozen=True)
class NetworkSettings(Settings):
    """The architecture."""

    hidden: tuple[int, ...] | None = setting(
        None,
        "Sizes of the hidden layers, as 128,64 or 3x256; none: a linear model.",
        group="Network",
        metavar="SIZES",
        parse=parse_hidden,
        common=True,
    )
    activation: str | None = setting(
        None, "Function after each hidden layer.", group="Network", choices=tuple(ACTIVATIONS), common=True
    )
    dropout: float | None = setting(
        None,
        "Share of each hidden layer's outputs dropped while training.",
        group="Network",
        at_least=0,
        below=1,
        common=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.hidden or ()) > MOST_LAYERS:
            raise SettingsError(f"--hidden: more than {MOST_LAYERS} layers", "Write fewer layers.")
        if not all(type(size) is int for size in self.hidden or ()):
            raise SettingsError("--hidden: a size is not a whole number", "Write 128,64 or 3x256, or none.")
        if any(size < 1 for size in self.hidden or ()):
            raise SettingsError(
                "--hidden: a layer needs at least one unit", "Write none for no hidden layer."
            )


@dataclass(frozen=True)
class LayerSummary:
    """One line of the network table."""

    name: str
    output: int
    parameters: int


class Network:
    """Layers on one flat parameter vector; `forward` and `backward` work in reused memory."""

    def __init__(
        self, layers: Sequence[Layer], dtype: npt.DTypeLike = np.float32, *, share: bool = True
    ) -> None:
        self.layers = list(layers)
        self.dtype = np.dtype(dtype)
        self.parameters = ParameterVector(self.layers, dtype)
        self._share = share
        self._training: Workspace | None = None
        self._prediction: Workspace | None = None

    @property
    def n_in(self) -> int:
        """Number of inputs."""
        return self.layers[0].n_in

    @property
    def n_out(self) -> int:
        """Number of raw outputs."""
        return self.layers[-1].n_out

    @property
    def largest_product(self) -> int:
        """Multiply-adds per row of the largest matrix product."""
        return max(layer.n_in * layer.n_out for layer in self.layers if isinstance(layer, Dense))

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw all starting weights; the gain is that of the layer after each dense one."""
        for layer, following in zip(self.layers, [*self.layers[1:], None], strict=True):
            if isinstance(layer, Dense):
                draw(layer, following.gain if following is not None else 1.0, generator)

    def forward(self, features: FloatArray) -> FloatArray:
        """Raw outputs (rows, n_out) of a training batch; valid until the next call."""
        rows = len(features)
        if self._training is None or self._training.capacity < rows:
            self._training = Workspace(self.layers, rows, self.dtype, share=self._share)
        if self._training.rows != rows:
            self._training.use(rows)
        self._features = features
        return self._run(self._training, features, training=True)

    @property
    def d_outputs(self) -> FloatArray:
        """Where the gradient of the loss by the last `forward`'s outputs is to be written."""
        assert self._training is not None
        return self._training.deltas[-1]

    def backward(self) -> None:
        """From `d_outputs` to the gradients of all parameters."""
        assert self._training is not None
        outputs, deltas = self._training.outputs, self._training.deltas
        for index in range(len(self.layers) - 1, 0, -1):
            self.layers[index].backward(outputs[index - 1], outputs[index], deltas[index], deltas[index - 1])
        self.layers[0].backward(self._features, outputs[0], deltas[0], None)

    def predict(self, features: FloatArray) -> FloatArray:
        """Raw outputs (rows, n_out) for any number of rows, in a new array; dropout is off."""
        rows = len(features)
        if self._prediction is None or self._prediction.capacity < min(rows, PREDICTION_ROWS):
            capacity = min(rows, PREDICTION_ROWS)
            self._prediction = Workspace(self.layers, capacity, self.dtype, training=False)
        predicted: FloatArray = np.empty((rows, self.n_out), self.dtype)
        for start in range(0, rows, PREDICTION_ROWS):
            chunk = features[start : start + PREDICTION_ROWS]
            self._prediction.use(len(chunk))
            predicted[start : start + len(chunk)] = self._run(self._prediction, chunk, training=False)
        return predicted

    def summary(self) -> list[LayerSummary]:
        """Layer, output width and number of parameters, from input to output."""
        return [
            LayerSummary(
                type(layer).__name__,
                layer.n_out,
                sum(int(np.prod(shape)) for shape in layer.parameter_shapes().values()),
            )
            for layer in self.layers
        ]

    def _run(self, workspace: Workspace, features: FloatArray, *, training: bool) -> FloatArray:
        signal = features
        for layer, out in zip(self.layers, workspace.outputs, strict=True):
            layer.forward(signal, out, training)
            signal = out
        return signal


def build_network(
    settings: NetworkSettings,
    n_in: int,
    n_out: int,
    dropout_generator: np.random.Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> Network:
    """Dense, activation and dropout for each hidden size, then a dense output layer; all weights zero."""
    assert settings.hidden is not None
    assert settings.activation is not None
    layers: list[Layer] = []
    width = n_in
    for size in settings.hidden:
        layers += [Dense(width, size), ACTIVATIONS[settings.activation](size)]
        if settings.dropout:
            generator = np.random.default_rng(0) if dropout_generator is None else dropout_generator
            layers.append(Dropout(size, settings.dropout, generator))
        width = size
    layers.append(Dense(width, n_out))
    return Network(layers, dtype)


def count_parameters(settings: NetworkSettings, n_in: int, n_out: int) -> int:
    """How many numbers `build_network` would make room for, without making it."""
    widths = [n_in, *(settings.hidden or ()), n_out]
    return sum((before + 1) * after for before, after in itertools.pairwise(widths))
