"""What networks say of rows that they did not learn from: for scores, and to calibrate probabilities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.nn.network import Network
from mlpcli.workflows.members import Member
from mlpcli.workflows.parts import Part
from mlpcli.workflows.preparation import Prepared

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class HeldOut:
    """Rows that at least one network held out, with the raw outputs of each that did."""

    part: Part
    raw: list[tuple[Array, Array]]
    """For each network which of the rows it held out, and its outputs for them."""

    @classmethod
    def of(cls, prepared: Prepared, members: Sequence[Member], networks: Sequence[Network]) -> "HeldOut":
        """Of these members, whose networks are given."""
        if not prepared.folds:
            part = prepared.parts["validation"]
            everything = np.arange(len(part))
            return cls(part, [(everything, network.predict(part.features)) for network in networks])
        train = prepared.parts["train"]
        held = [prepared.fold(member.number)[1] for member in members]
        covered = np.unique(np.concatenate(held))
        raw = [
            (np.searchsorted(covered, rows), network.predict(train.features[rows]))
            for rows, network in zip(held, networks, strict=True)
        ]
        return cls(train.take(covered), raw)

    def some(self, count: int) -> "HeldOut":
        """About so many of the rows, from all over."""
        if len(self.part) <= count:
            return self
        chosen = np.linspace(0, len(self.part) - 1, count).astype(np.intp)
        number = np.full(len(self.part), -1)
        number[chosen] = np.arange(count)
        kept = [(number[rows], raw) for rows, raw in self.raw]
        return HeldOut(self.part.take(chosen), [(rows[rows >= 0], raw[rows >= 0]) for rows, raw in kept])

    def predicted(self, link: Callable[[Array], Array]) -> Array:
        """The mean of the networks' predictions (rows, outputs), from their raw outputs by `link`."""
        total: Array | None = None
        counts = np.zeros((len(self.part), 1))
        for rows, raw in self.raw:
            linked = link(raw)
            if total is None:
                total = np.zeros((len(self.part), linked.shape[1]))
            total[rows] += linked
            counts[rows] += 1
        assert total is not None
        return np.asarray(total / counts)
