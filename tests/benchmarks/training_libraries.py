"""The trainers that `training.py` times, and the process that runs one of them.

    python -m tests.benchmarks.training_libraries LIBRARY THREADS CASE FOLDER

CASE is a `Case` as JSON, FOLDER a checkout whose mlpcli is used. Each library trains until the clock ends it.
Its import and its copy of the rows are no part of an epoch.
"""

import contextlib
import importlib
import itertools
import json
import os
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO, cast

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks.training_cases import Case, Floats, class_examples
from tests.benchmarks.training_clock import Clock, Enough
from tests.benchmarks.training_own import PLAIN_RATE, train_own

NUMPY, NUMBA, BEFORE, SKLEARN, TORCH, JAX, FLOOR = (
    "numpy",
    "numba",
    "before",
    "sklearn",
    "torch",
    "jax",
    "floor",
)
ENGINES = (NUMPY, NUMBA)
PEERS = (SKLEARN, TORCH, JAX)
OF_DEFAULT = (*ENGINES, BEFORE, FLOOR)
"""What can train the recipe `default`."""
EMBEDDED = 4
"""Outputs of the embedding of a number."""


def train_sklearn(case: Case, clock: Clock) -> None:
    """One fit, without a stopping rule; the rows are given in float32, and it keeps to that."""
    from sklearn.neural_network import MLPClassifier

    rule = {"tol": 0.0, "n_iter_no_change": 10**9, "max_iter": 10**9, "alpha": 0.0, "verbose": True}
    model = MLPClassifier(case.hidden, batch_size=case.batch, learning_rate_init=PLAIN_RATE, **rule)
    rows = class_examples(case)
    with contextlib.redirect_stdout(cast(TextIO, clock)), warnings.catch_warnings(action="ignore"):
        clock.start()
        model.fit(*rows)


def train_torch(case: Case, clock: Clock) -> None:
    """Eager mode, a plain loop, fused Adam."""
    torch: Any = importlib.import_module("torch")  # not by name: type checks must pass where it is missing
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    features, labels = map(torch.from_numpy, class_examples(case))
    layers: list[Any] = []
    for before, after in itertools.pairwise(case.widths):
        layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    loss_of = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=PLAIN_RATE, fused=True)

    clock.start()
    while True:
        total = 0.0
        for rows in torch.randperm(case.rows).split(case.batch):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model(features.index_select(0, rows)), labels.index_select(0, rows))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        clock.epoch(total / case.rows)


def train_jax(case: Case, clock: Clock) -> None:
    """One scan over the whole batches, then the short one, in one compiled program with donated state."""
    jax: Any = importlib.import_module("jax")
    numpy = jax.numpy
    data = jax.device_put(class_examples(case))
    generator = np.random.default_rng(0)
    parameters = [
        (generator.normal(0, (2 / before) ** 0.5, (before, after)).astype(np.float32), np.zeros(after, "f4"))
        for before, after in itertools.pairwise(case.widths)
    ]
    zeros = jax.tree.map(np.zeros_like, parameters)
    state = jax.device_put((parameters, zeros, zeros, np.float32(0)))
    whole = case.rows // case.batch * case.batch

    def loss_of(parameters: Any, features: Any, labels: Any, rows: Any) -> Any:
        signal = features[rows]
        for weight, bias in parameters[:-1]:
            signal = jax.nn.relu(signal @ weight + bias)
        logs = jax.nn.log_softmax(signal @ parameters[-1][0] + parameters[-1][1])
        return -numpy.take_along_axis(logs, labels[rows][:, None], axis=1).mean()

    def step(data: Any, state: Any, rows: Any) -> Any:
        parameters, first, second, count = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, *data, rows)
        count += 1
        first = jax.tree.map(lambda mean, d: 0.9 * mean + 0.1 * d, first, gradients)
        second = jax.tree.map(lambda mean, d: 0.999 * mean + 0.001 * d * d, second, gradients)
        rate, scale = PLAIN_RATE / (1 - 0.9**count), 1 / (1 - 0.999**count)
        parameters = jax.tree.map(
            lambda value, m, v: value - rate * m / (numpy.sqrt(v * scale) + 1e-8), parameters, first, second
        )
        return (parameters, first, second, count), loss * len(rows)

    @partial(jax.jit, donate_argnums=0)  # the data are an argument: compiling goes through constants
    def run(state: Any, data: Any, order: Any) -> Any:
        state, losses = jax.lax.scan(partial(step, data), state, order[:whole].reshape(-1, case.batch))
        total = losses.sum()
        if whole < case.rows:
            state, loss = step(data, state, order[whole:])
            total += loss
        return state, total / case.rows

    clock.start()
    while True:
        # Drawn by NumPy: a permutation in JAX sorts, which takes longer.
        state, loss = run(state, data, generator.permutation(case.rows).astype(np.int32))
        clock.epoch(float(loss))  # waits for the result


def train_floor(case: Case, clock: Clock) -> None:
    """forward x W, backward xᵀ d and d Wᵀ (not for plain inputs) of each batch, into arrays made before.

    Of `default` the products of the dense layers: of each number its embedding makes EMBEDDED inputs, which
    have gradients.
    """
    generator = np.random.default_rng(0)
    widths = [case.inputs * EMBEDDED, *case.widths[1:]] if case.default else case.widths

    def array(rows: int, columns: int) -> Floats:
        # Products of these neither grow nor fade to denormal numbers from layer to layer.
        return generator.standard_normal((rows, columns), dtype=np.float32) / np.float32(columns**0.5)

    weights = [array(after, before).T.copy() for before, after in itertools.pairwise(widths)]
    gradients = [np.empty_like(weight) for weight in weights]
    signals = [array(case.batch, width) for width in widths]
    deltas = [array(case.batch, width) for width in widths]

    clock.start()
    while True:
        for start in range(0, case.rows, case.batch):
            rows = min(case.batch, case.rows - start)
            xs, ds = [signal[:rows] for signal in signals], [delta[:rows] for delta in deltas]
            for layer, weight in enumerate(weights):
                np.matmul(xs[layer], weight, out=xs[layer + 1])
            for layer in range(len(weights) - 1, -1, -1):
                np.matmul(xs[layer].T, ds[layer + 1], out=gradients[layer])
                if layer or case.default:
                    np.matmul(ds[layer + 1], weights[layer].T, out=ds[layer])
        clock.epoch(0.0)


LIBRARIES: dict[str, Callable[[Case, Clock], None]] = {
    NUMPY: partial(train_own, engine=NUMPY),
    NUMBA: partial(train_own, engine=NUMBA),
    BEFORE: partial(train_own, engine=None),
    SKLEARN: train_sklearn,
    TORCH: train_torch,
    JAX: train_jax,
    FLOOR: train_floor,
}


def main(library: str, threads: int, case: Case, folder: Path) -> None:
    """Train until standard input ends. The mlpcli of `folder` is imported, or it is an error."""
    sys.path.insert(0, str(folder))
    import mlpcli

    if Path(mlpcli.__file__).parents[1] != folder:
        raise SystemExit(f"{mlpcli.__file__} was imported, which is not in {folder}")
    if library == JAX and sys.platform == "linux":  # its pool has a thread per processor it may use
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    with threadpool_limits(threads), contextlib.suppress(Enough):
        LIBRARIES[library](case, Clock())


if __name__ == "__main__":
    rows, inputs, hidden, *others = json.loads(sys.argv[3])
    main(sys.argv[1], int(sys.argv[2]), Case(rows, inputs, tuple(hidden), *others), Path(sys.argv[4]))
