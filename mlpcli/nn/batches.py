"""Training rows, and shuffled batches gathered into reused arrays."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlpcli.nn.scratch import AnyArray, FloatArray, IndexArray, Scratch

BLOCK_VALUES = 1 << 16
"""Features gathered at once, of which batches are slices: a slice takes 0.6 µs,
a gather of 32 rows 1.4. The block is still in the cache when it is used."""


@dataclass(slots=True)
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
        batches = BLOCK_VALUES // (self.batch_size * examples.features.shape[1])
        self._block_size = self.batch_size * max(1, batches)
        self._scratch = Scratch()

    def __len__(self) -> int:
        return -(-len(self._examples) // self.batch_size)

    def in_order(self, order: IndexArray) -> Iterator[Examples]:
        """The rows of `order` (rows,), a batch at a time; each batch is valid until the next one."""
        for first in range(0, len(order), self._block_size):
            rows = order[first : first + self._block_size]
            features = self._gather("features", self._examples.features, rows)
            targets = self._gather("targets", self._examples.targets, rows)
            weights = self._examples.weights
            if weights is not None:
                weights = self._gather("weights", weights, rows)
            for start in range(0, len(rows), self.batch_size):
                batch = slice(start, start + self.batch_size)
                yield Examples(features[batch], targets[batch], None if weights is None else weights[batch])

    def _gather(self, name: str, array: AnyArray, rows: IndexArray) -> AnyArray:
        out = self._scratch(name, (len(rows), *array.shape[1:]), array.dtype)
        # mode="clip" writes into `out` directly, twice as fast as fancy indexing; the rows are in range.
        return array.take(rows, axis=0, out=out, mode="clip")
