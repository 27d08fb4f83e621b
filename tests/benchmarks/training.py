"""Times an epoch of training in mlpcli, scikit-learn, PyTorch and JAX, and its matrix products alone.

    python tests/benchmarks/training.py [--cases 1,3] [--peers mlpcli,torch,floor] [--rounds 3]
    python tests/benchmarks/training.py --growth [--rounds 3]

The same rows, architecture, batch size and optimizer (Adam, 1e-3) for all, in float32: softmax cross-entropy,
ReLU, rows shuffled anew each epoch, the short last batch used, the training loss summed up. Exception: for
two classes scikit-learn makes one logistic output. Its epochs are timed inside of one `fit`, by the line it
prints after each: `partial_fit` checks all rows at every call, 9 % of the smallest case, and the difference
of two fits is one noisy number. JAX runs a whole epoch as one compiled program; compiling is told apart. The
floor is the matrix products of an epoch in NumPy, nothing else, on batches that lie in the cache.

Each library, with one thread and with two, is measured in processes of its own, in rounds that take turns. In
a round each trains WARM_UP epochs, then EPOCHS or for SECONDS, whichever takes longer; a figure is the median
over the epochs of all rounds. `--growth` shows how mlpcli's time grows with rows and with parameters.
"""

import argparse
import contextlib
import importlib
import importlib.metadata
import importlib.util
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from functools import partial
from typing import Any, NamedTuple, TextIO, cast

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

WARM_UP, EPOCHS, SECONDS = 2, 3, 1.0
LEARNING_RATE = 1e-3
THREADS = (1, 2)
MISSING = "-"

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


class Case(NamedTuple):
    """A data set and a network."""

    rows: int
    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    batch: int

    @property
    def widths(self) -> list[int]:
        """Of all layers, from the inputs to the outputs."""
        return [self.inputs, *self.hidden, self.outputs]

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum((before + 1) * after for before, after in itertools.pairwise(self.widths))

    def __str__(self) -> str:
        return f"{self.rows:,} rows, {'-'.join(map(str, self.widths))}, b{self.batch}"


CASES = (
    Case(20_000, 20, (100,), 2, 200),
    Case(20_000, 20, (64, 64), 2, 32),
    Case(20_000, 50, (128, 128), 5, 128),
    Case(20_000, 50, (256, 256, 256), 5, 256),
    Case(60_000, 784, (100,), 10, 128),
    Case(20_000, 100, (512, 512), 10, 1024),
)
MORE_ROWS = [Case(2_500 << doubling, 50, (128, 128), 5, 128) for doubling in range(6)]
MORE_PARAMETERS = [Case(20_000, 50, (size, size), 5, 256) for size in (128, 256, 512, 1024)]


class Timing(NamedTuple):
    """What one library showed in one or more processes."""

    seconds: list[float]
    losses: list[float]
    first: float
    """Seconds of the first epoch, with compiling."""

    @property
    def epoch(self) -> float:
        """Median seconds of an epoch."""
        return statistics.median(self.seconds)


class Enough(KeyboardInterrupt):  # at which scikit-learn, too, ends training
    """Enough epochs have been timed."""


