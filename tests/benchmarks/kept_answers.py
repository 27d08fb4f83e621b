"""Answers of learners, kept in a folder as soon as they are there, and the peers' stored scores.

COLLECTION/TABLE.LEARNER.SEED.npz has the outputs for the test rows, so that no score and no bootstrap needs
another run. A failure is not kept: it may be over.
"""

import json
from pathlib import Path
from typing import TypeAlias

import numpy as np

from tests.benchmarks.fixed_tables import Truth
from tests.benchmarks.peers import STORED, Answer
from tests.benchmarks.scores import Scores

Stored: TypeAlias = dict[str, dict[str, dict[str, float | str]]]
"""By table and peer, scores with `seconds`; of a table `rows` has its `train` and `test` rows."""

DIGITS = 6


class Answers:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, collection: str, table: str, learner: str, seed: int) -> Path:
        return self._folder / collection / f"{table}.{learner}.{seed}.npz"

    def load(self, collection: str, table: str, learner: str, seed: int) -> Answer | None:
        path = self.path(collection, table, learner, seed)
        if not path.exists():
            return None
        with np.load(path) as kept:
            return Answer(kept["outputs"], float(kept["seconds"]))

    def keep(self, answer: Answer, collection: str, table: str, learner: str, seed: int) -> None:
        path = self.path(collection, table, learner, seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        with new.open("wb") as file:
            np.savez_compressed(file, outputs=answer.outputs, seconds=answer.seconds)
        new.replace(path)


class StoredScores:
    """Of the peers, in a file that is part of the repository."""

    def __init__(self, path: Path = STORED) -> None:
        self._path = path
        self._stored: Stored = json.loads(path.read_text()) if path.exists() else {}

    def load(self, table: str, truth: Truth, peer: str) -> dict[str, float | str] | None:
        """Scores with `seconds`, or a `failure`; None for a table of that name that is not the stored one."""
        stored = self._stored.get(table, {})
        return stored.get(peer) if stored.get("rows") == rows_of(truth) else None

    def keep(self, table: str, truth: Truth, peer: str, scores: Scores | str) -> None:
        """A text says why there are none."""
        if self._stored.get(table, {}).get("rows") != rows_of(truth):
            self._stored[table] = {"rows": rows_of(truth)}
        if isinstance(scores, str):
            self._stored[table][peer] = {"failure": scores}
        else:
            self._stored[table][peer] = {name: float(f"{score:.{DIGITS}g}") for name, score in scores.items()}

    def save(self) -> None:
        lines = [f" {json.dumps(table)}: {self._table(table)}" for table in sorted(self._stored)]
        self._path.write_text("{\n" + ",\n".join(lines) + "\n}\n")

    def _table(self, table: str) -> str:
        parts = [f"  {json.dumps(name)}: {json.dumps(part)}" for name, part in self._stored[table].items()]
        return "{\n" + ",\n".join(parts) + "\n }"


def rows_of(truth: Truth) -> dict[str, float | str]:
    """With a target."""
    return {"train": len(truth.train), "test": len(truth.test)}
