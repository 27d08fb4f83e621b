"""What learners reached on the tables of a collection, and how they compare."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array
from tests.benchmarks.fixed_tables import CLASSES, NUMBERS, Truth
from tests.benchmarks.peers import Answer
from tests.benchmarks.scores import Scores, bounded_ratio, ratio_deviation, scores_of

LARGE = 5_000
"""Test rows from which on the calibration error says something."""
RARE = (0.01, 0.06)
"""Shares of the training rows that make the rarest class a rare one."""
TOO_FAR, DEVIATIONS = 1.15, 2.0
"""A table is beyond a peer where the ratio of errors is larger, and this many standard errors above 1."""


class Result(NamedTuple):
    """Of one seed; scores that came without rows have no outputs."""

    scores: Scores
    outputs: Array | None


class Distance(NamedTuple):
    """Of errors: their ratio, and the standard error of its logarithm, None without rows."""

    ratio: float
    deviation: float | None

    @property
    def beyond(self) -> bool:
        surely = self.deviation is not None and np.log(self.ratio) > DEVIATIONS * self.deviation
        return self.ratio > TOO_FAR and surely


class Board:
    """Results by table and learner: presets, the same presets before (`before` is what their names end with,
    empty if there are none) and peers."""

    def __init__(self, presets: Sequence[str], peers: Sequence[str], before: str = "") -> None:
        self.presets, self.peers = list(presets), list(peers)
        self._before = before
        self.truths: dict[str, Truth] = {}
        self._results: dict[tuple[str, str], list[Result]] = {}

    @property
    def learners(self) -> list[str]:
        earlier = [self.before(preset) for preset in self.presets] if self._before else []
        return [*self.presets, *earlier, *self.peers]

    @property
    def tables(self) -> list[str]:
        return list(self.truths)

    def before(self, preset: str) -> str:
        return preset + self._before

    def add_table(self, table: str, truth: Truth) -> None:
        self.truths[table] = truth

    def add(self, table: str, learner: str, answer: Answer) -> None:
        """The answer of one more seed."""
        scores = scores_of(self.truths[table], answer.outputs) | {"seconds": answer.seconds}
        self._results.setdefault((table, learner), []).append(Result(scores, answer.outputs))

    def add_scores(self, table: str, learner: str, scores: Scores) -> None:
        self._results.setdefault((table, learner), []).append(Result(scores, None))

    def mean(self, table: str, learner: str, score: str) -> float | None:
        """Over the seeds; None where there is none."""
        results = self._results.get((table, learner), [])
        found = [each.scores[score] for each in results if score in each.scores]
        return float(np.mean(found)) if found else None

    def ratios(self, learner: str, other: str, score: str) -> dict[str, float]:
        """By table, where both have that score."""
        found = {}
        for table in self.truths:
            above, below = self.mean(table, learner, score), self.mean(table, other, score)
            if above is not None and below is not None:
                found[table] = float(bounded_ratio(np.array(above), np.array(below)))
        return found

    def distance(self, table: str, learner: str, other: str) -> Distance | None:
        ratio = self.ratios(learner, other, "error").get(table)
        if ratio is None:
            return None
        above, below = self._outputs(table, learner), self._outputs(table, other)
        rows = bool(above) and bool(below)
        return Distance(ratio, ratio_deviation(self.truths[table], above, below) if rows else None)

    def _outputs(self, table: str, learner: str) -> list[Array]:
        results = self._results.get((table, learner), [])
        return [each.outputs for each in results if each.outputs is not None]

    def with_probabilities(self) -> list[str]:
        return [table for table, truth in self.truths.items() if truth.task != NUMBERS]

    def large(self) -> list[str]:
        return [table for table in self.with_probabilities() if len(self.truths[table].test) >= LARGE]

    def rare(self) -> list[str]:
        low, high = RARE
        classes = {table: truth for table, truth in self.truths.items() if truth.task == CLASSES}
        return [table for table, truth in classes.items() if low <= truth.rarest <= high]

    def lowest_loss(self, preset: str) -> tuple[int, int]:
        """On how many classification tables the log loss is below every peer's, and of how many."""
        wins = tables = 0
        for table in self.with_probabilities():
            own = self.mean(table, preset, "log loss")
            others = [self.mean(table, peer, "log loss") for peer in self.peers]
            known = [each for each in others if each is not None]
            if own is not None and known:
                tables, wins = tables + 1, wins + (own < min(known))
        return wins, tables

    @classmethod
    def joined(cls, boards: dict[str, "Board"]) -> "Board":
        """Of all collections, which have the same learners."""
        first = next(iter(boards.values()))
        joint = cls(first.presets, first.peers, first._before)
        for collection, board in boards.items():
            for table, truth in board.truths.items():
                joint.truths[f"{collection}/{table}"] = truth
            for (table, learner), results in board._results.items():
                joint._results[f"{collection}/{table}", learner] = results
        return joint


def geometric_mean(ratios: Iterable[float]) -> float:
    return float(np.exp(np.mean(np.log(list(ratios)))))
