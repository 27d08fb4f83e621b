"""Training rows, and shuffled batches gathered into reused arrays."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlpcli.nn.scratch import AnyArray, FloatArray, IndexArray, Scratch

BLOCK_VALUES = 1 << 16
"""Features gathered at once, of which batches are slices: a slice takes 0.6 µs,
a gather of 32 rows 1.4. The block is still in the cache when it is used."""

RUN_VALUES = 1 << 16
"""Features of a run of rows that are read in one go: a quarter of a megabyte."""
FEWEST_RUNS = 256
"""From which batches are drawn at a time, where rows are more than memory: a table may be sorted."""


@dataclass(slots=True)
class Examples:
    """features (rows, n_in); targets and weights as the loss takes them (see `mlpcli.nn.losses`)."""

    features: FloatArray
    targets: AnyArray
    weights: FloatArray | None = None
    window: int | None = None
    """Rows from which batches are drawn at a time, where all together may be more than memory."""

    def __len__(self) -> int:
        return len(self.features)

    def shuffled(self, generator: np.random.Generator) -> IndexArray:
        """The numbers of all rows in random order (rows,).

        With a window they are drawn from some hundreds of runs of rows at a time, which are from all over, so
        that each run is read once, in one go.
        """
        rows = len(self)
        if self.window is None or self.window >= rows:
            return generator.permutation(rows)
        length = max(min(RUN_VALUES // self.features.shape[1], self.window // FEWEST_RUNS), 1)
        runs = generator.permutation(-(-rows // length))
        at_once = max(self.window // length, 1)
        drawn = []
        for first in range(0, len(runs), at_once):
            starts = length * np.sort(runs[first : first + at_once])
            numbers = (starts[:, None] + np.arange(length)).ravel()
            drawn.append(generator.permutation(numbers[numbers < rows]))
        return np.concatenate(drawn)


class Batches:
    """Cuts examples into batches in a given order; the last one may be short."""

    def __init__(self, examples: Examples, batch_size: int) -> None:
        self._examples = examples
        self.batch_size = min(batch_size, len(examples))
        batches = BLOCK_VALUES // (self.batch_size * examples.features.shape[1])
        self._block_size = self.batch_size * max(1, batches)
        self._scratch, self._held = Scratch(), Scratch()

    def __len__(self) -> int:
        return -(-len(self._examples) // self.batch_size)

    def in_order(self, order: IndexArray) -> Iterator[Examples]:
        """The rows of `order` (rows,), a batch at a time; each batch is valid until the next one."""
        window = self._examples.window
        if window is None or window >= len(self._examples):
            yield from self._batches(self._examples, order)
            return
        # Rows of a window are read in their order, once: of rows at random a disk reads far more around each.
        held = max(window // self._block_size, 1) * self._block_size
        for first in range(0, len(order), held):
            rows = order[first : first + held]
            ordered = np.sort(rows)
            yield from self._batches(
                _gathered(self._held, self._examples, ordered), np.searchsorted(ordered, rows)
            )

    def _batches(self, examples: Examples, order: IndexArray) -> Iterator[Examples]:
        for first in range(0, len(order), self._block_size):
            block = _gathered(self._scratch, examples, order[first : first + self._block_size])
            for start in range(0, len(block), self.batch_size):
                batch = slice(start, start + self.batch_size)
                weights = None if block.weights is None else block.weights[batch]
                yield Examples(block.features[batch], block.targets[batch], weights)


def _gathered(scratch: Scratch, examples: Examples, rows: IndexArray) -> Examples:
    """Some rows in reused arrays."""

    def gather(name: str, array: AnyArray) -> AnyArray:
        out = scratch(name, (len(rows), *array.shape[1:]), array.dtype)
        # mode="clip" writes into `out` directly, twice as fast as fancy indexing; the rows are in range.
        return array.take(rows, axis=0, out=out, mode="clip")

    weights = None if examples.weights is None else gather("weights", examples.weights)
    return Examples(gather("features", examples.features), gather("targets", examples.targets), weights)
