"""Times an epoch of training in mlpcli, scikit-learn, PyTorch and JAX, and its matrix products alone.

    python tests/benchmarks/training.py [--cases 1,3,7] [--libraries numpy,numba,torch,floor] [--rounds 3]
    python tests/benchmarks/training.py --against FOLDER
    python tests/benchmarks/training.py --growth [--rounds 3]

mlpcli's engines `numpy` and `numba` are libraries of their own, and so is `before`, the NumPy engine in a
checkout of another commit. In cases 1 to 6 all have the same rows, architecture, batch size and optimizer
(Adam, 1e-3), in float32: softmax cross-entropy, ReLU, rows shuffled anew each epoch, the short last batch
used, the training loss summed up (in mlpcli over 50 batches or more). Exception: for two classes scikit-learn
makes one logistic output. Its epochs are timed inside of one `fit`, by the line it prints after each:
`partial_fit` checks all rows at every call, 9 % of the smallest case. JAX runs a whole epoch as one compiled
program. Case 7 is the step of the recipe `default`, which the others have not. The floor is the matrix
products of an epoch in NumPy (of `default` those of its dense layers), nothing else, on batches that lie in
the cache.

Each library, with one thread and with two, trains in a process of its own. In each round each has one turn,
see `training_clock`; a figure is the median over the rounds of a turn's median epoch. Two threads wait long
for a core that others use: the slower number of threads may have fewer turns or none (-), see
`training_turns`. On a busy machine there are fewer rounds, but one at least, so that all ends within
`--minutes`. What compiling took is told apart, for numba with nothing kept from before. `--growth` shows how
the time grows with rows, columns, width and classes.
"""

import argparse
import importlib.metadata
import importlib.util
import itertools
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script finds only what lies beside it
from tests.benchmarks.training_cases import CASES, GROWTH, Case
from tests.benchmarks.training_libraries import (
    BEFORE,
    ENGINES,
    FLOOR,
    JAX,
    LIBRARIES,
    NUMBA,
    NUMPY,
    OF_DEFAULT,
    PEERS,
)
from tests.benchmarks.training_turns import THREADS, Setup, Timings, best, timings

TITLE = 40
MISSING = "-"
COMPARED, ALIKE = 3, 1.5
"""After so many epochs a library's training loss may be so many times the usual one, or the reverse: each
starts from other weights."""
INSTRUCTIONS = {"X86_V2": "SSE4.2", "X86_V3": "AVX2", "X86_V4": "AVX-512"}

Results = dict[Case, Timings]
Pair = tuple[str, str]
"""A library and the one its time is divided by."""


def row(title: str, cells: Iterable[str]) -> str:
    """A line of a table."""
    return f"{title:{TITLE}}" + "".join(f"{cell:>9}" for cell in cells)


def times(title: str, found: Timings, libraries: list[str], threads: tuple[int, ...] = THREADS) -> str:
    """A line of milliseconds per epoch."""
    seconds = best(found, threads)
    return row(title, (f"{1000 * seconds[name]:.1f}" if name in seconds else MISSING for name in libraries))


def print_ratios(title: str, pairs: list[Pair], results: Results, apart: Results | None = None) -> None:
    """A table of the better of one and two threads for each; the geometric means are without `apart`."""
    apart = apart or {}
    seconds = {case: best(found) for case, found in [*results.items(), *apart.items()]}
    pairs = [pair for pair in pairs if all(set(pair) <= set(found) for found in seconds.values())]
    if not pairs or not results:
        return

    def print_line(name: str, cells: Iterable[str]) -> None:
        print(f"{name:{TITLE}}" + "".join(f"{cell:>15}" for cell in cells))

    print()
    print_line(title, map("/".join, pairs))
    ratios = {case: [found[over] / found[under] for over, under in pairs] for case, found in seconds.items()}
    for case in results:
        print_line(str(case), (f"{ratio:.2f}" for ratio in ratios[case]))
    means = map(statistics.geometric_mean, zip(*(ratios[case] for case in results), strict=True))
    print_line(f"geometric mean of {len(results)}", (f"{mean:.2f}" for mean in means))
    for case in apart:
        print_line(str(case), (f"{ratio:.2f}" for ratio in ratios[case]))


