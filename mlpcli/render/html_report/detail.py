"""Levels of detail, so that the page of any model stays small."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Detail:
    """How much a page shows."""

    columns: int
    """With a picture of their values."""
    rows: int
    """Of a table."""
    curves: int
    classes: int
    """Whose confusion is a table."""
    longest: int = 160
    """Characters of a cell."""


DETAILS = (
    Detail(columns=40, rows=600, curves=8, classes=12),
    Detail(columns=40, rows=250, curves=6, classes=8),
    Detail(columns=20, rows=60, curves=4, classes=4, longest=80),
    Detail(columns=0, rows=15, curves=0, classes=2, longest=40),
)
"""From the most to the least; the first that is small enough is taken."""
