"""The outputs of a model for rows as they come: on threads of their own, while the next rows are read."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from threading import Lock
from typing import TypeAlias, TypeVar

import numpy as np

from mlpcli.arrays import Array
from mlpcli.nn.network import Network
from mlpcli.nn.products import BLOCK_ROWS
from mlpcli.options.threads import choose_threads, limited_threads, usable_cores

T = TypeVar("T")
Chunks: TypeAlias = Iterable[tuple[T, Array, bool]]
"""For each chunk what it is, its encoded rows, and whether the next one is at hand."""

Part: TypeAlias = Callable[[Array, int, Callable[[], bool]], Array]
"""Gives a network's part (rows, outputs) in the predictions: for encoded rows, from a row number on of a
table, until it is to stop."""

FEWEST_ROWS = 2 * BLOCK_ROWS
"""Of a chunk that is worth other threads: rows that come one by one take a fifth longer with them."""
NETWORK_ROWS = 2048
"""Rows that a network is given at once, in whole blocks. With 256 a call of NumPy takes 30 µs, and what two
threads win is lost as they wait for each other between calls."""
AHEAD = 2
"""Chunks whose outputs may be waited for while the next one is read: with one, threads would stand idle while
it is written."""


def raw_outputs(
    network: Network, features: Array, first: int, is_stopped: Callable[[], bool] = lambda: False
) -> Array:
    """Raw outputs (rows, n_out) for the rows from number `first` on of a table, until it `is_stopped`.

    They are scored in blocks of BLOCK_ROWS, each row at its place: a matrix product of another shape rounds
    otherwise, and a prediction must not depend on how many rows come at once.
    """
    outputs = np.empty((len(features), network.n_out), network.dtype)
    start = 0
    while start < len(features) and not is_stopped():
        place = (first + start) % BLOCK_ROWS
        left = len(features) - start
        if place or left < BLOCK_ROWS:
            rows = min(BLOCK_ROWS - place, left)
        else:
            rows = min(left // BLOCK_ROWS * BLOCK_ROWS, NETWORK_ROWS)
        block = features[start : start + rows]
        if rows < BLOCK_ROWS:
            block = np.zeros((BLOCK_ROWS, features.shape[1]), features.dtype)
            block[place : place + rows] = features[start : start + rows]
        outputs[start : start + rows] = network.predict(block)[place : place + rows]
        start += rows
    return outputs


class Scorer(AbstractContextManager["Scorer"]):
    """Scores chunk after chunk. A context manager, in which matrix products use as many threads as they pay.

    The networks of a model work at the same time, each in one thread at a time, as it has one set of arrays
    for what its layers put out. With one core all is done where it is asked for.
    """

    def __init__(self, parts: Sequence[Part], threads: int | None, products: int) -> None:
        """`parts`: for each network; `threads`, if given; `products`: multiply-adds of the largest matrix
        product."""
        cores = usable_cores() if threads is None else threads
        self._parts = parts
        self._limit = choose_threads(threads, products)
        workers = min(len(parts), max(1, cores // self._limit))
        self._free = [Lock() for _ in parts]
        self._is_stopped = False
        self._pool = ThreadPoolExecutor(workers) if cores > 1 else None
        self._open = ExitStack()

    def __enter__(self) -> "Scorer":
        self._open.enter_context(limited_threads(self._limit))
        return self

    def __exit__(self, *error: object) -> None:
        self._is_stopped = True  # within a block of rows
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._open.close()

    def outputs(self, chunks: Chunks[T]) -> Iterator[tuple[T, Array]]:
        """Each chunk in order with its predictions (rows, outputs), as `Model.outputs` gives them.

        The next chunks are taken before if they are at hand. An error of theirs is raised when all chunks
        before it have been given.
        """
        waiting = deque[tuple[T, Callable[[], Array]]]()
        coming, rows = iter(chunks), 0
        most = 0 if self._pool is None else AHEAD
        while True:
            failure = None
            try:
                found = next(coming, None)
            except Exception as error:
                found, failure = None, error
            if found is None:
                break
            chunk, features, more_at_hand = found
            waiting.append((chunk, self._started(features, rows)))
            rows += len(features)
            while len(waiting) > (most if more_at_hand else 0):
                chunk, outputs = waiting.popleft()
                yield chunk, outputs()
        for chunk, outputs in waiting:
            yield chunk, outputs()
        if failure is not None:
            raise failure

    def of(self, features: Array, first: int) -> Array:
        """Predictions (rows, outputs) for encoded rows, from a row number on of a table."""
        return self._started(features, first)()

    def _started(self, features: Array, first: int) -> Callable[[], Array]:
        """A function that waits for the predictions of some rows and returns them."""
        numbers = range(len(self._parts))
        if self._pool is None or len(features) < FEWEST_ROWS:
            outputs = _sum(self._part(number, features, first) for number in numbers)
            return lambda: outputs
        parts = [self._pool.submit(self._part, number, features, first) for number in numbers]
        return lambda: _sum(part.result() for part in parts)

    def _part(self, number: int, features: Array, first: int) -> Array:
        with self._free[number]:
            return self._parts[number](features, first, lambda: self._is_stopped)


def _sum(parts: Iterable[Array]) -> Array:
    """Always in the order of the networks, so that it is rounded the same way."""
    return np.asarray(sum(parts))
