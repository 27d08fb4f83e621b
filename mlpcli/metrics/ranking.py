"""Rows in the order of a score: true and false positives at every threshold."""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array


@dataclass(frozen=True)
class Ranking:
    """The order from the highest score down, for whatever weights."""

    order: Array
    """(rows,) row numbers."""
    positive: Array
    """(rows,) in that order, True where a row is true."""
    ends: Array | None
    """(distinct scores,) where the last row of each is in that order; None if no two rows are equal."""

    @classmethod
    def of(cls, positive: Array, scores: Array) -> "Ranking":
        """Of (rows,) True or False and (rows,) scores."""
        order = np.argsort(-scores)  # in any order where scores are equal: only their ends are looked at
        last = np.append(np.diff(scores[order]) != 0, True)
        return cls(order, positive[order], None if last.all() else np.flatnonzero(last))

    def cumulated(self, weights: Array) -> tuple[Array, Array]:
        """True and false positives, as sums of weights (rows,), at each distinct score as threshold."""
        # In place: in a bootstrap most of the time would go into memory that is taken and given back.
        fp = weights[self.order]
        tp = fp * self.positive
        fp -= tp
        np.cumsum(tp, out=tp)
        np.cumsum(fp, out=fp)
        return (tp, fp) if self.ends is None else (tp[self.ends], fp[self.ends])

    def distinct(self, scores: Array) -> Array:
        """The scores (rows,), each once, from the highest down."""
        ranked = scores[self.order]
        return np.asarray(ranked if self.ends is None else ranked[self.ends])
