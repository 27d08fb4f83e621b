"""Findings of the data doctor and of a training. Their kinds; those of columns left out are the columns'."""

from collections.abc import Iterable
from dataclasses import dataclass

from mlpcli.data.schema import CONSTANT, DUPLICATE, IDENTIFIER

WORDS, CASE, LEVELS, GAPS, LISTS = "words", "case", "levels", "gaps", "lists"
FALLBACK, DATES, LEAK, REPEATED, MISSING = "fallback", "dates", "leak", "repeated", "missing"
FEW_ROWS, IMBALANCE = "few rows", "imbalance"
DIVERGED, CHECKPOINT, CALIBRATION = "diverged", "checkpoint", "calibration"
NO_BETTER, PERFECT, REFIT = "no better", "perfect", "refit"
SENTINEL, DUPLICATES, POOLED = "sentinel", "duplicates", "pooled"
REFUSED, SCREENING, CROSS = "refused", "screening", "cross"
GRAVE = (REFUSED, LEAK, PERFECT, LISTS, SENTINEL, WORDS, GAPS, FALLBACK, LEVELS, DATES)
"""The gravest first."""
LIGHT = (MISSING, CASE, IDENTIFIER, CONSTANT, DUPLICATE)
"""The lightest last."""


@dataclass(frozen=True)
class Finding:
    """One thing found, with the option that acts on it; text and advice may be a `Sentence`."""

    kind: str
    text: str
    advice: str
    part: str = ""
    """The part of the rows that it is about, where it is about one."""
    columns: tuple[str, ...] = ()
    """Those that it is about, inputs or targets; none if it is about rows."""

    @property
    def gravity(self) -> int:
        """A rank, from 0 for the gravest."""
        if self.kind in GRAVE:
            return GRAVE.index(self.kind)
        return len(GRAVE) + (1 + LIGHT.index(self.kind) if self.kind in LIGHT else 0)


def by_gravity(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, the gravest first."""
    return sorted(findings, key=lambda finding: finding.gravity)
