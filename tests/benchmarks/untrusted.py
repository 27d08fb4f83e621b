"""Run commands on what somebody has altered: headers, checkpoints, evaluations, JSON lines, options.

    python tests/benchmarks/untrusted.py [TRIES] [SEED]

Every field is replaced, removed, doubled or swapped, by values of a wrong type, huge, negative, NaN, deep,
empty or half a character, with the right checksums. A command may succeed or end in an error of a line and a
hint; a traceback, a warning or more than two seconds is BAD, with the number of the try for `attempt`.
"""

import json
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script finds only what lies beside it
from tests.benchmarks.mutations import (
    HOSTILE,
    MARKED,
    Numbers,
    forge_value,
    forged,
    forged_checkpoint,
    text_of,
)
from tests.cli.commands import Commands

TRIES, SEED = 5000, 0
LONGEST = 2.0
"""Computing time of a command, in seconds."""
TRAINING = ("-t", "kind", "--preset", "textbook", "--hidden", "3", "--epochs", "2", "--threads", "1")
LONG_RUNS = ("--epochs", "--time-limit", "--ensemble")
"""Options whose large numbers are meant."""
OPTIONS = {
    "train": (
        *(
            "--threads",
            "--epochs",
            "--batch-size",
            "--seed",
            "--lr",
            "--hidden",
            "--dropout",
            "--class-weight",
        ),
        *(
            "--validation",
            "--test",
            "--time-limit",
            "--ensemble",
            "--folds",
            "--patience",
            "--missing",
            "--kind",
        ),
        *("--comment", "--delimiter", "--encoding", "--target", "--drop", "--l1", "--l2", "--momentum"),
        *(
            "--rate-factors",
            "--decay-factors",
            "--threshold",
            "--quantiles",
            "--clip-norm",
            "--max-categories",
        ),
    ),
    "predict": (
        "--chunk-rows",
        "--threshold",
        "--interval",
        "--keep",
        "--prefix",
        "--delimiter",
        "--encoding",
    ),
    "evaluate": ("--fail-if", "--max-drop", "--bootstrap", "--by", "--importance", "--threshold", "--level"),
}


class Outcome(NamedTuple):
    """Outcome of a try."""

    kind: str
    result: str
    bad: bool = False


