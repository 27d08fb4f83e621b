"""Every kernel beside its NumPy twin. What is not listed here runs in NumPy."""

from collections.abc import Sequence
from typing import Any

from mlpcli.nn.embeddings.categories import CategoryEmbedding
from mlpcli.nn.embeddings.periodic import PBLD
from mlpcli.nn.embeddings.piecewise import PiecewiseLinear
from mlpcli.nn.kernels import embeddings, losses, optimizers
from mlpcli.nn.kernels.activations import KINDS
from mlpcli.nn.kernels.hidden import Hidden
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
from mlpcli.nn.losses.labels import SigmoidCrossEntropy
from mlpcli.nn.losses.numbers import Huber, MeanAbsoluteError, MeanSquaredError
from mlpcli.nn.optimizers.rules import SGD, Adam, AdamW, Momentum

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


def fused(layers: Sequence[Layer]) -> list[Layer]:
    """The layers with each dense one, its activation and its dropout as one, if there is a kernel for it.

    The last dense layer stays alone: a shortcut comes between it and an activation of the output.
    """
    last = max((index for index, layer in enumerate(layers) if isinstance(layer, Dense)), default=0)
    running: list[Layer] = []
    index = 0
    while index < len(layers):
        layer, following = layers[index], layers[index + 1 : index + 3]
        if isinstance(layer, Dense) and index < last and following and Hidden.fits(following[0]):
            dropout = following[1] if len(following) > 1 and isinstance(following[1], Dropout) else None
            running.append(Hidden(layer, following[0], dropout))
            index += 2 if dropout is None else 3
        else:
            running.append(layer)
            index += 1
    return running
