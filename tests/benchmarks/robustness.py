"""Change a model file in thousands of ways, kill trainings in the middle, and count the outcomes.

    python tests/benchmarks/robustness.py [FILES] [SEED] [KILLS]

Half of the files are damaged but keep their checksums: such a file must be refused, or hold the very same
content. The others are forged, with the right checksums: such a file must be refused, or be a model
that can be shown and that predicts. Anything else is marked BAD, with the file's number for `mutated`.

Trainings with a checkpoint are killed (SIGKILL) at random moments, in three execution modes, and must
end in the weights of an unbroken run.
"""

import functools
import io
import json
import re
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import mlpcli
from mlpcli import artifact as room
from mlpcli.artifact import Artifact
from mlpcli.errors import ArtifactError, MlpcliError
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.inspect import fields, report

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script finds only what lies beside it
from tests.benchmarks.kills import MODES, kill_and_resume
from tests.benchmarks.mutations import damaged, forged

FILES, SEED, KILLS = 20_000, 0, 50
LONGEST = 2.0
"""Computing time that a file may take, in seconds."""


class Outcome(NamedTuple):
    """Outcome for one file."""

    kind: str
    result: str
    bad: bool = False


def attack(files: int = FILES, seed: int = SEED) -> Counter[Outcome]:
    """Count the outcomes of this many mutated files; the same for the same seed."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        return Counter(_outcome(number, seed, Path(folder) / "m.joblib") for number in range(files))


def mutated(number: int, seed: int = SEED) -> bytes:
    """The file of this number: even ones are damaged, odd ones forged."""
    return (forged if number % 2 else damaged)(original()[0], np.random.default_rng((seed, number)))


@functools.cache
def original() -> tuple[bytes, Artifact]:
    """A model of numbers with a gap, a category and a boolean, and its file."""
    run = mlpcli.train(_table(), "kind", hidden="3", epochs=2, batch_size=8)
    return room.to_bytes(run.artifact), run.artifact


def _table() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    table = pd.DataFrame({"size": generator.normal(size=40), "count": generator.integers(0, 9, 40) / 2})
    for name, words in {
        "colour": ["red", "blue", "green"],
        "old": ["yes", "no"],
        "kind": list("abc"),
    }.items():
        table[name] = generator.choice(words, 40)
    table.loc[3, "size"] = np.nan
    return table


def _outcome(number: int, seed: int, path: Path) -> Outcome:
    started = time.process_time()
    outcome = _read(number, seed, path)
    if (seconds := time.process_time() - started) > LONGEST:
        return Outcome(outcome.kind, f"file {number}: took {seconds:.1f} s", bad=True)
    return outcome


def _read(number: int, seed: int, path: Path) -> Outcome:
    kind = "forged" if number % 2 else "damaged"
    path.write_bytes(mutated(number, seed))
    try:
        if kind == "forged":
            return Outcome(kind, _used(path))
        same = _content(room.load(str(path))) == _content(original()[1])
        return Outcome(kind, "the same content" if same else f"file {number}: other content", bad=not same)
    except ArtifactError as error:
        return Outcome(kind, _reason(error.message.removeprefix(f"{path}: ")))
    except Exception as error:
        return Outcome(kind, f"file {number}: {type(error).__name__}: {error}", bad=True)


def _used(path: Path) -> str:
    """Show the model and predict with it."""
    shown = room.load(str(path), header_only=True)
    report(Screen(io.StringIO()), shown, str(path), everything=True)
    to_text("inspect", fields(shown)).encode()
    model = mlpcli.load(path)
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # weights of any size
            mlpcli.predict(model, _table(), proba=True)
    except MlpcliError:
        return "a model of other columns"
    return "a model that predicts"


def _reason(message: str) -> str:
    """The message without parts that differ from file to file."""
    short = re.sub(r"together \((\w+).*", r"together (\1)", message, flags=re.DOTALL)
    return re.sub(r"asks for .*|type .*|format \d+|'.*'|\d[\d,]*", "…", short)


def _content(artifact: Artifact) -> Any:
    header = {name: value for name, value in vars(artifact).items() if name not in ("schema", "arrays")}
    arrays = artifact.arrays.items()
    return (
        artifact.schema,
        json.dumps(header),
        {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in arrays},
    )


def main() -> None:
    """Attack and print the table; exit code 1 if an outcome is bad."""
    given = [int(text) for text in sys.argv[1:]]
    files, seed, kills = given + [FILES, SEED, KILLS][len(given) :]
    size = len(original()[0])
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    outcomes = attack(files, seed)
    seconds = time.perf_counter() - started
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    print(f"{files:,} mutations of a file of {size:,} bytes, seed {seed}, in {seconds:.0f} s")
    print(f"memory grew by {more} MB\n")
    for outcome in sorted(outcomes, key=lambda each: (not each.bad, each.kind, -outcomes[each])):
        print(f"{outcomes[outcome]:7,}  {outcome.kind:8}  {'BAD ' * outcome.bad}{outcome.result}")
    bad = sum(count for outcome, count in outcomes.items() if outcome.bad)
    for name, options in MODES.items():
        with tempfile.TemporaryDirectory() as folder:
            killed = kill_and_resume(Path(folder), options, -(-kills // len(MODES)), seed)
        bad += len(killed.problems)
        print(f"{name}: {killed.kills} kills, {killed.with_epochs} with an epoch or more to go on from")
        print("".join(f"  BAD {problem}\n" for problem in killed.problems), end="")
    print(f"\n{bad} bad")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