class Ground:
    """The unaltered files, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = Commands(pytest.MonkeyPatch())
        self.table = folder / "table.csv"
        generator = np.random.default_rng(0)
        lines = ["size,colour,old,kind"]
        for _ in range(40):
            colour, old, kind = (generator.choice(list(each)) for each in ("rgb", "yn", "abc"))
            lines.append(f"{generator.normal():.3f},{colour},{old},{kind}")
        self.table.write_text("\n".join(lines) + "\n")
        self.model, checkpoint = folder / "model", folder / "run"
        self.commands.ok("train", self.table, *TRAINING, "-o", self.model, "--checkpoint", checkpoint)
        self.model_bytes, self.checkpoint_bytes = self.model.read_bytes(), checkpoint.read_bytes()
        self.evaluation = self.commands.ok("evaluate", self.model, self.table, "--json").json()

    def path(self, name: str, content: bytes) -> Path:
        """A new file."""
        path = self.folder / name
        path.write_bytes(content)
        return path


def _header(ground: Ground, generator: Numbers) -> list[list[object]]:
    path = ground.path("forged", forged(ground.model_bytes, generator))
    commands: list[list[object]] = [["inspect", path], ["inspect", path, "--json"]]
    commands.append(["predict", path, ground.table, "--proba", "--format", "jsonl"])
    commands.append(["evaluate", path, ground.table, "--json"])
    return [*commands, ["evaluate", ground.model, ground.table, "--compare", path, "--bootstrap", "100"]]


def _checkpoint(ground: Ground, generator: Numbers) -> list[list[object]]:
    path = ground.path("forged-run", forged_checkpoint(ground.checkpoint_bytes, generator))
    return [["train", ground.table, *TRAINING, "-o", ground.folder / "again", "-f", "--checkpoint", path]]


def _evaluation(ground: Ground, generator: Numbers) -> list[list[object]]:
    content = json.loads(json.dumps(ground.evaluation))
    for _ in range(generator.choice([1, 1, 2])):
        forge_value(content, generator)
    path = ground.path("forged.json", text_of(content).encode())
    return [["evaluate", ground.model, ground.table, "--compare", path, "--json"]]


def _json_lines(ground: Ground, generator: Numbers) -> list[list[object]]:
    rows: list[Any] = [
        {"size": 0.5, "colour": "r", "old": "y", "more": [1.10, {"a": None}]} for _ in range(3)
    ]
    for _ in range(generator.choice([1, 2, 3])):
        forge_value(rows, generator)
    path = ground.path("forged.jsonl", "\n".join(map(text_of, rows)).encode())
    output = str(generator.choice(["jsonl", "csv"]))
    return [["predict", ground.model, path, "--format", output]]


def _option(ground: Ground, generator: Numbers) -> list[list[object]]:
    command = str(generator.choice(list(OPTIONS)))
    option = str(generator.choice(OPTIONS[command]))
    value = HOSTILE[generator.integers(len(HOSTILE))]
    text = MARKED.get(value, value) if isinstance(value, str) else json.dumps(value)[:100_000]
    text = text.replace("\x00", "").encode(errors="backslashreplace").decode()
    if option in LONG_RUNS and text.isdecimal():
        text = "2"
    if command == "train":
        return [["train", ground.table, *TRAINING, option, text, "-o", ground.folder / "again", "-f"]]
    return [[command, ground.model, ground.table, option, text]]


KINDS: dict[str, Callable[[Ground, Numbers], list[list[object]]]] = {
    "header": _header,
    "checkpoint": _checkpoint,
    "evaluation": _evaluation,
    "json lines": _json_lines,
    "option": _option,
}


def attempt(ground: Ground, number: int, seed: int = SEED) -> Outcome:
    """The outcome of the try of this number; the same for the same seed."""
    kind = list(KINDS)[number % len(KINDS)]
    results = []
    for command in KINDS[kind](ground, np.random.default_rng((seed, number))):
        begun = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                result = ground.commands(*command)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            said = f"try {number}: {command[0]}: {type(error).__name__} at {place}: {error!s:.100}"
            return Outcome(kind, said, bad=True)
        if (seconds := time.process_time() - begun) > LONGEST:
            return Outcome(kind, f"try {number}: {command[0]} took {seconds:.1f} s", bad=True)
        if "Traceback" in result.err or result.code not in (0, 1, 2) or "Warning" in result.err:
            return Outcome(
                kind, f"try {number}: {command[0]}: {result.code}, {result.err[-100:]!r}", bad=True
            )
        results.append(str(result.code))
    return Outcome(kind, "exit " + " ".join(results))


def main() -> None:
    """Attack and print the table; exit code 1 if an outcome is bad."""
    given = [int(text) for text in sys.argv[1:]]
    tries, seed = given + [TRIES, SEED][len(given) :]
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        for number in range(len(KINDS)):  # imports
            attempt(ground, number, seed + 1)
        before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        outcomes = Counter(attempt(ground, number, seed) for number in range(tries))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    print(f"{tries:,} tries, seed {seed}, in {time.perf_counter() - begun:.0f} s; memory grew by {more} MB\n")
    for outcome in sorted(outcomes, key=lambda each: (not each.bad, each.kind, -outcomes[each])):
        print(f"{outcomes[outcome]:7,}  {outcome.kind:10}  {'BAD ' * outcome.bad}{outcome.result}")
    bad = sum(count for outcome, count in outcomes.items() if outcome.bad)
    print(f"\n{bad} bad")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