class Clock:
    """Times epochs and ends the training."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.losses: list[float] = []

    def start(self) -> None:
        """All is ready for the first epoch."""
        self._last = time.perf_counter()

    def epoch(self, loss: float) -> None:
        """One epoch more is over."""
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self.losses.append(loss)
        if len(self.seconds) >= WARM_UP + EPOCHS and sum(self.seconds[WARM_UP:]) >= SECONDS:
            raise Enough
        self._last = now

    def write(self, text: str) -> None:
        """Stand in for the standard output of scikit-learn."""
        if text.startswith("Iteration"):
            self.epoch(float(text.rpartition("=")[2]))


def examples(case: Case) -> tuple[Floats, Labels]:
    """Normal features, and classes that a linear model with noise chose."""
    generator = np.random.default_rng(0)
    features = generator.standard_normal((case.rows, case.inputs), dtype=np.float32)
    scores = features @ generator.standard_normal((case.inputs, case.outputs), dtype=np.float32)
    scores += generator.standard_normal(scores.shape, dtype=np.float32)
    return features, scores.argmax(axis=1)


# Each library trains until the clock ends it. Its import and its copy of the rows are no part of an epoch.


def train_mlpcli(case: Case, clock: Clock) -> None:
    """The whole training loop, as `mlpcli train` runs it, without validation rows."""
    from mlpcli.nn.architecture import NetworkSettings, build_network
    from mlpcli.nn.batches import Examples
    from mlpcli.nn.fitting import fit
    from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
    from mlpcli.nn.optimizers import Adam
    from mlpcli.nn.trainer import Trainer
    from mlpcli.nn.training_settings import TrainingSettings

    architecture = NetworkSettings(hidden=case.hidden, activation="relu", dropout=0.0)
    network = build_network(architecture, case.inputs, case.outputs)
    network.initialize(np.random.default_rng(0))
    trainer = Trainer(network, SoftmaxCrossEntropy(), Adam(network.parameters))
    settings = TrainingSettings(learning_rate=LEARNING_RATE, epochs=10**9, batch_size=case.batch)
    rows = Examples(*examples(case))
    records = fit(trainer, rows, settings, {"shuffle": np.random.default_rng(0)})
    clock.start()
    for record in records:
        clock.epoch(record.train_loss)


def train_sklearn(case: Case, clock: Clock) -> None:
    """One fit, without a stopping rule; the rows are given in float32, and it keeps to that."""
    from sklearn.neural_network import MLPClassifier

    rule = {"tol": 0.0, "n_iter_no_change": 10**9, "max_iter": 10**9, "alpha": 0.0, "verbose": True}
    model = MLPClassifier(case.hidden, batch_size=case.batch, learning_rate_init=LEARNING_RATE, **rule)
    rows = examples(case)
    with contextlib.redirect_stdout(cast(TextIO, clock)), warnings.catch_warnings(action="ignore"):
        clock.start()
        model.fit(*rows)


def train_torch(case: Case, clock: Clock) -> None:
    """Eager mode, a plain loop, fused Adam."""
    torch: Any = importlib.import_module("torch")  # not by name: type checks must pass where it is missing
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    features, labels = map(torch.from_numpy, examples(case))
    layers: list[Any] = []
    for before, after in itertools.pairwise(case.widths):
        layers += [torch.Linear(before, after), torch.ReLU()]
    model = torch.Sequential(*layers[:-1])
    loss_of = torch.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)

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
    data = jax.device_put(examples(case))
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
        rate, scale = LEARNING_RATE / (1 - 0.9**count), 1 / (1 - 0.999**count)
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
    """forward x W, backward xᵀ d and d Wᵀ (not for the inputs) of each batch, into arrays made before."""
    generator = np.random.default_rng(0)

    def array(rows: int, columns: int) -> Floats:
        # Products of these neither grow nor fade to denormal numbers from layer to layer.
        return generator.standard_normal((rows, columns), dtype=np.float32) / np.float32(columns**0.5)

    weights = [array(after, before).T.copy() for before, after in itertools.pairwise(case.widths)]
    gradients = [np.empty_like(weight) for weight in weights]
    signals = [array(case.batch, width) for width in case.widths]
    deltas = [array(case.batch, width) for width in case.widths]

    clock.start()
    while True:
        for start in range(0, case.rows, case.batch):
            rows = min(case.batch, case.rows - start)
            xs, ds = [signal[:rows] for signal in signals], [delta[:rows] for delta in deltas]
            for layer, weight in enumerate(weights):
                np.matmul(xs[layer], weight, out=xs[layer + 1])
            for layer in range(len(weights) - 1, -1, -1):
                np.matmul(xs[layer].T, ds[layer + 1], out=gradients[layer])
                if layer:
                    np.matmul(ds[layer + 1], weights[layer].T, out=ds[layer])
        clock.epoch(0.0)


TRAINERS = (train_mlpcli, train_sklearn, train_torch, train_jax, train_floor)
LIBRARIES = {trainer.__name__.removeprefix("train_"): trainer for trainer in TRAINERS}


def measure(library: str, threads: int, case: Case) -> Timing:
    """In this process, which `measured_apart` has made."""
    if library == "jax" and sys.platform == "linux":  # its pool has a thread per processor it may use
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    clock = Clock()
    with threadpool_limits(threads), contextlib.suppress(Enough):
        LIBRARIES[library](case, clock)
    return Timing(clock.seconds[WARM_UP:], clock.losses, clock.seconds[0])


def measured_apart(library: str, threads: int, case: Case) -> Timing:
    """The same in a new process, where the number of threads is set before anything is imported."""
    names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]
    environment = os.environ | dict.fromkeys(names, str(threads)) | {"JAX_PLATFORMS": "cpu"}
    if threads == 1:
        environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    command = [sys.executable, __file__, "--measure", json.dumps([library, threads, case])]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return Timing(*json.loads(done.stdout))


Timings = dict[tuple[str, int], Timing]
"""By library and threads."""


def timings(case: Case, libraries: list[str], rounds: int) -> Timings:
    """Of all libraries, which take turns."""
    found: Timings = {}
    for _, library, threads in itertools.product(range(rounds), libraries, THREADS):
        new = measured_apart(library, threads, case)
        old = found.get((library, threads), Timing([], [], new.first))
        found[library, threads] = Timing(old.seconds + new.seconds, new.losses, min(old.first, new.first))
    return found


def epochs(found: Timings, threads: tuple[int, ...] = THREADS) -> dict[str, float]:
    """Seconds per epoch of each library with the best of these numbers of threads."""
    names = {name for name, _ in found}
    return {name: min(found[name, count].epoch for count in threads) for name in names}


def ratios(seconds: dict[str, float]) -> dict[str, float]:
    """To mlpcli's, where that was measured."""
    return {name: value / seconds["mlpcli"] for name, value in seconds.items() if "mlpcli" in seconds}


