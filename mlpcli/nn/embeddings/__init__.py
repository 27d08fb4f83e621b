"""Embeddings of numbers and categories: the first layer of a strong network."""

from typing import ClassVar

import numpy as np

from mlpcli.nn.embeddings.base import Embedding, Inputs, PassThrough
from mlpcli.nn.embeddings.categories import CategoryEmbedding
from mlpcli.nn.embeddings.periodic import PBLD, PLR, Periodic
from mlpcli.nn.embeddings.piecewise import PiecewiseLinear
from mlpcli.nn.embeddings.text import TextEmbedding
from mlpcli.nn.kernels import NUMPY, Engine, of_engine
from mlpcli.nn.layers import Layer
from mlpcli.nn.scratch import FloatArray, IndexArray

__all__ = ["NUMBER_EMBEDDINGS", "InputLayer", "Inputs", "input_layer"]

NUMBER_EMBEDDINGS: dict[str, type[Embedding]] = {"pbld": PBLD, "plr": PLR, "ple": PiecewiseLinear}
"""Names are stored in model files: add, never rename."""


class InputLayer(Layer):
    """Embeddings side by side; it can only be the first layer, as inputs have no gradient."""

    backward_reads: ClassVar[frozenset[str]] = frozenset({"x"})

    def __init__(self, width: int, embeddings: list[Embedding]) -> None:
        super().__init__(width, sum(each.n_out for each in embeddings))
        self.embeddings = embeddings

    @property
    def name(self) -> str:
        return "Embedding"

    @property
    def floats_per_row(self) -> int:
        return super().floats_per_row + sum(each.floats_per_row for each in self.embeddings)

    def column_of_output(self) -> IndexArray:
        """(n_out,) the column from which each output comes."""
        return np.concatenate([each.column_of_output() for each in self.embeddings])

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {
            f"{name}.{number}": shape
            for number, each in enumerate(self.embeddings)
            for name, shape in each.parameter_shapes().items()
        }

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        for number, each in enumerate(self.embeddings):
            each.bind(_numbered(values, number), _numbered(gradients, number))

    def initialize(self, generator: np.random.Generator, x: FloatArray | None) -> None:
        for each in self.embeddings:
            each.initialize(generator, x)

    def forward(self, x: FloatArray, out: FloatArray, training: bool) -> None:
        start = 0
        for each in self.embeddings:
            each.forward(x, out[:, start : start + each.n_out], training)
            start += each.n_out

    def backward(self, x: FloatArray, out: FloatArray, d_out: FloatArray, d_x: FloatArray | None) -> None:
        assert d_x is None
        start = 0
        for each in self.embeddings:
            each.backward(x, d_out[:, start : start + each.n_out])
            start += each.n_out


def input_layer(
    inputs: Inputs,
    number_embedding: str,
    frequency_spread: float | None = None,
    engine: Engine = NUMPY,
) -> InputLayer | None:
    """The layer for these columns: numbers if they are to be embedded, then categories, texts and the rest.

    None if nothing is to be embedded and every column is read.
    """
    embeddings: list[Embedding] = []
    rest = set(range(inputs.width)) - inputs.unread
    numbers = [column for column in inputs.numbers if column in rest]
    if number_embedding in NUMBER_EMBEDDINGS and numbers:
        kind = of_engine(NUMBER_EMBEDDINGS[number_embedding], engine)
        embedding = kind(np.array(numbers, np.intp))
        if isinstance(embedding, Periodic) and frequency_spread is not None:
            embedding.spread = frequency_spread
        embeddings.append(embedding)
        rest -= set(numbers)
    for column, levels in inputs.categories:
        if column in rest:
            embeddings.append(of_engine(CategoryEmbedding, engine)(column, levels))
            rest.discard(column)
    for first, columns in inputs.bags:
        if first in rest:
            embeddings.append(TextEmbedding(first, columns))
            rest -= set(range(first, first + columns))
    if not embeddings and not inputs.unread:
        return None
    if rest:
        embeddings.append(PassThrough(np.array(sorted(rest), np.intp)))
    return InputLayer(inputs.width, embeddings)


def _numbered(arrays: dict[str, FloatArray], number: int) -> dict[str, FloatArray]:
    suffix = f".{number}"
    return {name.removesuffix(suffix): array for name, array in arrays.items() if name.endswith(suffix)}
