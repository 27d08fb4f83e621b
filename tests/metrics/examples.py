"""Outcomes that the tests of this room share: small ones full of ties, and larger ones of any numbers."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlpcli.arrays import Array
from mlpcli.metrics import METRICS
from mlpcli.metrics.outcome import Outcome

TASKS = sorted({task for metric in METRICS.values() for task in metric.tasks})
PAIRS = [(name, task) for name, metric in METRICS.items() for task in sorted(metric.tasks)]
"""Every metric with every task that it is for."""

CLASSES, LABELS = 3, 2

sampled = settings(max_examples=40, derandomize=True, database=None, deadline=None)
"""The decorator of tests on random outcomes: the same ones in every run."""


def outcomes(task: str, fewest: int = 0) -> st.SearchStrategy[Outcome]:
    """Up to ten rows of numbers that tie often and add up without rounding; some have weights, also 0."""
    return st.integers(fewest, 10).flatmap(lambda rows: _outcomes(task, rows))


def _outcomes(task: str, rows: int) -> st.SearchStrategy[Outcome]:
    weights = st.none() | _quarters(rows, 0, 6)
    if task == "regression":
        values = st.integers(1, 3).flatmap(lambda targets: _quarters((2, rows, targets), -6, 6))
        return st.builds(lambda pair, weights: Outcome(pair[0], pair[1], None, weights), values, weights)
    if task == "multilabel":
        labels = arrays(np.intp, (rows, LABELS), elements=st.integers(0, 1))
        return st.builds(Outcome, labels, labels, _quarters((rows, LABELS), 0, 4), weights)
    classes = 2 if task == "binary" else CLASSES
    numbers = arrays(np.intp, rows, elements=st.integers(0, classes - 1))
    shares = arrays(np.float64, (rows, classes), elements=st.integers(0, 3).map(float))
    return st.builds(Outcome, numbers, numbers, shares.map(_probabilities), weights)


def _quarters(shape: int | tuple[int, ...], lowest: int, highest: int) -> st.SearchStrategy[Array]:
    return arrays(np.float64, shape, elements=st.integers(lowest, highest).map(lambda number: number / 4))


def _probabilities(shares: Array) -> Array:
    """Rows that sum to one; the first class is certain where all shares are 0."""
    shares[shares.sum(axis=1) == 0, 0] = 1
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def drawn(task: str, weighted: bool, seed: int) -> Outcome:
    """Two hundred rows of numbers of all sizes."""
    generator, rows = np.random.default_rng(seed), 200
    weights = generator.exponential(size=rows) if weighted else None
    if task == "regression":
        values = generator.standard_normal((rows, 1)) * 10.0 ** generator.integers(-3, 4) + 5
        return Outcome(values, values + generator.standard_normal(values.shape), None, weights)
    if task == "multilabel":
        labels = (generator.random((rows, 4)) < [0.5, 0.1, 0.9, 0.3]).astype(np.intp)
        given = np.clip(labels * 0.3 + generator.random(labels.shape) * 0.7, 0, 1)
        return Outcome(labels, (given >= 0.5).astype(np.intp), given, weights)
    shares = [0.3, 0.7] if task == "binary" else [0.5, 0.1, 0.2, 0.2]
    truth = generator.choice(len(shares), rows, p=shares)
    given = generator.dirichlet(np.ones(len(shares)), rows) * 0.6 + np.eye(len(shares))[truth] * 0.4
    return Outcome(truth, given.argmax(axis=1), given, weights)


def rows_of(outcome: Outcome, chosen: Array) -> Outcome:
    """Some rows of an outcome, by number or by mask."""
    parts = (outcome.truth, outcome.predicted, outcome.probabilities, outcome.weights)
    return Outcome(*(None if part is None else part[chosen] for part in parts))  # type: ignore[arg-type]
