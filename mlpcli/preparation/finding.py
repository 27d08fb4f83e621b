"""Findings of the data doctor and of a training. Their kinds; those of columns left out are the columns'."""

from dataclasses import dataclass

WORDS, CASE, LEVELS, GAPS = "words", "case", "levels", "gaps"
FALLBACK, DATES, LEAK, REPEATED, MISSING = "fallback", "dates", "leak", "repeated", "missing"
FEW_ROWS, IMBALANCE = "few rows", "imbalance"
DIVERGED, CHECKPOINT, CALIBRATION = "diverged", "checkpoint", "calibration"
NO_BETTER = "no better"


@dataclass(frozen=True)
class Finding:
    """One thing found, with the option that acts on it; text and advice may be a `Sentence`."""

    kind: str
    text: str
    advice: str
    part: str = ""
    """The part of the rows that it is about, where it is about one."""
