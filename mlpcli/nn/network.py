"""A multilayer perceptron: a list of layers on one parameter vector."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlpcli.nn.initialization import INITIALIZATIONS, from_data
from mlpcli.nn.kernels import NUMPY, Engine
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.parameters import HasParameters, ParameterVector, group_of
from mlpcli.nn.scratch import QUIET, FloatArray
from mlpcli.nn.shortcut import Shortcut
from mlpcli.nn.workspace import Workspace

PREDICTION_ROWS = 4096
"""Rows per chunk when scoring: large enough for full matrix-product speed, small enough for the cache."""


@dataclass(frozen=True)
class LayerSummary:
    """One line of the network table."""

    name: str
    output: int
    parameters: int


class Network:
    """Layers on one flat parameter vector; `forward` and `backward` work in reused memory.

    A shortcut leads from what enters the first dense layer to the output of the last one. With the compiled
    engine some layers run as one; `layers` are those of the architecture.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        dtype: npt.DTypeLike = np.float32,
        *,
        shortcut: Shortcut | None = None,
        share: bool = True,
        engine: Engine = NUMPY,
    ) -> None:
        self.layers = list(layers)
        self.engine: Engine = engine
        self.dtype = np.dtype(dtype)
        self.shortcut = shortcut
        with_parameters: list[HasParameters] = [*self.layers, *([] if shortcut is None else [shortcut])]
        self.parameters = ParameterVector(with_parameters, dtype)
        self._running = self.layers if engine == NUMPY else _compiled(self.layers, self.parameters)
        products = [index for index, layer in enumerate(self._running) if layer.has_product]
        self._first_dense, self._last_dense = (products[0], products[-1]) if products else (0, 0)
        self._dropouts = [layer for layer in self.layers if isinstance(layer, Dropout)]
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
        return largest_product(self.layers)

    def initialize(
        self, generator: np.random.Generator, initialization: str = "auto", sample: FloatArray | None = None
    ) -> None:
        """Draw all starting values, layer by layer.

        `initialization` is that of the dense layers; the gain of each is that of the layer after it. `sample`
        (rows, n_in) are training rows for starting values from the data: "data", and bins of piecewise-linear
        embeddings.
        """
        draw = INITIALIZATIONS[initialization]
        signal = sample
        for layer, following in zip(self.layers, [*self.layers[1:], None], strict=True):
            if isinstance(layer, Dense):
                draw(layer, following.gain if following is not None else 1.0, generator, signal)
            else:
                layer.initialize(generator, signal)
            if signal is not None and draw is not from_data:
                signal = None  # only the first layer may need it
            if signal is not None:
                out: FloatArray = np.empty((len(signal), layer.n_out), self.dtype)
                layer.forward(signal, out, False)
                signal = out
        if self.shortcut is not None:
            self.shortcut.weight[...] = 0.0

    def set_dropout(self, factor: float) -> None:
        """Use this share of each layer's dropout rate from now on."""
        for layer in self._dropouts:
            layer.rate = layer.full_rate * factor

    def rate_factors(self, by_group: Mapping[str, float], *, by_width: bool) -> FloatArray | None:
        """Factors (n,) of the learning rate by parameter; None if all are one.

        `by_width` divides those of a dense layer's weights by √n_in: with Adam, whose steps do not depend on
        the size of gradients, the same as the NTK parametrisation (x W / √n_in with one rate for all layers).
        """
        if not by_width and all(factor == 1.0 for factor in by_group.values()):
            return None
        factors: FloatArray = np.ones(self.parameters.size, self.dtype)
        for group, factor in by_group.items():
            factors[self.parameters.groups[group]] = factor
        for layer, places in zip(self.layers, self.parameters.slices, strict=False):
            for name, place in places.items():
                if by_width and isinstance(layer, Dense) and group_of(name) == "weight":
                    factors[place] /= math.sqrt(layer.n_in)
        return factors

    def forward(self, features: FloatArray) -> FloatArray:
        """Raw outputs (rows, n_out) of a training batch; valid until the next call."""
        rows = len(features)
        if self._training is None or self._training.capacity < rows:
            self._training = Workspace(self._running, rows, self.dtype, share=self._share)
        if self._training.rows != rows:
            self._training.use(rows)
        self._features = features
        return self._run(self._training, features, training=True)

    @property
    def d_outputs(self) -> FloatArray:
        """The array for the gradient of the loss by the outputs of the last `forward`."""
        assert self._training is not None
        return self._training.deltas[-1]

    def backward(self) -> None:
        """From `d_outputs` to the gradients of all parameters."""
        assert self._training is not None
        outputs, deltas = self._training.outputs, self._training.deltas
        for index in range(len(self._running) - 1, -1, -1):
            x, d_x = (outputs[index - 1], deltas[index - 1]) if index else (self._features, None)
            self._running[index].backward(x, outputs[index], deltas[index], d_x)
            if index == self._first_dense and self.shortcut is not None:
                self.shortcut.backward(x, deltas[self._last_dense], d_x)

    @QUIET
    def predict(self, features: FloatArray) -> FloatArray:
        """Raw outputs (rows, n_out) for any number of rows, in a new array; dropout is off."""
        rows = len(features)
        if self._prediction is None or self._prediction.capacity < min(rows, PREDICTION_ROWS):
            capacity = min(rows, PREDICTION_ROWS)
            self._prediction = Workspace(self._running, capacity, self.dtype, training=False)
        predicted: FloatArray = np.empty((rows, self.n_out), self.dtype)
        for start in range(0, rows, PREDICTION_ROWS):
            chunk = features[start : start + PREDICTION_ROWS]
            self._prediction.use(len(chunk))
            predicted[start : start + PREDICTION_ROWS] = self._run(self._prediction, chunk, training=False)
        return predicted

    def summary(self) -> list[LayerSummary]:
        """Layer, output width and number of parameters, from input to output."""
        return summarize(self.layers, self.shortcut)

    def _run(self, workspace: Workspace, features: FloatArray, *, training: bool) -> FloatArray:
        signal = features
        for index, (layer, out) in enumerate(zip(self._running, workspace.outputs, strict=True)):
            layer.forward(signal, out, training)
            if self.shortcut is not None:
                if index == self._first_dense:
                    wide = signal
                if index == self._last_dense:
                    self.shortcut.add(wide, out, training)
            signal = out
        return signal


def _compiled(layers: Sequence[Layer], parameters: ParameterVector) -> list[Layer]:
    """What runs for the layers of an architecture once they are bound: some of them as one."""
    from mlpcli.nn.kernels.table import fused

    return fused(layers, parameters)


def largest_product(layers: Sequence[Layer]) -> int:
    """Multiply-adds per row of the largest matrix product."""
    return max(layer.n_in * layer.n_out for layer in layers if isinstance(layer, Dense))


def summarize(layers: Sequence[Layer], shortcut: Shortcut | None) -> list[LayerSummary]:
    """Layer, output width and number of parameters, from input to output; the shortcut where it ends."""
    parts: list[Layer | Shortcut] = [*layers]
    if shortcut is not None:
        last = max(index for index, layer in enumerate(layers) if isinstance(layer, Dense))
        parts.insert(last + 1, shortcut)
    return [LayerSummary(part.name, part.n_out, count_parameters([part])) for part in parts]


def count_parameters(layers: Sequence[HasParameters]) -> int:
    """Number of trained parameters of layers, which need not be bound."""
    return sum(
        math.prod(shape)
        for layer in layers
        for name, shape in layer.parameter_shapes().items()
        if group_of(name) != "constant"
    )
