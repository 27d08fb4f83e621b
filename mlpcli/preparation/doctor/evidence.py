"""The evidence for a leak: rules that are made from some rows and tried on others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.model.tasks import Regression, Task
from mlpcli.preparation.doctor.looked_at import MOST_COLUMNS, InputValues, LookedAt, stacked

BINS = 64
"""Of numbers and dates."""
MOST_LEVELS = 256
"""Of a category; the rarer ones are taken as one."""
WRONG_SHARE = 0.02
"""Of the baseline's errors, those that a rule may leave before it is called a leak."""
WRONG_SHARE_OF_NUMBERS = 0.005
"""The same of numbers of many values: a class may be defined by a threshold, as short films by their length
(0.8 % are left), which is no leak."""
LARGE = 1e100
"""Numbers whose squares could overflow in a sum."""
MIXING = 0x9E3779B1
"""An odd number without pattern (Knuth 1998, 6.4)."""
FEWEST_ERRORS = 10
"""Of the baseline: where it makes fewer, nothing can be shown."""


@dataclass(frozen=True)
class Tried:
    """A rule tried on rows that it was not made from."""

    rows: int
    wrong: int
    trivial: int
    """Rows that are not of the class that is the most frequent one among the learned rows."""

    @classmethod
    def of(cls, rule: Array, classes: Array, usual: int) -> "Tried":
        """What a rule says of rows, beside their classes and the class that is the most frequent one."""
        return cls(len(classes), int((rule != classes).sum()), int((classes != usual).sum()))

    def __add__(self, other: "Tried") -> "Tried":
        return Tried(self.rows + other.rows, self.wrong + other.wrong, self.trivial + other.trivial)

    @property
    def tells(self) -> bool:
        """Whether the rule is nearly always right, and that is no chance."""
        return self.leaves(WRONG_SHARE)

    def leaves(self, share: float) -> bool:
        """Whether the rule leaves at most this share of the baseline's errors."""
        # Of few rows, an honest column may have one wrong by chance.
        right = not self.wrong or self.wrong + 1 <= share * self.trivial
        return self.trivial >= FEWEST_ERRORS and right

    def __str__(self) -> str:
        return f"{self.rows - self.wrong:,} of {self.rows:,} rows"


def tried(states: Array, classes: Array, halves: Sequence[Array]) -> Tried:
    """The rule "the most frequent class of the same state", of states (rows,) and classes (rows,) from 0."""
    shape = int(states.max()) + 1, int(classes.max()) + 1
    found = Tried(0, 0, 0)
    for learned in halves:
        cells = states[learned] * shape[1] + classes[learned]
        counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
        usual = int(counts.sum(axis=0).argmax())
        # A state that no learned row has tells nothing.
        rule = np.where(counts.any(axis=1), counts.argmax(axis=1), usual)
        found += Tried.of(rule[states[~learned]], classes[~learned], usual)
    return found


def nearest(values: Array, classes: Array, halves: Sequence[Array]) -> Tried:
    """The rule "the class of the learned row with the nearest value", of values and classes (rows,)."""
    found = Tried(0, 0, 0)
    for learned in halves:
        if not learned.any():
            continue
        order = np.argsort(values[learned], kind="stable")
        known, of_known, unknown = values[learned][order], classes[learned][order], values[~learned]
        after = np.minimum(np.searchsorted(known, unknown), len(known) - 1)
        before = np.maximum(after - 1, 0)
        nearer = np.where(unknown - known[before] <= known[after] - unknown, before, after)
        found += Tried.of(of_known[nearer], classes[~learned], int(np.bincount(of_known).argmax()))
    return found


def order_of(values: Array) -> Array:
    """Row numbers in the order of the values; equal ones in no order that a table may have."""
    return np.lexsort((np.arange(len(values)) * MIXING % (1 << 32), values))


def in_order(classes: Array) -> Tried:
    """The rule "each class has a range of the values", of classes in the order of the values.

    Wrong are the changes of class that are too many. That classes stand apart, where one would begin in the
    middle of a bin, is no chance in rows enough.
    """
    counts = np.bincount(classes)
    changes = int((classes[1:] != classes[:-1]).sum())
    return Tried(len(classes), changes - (int((counts > 0).sum()) - 1), len(classes) - int(counts.max()))


def states_of(column: InputValues) -> Array:
    """Equal or near values as numbers from 0 (rows,); gaps are a state of their own."""
    there = ~column.gaps
    known = column.values[there]
    states = np.zeros(len(column.values), np.intp)
    if not len(known):
        return states
    if column.ordered:
        edges = np.unique(known)
        if len(edges) > BINS:
            edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="nearest"))
        states[there] = 1 + np.searchsorted(edges, column.values[there])
        return states
    levels, counts = np.unique(known, return_counts=True)
    levels = np.sort(levels[np.argsort(-counts, kind="stable")[:MOST_LEVELS]])
    places = np.minimum(np.searchsorted(levels, column.values), len(levels) - 1)
    states[there] = np.where(levels[places] == column.values, 2 + places, 1)[there]
    return states


def classes_of(task: Task, looked: LookedAt) -> Iterator[tuple[str, Array]]:
    """The name of each target of classes, and the class of each row as a number from 0."""
    assert not isinstance(task, Regression)
    truth = looked.truth.astype(np.intp)
    if truth.ndim == 1:
        yield task.target.names[0], truth
        return
    for number, name in enumerate(task.labels):
        yield name, truth[:, number]


def correlation(one: Array, other: Array) -> float:
    """Pearson's, of values of any size; 0 where one is constant."""
    if not (len(one) and one.min() < one.max() and other.min() < other.max()):
        return 0.0
    return float(np.corrcoef(one / np.abs(one).max(), other / np.abs(other).max())[0, 1])


def correlations(made: Array, truth: Array) -> Array:
    """(columns, targets) from (columns, rows), NaN at gaps, and (rows, targets); 0 where one is constant."""
    truth = truth - truth.mean(axis=0)
    truth = truth / np.maximum(np.abs(truth).max(axis=0), np.finfo(np.float64).tiny)
    known = np.isfinite(made)
    if known.all() and np.abs(made).max() < LARGE:
        made = made - made.mean(axis=1, keepdims=True)
        spread = np.broadcast_to((truth**2).sum(axis=0), (len(made), truth.shape[1]))
    else:
        counts = np.maximum(known.sum(axis=1, keepdims=True), 1)
        made = np.where(known, made, 0.0)
        made /= np.maximum(np.abs(made).max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
        made = np.where(known, made - made.sum(axis=1, keepdims=True) / counts, 0.0)
        there = known.astype(np.float64)
        spread = np.maximum(there @ truth**2 - (there @ truth) ** 2 / counts, 0.0)
        spread[counts[:, 0] < len(truth) // 4] = 0.0
    norms = np.sqrt(np.einsum("ij,ij->i", made, made)[:, None] * spread)
    found: Array = np.zeros_like(norms)
    np.divide(made @ truth, norms, out=found, where=norms > 0)
    return found


def nearest_to(columns: Sequence[InputValues], rows: Array, truth: Array) -> list[InputValues]:
    """Of many columns those that correlate best with a target (rows, targets), in their order."""
    if len(columns) <= MOST_COLUMNS:
        return list(columns)
    best = np.abs(correlations(stacked(columns)[:, rows], truth.astype(np.float64))).max(axis=1)
    return [columns[place] for place in np.sort(np.argsort(-best, kind="stable")[:MOST_COLUMNS])]