def line(title: str, seconds: dict[str, float], ratio: dict[str, float]) -> str:
    """Milliseconds of each library and the ratio to mlpcli's; the floor is a share of it."""
    cells = [f"{title:40}"]
    for name in LIBRARIES:
        time_cell = f"{1000 * seconds[name]:.1f}" if name in seconds else MISSING
        cells.append(f"{time_cell:>9}")
        if name == "floor" and name in ratio:
            cells.append(f"{ratio[name]:7.0%}")
        elif name != "mlpcli":
            cells.append(f"{ratio[name]:6.2f}x" if name in ratio else f"{MISSING:>7}")
    return "".join(cells)


def compare(cases: list[Case], libraries: list[str], rounds: int) -> None:
    """Both tables. A line of the first appears as soon as its case is done."""
    head = f"{'ms per epoch, ratio to mlpcli':40}{'mlpcli':>9}"
    head += "".join(f"{name:>16}" for name in LIBRARIES if name != "mlpcli")
    print(f"The better of one and two threads for each\n\n{head}")
    results: dict[Case, Timings] = {}
    for case in cases:
        results[case] = timings(case, libraries, rounds)
        seconds = epochs(results[case])
        print(line(str(case), seconds, ratios(seconds)), flush=True)
    each = [ratios(epochs(found)) for found in results.values()]
    means = {name: statistics.geometric_mean([ratio[name] for ratio in each]) for name in each[0]}
    print(f"{line('geometric mean', {}, means)}\n\nBy threads\n\n{head}")
    for (case, found), threads in itertools.product(results.items(), THREADS):
        seconds = epochs(found, (threads,))
        print(line(f"{case}, {threads}t", seconds, ratios(seconds)))
    own = [timing for found in results.values() for (name, _), timing in found.items() if name == "jax"]
    if own:
        compiling = [timing.first - timing.epoch for timing in own]
        print(f"\nJAX compiles for {min(compiling):.2f} to {max(compiling):.2f} s, no part of the figures.")


def growth(rounds: int) -> None:
    """Straight growth shows as equal numbers in the columns that divide."""
    for title, cases in (("rows", MORE_ROWS), ("parameters", MORE_PARAMETERS)):
        print(f"More {title}; the better of one and two threads\n")
        print(f"{'':40}  parameters  ms per epoch  µs per row  ns per row · parameter")
        for case in cases:
            seconds = epochs(timings(case, ["mlpcli"], rounds))["mlpcli"]
            row = seconds / case.rows
            cells = f"{1e3 * seconds:14.1f}{1e6 * row:12.2f}{1e9 * row / case.parameters:24.4f}"
            print(f"{case!s:40}{case.parameters:12,}{cells}", flush=True)
        print()


def main() -> None:
    """Print the tables; with the hidden `--measure`, the timing of one library as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", default=",".join(str(number + 1) for number in range(len(CASES))))
    parser.add_argument("--peers", default=",".join(LIBRARIES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        library, threads, (rows, inputs, hidden, outputs, batch) = json.loads(given.measure)
        print(json.dumps(measure(library, threads, Case(rows, inputs, tuple(hidden), outputs, batch))))
        return
    wanted = given.peers.split(",")
    if not set(wanted) <= set(LIBRARIES):
        parser.error(f"--peers: any of {','.join(LIBRARIES)}")
    found = [name for name in wanted if name == "floor" or importlib.util.find_spec(name)]
    packages = {"numpy": "numpy", "sklearn": "scikit-learn", "torch": "torch", "jax": "jax"}
    used = [package for name, package in packages.items() if name in ("numpy", *found)]
    versions = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in used)
    print(f"{versions}; {os.cpu_count()} processors, {given.rounds} rounds\n")
    if given.growth:
        growth(given.rounds)
    else:
        compare([CASES[int(number) - 1] for number in given.cases.split(",")], found, given.rounds)


if __name__ == "__main__":
    main()
