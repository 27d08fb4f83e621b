"""The callback by which long work tells how far it has come."""

from collections.abc import Callable
from typing import TypeAlias

OnProgress: TypeAlias = Callable[[int, int | None, str], None]
"""Takes how many are done, of how many (None: unknown; of rows an estimate), and their name in the plural."""

ROWS, ENCODED, RESAMPLES, RATES = "rows", "rows encoded", "resamples", "learning rates"
SETTLED, FITTED, COUNTED = "columns checked", "columns measured", "columns counted"
EXPLAINED = "columns explained"
DESCRIBED, COMPARED, SHUFFLED = "columns described", "columns compared with the target", "columns shuffled"


def unwatched(done: int, total: int | None, what: str) -> None:
    """Take no notice: the callback of whoever gives none."""