def compare(cases: list[Case], libraries: list[str], setup: Setup, minutes: float) -> None:
    """All tables. A line of the first appears as soon as its case is done, in its share of the minutes."""
    start = time.perf_counter()
    print(f"The better of one and two threads for each\n\n{row('ms per epoch', libraries)}")
    results: Results = {}
    for left, case in zip(range(len(cases), 0, -1), cases, strict=True):
        names = [name for name in libraries if name in OF_DEFAULT or not case.default]
        now = time.perf_counter()
        found = results[case] = timings(case, names, setup, now + (start + 60 * minutes - now) / left)
        rounds = max(timing.rounds for timing in found.values())
        print(f"{times(str(case), found, libraries)}  {rounds} of {setup.rounds} rounds", flush=True)
    plain = {case: found for case, found in results.items() if not case.default}
    special = {case: found for case, found in results.items() if case.default}
    for engine in ENGINES:
        print_ratios(f"others' time / that of {engine}", [(peer, engine) for peer in PEERS], plain)
    print_ratios(
        "an earlier commit, and the engines", [(BEFORE, NUMPY), (BEFORE, NUMBA), (NUMPY, NUMBA)], results
    )
    floors = [(engine, FLOOR) for engine in ENGINES]
    print_ratios("a step / its products alone", floors, plain, special)
    print(f"\nBy threads\n\n{row('ms per epoch', libraries)}")
    for (case, found), threads in itertools.product(results.items(), THREADS):
        print(times(f"{case}, {threads}t", found, libraries, (threads,)))
    for library in (NUMBA, JAX):
        alone = [found[library, 1].compiling for found in results.values() if (library, 1) in found]
        if alone:  # the first case compiles numba's code, later ones load what they share with it
            each = ", ".join(f"{seconds:.2f}" for seconds in alone)
            print(f"\n{library} compiles for {each} s, case by case; that is in no other figure.")
    print_losses(results, [name for name in libraries if name != FLOOR])


def print_losses(results: Results, libraries: list[str]) -> None:
    """The training losses of one epoch; an error if one has not fallen, or is unlike the others'."""
    print(f"\n{row('training loss, and of which epoch', libraries)}")
    wrong = []
    for case, found in results.items():
        losses = {name: found[name, 1].losses for name, threads in found if name in libraries}
        last = min(COMPARED, *map(len, losses.values())) - 1
        cells = {name: loss[last] for name, loss in losses.items()}
        print(
            row(
                f"{case}, {last + 1}",
                (f"{cells[name]:.4f}" if name in cells else MISSING for name in libraries),
            )
        )
        usual = statistics.median(cells.values())
        for name, loss in cells.items():
            if not (loss < losses[name][0] and usual / ALIKE < loss < usual * ALIKE):
                wrong.append(f"{name} in {case}")
    if wrong:
        raise SystemExit(f"did not learn as the others: {'; '.join(wrong)}")


def growth(engines: list[str], setup: Setup) -> None:
    """Straight growth shows as equal numbers in the columns that divide."""
    for title, cases in GROWTH.items():
        print(f"More {title}; the better of one and two threads; ns per row and parameter\n")
        heads = (f"{f'{engine} ms':>12}{'µs/row':>9}{'ns/r·p':>9}" for engine in engines)
        print(f"{row('', ())}{'parameters':>11}{''.join(heads)}")
        for case in cases:
            cells = f"{case!s:{TITLE}}{case.parameters:11,}"
            for seconds in best(timings(case, engines, setup)).values():
                each = seconds / case.rows
                cells += f"{1e3 * seconds:12.1f}{1e6 * each:9.2f}{1e9 * each / case.parameters:9.4f}"
            print(cells, flush=True)
        print()


def machine() -> str:
    """The processors, the instructions that NumPy takes, and the libraries of its matrix products."""
    simd: Any = np.show_config("dicts")
    found = [*simd["SIMD Extensions"].get("baseline", []), *simd["SIMD Extensions"].get("found", [])]
    widest = INSTRUCTIONS.get(found[-1], found[-1]) if found else "no vector instructions"
    blas = {
        f"{pool['internal_api']} {pool['version']} ({pool.get('architecture', 'unknown architecture')})"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    }
    return f"{os.cpu_count()} processors, {platform.machine()} with {widest}; {', '.join(sorted(blas))}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", default=",".join(str(number + 1) for number in range(len(CASES))))
    parser.add_argument("--libraries", default=",".join(name for name in LIBRARIES if name != BEFORE))
    parser.add_argument("--against", type=Path, help="a checkout of another commit, timed as `before`")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=7.5, help="fewer rounds if all would take longer")
    parser.add_argument("--growth", action="store_true")
    given = parser.parse_args()
    wanted = {*given.libraries.split(","), *([BEFORE] if given.against else [])}
    if not wanted <= set(LIBRARIES) or (BEFORE in wanted and not given.against):
        parser.error(f"--libraries: any of {', '.join(LIBRARIES)}; {BEFORE} needs --against")
    libraries = [
        name
        for name in LIBRARIES
        if name in wanted and (name in (BEFORE, FLOOR) or importlib.util.find_spec(name))
    ]
    packages = {NUMPY: "numpy", NUMBA: "numba", "sklearn": "scikit-learn", "torch": "torch", JAX: "jax"}
    used = [package for name, package in packages.items() if name in (NUMPY, *libraries)]
    versions = [f"{package} {importlib.metadata.version(package)}" for package in used]
    print(f"Python {platform.python_version()}, {', '.join(versions)}\n{machine()}; {given.rounds} rounds\n")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as code:
        setup = Setup(given.rounds, given.against and given.against.resolve(), Path(code))
        if given.growth:
            growth([name for name in ENGINES if name in libraries], setup)
        else:
            compare(
                [CASES[int(number) - 1] for number in given.cases.split(",")], libraries, setup, given.minutes
            )
    print(f"\n{(time.perf_counter() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
