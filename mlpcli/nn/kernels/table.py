"""Every kernel beside its NumPy twin. What is not listed here runs in NumPy."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from mlpcli.nn.activations import Parametric
from mlpcli.nn.embeddings.categories import CategoryEmbedding
from mlpcli.nn.embeddings.periodic import PBLD
from mlpcli.nn.embeddings.piecewise import PiecewiseLinear
from mlpcli.nn.kernels import embeddings, losses, optimizers
from mlpcli.nn.kernels.activations import KINDS
from mlpcli.nn.kernels.blas import product_address
from mlpcli.nn.kernels.chain import Chain, Link
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
from mlpcli.nn.losses.labels import SigmoidCrossEntropy
from mlpcli.nn.losses.numbers import Huber, MeanAbsoluteError, MeanSquaredError
from mlpcli.nn.optimizers.rules import SGD, Adam, AdamW, Momentum
from mlpcli.nn.parameters import ParameterVector

__all__ = ["KERNELS", "KINDS", "fused"]

KERNELS: dict[type[Any], type[Any]] = {
    PBLD: embeddings.CompiledPBLD,
    PiecewiseLinear: embeddings.CompiledPiecewiseLinear,
    CategoryEmbedding: embeddings.CompiledCategoryEmbedding,
    SoftmaxCrossEntropy: losses.CompiledSoftmaxCrossEntropy,
    SigmoidCrossEntropy: losses.CompiledSigmoidCrossEntropy,
    MeanSquaredError: losses.CompiledMeanSquaredError,
    MeanAbsoluteError: losses.CompiledMeanAbsoluteError,
    Huber: losses.CompiledHuber,
    SGD: optimizers.CompiledSGD,
    Momentum: optimizers.CompiledMomentum,
    Adam: optimizers.CompiledAdam,
    AdamW: optimizers.CompiledAdamW,
}
"""A subclass of each: the same numbers in another way. Those of activations are in KINDS."""


def fused(layers: Sequence[Layer], parameters: ParameterVector) -> list[Layer]:
    """The layers, with dense ones that follow one another, their activations and their dropout as one.

    An activation without a kernel stays alone, and so does that of the outputs: a shortcut comes before it.
    """
    address = product_address(parameters.values.dtype)
    if address is None:
        return list(layers)
    running: list[Layer] = []
    links: list[Link] = []
    left = deque(zip(layers, parameters.slices, strict=False))  # a shortcut has places as well
    dense_left = sum(isinstance(layer, Dense) for layer in layers)
    while left:
        layer, places = left.popleft()
        if not isinstance(layer, Dense):
            running.append(layer)
            continue
        dense_left -= 1
        activation: Layer | None = None
        dropout: Dropout | None = None
        if dense_left and has_kernel(left[0][0]):
            activation, slopes = left.popleft()
            places = places | slopes
            if isinstance(following := left[0][0], Dropout):
                dropout = following
                left.popleft()
        links.append(Link(layer, activation, dropout, places))
        if not left or not isinstance(left[0][0], Dense):
            running.append(Chain(links, parameters, address))
            links = []
    return running


def has_kernel(activation: Layer) -> bool:
    """Whether a layer is an activation of KINDS, with learned slopes or without."""
    return type(activation.function if isinstance(activation, Parametric) else activation) in KINDS
