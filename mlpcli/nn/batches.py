"""Rows to learn from, and shuffled batches of them gathered into reused arrays."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlpcli.nn.arrays import AnyArray, FloatArray, IndexArray, Scratch


@dataclass(frozen=True)
class Examples:
    """features (rows, n_in); targets and weights as the loss takes them (see `mlpcli.nn.losses`)."""

    features: FloatArray
    targets: AnyArray
    weights: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.features)


class Batches:
    """Cuts examples into batches in a given order; the last one may be short."""

    def __init__(self, examples: Examples, batch_size: int) -> None:
        self._examples = examples
        self.batch_size = min(batch_size, len(examples))
        self._scratch = Scratch()

    def __len__(self) -> int:
        return -(-len(self._examples) // self.batch_size)

    def in_order(self, order: IndexArray) -> Iterator[Examples]:
        """The rows of `order`, a batch at a time; each batch is valid until the next one."""
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            examples = self._examples
            yield Examples(
                self._gather("features", examples.features, rows),
                self._gather("targets", examples.targets, rows),
                None if examples.weights is None else self._gather("weights", examples.weights, rows),
            )

    def _gather(self, name: str, array: AnyArray, rows: IndexArray) -> AnyArray:
        out = self._scratch(name, (len(rows), *array.shape[1:]), array.dtype)
        # mode="clip" writes into `out` directly, twice as fast as fancy indexing; the rows are in range.
        return np.take(array, rows, axis=0, out=out, mode="clip")
