"""Errors of `mlpcli train` on tables with fixed test rows, next to peers and to another state of mlpcli.

    python -m tests.benchmarks.accuracy DIR... [--presets textbook,default,best:1] [--seeds 0,1,2]
        [--tables a,b] [--results FOLDER] [--against FOLDER] [--kept] [--python-path DIR] [--options TEXT]
        [--peers mlp,trees,lightgbm,catboost] [--fresh-peers lightgbm] [--peer-seconds 300] [--store-peers]

DIR is as in `fixed_tables.py`; each is a collection with means of its own. A preset runs as whole commands,
its seconds are those of `mlpcli train`, from the start of Python on; the peers' are explained in `peers.py`.
Scores are means over the seeds, of `best:1` over the first one only; peers have seed 0. After a failure no
other seed is tried, and the preset has no result for the table. A collection's report follows its last run;
the scores are explained in `scores.py`, the report in `accuracy_report.py`.

`--results` keeps every answer as soon as it is there, and takes from it what was run before: a folder belongs
to one state of mlpcli and its `--options` (for `mlpcli train`, e.g. "--threads 1"). `--kept` runs nothing.
`--against` compares with the folder of another state. `--python-path` measures the mlpcli of that folder in
place of the one that Python imports.

Peers' scores are those of `peers.json`; peers without a score there, or in `--fresh-peers`, are run and kept
as well. Standard errors need rows: `--fresh-peers lightgbm` brings them, in seconds. `--store-peers` writes
the scores of peers that were run into `peers.json`.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.arrays import Array
from tests.benchmarks import accuracy_report, peers
from tests.benchmarks.accuracy_board import Board
from tests.benchmarks.fixed_tables import CLASSES, LABELS, Source, Truth, sources
from tests.benchmarks.kept_answers import Answers, StoredScores
from tests.benchmarks.peers import PEERS, Answer
from tests.benchmarks.scores import scores_of


class Tool(NamedTuple):
    """The mlpcli that is measured: the folder it is in, and further options of `train`."""

    folder: Path
    options: list[str]

    def run(self, *arguments: object) -> None:
        command = [sys.executable, "-P", "-m", "mlpcli", *map(str, arguments)]
        environment = os.environ | {"PYTHONPATH": str(self.folder)}
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
        )
        if done.returncode != 0:
            raise RuntimeError(f"exit code {done.returncode}: {done.stderr.strip()}")

    def answered(self, preset: str, source: Source, truth: Truth, seed: int) -> Answer:
        """The outputs for the test rows, and the seconds of the training command."""
        with tempfile.TemporaryDirectory() as folder:
            train, test, model, output = (
                Path(folder, name) for name in ("train.csv", "test.csv", "m.joblib", "out.csv")
            )
            cells, asked = source.cells()
            cells.to_csv(train, index=False)
            asked.drop(columns=source.targets).to_csv(test, index=False)
            roles = [f"--target={target}" for target in source.targets]
            roles += [f"--group={source.group}"] if source.group else []
            roles += [f"--time={source.time}"] if source.time else []
            started = time.perf_counter()
            options = ["--preset", preset, "--seed", seed, "-o", model, "-q", "--json", "-f", *self.options]
            self.run("train", train, *roles, *options)
            seconds = time.perf_counter() - started
            probabilities = ["--proba"] if truth.task in (CLASSES, LABELS) else []
            self.run("predict", model, test, *probabilities, "--keep", "none", "-o", output, "-f")
            return Answer(outputs_of(pd.read_csv(output), truth, source.targets), seconds)


def outputs_of(scored: pd.DataFrame, truth: Truth, targets: Sequence[str]) -> Array:
    """(rows, outputs) of the table that `predict` writes; RuntimeError where classes are missing."""
    if truth.task == CLASSES:
        names = [f"probability_{name}" for name in truth.classes]
        outputs = scored.reindex(columns=names).fillna(0.0).to_numpy()  # without a class unseen in training
        if not np.allclose(outputs.sum(axis=1), 1, atol=1e-3):
            raise RuntimeError(f"probabilities of {', '.join(names)} do not sum to 1")
        return outputs
    prefix = "probability_" if truth.task == LABELS else "prediction_"
    names = [prefix + name for name in targets] if len(targets) > 1 else ["prediction"]
    return scored[names].to_numpy()


class Measurement:
    """Brings answers from where they are kept, or from a run."""

    def __init__(self, given: argparse.Namespace, kept: Answers) -> None:
        self._given, self._kept, self._stored = given, kept, StoredScores()
        folder = given.python_path or Path(mlpcli.__file__).parent.parent
        self._tool = Tool(folder.resolve(), shlex.split(given.options))

    def add(self, board: Board, collection: str, source: Source) -> None:
        """All results of a table."""
        truth, given = source.truth(), self._given
        board.add_table(source.name, truth)
        for preset, count in given.presets:
            seeds = given.seeds[:count]
            for answer in self._preset_answers(collection, source, truth, preset, seeds):
                board.add(source.name, preset, answer)
            if given.against:
                earlier = Answers(given.against)
                found = [earlier.load(collection, source.name, preset, seed) for seed in seeds]
                for answer in [answer for answer in found if answer]:
                    board.add(source.name, board.before(preset), answer)
        for peer in given.peers:
            self._add_peer(board, collection, source, truth, peer)

    def _preset_answers(
        self, collection: str, source: Source, truth: Truth, preset: str, seeds: Sequence[int]
    ) -> list[Answer]:
        """One a seed, with `--kept` those that are there; none after a failure."""
        answers = []
        for seed in seeds:
            key = (collection, source.name, preset, seed)
            answer = self._kept.load(*key)
            if answer is None and not self._given.kept:
                answer = attempt(key, truth, partial(self._tool.answered, preset, source, truth, seed))
                if answer is None:
                    return []
                self._kept.keep(answer, *key)
            answers += [answer] if answer else []
        return answers

    def _add_peer(self, board: Board, collection: str, source: Source, truth: Truth, peer: str) -> None:
        """What was run here counts more than what is stored."""
        key, given = (collection, source.name, peer, 0), self._given
        answer, stored = self._kept.load(*key), self._stored.load(source.name, truth, peer)
        wanted = peer in given.fresh_peers or stored is None
        if answer is None and wanted and not given.kept and peers.installed(peer):
            limit = given.peer_seconds
            answer = attempt(key, truth, lambda: peers.answered(peer, source.problem(), 0, limit))
            if answer:
                self._kept.keep(answer, *key)
        if answer:
            board.add(source.name, peer, answer)
            if given.store_peers:
                scores = scores_of(truth, answer.outputs) | {"seconds": answer.seconds}
                self._stored.keep(source.name, truth, peer, scores)
                self._stored.save()
        elif stored and "failure" not in stored:
            numbers = {name: each for name, each in stored.items() if isinstance(each, (int, float))}
            board.add_scores(source.name, peer, numbers)


def attempt(key: tuple[str, str, str, int], truth: Truth, run: Callable[[], Answer]) -> Answer | None:
    """None after a failure of any kind; the outcome is said."""
    try:
        answer = run()
        error = scores_of(truth, answer.outputs)["error"]
    except Exception as failure:  # whatever it is, it is this learner's result: the others' are hours of work
        say(key, f"{type(failure).__name__}: {failure}")
        return None
    say(key, f"error {error:.5g}, {answer.seconds:.1f} s")
    return answer


def say(key: tuple[str, str, str, int], outcome: str) -> None:
    _, table, learner, seed = key
    print(f"{table}, {learner}, seed {seed}: {outcome}", file=sys.stderr, flush=True)


def names_in(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def peers_in(text: str) -> list[str]:
    if not set(names_in(text)) <= set(PEERS):
        raise argparse.ArgumentTypeError(f"any of {','.join(PEERS)}")
    return names_in(text)


def presets_in(text: str) -> list[tuple[str, int | None]]:
    """Names with the number of seeds, None for all."""
    parts = [name.partition(":") for name in names_in(text)]
    return [(name, int(count) if count else None) for name, _, count in parts]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--presets", type=presets_in, default="textbook,default,best:1")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in names_in(text)], default="0,1,2")
    parser.add_argument("--tables", type=names_in, default="")
    parser.add_argument("--results", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--python-path", type=Path)
    parser.add_argument("--options", default="")
    parser.add_argument("--peers", type=peers_in, default=",".join(PEERS))
    parser.add_argument("--fresh-peers", type=peers_in, default="")
    parser.add_argument("--peer-seconds", type=float, default=300.0)
    parser.add_argument("--store-peers", action="store_true")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    for peer in [peer for peer in given.peers if not peers.installed(peer)]:
        print(f"{peer}: not installed, only its stored scores are shown", file=sys.stderr)
    with tempfile.TemporaryDirectory() as temporary:
        measurement = Measurement(given, Answers(given.results or Path(temporary)))
        presets = [name for name, _ in given.presets]
        boards: dict[str, Board] = {}
        for folder in given.folders:
            collection = folder.resolve().name
            board = Board(presets, given.peers, f"@{given.against.resolve().name}" if given.against else "")
            for source in sources(folder, given.tables):
                measurement.add(board, collection, source)
            print("\n".join([f"\n{collection}", *accuracy_report.of_collection(board)]), flush=True)
            boards[collection] = board
        if len(boards) > 1:
            print("\n".join(["\nall", *accuracy_report.summary(Board.joined(boards))]))


if __name__ == "__main__":
    main()
